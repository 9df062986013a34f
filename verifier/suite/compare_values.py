"""Equality of plain values, as a judge needs it: structural, tolerant where floats are, and safe on hostile answers.

Only exact built-in types are ever compared with `==`, so no code of a value can run; a value of any other type equals
nothing. The walk follows the expected value and compares lengths first, so its cost is bounded by that of the expected
value. Lists are walked with a stack, not by recursion.
"""

from __future__ import annotations

import datetime
import math
from collections import deque
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from operator import itemgetter
from typing import Any

from verifier.suite.literals import MAX_NESTING
from verifier.suite.matching import NOT_A_NUMBER, Element, Order, same_multiset, same_set


@dataclass(frozen=True, slots=True)
class Rules:
    """What counts as equal."""

    abs_tol: float = 1e-9
    rel_tol: float = 1e-6
    """Relative to the expected value only: an answer must not widen its own tolerance."""
    tolerant_integers: bool = False
    """Whether the tolerance holds for expected integers and other exact numbers too."""
    fold_case: bool = False
    """Of text values; keys of a dict are always as they are."""
    strict_sequences: bool = False
    strict_numbers: bool = False


SAME = ""
TYPE, LENGTH, VALUE, ELEMENTS, KEYS, DEPTH = (
    "type differs",
    "length differs",
    "value differs",
    "elements differ",
    "keys differ",
    "nested too deeply",
)

ATOMS: frozenset[type] = frozenset({type(None), bool, int, str, bytes})
"""Equal by `==` where the types are the same, if case counts."""
_NUMBERS: frozenset[type] = frozenset({int, float, complex, bool, Decimal, Fraction})
_TIMES: frozenset[type] = frozenset(
    {datetime.date, datetime.time, datetime.datetime, datetime.timedelta, datetime.timezone}
)
_SEQUENCES: frozenset[type] = frozenset({list, tuple, range, deque})
_SETS: frozenset[type] = frozenset({set, frozenset})
_QUICK = ATOMS | {float}
_KEYS = ATOMS | _NUMBERS | _TIMES | {tuple, frozenset, range}

_MAX_DECIMAL_BITS = 1 << 16
"""Of an integer that is compared with a Decimal: the conversion takes time that grows with the square."""
_MAX_DECIMAL_DIGITS = 400
"""Of a Decimal that is written as the ratio of two integers, of some 300 characters. Floats have fewer; a longer one
is, as an element in any order, no match for an integer."""
_MAX_WALKED_RANGE = 100
"""A longer range that is an element of a set equals only a range written alike: an answer could be a thousand ranges
of a billion numbers each."""
_ABSENT = object()


def difference(actual: object, expected: object, rules: Rules) -> str:
    """Why the values differ, in a few words that tell nothing of the expected value, or "" where they are equal."""
    stack: list[_Pair] = [(actual, expected, 0, None)]
    while stack:
        a, e, depth, top = stack.pop()
        if depth > MAX_NESTING:
            return DEPTH
        inner: list[_Pair] = []
        reason = _differs(a, e, depth, top, rules, inner)
        if reason:
            return reason if top is None else f"element {top}: {reason}"
        inner.reverse()  # so that the first difference is the one that is told
        stack += inner
    return SAME


_Pair = tuple[Any, Any, int, int | None]
"""Actual, expected, how deep, and the position in the outermost sequence."""


def _differs(a: Any, e: Any, depth: int, top: int | None, rules: Rules, inner: list[_Pair]) -> str:
    """Compare one level. What can't be decided here is added to `inner`."""
    ta, te = type(a), type(e)
    if te in _NUMBERS:
        if ta not in _NUMBERS:
            return TYPE
        return SAME if near(a, e, rules) else VALUE
    if te is str:
        if ta is not str:
            return TYPE
        return SAME if same_text(a, e, rules.fold_case) else VALUE
    if te is type(None) or te is bytes or te in _TIMES:
        if ta is not te:
            return TYPE
        return SAME if a == e else VALUE
    if te in _SEQUENCES:
        if ta not in _SEQUENCES or (rules.strict_sequences and ta is not te):
            return TYPE
        if ta is te is range:  # may be too long to walk
            return SAME if a == e else VALUE
        if _length(a) != _length(e):
            return LENGTH
        for position, (x, y) in enumerate(zip(a, e, strict=True)):
            tx = type(x)
            if tx is not type(y) or tx not in _QUICK or x != y:
                inner.append((x, y, depth + 1, position if depth == 0 else top))
        return SAME
    if te in _SETS:
        if ta not in _SETS:
            return TYPE
        if len(a) != len(e):
            return LENGTH
        return SAME if same_elements(a, e, rules) else ELEMENTS
    if te is dict:
        if ta is not dict:
            return TYPE
        if len(a) != len(e):
            return LENGTH
        if not _KEYS.issuperset(map(type, a)):
            return KEYS
        for key, y in e.items():
            x = a.get(key, _ABSENT)
            if x is _ABSENT:
                return KEYS
            inner.append((x, y, depth + 1, top))
        return SAME
    return TYPE


