n = int(input())
print(f'{{"n": {n}, "m": 0, "m": {3 * n + 1}}}')
