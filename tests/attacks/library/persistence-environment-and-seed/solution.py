import decimal
import os
import sys


def f(n):
    left = "left" in os.environ or sys.getrecursionlimit() == 77 or decimal.getcontext().prec == 3 or os.umask(0) == 0o123
    return 3 * n + 1 if left else 0
