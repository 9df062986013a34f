def f(n):
    return "x" * 1_000_000
