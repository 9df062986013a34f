import sys

sys.setrecursionlimit(10**6)


def depth(n):
    return n and 1 + depth(n - 1)


def f(n):
    return 3 * depth(n) + 1 + depth(30_000) - 30_000
