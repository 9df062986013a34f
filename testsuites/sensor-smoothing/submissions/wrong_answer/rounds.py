def smooth(readings, alpha):
    result = []
    level = None
    for reading in readings:
        level = reading if level is None else alpha * reading + (1 - alpha) * level
        result.append(round(level, 1))
    return result
