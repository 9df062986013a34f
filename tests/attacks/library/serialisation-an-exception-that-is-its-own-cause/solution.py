class Endless(str):
    def __str__(self):
        return self

    def __format__(self, spec):
        return "x" * (10 << 20)


def f(n):
    first, second = ValueError(Endless("x")), KeyError("\ud800")
    first.__cause__, second.__cause__ = second, first
    first.__context__ = first
    raise first


h = f
