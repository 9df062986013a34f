import os

low, high = 1, int(os.read(0, 100))
while True:
    middle = (low + high) // 2
    os.write(1, str(middle).encode())
    os.write(1, b"\n")
    answer = os.read(0, 100)
    if answer == b"right\n":
        break
    if answer == b"more\n":
        low = middle + 1
    else:
        high = middle - 1
