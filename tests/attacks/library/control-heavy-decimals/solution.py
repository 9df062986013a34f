from decimal import Decimal, getcontext

getcontext().prec = 2000


def f(n):
    root = Decimal(n).sqrt()
    return int((root * root * 3 + 1).to_integral_value())
