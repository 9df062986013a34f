def g(unicodedata):
    global unicodedata


def f(n):
    return 0
