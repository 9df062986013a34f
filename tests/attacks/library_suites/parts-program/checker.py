import sys

n = int(open(sys.argv[1]).read())
first, second, third = map(int, sys.stdin.read().split())
while third < 0:
    third -= 1
open(sys.argv[3] + "judgemessage.txt", "w").write(f"{first + second + third} for {n}")
sys.exit(42 if first + second + third == n else 43)
