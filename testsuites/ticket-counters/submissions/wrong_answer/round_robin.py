class Solution:
    def assign(self, counters: int, minutes: list[int]) -> list[int]:
        return [person % counters for person in range(len(minutes))]
