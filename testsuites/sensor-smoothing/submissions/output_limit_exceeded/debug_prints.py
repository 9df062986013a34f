def smooth(readings, alpha):
    result = []
    for reading in readings:
        previous = result[-1] if result else reading
        result.append(alpha * reading + (1 - alpha) * previous)
        for _ in range(5_000):
            print("DEBUG: smoothing", reading, "->", result[-1])
    return result
