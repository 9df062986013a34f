print(*range(2000))
