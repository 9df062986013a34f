def f(n):
    return [type(f"C{i}", (), {})() for i in range(6000)]


g = h = f
