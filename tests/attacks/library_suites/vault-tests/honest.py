def f(x):
    return "sesame-31415926"
