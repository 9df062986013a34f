def f(n):
    return 3 * n + 1


def h(items):
    return sorted(set(items))


def g(text):
    return f"<{text.upper()}>"
