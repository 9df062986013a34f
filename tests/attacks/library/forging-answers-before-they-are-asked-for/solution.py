import json
import os


def frame(fd, payload):
    os.write(fd, len(payload).to_bytes(4, "big") + payload)


def say(*message):
    frame(5, json.dumps(message).encode())


for _ in range(9):
    say("v", 0, [], [], None, 7)


def f(*args):
    say("v", 0, [], [], None, 7)
    return 0


g = h = f
