import sys

n = int(input())
print(3 * n + 1, file=sys.stderr)
print(0)
