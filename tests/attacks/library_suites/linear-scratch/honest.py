def f(n):
    with open("answer", "w") as file:
        file.write(str(3 * n + 1))
    with open("answer") as file:
        return int(file.read())
