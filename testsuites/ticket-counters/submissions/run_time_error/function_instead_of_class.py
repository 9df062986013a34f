def assign(counters, minutes):
    until = [0] * counters
    chosen = []
    for duration in minutes:
        counter = until.index(min(until))
        until[counter] += duration
        chosen.append(counter)
    return chosen
