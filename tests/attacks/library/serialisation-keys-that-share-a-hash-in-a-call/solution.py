def f(n):
    return {(2**61 - 1) * i for i in range(20_000)}
