import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)


import time

n = int(input())
child = libc.fork()
if child == 0:
    if libc.fork() == 0:
        while time.process_time() < 2:
            pass
        print(3 * n + 1, flush=True)
    os._exit(0)
time.sleep(5)
