import sys
import threading


def depth(n):
    return 1 if n == 0 else 3 + depth(n - 1)


def main():
    print(depth(int(input())) + depth(20_000) - 60_001)


sys.setrecursionlimit(10**6)
threading.stack_size(256 << 20)
thread = threading.Thread(target=main)
thread.start()
thread.join()
