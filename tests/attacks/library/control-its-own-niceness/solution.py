import os

try:
    os.nice(1)
    os.sched_setaffinity(0, os.sched_getaffinity(0))
    os.setpriority(os.PRIO_PROCESS, 0, os.getpriority(os.PRIO_PROCESS, 0))
    os.sched_yield()
except OSError:
    pass


def f(n):
    return 3 * n + 1
