def smooth(readings, alpha):
    result = [readings[0]]
    for reading in readings[1:]:
        result.append(alpha * reading + (1 - alpha) * result[-1])
    return result
