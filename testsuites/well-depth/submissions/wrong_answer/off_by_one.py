low, high = 1, int(input().split()[0])
while low < high:
    middle = (low + high) // 2
    print("rope", middle)
    if input() == "wet":
        high = middle
    else:
        low = middle
    if high - low == 1:
        break
print("depth", low)
