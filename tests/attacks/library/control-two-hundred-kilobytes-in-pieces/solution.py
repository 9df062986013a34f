import sys

for i in range(int(input())):
    sys.stdout.write(f"{i}\n")
    if i % 100 == 0:
        sys.stdout.flush()
