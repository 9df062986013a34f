import math

n = int(input())
corners = [tuple(map(float, input().split())) for _ in range(n)]
sides = list(zip(corners, corners[1:] + corners[:1]))
print(round(sum(math.dist(a, b) for a, b in sides)), abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in sides)) // 2)
