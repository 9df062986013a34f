def f(n):
    return {(2**61 - 1) * i: i for i in range(9999)}


h = f
