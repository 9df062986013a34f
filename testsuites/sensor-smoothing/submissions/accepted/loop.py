def smooth(readings, alpha):
    result = []
    for reading in readings:
        if not result:
            result.append(reading)
        else:
            result.append(alpha * reading + (1 - alpha) * result[-1])
    return result
