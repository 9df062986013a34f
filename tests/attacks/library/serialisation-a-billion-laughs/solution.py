def f(n):
    value = [0]
    for _ in range(99):
        value = [value] * 9
    return value
