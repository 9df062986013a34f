print(" ".join(map(str, range(int(input())))))
