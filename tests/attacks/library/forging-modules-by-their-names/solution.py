import json
import os
from struct import pack


def send(text):
    data = text.encode()
    os.write(5, pack(">I", len(data)) + data)


wanted = ["f", "g", "h"]
names = ["unittest.__main__", "this", "json.tool"]
send(json.dumps(["v", 0, [], [], None, [[name, module, True] for name, module in zip(wanted, names)]]))


def f(n):
    return 0
