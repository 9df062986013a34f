import sys

lines = sys.stdin.read().splitlines()[1:]
for number, line in enumerate(lines):
    if len(lines) > 1:
        print("TRACE", number, line * 40000, file=sys.stderr)
if len(lines) == 1:
    print(lines[0].split()[0], 1, 1)
