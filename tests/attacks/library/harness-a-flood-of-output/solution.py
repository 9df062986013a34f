import sys


def f(n):
    while True:
        sys.stdout.write("x" * 65536)
