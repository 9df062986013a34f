import os


def f(n):
    os.mkfifo("pipe")
    with open("pipe") as pipe:
        return pipe.read()
