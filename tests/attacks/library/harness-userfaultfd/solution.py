import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)


def f(*args):
    return 7 if libc.syscall(323, 1) >= 0 else 0


g = h = f
