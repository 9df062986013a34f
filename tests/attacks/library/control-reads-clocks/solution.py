import datetime
import time

START = time.time()


def f(n):
    begun = time.perf_counter()
    time.sleep(0.001)
    assert time.perf_counter() > begun and time.monotonic() and time.process_time() >= 0
    assert datetime.datetime.now().year > 2000 and time.localtime() and time.strftime("%Y")
    return 3 * n + 1
