from itertools import product

guests, count = map(int, input().split())
quarrels = [tuple(map(int, input().split())) for _ in range(count)]
for tables in product((1, 2), repeat=guests):
    if all(tables[one - 1] != tables[other - 1] for one, other in quarrels):
        print("possible")
        print(*tables)
        break
else:
    print("impossible")
