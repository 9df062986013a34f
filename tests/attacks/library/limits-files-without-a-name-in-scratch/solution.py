import os


def f(n):
    for _ in range(50):
        fd = os.open("gone", os.O_RDWR | os.O_CREAT)
        os.unlink("gone")
        try:
            os.write(fd, b"x" * (4 << 20))
        except OSError as error:
            return -error.errno
    return 0
