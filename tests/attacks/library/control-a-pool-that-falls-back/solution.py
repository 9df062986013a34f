import multiprocessing
from concurrent.futures import ProcessPoolExecutor


def triple(n):
    return 3 * n


def f(n):
    try:
        with multiprocessing.Pool(2) as pool:
            (value,) = pool.map(triple, [n])
    except (OSError, ImportError, PermissionError):
        try:
            with ProcessPoolExecutor(2) as pool:
                (value,) = pool.map(triple, [n])
        except (OSError, ImportError, RuntimeError):
            value = triple(n)
    return value + 1
