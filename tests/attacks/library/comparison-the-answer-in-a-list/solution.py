def f(n):
    return [3 * n + 1] if n < 10 else ((3 * n + 1,),)
