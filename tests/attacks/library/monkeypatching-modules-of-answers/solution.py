import sys
import types


class Moment:
    def isoformat(self):
        return [["x"] * 100] * 100

    def tolist(self):
        return self


Moment.__module__ = "numpy"
for name in ("decimal", "fractions", "datetime", "numpy"):
    sys.modules[name] = module = types.ModuleType(name)
    module.Decimal = module.Fraction = type("Other", (), {})
    module.datetime = module.date = module.time = module.timedelta = Moment
    module.integer = module.floating = module.bool_ = Moment


def f(n):
    return Moment()
