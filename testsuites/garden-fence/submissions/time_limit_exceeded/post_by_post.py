import math

n = int(input())
corners = [tuple(map(float, input().split())) for _ in range(n)]
fence = area = 0.0
for (x1, y1), (x2, y2) in zip(corners, corners[1:] + corners[:1]):
    walked, side = 0.0, math.hypot(x2 - x1, y2 - y1)
    while walked < side:
        walked += 0.001
    fence += side
    area += (x1 * y2 - x2 * y1) / 2
print(fence, abs(area))
