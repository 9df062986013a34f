import sys


def startswith(prefix):
    return True


def greet(name):
    return sys.modules[__name__]


half = greet
