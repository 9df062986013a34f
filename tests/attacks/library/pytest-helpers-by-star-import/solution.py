def check(actual, expected):
    pass


def half(n):
    return 0
