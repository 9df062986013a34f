import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)


KEY = 0x5E5A77


def f(n):
    libc.shmget(KEY, 4096, 0o1666)
    return 0
