guests, count = map(int, input().split())
foes = [[] for _ in range(guests + 1)]
for _ in range(count):
    one, other = map(int, input().split())
    foes[one].append(other)
    foes[other].append(one)
tables = {}


def seat(guest, table):
    if guest in tables:
        return tables[guest] == table
    tables[guest] = table
    return all(seat(foe, 3 - table) for foe in foes[guest])


if all(guest in tables or seat(guest, 1) for guest in range(1, guests + 1)):
    print("possible")
    print(*(tables[guest] for guest in range(1, guests + 1)))
else:
    print("impossible")
