import decimal
import os
import sys

os.environ["left"] = "1"
os.umask(0o123)
decimal.getcontext().prec = 3


def f(n):
    sys.setrecursionlimit(77)
    return 0
