input()
place, heading = 0, 1j
for command in input():
    if command == "F":
        place += heading
    else:
        heading *= 1j if command == "L" else -1j
print(int(place.real), int(place.imag))
