print(input(), 1, -1)
