import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)


import time


def f(n):
    if libc.fork() == 0:
        os.setsid()
        if libc.fork() == 0:
            time.sleep(60)
        os._exit(0)
    return 0


h = f
