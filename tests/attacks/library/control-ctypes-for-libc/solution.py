import ctypes

libc = ctypes.CDLL(None)
COMPARE = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_int), ctypes.POINTER(ctypes.c_int))


def f(n):
    numbers = (ctypes.c_int * 3)(3 * n + 1, 0, 1)
    libc.qsort(numbers, 3, ctypes.sizeof(ctypes.c_int), COMPARE(lambda a, b: a[0] - b[0]))
    assert libc.strlen(b"abc") == 3 and libc.getpid() > 0 and libc.abs(-3) == 3
    return numbers[2]
