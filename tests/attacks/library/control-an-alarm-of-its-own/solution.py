import signal
import threading


class Ring(Exception):
    pass


def ring(*args):
    raise Ring


n = int(input())
best = 0
signal.signal(signal.SIGALRM, ring)
try:
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    while True:
        best = 3 * n + 1
except Ring:
    signal.pthread_kill(threading.get_ident(), signal.SIGCONT)
print(best)
