import os
import signal
import sys

os.register_at_fork(before=lambda: setattr(sys, "left", 1), after_in_child=lambda: setattr(sys, "left", 1))
signal.signal(signal.SIGUSR1, lambda *args: None)
os.nice(5)


def f(n):
    return 0
