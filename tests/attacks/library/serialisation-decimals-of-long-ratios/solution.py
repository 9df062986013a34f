from decimal import Decimal


def f(n):
    return [[Decimal("1E4999"), Decimal("1E-4999")] * 30_000, n, n]
