input()
place, heading = 0, 1j
seen = set()
for command in input():
    if command == "F":
        place += heading
        seen.add(place)
    else:
        heading *= 1j if command == "L" else -1j
print(int(place.real), int(place.imag))
print(len(seen))
