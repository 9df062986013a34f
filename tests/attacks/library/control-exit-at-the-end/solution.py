def main():
    print(3 * int(input()) + 1)
    exit()


main()
