import gc
import sys

gc.disable()
gc.freeze()
gc.set_threshold(100_000, 50, 50)
sys.setswitchinterval(1e-3)


def f(n):
    return 3 * n + 1
