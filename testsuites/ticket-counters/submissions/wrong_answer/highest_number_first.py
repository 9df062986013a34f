class Solution:
    def assign(self, counters, minutes):
        until = [0] * counters
        chosen = []
        for duration in minutes:
            counter = max(range(counters), key=lambda number: (-until[number], number))
            until[counter] += duration
            chosen.append(counter)
        return chosen
