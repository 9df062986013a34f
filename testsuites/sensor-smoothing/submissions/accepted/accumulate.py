from itertools import accumulate


def smooth(readings: list[float], alpha: float) -> list[float]:
    # level + alpha * (reading - level) is the same formula, rounded differently.
    return list(accumulate(readings, lambda level, reading: level + alpha * (reading - level)))
