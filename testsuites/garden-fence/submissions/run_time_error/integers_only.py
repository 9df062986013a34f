n = int(input())
first = list(map(int, input().split()))
corners = [first] + [list(map(int, input().split())) for _ in range(n - 1)]
sides = list(zip(corners, corners[1:] + corners[:1]))
fence = sum(((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2) ** 0.5 for a, b in sides)
print(fence, abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in sides)) / 2)
