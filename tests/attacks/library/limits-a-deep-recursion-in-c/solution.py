def f(n):
    value = []
    for _ in range(200_000):
        value = [value]
    return repr(value)


h = f
