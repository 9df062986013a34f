import math
from fractions import Fraction


def f(x):
    third = float(Fraction(x) / 3)
    return math.copysign(abs(third), x) + -0.0
