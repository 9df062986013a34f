import os
import threading


def flood():
    while True:
        os.write(2, b"x" * 65536)


for _ in range(4):
    threading.Thread(target=flood).start()
