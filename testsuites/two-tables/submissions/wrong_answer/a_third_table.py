guests, count = map(int, input().split())
print("possible")
print(*([3] * guests))
