class Solution:
    def assign(self, counters, minutes):
        clock, until, chosen = 0, [0] * counters, []
        for duration in minutes:
            while min(until) > clock:
                if max(until) < 40:
                    clock += 1
            counter = next(number for number in range(counters) if until[number] <= clock)
            until[counter] = clock + duration
            chosen.append(counter)
        return chosen
