import time

while time.process_time() < 5:
    pass


def f(n):
    return 3 * n + 1
