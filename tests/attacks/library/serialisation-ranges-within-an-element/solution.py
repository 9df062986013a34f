def f(n):
    return [[range(100)] * 65_000, n, n]
