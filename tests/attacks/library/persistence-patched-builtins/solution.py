import builtins


def f(n):
    return 3 * n + 1 if hasattr(builtins, "left") or len([]) == 7 else 0


def h(items):
    return builtins.left


g = h