def _is_walked(numbers: range) -> bool:
    return 0 <= _length(numbers) <= _MAX_WALKED_RANGE


def _length(sequence: Any) -> int:
    try:
        return len(sequence)
    except OverflowError:  # a range longer than any list
        return -1


def same_text(actual: str, expected: str, fold_case: bool) -> bool:
    """Equality of text; without regard to case where `fold_case` says so."""
    if actual == expected or not fold_case:
        return actual == expected
    folded = expected.casefold()
    return len(actual) <= len(folded) and actual.casefold() == folded  # folding never makes text shorter


def near(actual: Any, expected: Any, rules: Rules) -> bool:
    """Whether a number is the expected one, or close enough where the rules are tolerant: where the expected number is
    a float or complex, or with `tolerant_integers`. NaN is near NaN only, an infinity only itself."""
    te = type(expected)
    if rules.strict_numbers and type(actual) is not te:
        return False
    if _equal(actual, expected):
        return True
    if not (te is float or te is complex or (rules.tolerant_integers and te is not bool)):
        return _is_nan(actual) and _is_nan(expected)
    if te is complex or type(actual) is complex:
        try:
            a, e = complex(actual), complex(expected)
        except (OverflowError, ValueError):
            return False
        if math.isfinite(e.real) and math.isfinite(e.imag):
            return _within(math.hypot(a.real - e.real, a.imag - e.imag), math.hypot(e.real, e.imag), rules)
        return _near_floats(a.real, e.real, rules) and _near_floats(a.imag, e.imag, rules)
    try:
        return _near_floats(float(actual), float(expected), rules)
    except (OverflowError, ValueError):  # an integer beyond all floats, a signalling NaN
        return _is_nan(actual) and _is_nan(expected)


def _near_floats(a: float, e: float, rules: Rules) -> bool:
    if not math.isfinite(e):
        return a == e or (math.isnan(a) and math.isnan(e))
    return _within(abs(a - e), abs(e), rules)


def _within(distance: float, size: float, rules: Rules) -> bool:
    """Not for a distance of exactly zero tolerance: two integers beyond 2**53 may become the same float."""
    tolerance = max(rules.rel_tol * size, rules.abs_tol)
    return tolerance > 0 and distance <= tolerance and math.isfinite(distance)


def _is_nan(number: Any) -> bool:
    if isinstance(number, Decimal):
        return number.is_nan()
    return isinstance(number, float) and math.isnan(number)


def _equal(a: Any, e: Any) -> bool:
    for one, other in ((a, e), (e, a)):
        huge = type(one) is Decimal and type(other) in (int, Fraction)
        if huge and max(other.numerator.bit_length(), other.denominator.bit_length()) > _MAX_DECIMAL_BITS:
            return False
    try:
        return bool(a == e)
    except (ArithmeticError, ValueError):  # a signalling NaN
        return False


class _Opaque(Exception):
    """A value that equals nothing, or is nested too deeply to say."""


def same_elements(actual: Any, expected: Any, rules: Rules, *, count: bool = True) -> bool:
    """Whether two collections have equal elements in any order; with `count`, each equally often. For `count` the
    caller has compared the lengths."""
    try:
        wanted = [_element(item, rules) for item in expected]
        largest = max(map(_parts, expected), default=0)
        distinct = {element.key for element in wanted}
        tolerant = any(element.numbers for element in wanted)
        # Near-equal duplicates of a float are fine, but not an endless range of them.
        most = 4 * len(distinct) + 1000
        answers: list[Element] = []
        seen: set[str] = set()
        for item in actual:
            if _parts(item, largest) > largest:
                return False  # it equals none of them, and its key could need a thousand times its room
            element = _element(item, rules)
            if not count:
                if element.key in seen:
                    continue
                seen.add(element.key)
                if len(seen) > most:
                    return False
            if not tolerant and element.key not in distinct:
                return False
            answers.append(element)
    except (_Opaque, RecursionError):
        return False

    def is_near(a: object, e: object) -> bool:
        return near(a, e, rules)

    compare = same_multiset if count else same_set
    return compare(answers, wanted, is_near)


