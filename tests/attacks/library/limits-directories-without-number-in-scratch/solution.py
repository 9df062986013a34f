import os


def f(n):
    for number in range(10**6):
        try:
            os.mkdir("d" * 250 + str(number % 2))
            os.chdir("d" * 250 + str(number % 2))
        except OSError:
            os.chdir("/")
            if not number:
                return 0
