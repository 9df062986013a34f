def smooth(readings, alpha):
    level, result = 0.0, []
    for reading in readings:
        level = alpha * reading + (1 - alpha) * level
        result.append(level)
    return result
