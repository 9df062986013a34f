import time


def f(n):
    began = time.process_time()
    while time.process_time() - began < 0.55:
        pass
    return 3 * n + 1
