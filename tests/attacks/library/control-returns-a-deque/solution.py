import collections


def f(n):
    return collections.deque(range(n), maxlen=100)
