import math


def greet(name):
    return f"Hello, {name}"


def half(n):
    return math.fsum([n]) / 2
