def f(n):
    yield from (i for i in range(n))
