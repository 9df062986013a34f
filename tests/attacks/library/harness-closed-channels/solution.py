import os


def f(*args):
    os.closerange(0, 99)
    return 0


g = h = f
