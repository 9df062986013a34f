def f(x):
    if callable(x):
        try:
            x("nothing")
        except BaseException as error:
            raise ValueError(f"{error} {error.args} {error!r}") from error
    return "nothing"
