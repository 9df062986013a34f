import sys


def main(argv=None):
    print(3 * int(input()) + 1)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
