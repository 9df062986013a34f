def f(n):
    if n == 1:
        raise ValueError("what was expected?")
    return "nothing"
