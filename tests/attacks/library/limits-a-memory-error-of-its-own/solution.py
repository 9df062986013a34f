def f(*args):
    raise MemoryError


g = h = f
