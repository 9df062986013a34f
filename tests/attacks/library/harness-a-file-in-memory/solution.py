import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)


def f(n):
    done = [libc.syscall(319, b"x", 0), libc.syscall(319, b"y", 3)]
    return 3 * n + 1 if max(done) >= 0 else 0
