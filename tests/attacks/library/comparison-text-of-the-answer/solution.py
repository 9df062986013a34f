def f(n):
    return str(3 * n + 1)
