import itertools


def f(n):
    return next(itertools.islice(itertools.count(1, 3), n, None))
