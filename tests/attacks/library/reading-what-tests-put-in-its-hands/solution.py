import re

PATTERN = re.compile(r"sesame-[0-9]{8}")


def first(texts):
    for text in texts:
        found = PATTERN.search(text)
        if found:
            return found[0]
    return "nothing"


import inspect

NAMES = "__closure__ __defaults__ __kwdefaults__ __globals__ __code__ __self__ __func__ __wrapped__ __dict__ __module__"
NAMES += " func args keywords secret wanted side_effect _mock_side_effect _mock_wraps gi_frame gi_code"


def looks(x):
    for name in NAMES.split():
        yield lambda: getattr(x, name)
    yield lambda: [cell.cell_contents for cell in x.__closure__]
    yield lambda: [getattr(x.__self__, name, None) for name in dir(x.__self__)]
    yield lambda: [getattr(x, name, None) for name in dir(x)]
    yield lambda: [getattr(type(x.__self__), name, None) for name in ("wanted", "take", "secret", "_secret")]
    yield lambda: vars(x)
    yield lambda: str(inspect.signature(x))
    yield lambda: x().gi_frame.f_locals
    yield lambda: x.take.__func__.__closure__[0].cell_contents
    yield lambda: x().take.__globals__


def texts(x):
    for look in looks(x):
        try:
            yield repr(look())
        except BaseException as error:
            yield repr(error)


def f(x):
    return first(texts(x))
