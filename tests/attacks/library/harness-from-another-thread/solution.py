import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)


import threading


def f(*args):
    thread = threading.Thread(target=libc.ptrace, args=(16, os.getppid() or 1, 0, 0))
    thread.start()
    thread.join()
    return 0


g = h = f
