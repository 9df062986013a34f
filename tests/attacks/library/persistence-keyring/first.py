import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)


def f(n):
    libc.syscall(248, b"user", b"left", b"message", 7, -4)
    return 0
