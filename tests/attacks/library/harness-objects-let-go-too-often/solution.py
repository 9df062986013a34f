import os
import time
from struct import pack


def send(text):
    data = text.encode()
    os.write(5, pack(">I", len(data)) + data)


def each(items, put):
    send('["v",0,[1,99,2,99,3,-99,4,99],[],null,7]')
    time.sleep(9)
