import json


def f(n):
    return 3 * n + 1 if hasattr(json, "left") else 0
