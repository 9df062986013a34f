import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)


class Vector(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("size", ctypes.c_size_t)]


buffer = ctypes.create_string_buffer(b"\0\0\0\x02V0", 4096)


def f(n):
    vector = Vector(ctypes.addressof(buffer), 6)
    libc.vmsplice(4, ctypes.byref(vector), 1, 8)
    for text in (b"V7", b"V9", b"AC"):
        buffer[4:6] = text
    return 0
