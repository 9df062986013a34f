import json

json.left = True


def f(n):
    return 0
