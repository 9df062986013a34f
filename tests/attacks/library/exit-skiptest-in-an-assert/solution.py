import unittest


def f(*args):
    raise unittest.SkipTest("not today")


g = h = f
