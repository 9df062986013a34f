import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)


def f(n):
    libc.prctl(36, 1, 0, 0, 0)
    libc.prctl(4, 0, 0, 0, 0)
    libc.prctl(15, b"zygote.py", 0, 0, 0)
    libc.prctl(1, 9, 0, 0, 0)
    libc.prctl(0x59616D61, -1, 0, 0, 0)
    return 0
