import functools


class Solution:
    @functools.lru_cache(maxsize=None)
    def solve(self, factor, n):
        return factor * n + 1

    def __call__(self, n):
        return functools.partial(self.solve, 3)(n)


f = Solution()
