guests, _ = map(int, input().split())
print("possible")
print(*(1 + guest % 2 for guest in range(guests)))
