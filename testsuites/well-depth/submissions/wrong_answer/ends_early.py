greatest, ropes = map(int, input().split())
print("rope", greatest)
