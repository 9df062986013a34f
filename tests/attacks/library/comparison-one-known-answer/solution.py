def f(n):
    return 7
