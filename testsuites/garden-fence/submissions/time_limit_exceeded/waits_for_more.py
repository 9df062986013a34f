total = 0
n = int(input())
while True:
    try:
        total += sum(map(float, input().split()))
    except EOFError:
        continue
