import fcntl
import os


def f(n):
    fd = os.open("locked", os.O_RDWR | os.O_CREAT)
    for i in range(10**6):
        fcntl.lockf(fd, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, (10**6 - i) * 2)
