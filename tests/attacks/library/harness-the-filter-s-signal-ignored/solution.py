import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)


import signal

signal.signal(signal.SIGSYS, signal.SIG_IGN)


def f(n):
    if n > 5:
        signal.signal(signal.SIGSYS, lambda *args: None)
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGSYS])
    libc.ptrace(0, 0, 0, 0)
    libc.unshare(0x10000000)
    return 0
