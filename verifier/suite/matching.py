"""Matching answers whose order is free, where numbers need only be close.

Elements that need no tolerance are compared by their keys, so a million of them cost a million steps. Only what is
left over is sorted and paired, and only a small rest of that is matched as a graph: a hostile answer can't make this
quadratic.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

MAX_MATCHED = 200
"""Elements of one shape that may be matched as a graph, which takes up to the square of this in comparisons."""
MAX_COMPARISONS = 2_000_000
"""Comparisons of numbers, for one answer, outside the sorted pass: about a second."""

Order = tuple[int, float]
"""A sort key for a number; that of NaN comes last."""
NOT_A_NUMBER: Order = (1, 0.0)


@dataclass(frozen=True, slots=True)
class Element:
    """One element of an answer."""

    key: str
    """Equal for elements that are equal without any tolerance."""
    shape: str
    """The key with every number that may be off blanked out."""
    numbers: tuple[object, ...]
    """What was blanked out."""
    places: tuple[Order, ...]
    """Where each of the numbers sorts."""


Near = Callable[[object, object], bool]
"""Whether an actual number is close enough to an expected one."""


class _Budget:
    def __init__(self, near: Near) -> None:
        self.near = near
        self.left = MAX_COMPARISONS

    def alike(self, actual: Element, expected: Element) -> bool:
        """Of two elements of one shape. Nothing is alike once the budget is spent."""
        for a, e in zip(actual.numbers, expected.numbers, strict=True):
            self.left -= 1
            if self.left < 0 or not self.near(a, e):
                return False
        return True


def same_multiset(actual: Sequence[Element], expected: Sequence[Element], near: Near) -> bool:
    """Whether the elements can be paired one to one, each pair close enough."""
    if len(actual) != len(expected):
        return False
    surplus, missing = _left_over(actual, expected), _left_over(expected, actual)
    answers, wanted = _by_shape(surplus), _by_shape(missing)
    if {s: len(group) for s, group in answers.items()} != {s: len(group) for s, group in wanted.items()}:
        return False
    budget = _Budget(near)
    return all(_pair(answers[shape], group, budget) for shape, group in wanted.items())


def same_set(actual: Sequence[Element], expected: Sequence[Element], near: Near) -> bool:
    """Whether every element of either side has one close enough to it on the other; how often doesn't matter."""
    answers, wanted = _by_shape({e.key: e for e in actual}.values()), _by_shape({e.key: e for e in expected}.values())
    if answers.keys() != wanted.keys():
        return False
    budget = _Budget(near)
    return all(
        _covered(answers[shape], group, budget.alike, near)
        and _covered(group, answers[shape], lambda e, a: budget.alike(a, e), lambda e, a: near(a, e))
        for shape, group in wanted.items()
    )


def _left_over(elements: Iterable[Element], others: Iterable[Element]) -> list[Element]:
    """The elements without those that occur among the others, each as often as it does."""
    there = Counter(element.key for element in others)
    rest = []
    for element in elements:
        if there[element.key] > 0:
            there[element.key] -= 1
        else:
            rest.append(element)
    return rest


def _by_shape(elements: Iterable[Element]) -> dict[str, list[Element]]:
    groups: defaultdict[str, list[Element]] = defaultdict(list)
    for element in elements:
        groups[element.shape].append(element)
    for group in groups.values():
        group.sort(key=lambda element: element.places)
    return dict(groups)


def _pair(actual: list[Element], expected: list[Element], budget: _Budget) -> bool:
    """Of one shape and equal length, sorted: pair them in order. Noise in a leading number can misplace elements
    that tie in it, so the pairs that don't fit are matched freely as far as they are few."""
    if not expected[0].numbers:
        return False  # equal shapes without a number are equal, and were paired before
    misfits = [
        (a, e)
        for a, e in zip(actual, expected, strict=True)
        if not all(budget.near(x, y) for x, y in zip(a.numbers, e.numbers, strict=True))
    ]
    if not misfits:
        return True
    if len(expected) <= MAX_MATCHED:
        return _match(actual, expected, budget)
    if len(misfits) <= MAX_MATCHED:
        return _match([a for a, _ in misfits], [e for _, e in misfits], budget)
    return False


def _match(actual: list[Element], expected: list[Element], budget: _Budget) -> bool:
    """A perfect matching, by augmenting paths (Kuhn). Recursion is at most MAX_MATCHED deep."""
    fits = [[i for i, a in enumerate(actual) if budget.alike(a, e)] for e in expected]
    partner: dict[int, int] = {}

    def place(e: int, tried: set[int]) -> bool:
        for a in fits[e]:
            if a not in tried:
                tried.add(a)
                if a not in partner or place(partner[a], tried):
                    partner[a] = e
                    return True
        return False

    return all(place(e, set()) for e in range(len(expected)))


def _covered(
    elements: list[Element], others: list[Element], alike: Callable[[Element, Element], bool], near: Near
) -> bool:
    """Whether each element is alike to one of the others (sorted): looked for around the place where it would be."""
    if not others[0].numbers:
        return True
    places = [other.places[0] for other in others]
    known = {other.key for other in others}
    for element in elements:
        if element.key in known:
            continue
        first = element.numbers[0]
        start = bisect_left(places, element.places[0])
        for step in (range(start, len(others)), range(start - 1, -1, -1)):
            found = False
            for i in step:
                if not near(first, others[i].numbers[0]):
                    break
                if alike(element, others[i]):
                    found = True
                    break
            if found:
                break
        else:
            return False
    return True
