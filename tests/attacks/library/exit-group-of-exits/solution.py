def f(*args):
    raise BaseExceptionGroup("x", [SystemExit(0), KeyboardInterrupt()])


g = h = f
