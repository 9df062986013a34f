n = int(input())
for i in range(n):
    print(i, 3 * i + 1)
