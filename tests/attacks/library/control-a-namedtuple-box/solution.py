from typing import NamedTuple


class _Box(NamedTuple):
    value: int


class Box(_Box):
    __slots__ = ()

    def __new__(cls, n):
        return super().__new__(cls, 3 * n + 1)
