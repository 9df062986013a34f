import multiprocessing
import threading

try:
    lock, total = multiprocessing.Lock(), multiprocessing.Value("i", 1)
    queue = multiprocessing.Queue()
except (OSError, ImportError):
    lock = threading.Lock()


def f(n):
    with lock:
        return 3 * n + 1
