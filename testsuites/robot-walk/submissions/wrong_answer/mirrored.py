input()
x = y = 0
dx, dy = 0, 1
seen = {(0, 0)}
for command in input():
    if command == "R":
        dx, dy = -dy, dx
    elif command == "L":
        dx, dy = dy, -dx
    else:
        x, y = x + dx, y + dy
        seen.add((x, y))
print(x, y)
print(len(seen))
