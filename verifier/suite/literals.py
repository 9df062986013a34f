"""Suite values from text: strict JSON, and Python literals where JSON lacks a type.

`{"$py": "(1, 2)"}` anywhere inside a value stands for that Python literal. The text is parsed with `ast` and only
data is built from it: nothing is ever evaluated, so a suite from a stranger can be wrong but can't run code here.
"""

from __future__ import annotations

import ast
import datetime
import json
import math
import re
from collections import deque
from collections.abc import Callable
from copy import copy
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import NoReturn

MAX_NESTING = 500
"""Levels that a value may nest. The walkers of this package use one Python frame a level, and the interpreter's
own limit is 1000."""
MAX_LITERAL_CHARS = 1 << 20
"""`ast` needs some hundred times the text in memory."""

LEAVES: frozenset[type] = frozenset(
    {
        type(None), bool, int, float, complex, str, bytes, range, Decimal, Fraction,
        datetime.date, datetime.time, datetime.datetime, datetime.timedelta, datetime.timezone,
    }
)  # fmt: skip
"""Exact types of values that hold no other value."""


class ValueProblem(ValueError):
    """A value can't be part of a suite. `path` leads from the value that was given to the place, as in `[0]['x']`."""

    def __init__(self, problem: str) -> None:
        self.problem = problem
        self.path = ""
        super().__init__(problem)

    def under(self, step: str) -> ValueProblem:
        """The same problem, seen from one level further out."""
        self.path = step + self.path
        return self


def load_json(text: str, *, constants: bool = True) -> object:
    """Parse exactly one JSON document.

    Stricter than `json.loads`: an object that names a key twice is refused, since a judge must not depend on which of
    the two a parser keeps. `constants` says whether NaN and Infinity, which JSON proper doesn't have, may appear.

    Raises ValueError with a readable reason: not JSON, a key given twice, a constant, an integer beyond the
    interpreter's digit limit, or too deep.
    """
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_constant=None if constants else _refuse_constant)
    except json.JSONDecodeError as error:
        raise ValueError(f"not valid JSON: {error.msg} at line {error.lineno}, column {error.colno}") from None
    except RecursionError:
        raise ValueError("nested too deeply") from None
    except ValueError as error:
        if "integer string conversion" in str(error):
            raise ValueError('an integer has too many digits; write it as {"$py": "0x..."}') from None
        raise


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    out = dict(pairs)
    if len(out) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise ValueError(f"key {twice!r} is given twice in one object; keep one of them")
    return out


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def decode_value(value: object, depth: int = 0) -> object:
    """A copy of `value` with every `{"$py": ...}` replaced by what it stands for.

    Raises ValueProblem for a bad literal, for a type that can't be part of a suite, and for nesting beyond
    MAX_NESTING (a value that contains itself, too).
    """
    kind = type(value)
    if kind in LEAVES:
        return value
    if depth >= MAX_NESTING:
        raise ValueProblem(f"nested deeper than {MAX_NESTING} levels")
    if isinstance(value, dict) and kind is dict:
        if "$py" in value:
            return _decode_marked(value)
        mapping: dict[object, object] = {}
        for key, item in value.items():
            try:
                mapping[key if type(key) is str else decode_value(key, depth + 1)] = decode_value(item, depth + 1)
            except ValueProblem as problem:
                raise problem.under(f"[{key!r}]") from None
        return mapping
    if isinstance(value, (list, tuple, set, frozenset, deque)) and kind in _COLLECTIONS:
        if LEAVES.issuperset(map(type, value)):
            return copy(value)
        items: list[object] = []
        for item in value:
            try:
                items.append(decode_value(item, depth + 1))
            except ValueProblem as problem:
                raise problem.under(f"[{len(items)}]") from None
        return _COLLECTIONS[kind](items)
    raise ValueProblem(f"a value of type {kind.__name__} can't be part of a suite; use plain data")


_COLLECTIONS: dict[type, Callable[[list[object]], object]] = {
    kind: kind for kind in (list, tuple, set, frozenset, deque)
}


def _decode_marked(value: dict[object, object]) -> object:
    text = value["$py"]
    if len(value) != 1:
        raise ValueProblem('an object with the key "$py" must have no other key')
    if not isinstance(text, str):
        raise ValueProblem('"$py" must be text that holds a Python literal, such as {"$py": "(1, 2)"}')
    return parse_literal(text)


def parse_literal(text: str) -> object:
    """The value of a Python literal: every literal of the language, `inf` and `nan`, and calls such as
    `Decimal('1.5')`, `Fraction(1, 3)`, `datetime.date(2024, 1, 31)`, `deque([1])`, `range(3)`, `frozenset({1})`, with
    or without the module's name before them.

    Raises ValueProblem for anything else, and for text beyond MAX_LITERAL_CHARS.
    """
    if len(text) > MAX_LITERAL_CHARS:
        raise ValueProblem(f"a $py literal may have at most {MAX_LITERAL_CHARS} characters")
    try:
        return _build(ast.parse(text.strip(), mode="eval").body, 0)
    except ValueProblem:
        raise
    except (MemoryError, RecursionError):
        raise ValueProblem("a $py literal is nested too deeply") from None
    except SyntaxError as error:
        raise ValueProblem(f"not a Python literal: {error.msg}") from None
    except (ValueError, TypeError, ArithmeticError) as error:
        raise ValueProblem(f"not a usable Python literal: {error}") from None


