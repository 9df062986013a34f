low, high = 1, int(input().split()[0])
while low < high:
    middle = (low + high) // 2
    if middle == low:
        continue
    print("rope", middle)
    if input() == "wet":
        high = middle
    else:
        low = middle
print("depth", high)
