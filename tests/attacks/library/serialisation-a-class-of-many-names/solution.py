Answer = type("Answer", (), {f"name{i}": i for i in range(99_999)})


def f(n):
    return Answer()


h = f
