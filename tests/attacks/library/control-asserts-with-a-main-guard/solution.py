def f(n):
    return 3 * n + 1


print("f(2) =", f(2))
if __name__ == "__main__":
    while True:
        print(f(int(input())))
