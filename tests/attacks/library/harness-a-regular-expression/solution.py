import re


def f(*args):
    return re.match("(a+)+$", "a" * 60 + "!")


g = h = f
