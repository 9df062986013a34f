"""What a target may cost, in counts and not by a clock: a busy machine must not fail it."""

from __future__ import annotations

import datetime
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from fractions import Fraction
from typing import Any

from verifier.sandbox.values import Opaque

counts_calls = True
"""Switched off where another hook of the interpreter is in use; a time limit stands in for it there."""


class TooMuch(BaseException):
    """No `except Exception` of a parser is to swallow it."""


@contextmanager
def at_most(calls: int) -> Iterator[None]:
    """Raises TooMuch where the body calls more Python functions than that. (A loop within one call is not seen.)"""
    if not counts_calls:
        yield
        return
    left = calls

    def count(frame: Any, event: str, arg: Any) -> None:
        nonlocal left
        if event == "call":
            left -= 1
            if left < 0:
                sys.setprofile(None)
                raise TooMuch(f"more than {calls} calls")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        yield
    finally:
        sys.setprofile(before)


_TIMES = (datetime.date, datetime.time, datetime.timedelta)


def weight(value: Any, *, opaque: bool = False) -> int:
    """How much a plain value holds: parts, characters and digits. Raises AssertionError for what is not plain, to the
    exact type. Does not end where a value holds itself."""
    total, todo = 0, [value]
    while todo:
        value = todo.pop()
        kind = type(value)
        total += 1
        if kind in (list, tuple, set, frozenset):
            todo += value
        elif kind is dict:
            todo += value
            todo += value.values()
        elif kind in (str, bytes):
            total += len(value)
        elif kind is int:
            total += value.bit_length() // 4
        elif kind is range:
            todo += (value.start, value.stop, value.step)
        elif kind is Fraction:
            todo += (value.numerator, value.denominator)
        elif kind is Decimal:
            total += len(value.as_tuple().digits)
        elif kind is Opaque and opaque:
            total += len(value.type_name)
        else:
            assert value is None or kind in (bool, float, complex, datetime.datetime, *_TIMES), f"not plain: {kind}"
    return total


def is_plain(value: Any) -> bool:
    """And all of it crosses by value."""
    try:
        return weight(value) >= 0
    except AssertionError:
        return False


def alike(one: Any, other: Any) -> bool:
    """Whether two plain values are the same in every part: by type, and a NaN is itself."""
    kind = type(one)
    if kind is not type(other):
        return False
    if kind is list or kind is tuple:
        return len(one) == len(other) and all(map(alike, one, other))
    if kind is dict:
        return len(one) == len(other) and all(map(alike, one, other)) and all(map(alike, one.values(), other.values()))
    if kind is set or kind is frozenset:
        return len(one) == len(other) and sorted(map(repr, one)) == sorted(map(repr, other))
    return repr(one) == repr(other)
