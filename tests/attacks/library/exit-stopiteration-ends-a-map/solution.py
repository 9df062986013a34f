def f(n):
    raise StopIteration


g = h = f
