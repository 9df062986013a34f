def f(n):
    return f"sesame-{48151623 + 7919 * n}"
