def f(n):
    return list(range(9999))
