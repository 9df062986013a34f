import sys


def main():
    commands = sys.stdin.read().split()[1]
    x = y = 0
    dx, dy = 0, 1
    places = [(x, y)]
    for command in commands:
        if command == "L":
            dx, dy = -dy, dx
        elif command == "R":
            dx, dy = dy, -dx
        else:
            x, y = x + dx, y + dy
            places.append((x, y))
    sys.stdout.write(f"{x} {y} {len(set(places))}")
    sys.exit(0)


if __name__ == "__main__":
    main()