def _build(node: ast.expr, depth: int) -> object:
    if depth > MAX_NESTING:
        raise ValueProblem(f"a $py literal is nested deeper than {MAX_NESTING} levels")
    match node:
        case ast.Constant(value=value) if type(value) in LEAVES:
            return value
        case ast.Name() | ast.Attribute() if (name := _name(node)) in _NAMES:
            return _NAMES[name]
        case ast.UnaryOp(op=ast.USub() | ast.UAdd() as op, operand=operand):
            number = _build(operand, depth + 1)
            if type(number) in _NUMBERS:
                return -number if isinstance(op, ast.USub) else number  # type: ignore[operator]
        case ast.BinOp(op=ast.Add() | ast.Sub() as op, left=left, right=right):
            real, imaginary = _build(left, depth + 1), _build(right, depth + 1)
            if type(real) in (int, float) and type(imaginary) is complex:  # as in `1 + 2j`, and nothing more
                return real + imaginary if isinstance(op, ast.Add) else real - imaginary  # type: ignore[operator]
        case ast.List(elts=nodes):
            return _build_all(nodes, depth)
        case ast.Tuple(elts=nodes):
            return tuple(_build_all(nodes, depth))
        case ast.Set(elts=nodes):
            return set(_build_all(nodes, depth))
        case ast.Dict(keys=keys, values=values):
            if None not in keys:
                return dict(zip(_build_all(keys, depth), _build_all(values, depth), strict=True))  # type: ignore[arg-type]
        case ast.Call(func=function, args=nodes, keywords=keywords):
            return _call(_name(function), nodes, keywords, depth)
    what = ast.unparse(node) if depth < 50 else type(node).__name__
    raise ValueProblem(f"not a Python literal: {what[:60]!r}")


def _build_all(nodes: list[ast.expr], depth: int) -> list[object]:
    out = []
    for node in nodes:
        out.append(_build(node, depth + 1))
    return out


def _name(node: ast.expr) -> str:
    """`Decimal` of `Decimal` and of `decimal.Decimal`; "" where the module is not the one that has the name."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        if isinstance(node.value, ast.Name) and node.value.id == _MODULE_OF.get(node.attr):
            return node.attr
        if node.attr == "utc" and _name(node.value) == "timezone":
            return "timezone.utc"
    return ""


def _call(name: str, nodes: list[ast.expr], keywords: list[ast.keyword], depth: int) -> object:
    make = _CALLS.get(name)
    if make is None:
        known = ", ".join(sorted(_CALLS))
        raise ValueProblem(f"a $py literal can't call {name or 'that'!r}; it can call {known}")
    arguments = _build_all(nodes, depth)
    named: dict[str, object] = {}
    for keyword in keywords:
        if keyword.arg is None:
            raise ValueProblem("a $py literal can't unpack arguments")
        named[keyword.arg] = _build(keyword.value, depth + 1)
    return make(*arguments, **named)


def _float(text: object) -> float:
    if not isinstance(text, (str, int, float)):
        raise TypeError("float() takes one number or text")
    return float(text)


def _complex(real: float, imaginary: float = 0.0) -> complex:
    return complex(real, imaginary)


def _decimal(value: object) -> Decimal:
    if type(value) not in (str, int, float):
        raise TypeError("Decimal() takes one number or text")
    try:
        return Decimal(value)  # type: ignore[arg-type]
    except InvalidOperation:
        raise ValueError("Decimal() can't read that text") from None


_FRACTION = re.compile(r"\s*[+-]?[0-9]{1,4000}(/[0-9]{1,4000}|\.[0-9]{1,4000})?\s*")


def _fraction(numerator: object, denominator: object = 1) -> Fraction:
    # No exponents: Fraction('1e999999999') would build an integer of that many digits.
    if isinstance(numerator, str) and denominator == 1 and _FRACTION.fullmatch(numerator):
        return Fraction(numerator)
    if type(numerator) is int and type(denominator) is int:
        return Fraction(numerator, denominator)
    raise TypeError("Fraction() takes one or two integers, or text such as '1/3'")


def _collection(kind: Callable[..., object]) -> Callable[..., object]:
    def make(items: object = (), **named: object) -> object:
        if type(items) is range and len(items) > MAX_LITERAL_CHARS:
            raise ValueError("the range is too long")
        return kind(items, **named)

    return make


_CALLS: dict[str, Callable[..., object]] = {
    "set": _collection(set),
    "frozenset": _collection(frozenset),
    "deque": _collection(deque),
    "range": range,
    "float": _float,
    "complex": _complex,
    "Decimal": _decimal,
    "Fraction": _fraction,
    "date": datetime.date,
    "datetime": datetime.datetime,
    "time": datetime.time,
    "timedelta": datetime.timedelta,
    "timezone": datetime.timezone,
}
_NAMES: dict[str, object] = {"inf": math.inf, "nan": math.nan, "timezone.utc": datetime.UTC}
_MODULE_OF = {"inf": "math", "nan": "math", "deque": "collections", "Decimal": "decimal", "Fraction": "fractions"}
_MODULE_OF |= dict.fromkeys(("date", "datetime", "time", "timedelta", "timezone"), "datetime")
_NUMBERS: frozenset[type] = frozenset({int, float, complex})
