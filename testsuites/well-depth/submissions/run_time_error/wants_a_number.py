low, high = 1, int(input().split()[0])
while low < high:
    middle = (low + high) // 2
    print("rope", middle)
    if int(input()):
        high = middle
    else:
        low = middle + 1
print("depth", low)
