import os
import time
from struct import pack


def send(text):
    data = text.encode()
    os.write(5, pack(">I", len(data)) + data)


def f(n):
    send('{"v":0}')
    time.sleep(9)


g = h = f
