from collections import deque

guests, count = map(int, input().split())
foes = [[] for _ in range(guests)]
for _ in range(count):
    one, other = map(int, input().split())
    foes[one - 1].append(other - 1)
    foes[other - 1].append(one - 1)

tables = [0] * guests
possible = True
for first in range(guests):
    if tables[first]:
        continue
    tables[first] = 1
    todo = deque([first])
    while todo:
        guest = todo.popleft()
        for foe in foes[guest]:
            if not tables[foe]:
                tables[foe] = 3 - tables[guest]
                todo.append(foe)
            possible = possible and tables[foe] != tables[guest]

if possible:
    print("possible")
    print(*tables)
else:
    print("impossible")
