class Solution:
    def assign(self, counters, minutes):
        until = [0] * counters
        chosen = []
        for duration in minutes:
            counter = until.index(min(until))
            until[counter] += duration
            chosen.append(counter)
        return chosen


if __name__ == "__main__":
    print(Solution().assign(2, [3, 1, 1, 1]))
