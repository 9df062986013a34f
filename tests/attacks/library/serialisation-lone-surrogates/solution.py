def f(*args):
    return "\ud800" * 9999


g = h = f
