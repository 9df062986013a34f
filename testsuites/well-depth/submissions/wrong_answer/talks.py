print("Hello! I will find out how deep your well is.")
greatest, ropes = map(int, input().split())
print("depth", greatest)
