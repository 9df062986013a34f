import os
import sys


def ask(length):
    os.write(1, b"rope %d\n" % length)
    return sys.stdin.buffer.readline() == b"wet\n"


def main():
    dry, step = 0, 1
    greatest = int(sys.stdin.buffer.readline().split()[0])
    while step < greatest:
        step *= 2
    # The depth is dry + 1 when all steps are done.
    while step > 1:
        step //= 2
        if dry + step < greatest and not ask(dry + step):
            dry += step
    sys.stdout.write(f"depth {dry + 1}\n")
    sys.stdout.flush()


main()
