import json
import os


def frame(fd, payload):
    os.write(fd, len(payload).to_bytes(4, "big") + payload)


def say(*message):
    frame(5, json.dumps(message).encode())


frame(4, b"Zset up cell: no memory")
frame(5, b"Zset up cell: no memory")


def f(*args):
    frame(5, b'X["SandboxError", "out of memory", false]')
    return 0


g = h = f
