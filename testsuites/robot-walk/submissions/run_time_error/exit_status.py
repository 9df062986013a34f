import sys

n = int(input())
place, heading = 0, 1j
seen = {place}
for command in input().strip():
    if command == "F":
        place += heading
        seen.add(place)
    else:
        heading *= 1j if command == "L" else -1j
print(int(place.real), int(place.imag), len(seen))
sys.exit(3)
