import threading
import time


def each(items, put):
    def late():
        for _ in range(1000):
            put(7)
            time.sleep(0.001)

    threading.Thread(target=late, daemon=True).start()
