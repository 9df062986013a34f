import threading

threading.stack_size(64 << 20)
held = []


def deep(depth):
    held.append(bytearray(1 << 20))
    return depth and deep(depth - 1)


def f(n):
    threads = [threading.Thread(target=deep, args=(200,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return 3 * n + 1
