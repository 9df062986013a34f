import ctypes
import os


def f(n):
    libc = ctypes.CDLL(None)
    os.mkdir(f"root-{n}")
    libc.mount(b"/", f"root-{n}".encode(), None, 4096, None)
    libc.umount2(b"/", 2)
    return sorted(os.listdir(f"root-{n}"))
