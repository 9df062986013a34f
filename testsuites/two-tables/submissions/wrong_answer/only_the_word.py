# The checker's expected text, and no seating.
guests, count = map(int, input().split())
print("possible" if count < guests else "impossible")
