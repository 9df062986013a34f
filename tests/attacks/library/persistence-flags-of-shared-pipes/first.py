import fcntl
import os


def f(n):
    for fd in (0, 1, 2, 3, 4):
        fcntl.fcntl(fd, fcntl.F_SETFL, os.O_NONBLOCK | os.O_ASYNC | os.O_APPEND)
    return 0


h = f
