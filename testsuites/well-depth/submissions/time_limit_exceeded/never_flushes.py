import sys

low, high = 1, int(sys.stdin.readline().split()[0])
while low < high:
    middle = (low + high) // 2
    print("rope", middle)
    if sys.stdin.readline() == "wet\n":
        high = middle
    else:
        low = middle + 1
print("depth", low)
