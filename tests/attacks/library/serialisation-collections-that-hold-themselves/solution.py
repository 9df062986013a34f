from collections import ChainMap, UserList, deque


def f(n):
    ring = UserList()
    ring.append(deque([ChainMap({1: ring})]))
    return ring
