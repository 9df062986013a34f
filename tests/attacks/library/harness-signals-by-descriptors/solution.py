import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)


import fcntl


def f(n):
    for fd in (0, 1, 2, 3, 4):
        for owner in (os.getppid() or 1, -(os.getppid() or 1), 1):
            try:
                fcntl.fcntl(fd, fcntl.F_SETOWN, owner)
                fcntl.fcntl(fd, 10, 9)
                fcntl.fcntl(fd, fcntl.F_SETFL, fcntl.fcntl(fd, fcntl.F_GETFL) | os.O_ASYNC)
            except OSError:
                pass
    return 0
