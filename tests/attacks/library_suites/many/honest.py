def f(n):
    return 3 * n + 1
