from decimal import Decimal


def f(x):
    return Decimal("1e999999999999") if x > 0 else Decimal("sNaN")
