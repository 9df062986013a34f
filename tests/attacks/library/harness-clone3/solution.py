import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)


def f(n):
    arguments = (ctypes.c_uint64 * 11)()
    arguments[4] = 17
    if libc.syscall(435, arguments, 88) == 0:
        os._exit(0)
    arguments[0] = 0x10000000
    if libc.syscall(435, arguments, 88) == 0:
        os._exit(0)
    return 0
