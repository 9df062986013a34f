from decimal import Decimal


def f(n):
    return {(*[Decimal("1E4999")] * 60_000, i) for i in range(n)}
