n = int(input())
print(f"{n}\r\x1b[2K\x1b[1G{3 * n + 1}\x08\x7f\x1b[8m", end="")
