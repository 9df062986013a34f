import heapq


class Solution:
    def assign(self, counters: int, minutes: list[int]) -> list[int]:
        free = [(0, counter) for counter in range(counters)]
        order = []
        for duration in minutes:
            time, counter = free[0]
            order.append(counter)
            heapq.heapreplace(free, (time + duration, counter))
        return order
