def f(n):
    pass
