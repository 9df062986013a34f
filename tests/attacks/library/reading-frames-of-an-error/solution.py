import re

PATTERN = re.compile(r"sesame-[0-9]{8}")


def first(texts):
    for text in texts:
        found = PATTERN.search(text)
        if found:
            return found[0]
    return "nothing"


def texts(x):
    for args in ((0,), (), (None, None, None)):
        try:
            x(*args)
        except BaseException as error:
            yield repr((error, error.args, vars(error), str(error), error.__cause__, error.__context__))
            walk = error.__traceback__
            while walk:
                yield repr((walk.tb_frame.f_locals, list(walk.tb_frame.f_globals.values())))
                walk = walk.tb_next


def f(x):
    return first(texts(x)) if callable(x) else "nothing"
