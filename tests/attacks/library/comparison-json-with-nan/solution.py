n = int(input())
print(f'{{"n": {n}, "m": {"NaN" if n < 9 else "Infinity"}}}')
