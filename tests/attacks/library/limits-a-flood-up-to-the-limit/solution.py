print(" " * (2 << 20))
print(3 * int(input()) + 1)
