def f(n):
    return {(i, i + 1) for i in range(n)}
