import os


def frame(payload, fd=4):
    os.write(fd, len(payload).to_bytes(4, "big") + payload)


import json


def requests():
    data = b""
    while piece := os.read(3, 9999):
        data += piece
    while data:
        size = int.from_bytes(data[:4], "big")
        yield json.loads(data[4 : 4 + size])
        data = data[4 + size :]


frame(b"L")
for request in requests():
    frame(b"V%d" % (3 * request[0][0] + 1))
os._exit(0)
