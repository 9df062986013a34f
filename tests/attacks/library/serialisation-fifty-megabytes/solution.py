def f(n):
    return "x" * (50 << 20)
