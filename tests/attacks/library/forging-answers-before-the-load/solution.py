import os


def frame(payload, fd=4):
    os.write(fd, len(payload).to_bytes(4, "big") + payload)


frame(b"L")
for _ in range(4):
    frame(b"V0")
os._exit(0)
