input()
place, heading, steps = 0, 1j, 0
for command in input():
    if command == "F":
        place += heading
        steps += 1
    else:
        heading *= 1j if command == "L" else -1j
print(int(place.real), int(place.imag))
print(steps + 1)
