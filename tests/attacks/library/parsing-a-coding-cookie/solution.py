# coding: utf-7
# +AAo-f = lambda n: 3 * n + 1


def f(n):
    return 0
