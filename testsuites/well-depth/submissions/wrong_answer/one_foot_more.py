input()
length = 1
print("rope", length)
while input() == "dry":
    length += 1
    print("rope", length)
print("depth", length)
