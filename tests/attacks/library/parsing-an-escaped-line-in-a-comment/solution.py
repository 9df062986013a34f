# -*- coding: unicode_escape -*-
# \x0adef f(n): return 3 * n + 1


def f(n):
    return 0
