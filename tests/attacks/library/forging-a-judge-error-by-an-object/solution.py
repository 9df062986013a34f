class Judge:
    pass


def f(n):
    return [n, 0, Judge()]
