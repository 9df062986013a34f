def f(n):
    return range(10**40)
