kept = {}


def f(n):
    return kept.setdefault("answer", 3 * n + 1)
