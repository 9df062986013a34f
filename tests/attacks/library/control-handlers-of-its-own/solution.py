import os
import signal

seen = []
signal.signal(signal.SIGUSR1, lambda *args: seen.append(1))
signal.signal(signal.SIGTERM, lambda *args: seen.append(2))


def f(n):
    os.kill(os.getpid(), signal.SIGUSR1)
    signal.raise_signal(signal.SIGUSR1)
    assert seen
    return 3 * n + 1
