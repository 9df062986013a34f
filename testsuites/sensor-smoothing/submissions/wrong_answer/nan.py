def smooth(readings, alpha):
    return [float("nan")] * len(readings)
