import sys


def f(n):
    import colorsys

    return 3 * n + 1 if colorsys.rgb_to_hsv(0, 0, 0) == "left" or hasattr(sys, "left") else 0
