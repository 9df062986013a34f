def f(n):
    nan = float("nan")
    return {nan: 1, float("nan"): 2, n: {nan, float("nan")}}
