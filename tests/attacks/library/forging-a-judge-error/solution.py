import os


def frame(payload, fd=4):
    os.write(fd, len(payload).to_bytes(4, "big") + payload)


frame(b"Zset up cell: no memory")


def f(n):
    frame(b"Zset up cell: no memory")
    os._exit(70)
