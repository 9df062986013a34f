# input() flushes what was printed before.
greatest, _ = map(int, input().split())
low, high = 1, greatest
while low < high:
    middle = (low + high) // 2
    print("rope", middle)
    if input() == "wet":
        high = middle
    else:
        low = middle + 1
print("depth", low)
