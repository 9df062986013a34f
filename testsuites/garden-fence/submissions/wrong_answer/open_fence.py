import math

n = int(input())
corners = [tuple(map(float, input().split())) for _ in range(n)]
fence = sum(math.dist(a, b) for a, b in zip(corners, corners[1:]))
area = abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(corners, corners[1:] + corners[:1]))) / 2
print(f"{fence:.6f} {area:.6f}")
