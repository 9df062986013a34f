import math

corners = [tuple(map(float, input().split())) for _ in range(int(input()))]
length = doubled = 0.0
for (x1, y1), (x2, y2) in zip(corners, corners[1:] + corners[:1]):
    length += math.hypot(x2 - x1, y2 - y1)
    doubled += x1 * y2 - x2 * y1
print(length, abs(doubled) / 2)
