print(3 * int(input()) + 1)
