"""The submission of the benchmark of test files: a function and a small class, as an exercise has them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable


def most_common_words(text: str, count: int = 3) -> list[tuple[str, int]]:
    """The words of `text` that occur most, in lower case, with how often they do; by the alphabet where equal."""
    if count < 0:
        raise ValueError("count must not be negative")
    words = Counter(re.findall(r"[a-z']+", text.lower()))
    return sorted(words.items(), key=lambda item: (-item[1], item[0]))[:count]


class OutOfStock(Exception):
    """There is not enough of it."""


class Inventory:
    """How much there is of each item."""

    def __init__(self, items: Iterable[tuple[str, int]] = ()) -> None:
        self._amounts: dict[str, int] = {}
        for name, amount in items:
            self.add(name, amount)

    def add(self, name: str, amount: int = 1) -> None:
        if amount < 1:
            raise ValueError("amount must be at least 1")
        self._amounts[name] = self._amounts.get(name, 0) + amount

    def remove(self, name: str, amount: int = 1) -> int:
        """Returns what is left."""
        if self._amounts.get(name, 0) < amount:
            raise OutOfStock(f"only {self._amounts.get(name, 0)} of {name}")
        self._amounts[name] -= amount
        left = self._amounts[name]
        if not left:
            del self._amounts[name]
        return left

    @property
    def names(self) -> list[str]:
        return sorted(self._amounts)

    def __len__(self) -> int:
        return sum(self._amounts.values())

    def __contains__(self, name: object) -> bool:
        return name in self._amounts
