def f(n):
    return ['0' * 2000000, 0, 0]
