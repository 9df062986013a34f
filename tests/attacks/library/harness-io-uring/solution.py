import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)


def f(n):
    parameters = (ctypes.c_uint32 * 30)()
    return 3 * n + 1 if libc.syscall(425, 8, ctypes.byref(parameters)) >= 0 else 0
