import ctypes
import mmap
import os
import platform

NATIVE = platform.machine() == "x86_64"
pages = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)


def run(code):
    """Calls machine code, and gives what it leaves in its first register."""
    pages.seek(0)
    pages.write(code)
    address = ctypes.addressof(ctypes.c_char.from_buffer(pages))
    return ctypes.CFUNCTYPE(ctypes.c_int)(address)()


def f(n):
    if NATIVE and run(b"\xb8\x02\0\0\0\xcd\x80\xc3") == 0:
        os._exit(0)
    return 0
