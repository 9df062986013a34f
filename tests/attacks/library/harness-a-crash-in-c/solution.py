import ctypes


def f(*args):
    ctypes.string_at(0)


g = h = f
