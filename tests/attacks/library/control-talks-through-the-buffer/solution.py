import sys

read = sys.stdin.buffer.readline
low, high = 1, int(read())
while True:
    middle = (low + high) // 2
    sys.stdout.write(f"{middle}\r\n")
    sys.stdout.flush()
    answer = read().strip()
    if answer == b"right":
        break
    low, high = (middle + 1, high) if answer == b"more" else (low, middle - 1)
