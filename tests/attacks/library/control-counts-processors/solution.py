import multiprocessing
import os

WORKERS = max(1, os.cpu_count() or 1, multiprocessing.cpu_count(), len(os.sched_getaffinity(0)))


def f(n):
    return 3 * n + 1 if WORKERS else None
