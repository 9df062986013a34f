import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)


def f(n):
    libc.prctl(22, 1, 0, 0, 0)
    return 0
