def f(n):
    return ['a', 'b', 'c']
