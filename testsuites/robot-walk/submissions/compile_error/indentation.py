n = int(input())
for command in input():
print(command)
