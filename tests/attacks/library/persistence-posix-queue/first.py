import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)


def f(n):
    libc.syscall(240, b"left", 0o102, 0o666, None)
    return 0
