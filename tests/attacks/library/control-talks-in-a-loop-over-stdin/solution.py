import sys

low, high, middle = 1, 0, 0
for line in sys.stdin:
    line = line.strip()
    if line.isdecimal():
        high = int(line)
    elif line == "right":
        continue
    elif line == "more":
        low = middle + 1
    else:
        high = middle - 1
    middle = (low + high) // 2
    print(middle, flush=True)
