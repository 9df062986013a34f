def f(n):
    return float("nan") if n > 10 else float("-inf")


def h(items):
    return [float("nan")]