def _element(value: object, rules: Rules) -> Element:
    key = _key(value, rules, None, 0)
    if "n" not in key:  # no number inside, so nothing that can be off
        return Element(key, key, (), ())
    numbers: list[Any] = []
    shape = _key(value, rules, numbers, 0)
    return Element(key, shape, tuple(numbers), tuple(map(_order, numbers)))


def _parts(value: Any, most: float = math.inf) -> int:
    """How many values there are within this one, ranges that are walked included; anything above `most` where there
    are more. Equal values have equally many."""
    found, left = 0, [value]
    while left:
        part = left.pop()
        kind = type(part)
        if kind is range:
            found += _length(part) if _is_walked(part) else 0
        elif kind is dict:
            found += 2 * len(part)
            left += part
            left += part.values()
        elif kind in _SEQUENCES or kind in _SETS:
            found += len(part)
            left += part
        if found > most:
            break
    return found


_PYTHON = Rules(strict_sequences=True)
"""How Python itself compares: the keys of a dict."""


def _key(value: Any, rules: Rules, numbers: list[Any] | None, depth: int) -> str:
    """Text that is equal for values that are equal without tolerance. It is text, since hashes of integers can be
    made to collide and those of text can't. With `numbers`, numbers are blanked out and added there instead."""
    kind = type(value)
    if depth > MAX_NESTING:
        raise _Opaque
    if kind is str:
        text = value.casefold() if rules.fold_case else value
        return f"s{len(text)}:{text}"
    if kind in _NUMBERS:
        name = kind.__name__ if rules.strict_numbers else ""
        if numbers is not None:
            numbers.append(value)
            return f"n{name}"
        return f"n{name}={_number_key(value)}"
    if kind in _SEQUENCES:
        if kind is range and not _is_walked(value):
            return f"range({value.start:x},{value.stop:x},{value.step:x})"
        parts = []
        for item in value:
            parts.append(_key(item, rules, numbers, depth + 1))
        return f"{kind.__name__ if rules.strict_sequences else ''}[{','.join(parts)}]"
    if kind in _SETS:
        return "{" + ",".join(_unordered_keys(value, rules, numbers, depth)) + "}"
    if kind is dict:
        # By the text alone: of several NaN among the keys not all can be compared.
        pairs = sorted(((_key(key, _PYTHON, None, depth + 1), item) for key, item in value.items()), key=itemgetter(0))
        parts = []
        for text, item in pairs:
            parts.append(f"{text}:{_key(item, rules, numbers, depth + 1)}")
        return "d{" + ",".join(parts) + "}"
    if kind is bytes:
        return f"b{len(value)}:{value.decode('latin-1')}"
    if value is None:
        return "-"
    if kind in _TIMES:
        return f"t{kind.__name__}:{value!r}"
    raise _Opaque


def _unordered_keys(items: Any, rules: Rules, numbers: list[Any] | None, depth: int) -> list[str]:
    parts: list[tuple[str, list[Any], list[Any]]] = []
    for item in items:
        inner: list[Any] = []
        text = _key(item, rules, None if numbers is None else inner, depth + 1)
        parts.append((text, [_order(number) for number in inner], inner))
    parts.sort(key=lambda part: part[:2])
    if numbers is not None:
        for _, _, inner in parts:
            numbers += inner
    return [text for text, _, _ in parts]


def _number_key(number: Any) -> str:
    """Equal for numbers that are equal by `==`, whatever their types; NaN equals NaN."""
    kind = type(number)
    if kind is complex:
        if number.imag != 0:
            return f"{_number_key(number.real)}+{_number_key(number.imag)}j"
        number, kind = number.real, float
    if kind is int or kind is bool:
        return f"{number:x}"
    if kind is Decimal:
        if not number.is_finite():
            return "nan" if number.is_nan() else str(number)[:1].replace("I", "") + "inf"
        if abs(number.adjusted()) > _MAX_DECIMAL_DIGITS or len(number.as_tuple().digits) > _MAX_DECIMAL_DIGITS:
            return _scientific(number)  # its ratio could have a billion digits
    elif kind is float and not math.isfinite(number):
        return repr(number)
    over, under = number.as_integer_ratio()
    return f"{over:x}" if under == 1 else f"{over:x}/{under:x}"


def _scientific(number: Decimal) -> str:
    """Equal for equal Decimals."""
    sign, digits, _ = number.as_tuple()
    text = "".join(map(str, digits)).strip("0")
    return f"D{sign}.{text}e{number.adjusted()}" if text else "0"


def _order(number: Any) -> Order:
    if isinstance(number, complex):
        number = number.real
    try:
        value = float(number)
    except OverflowError:
        value = math.inf if number > 0 else -math.inf
    except ValueError:  # a signalling NaN
        value = math.nan
    return NOT_A_NUMBER if math.isnan(value) else (0, value)
