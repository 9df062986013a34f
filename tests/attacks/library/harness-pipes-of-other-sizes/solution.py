import fcntl
import os


def f(n):
    for fd in (0, 1, 2, 3, 4):
        try:
            os.set_blocking(fd, False)
            fcntl.fcntl(fd, 1031, 4096)
        except OSError:
            pass
    os.write(1, b"x" * 4096)
    return "x" * 100_000
