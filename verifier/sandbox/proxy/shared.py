"""Lists, dicts, sets and bytearrays that both sides have, and that stay the same on both.

Plain data crosses by copy. But a list that is an attribute of an object, a constant of a module, or an argument that
was put into one, can be seen and changed from both sides later on. Such a container gets a number; with each message
goes what became of those that have changed since the last one. A container that nobody else holds where it comes from
(most answers are such) needs none of this: it is told by its reference count.

One is forgotten by both when nothing on the tests' side refers to it any more, or nothing in the submission. Once there
are threads none is forgotten, since messages may then cross; there are at most MAX_SHARED, and those beyond are copies.
"""

from __future__ import annotations

import operator
import sys
from typing import Any

from verifier.sandbox.values import NotPlain

MAX_SHARED = 5_000
MAX_ITEMS = 200_000
"""In all shared containers together, as far as they are looked through for changes with each message."""


class Shared:
    """One side's shared containers."""

    def __init__(self, sign: int) -> None:
        self._entries: dict[int, list[Any]] = {}
        """By number: the container, and a copy of it as it was when both sides had the same."""
        self._numbers: dict[int, int] = {}
        self._last_number = 0
        self._sign = sign
        self._items = 0
        self.forgets = True
        """False where messages may cross."""

    def __len__(self) -> int:
        return len(self._entries)

    def number_of(self, container: Any) -> int | None:
        return self._numbers.get(id(container))

    def get(self, number: int) -> Any:
        return self._entries[number][0]

    def new_number(self, container: Any) -> int | None:
        """The number that a container gets, or has; None where there are too many."""
        number = self._numbers.get(id(container))
        if number is not None:
            return number
        if len(self._entries) >= MAX_SHARED or self._items > MAX_ITEMS:
            return None
        self._last_number += 1
        return self.add(self._last_number * self._sign, container)

    def add(self, number: Any, container: Any) -> int:
        """Raises NotPlain for what the other side may not say."""
        known = self._numbers.get(id(container))
        if known is not None:
            return known
        if type(number) is not int or number in self._entries or len(self._entries) >= 2 * MAX_SHARED:
            raise NotPlain("not the number of a shared container")
        self._entries[number] = [container, None]
        self._numbers[id(container)] = number
        self._settle(number)
        return number

    def _settle(self, number: int) -> None:
        entry = self._entries[number]
        self._items += len(entry[0]) - (0 if entry[1] is None else len(entry[1]))
        entry[1] = entry[0].copy()

    def settle(self, number: int) -> None:
        """Both sides have the same now."""
        self._settle(number)

    def changed(self) -> list[tuple[int, Any, int]]:
        """Number, container, and from which place on a list has become longer; -1 where that is not all."""
        found = []
        for number, (container, before) in self._entries.items():
            start = _difference(container, before)
            if start is not None:
                found.append((number, container, start))
        return found

    def forget_unused(self) -> list[int]:
        """Numbers of those that nothing else on this side refers to, and that are forgotten now."""
        if not self.forgets:
            return []
        unused = [number for number, entry in self._entries.items() if sys.getrefcount(entry[0]) <= 2]
        self.forget(unused)
        return unused

    def forget(self, numbers: list[int]) -> None:
        for number in numbers:
            container, before = self._entries.pop(number)
            self._items -= len(before)
            del self._numbers[id(container)]


def _difference(now: Any, then: Any) -> int | None:
    """None where both hold the same. By identity: no object is asked whether it is equal."""
    if type(now) is list:
        if len(now) == len(then):
            return None if all(map(operator.is_, now, then)) else -1
        return len(then) if len(now) > len(then) and all(map(operator.is_, then, now)) else -1
    return None if len(now) == len(then) and _same_items(now, then) else -1


def _same_items(now: Any, then: Any) -> bool:
    if type(now) is bytearray:
        return bool(now == then)
    if isinstance(now, set):
        return all(map(operator.is_, now, then)) or {id(v) for v in now} == {id(v) for v in then}
    if isinstance(now, dict):
        return all(map(operator.is_, now, then)) and all(map(operator.is_, now.values(), then.values()))
    return all(map(operator.is_, now, then))


def same(now: Any, then: Any) -> bool:
    """Whether a container holds what a copy of it holds."""
    return len(now) == len(then) and _same_items(now, then)


def replace(container: Any, content: Any) -> None:
    """Puts `content`, a container of the same type, into `container`. Raises NotPlain where it is of another."""
    if type(container) is not type(content):
        raise NotPlain("a container became one of another type")
    if type(container) is list or type(container) is bytearray:
        container[:] = content
    else:
        container.clear()
        if isinstance(container, dict | set):
            container.update(content)
        else:
            container.extend(content)
