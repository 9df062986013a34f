def f(*args):
    pass


g = h = f
