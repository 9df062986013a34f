print(*range(1, 1001), sep='\n')
