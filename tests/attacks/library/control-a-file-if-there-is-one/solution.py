import os
import sys

try:
    sys.stdin = open("input.txt")
    sys.stdout = open("output.txt", "w")
except (FileNotFoundError, OSError):
    pass
if os.path.exists("input.txt"):
    sys.stdin = open("input.txt")
print(3 * int(input()) + 1)
