import ctypes


def f(n):
    wrapped = ctypes.c_int32(2**32 + 3 * n).value + ctypes.c_uint8(257).value
    return wrapped if ctypes.sizeof(ctypes.c_int64) == 8 else None
