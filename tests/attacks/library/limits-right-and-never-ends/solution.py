low, high = 1, int(input())
while True:
    middle = (low + high) // 2
    print(middle)
    answer = input()
    if answer == "right":
        break
    if answer == "more":
        low = middle + 1
    else:
        high = middle - 1

while True:
    pass
