def f(n):
    value = 0
    for _ in range(300_000):
        value = (value,)
    return value
