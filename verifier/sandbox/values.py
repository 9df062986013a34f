"""The one codec for values that cross between the keeper and a cell.

JSON text, with a one-key object for whatever JSON lacks:

    null true false 1 1.5 NaN Infinity "text" [..]   None, bool, int of at most 18 digits, float, str, list
    {"m": {"k": v}}          dict whose keys are all str
    {"d": [[k, v], ..]}      any other dict
    {"t": [..]} {"s": [..]} {"f": [..]}              tuple, set, frozenset
    {"i": "-0x1f"}           a longer int: hexadecimal costs linear time and meets no digit limit
    {"b": "68656c6c6f"}      bytes and bytearray, as hexadecimal
    {"c": [re, im]} {"r": [start, stop, step]}       complex, range
    {"D": "1.5"} {"F": ["0x1", "0x3"]}               Decimal, Fraction
    {"T": ["date", "2026-01-31"]}                    date, time, datetime; timedelta as [days, s, us]
    {"x": "Point"}           any other object: only its type's name crosses

`encode` runs wherever the value lives, also inside a submission's process: subclasses of builtins cross by their
plain content, iterators are read out, numpy scalars and arrays become numbers and lists. `decode` builds exact
builtin types only, and never runs code that the other side chose; that is why the keeper may read what a cell wrote.

Standard library only: this module runs inside the jail.
"""

from __future__ import annotations

import datetime
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any

MAX_DEPTH = 400
"""Containers within containers. Python's own JSON scanner refuses about a thousand, so this stays well below."""
MAX_SAME_HASH = 64
"""Elements of one set or dict that may share a hash. Numbers chosen to share one make a set of n elements cost n
squared comparisons. Honest ones share some: -1 and -2 do, and so do (x, -1) and (x, -2) for each x."""
MAX_FRACTION_BITS = 1 << 16
"""Of each of its two parts: to make a fraction of them takes time that grows with the square."""
LARGE_BITS = 1 << 12
"""An integer or a part of a fraction of more is never compared with a Decimal, for the same reason."""

SMALL_INT = 10**18
"""Integers from here on cross as hexadecimal."""
SMALL_TEXT_BYTES = 4096
"""Text of this size can't hold an integer of so many digits that reading it takes long."""

_FLAT = frozenset({str, float, bool, int, type(None)})
_encoder = json.JSONEncoder(ensure_ascii=True, check_circular=False, allow_nan=True, separators=(",", ":"))


class NotPlain(ValueError):
    """What was to be encoded nests too deeply or is too large, or what was to be decoded is not this codec's."""


class Opaque:
    """Stands for an object that can't cross. Equal to nothing, itself included."""

    __slots__ = ("type_name",)

    def __init__(self, type_name: str) -> None:
        self.type_name = type_name

    def __eq__(self, other: object) -> bool:
        return False

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<object of type {self.type_name}>"


def dumps(value: Any, *, max_items: int = 10_000_000) -> bytes:
    """`value` in the wire form. `max_items` bounds what is read from iterators and written in all.

    Raises NotPlain when it nests deeper than MAX_DEPTH or has more than `max_items` parts; whatever a submission's
    own iterators raise comes through.
    """
    kind = type(value)
    if kind is int and -SMALL_INT < value < SMALL_INT:
        return b"%d" % value
    if kind is list and len(value) <= max_items and _is_flat(value):
        tree: Any = value
    elif kind is str or kind is float or kind is bool:
        tree = value
    else:
        tree = Encoder(max_items).encode(value, MAX_DEPTH)
    return to_json(tree).encode("ascii")


def _is_flat(values: list[Any]) -> bool:
    """Whether this is a list of nothing but what JSON has. Most answers that are not one number are."""
    kinds = set(map(type, values))
    if int not in kinds:
        return kinds <= _FLAT
    return kinds == {int} and min(values) > -SMALL_INT and max(values) < SMALL_INT


def to_json(tree: Any) -> str:
    if _chunks is None:
        return _encoder.encode(tree)
    return "".join(_chunks(tree, 0)) if type(tree) is not str else _quoted(tree)


_quoted = json.encoder.encode_basestring_ascii
_make = json.encoder.c_make_encoder  # type: ignore[attr-defined]
# What JSONEncoder.encode makes anew at each call.
_chunks = _make and _make(None, _encoder.default, _quoted, None, ":", ",", False, False, True)


class Encoder:
    __slots__ = ("left",)

    def __init__(self, max_items: int) -> None:
        self.left = max_items

    def encode(self, value: Any, depth: int) -> Any:
        kind = type(value)
        if kind is str or kind is float or kind is bool or value is None:
            return value
        if kind is int:
            return value if -SMALL_INT < value < SMALL_INT else {"i": hex(value)}
        if depth == 0:
            raise NotPlain("nested too deeply")
        if kind is list:
            return self.each(value, depth)
        if kind is tuple:
            return {"t": self.each(value, depth)}
        if kind is dict:
            return self.mapping(value.items(), depth)
        return self.rare(value, depth)

    def each(self, values: Iterable[Any], depth: int) -> list[Any]:
        encode, depth = self.encode, depth - 1
        out = []
        for value in values:
            self.left -= 1
            if self.left < 0:
                raise NotPlain("too large")
            kind = type(value)
            if kind is str or kind is float or kind is bool or (kind is int and -SMALL_INT < value < SMALL_INT):
                out.append(value)
            else:
                out.append(encode(value, depth))
        return out

    def mapping(self, items: Iterable[tuple[Any, Any]], depth: int) -> Any:
        pairs = list(items)
        values = self.each([v for _, v in pairs], depth)
        if all(type(k) is str for k, _ in pairs):
            return {"m": dict(zip((k for k, _ in pairs), values, strict=True))}
        keys = self.each([k for k, _ in pairs], depth)
        return {"d": [[k, v] for k, v in zip(keys, values, strict=True)]}

    def rare(self, value: Any, depth: int) -> Any:
        """Everything that is not an exact None, bool, int, float, str, list, tuple or dict."""
        if isinstance(value, bool | int | float | str | bytes | bytearray | memoryview | complex):
            return self.scalar(value, depth)
        if isinstance(value, list):
            return self.each(list.__iter__(value), depth)
        if isinstance(value, tuple):
            return {"t": self.each(tuple.__iter__(value), depth)}
        if isinstance(value, dict):
            return self.mapping(dict.items(value), depth)
        if isinstance(value, set):
            return {"s": self.each(set.__iter__(value), depth)}
        if isinstance(value, frozenset):
            return {"f": self.each(frozenset.__iter__(value), depth)}
        if isinstance(value, range):
            return {"r": [self.encode(part, depth) for part in (value.start, value.stop, value.step)]}
        module, name = type(value).__module__, type(value).__qualname__
        if module in ("collections", "array") and name in ("deque", "array", "UserList"):
            return self.each(iter(value), depth)
        if module == "collections" and name in ("UserDict", "ChainMap"):
            return self.mapping(list(value.items()), depth)
        if module == "collections" and name == "UserString":
            return str(value)
        if name in ("dict_keys", "odict_keys") and module in ("builtins", "collections"):
            return {"s": self.each(value, depth)}
        number = of_library(value)
        if number is not None:
            return number
        if module.partition(".")[0] == "numpy" and hasattr(value, "tolist"):
            return self.encode(value.tolist(), depth - 1)
        if isinstance(value, Iterator) or name in ("dict_values", "odict_values", "dict_items", "odict_items"):
            return self.each(value, depth)
        return {"x": str(name)[:100]}

    def scalar(self, value: Any, depth: int) -> Any:
        if isinstance(value, int):
            return self.encode(int.__int__(value), depth)
        if isinstance(value, float):
            return float.__float__(value)
        if isinstance(value, str):
            return str.__str__(value)
        if isinstance(value, complex):
            return {"c": [value.real, value.imag]}
        return {"b": bytes(value).hex()}


def _loaded(module: str, name: str) -> Any:
    """The class, where something already imported its module: a value can't be of a class that nobody has."""
    return getattr(sys.modules.get(module), name, ())


def of_numpy(value: Any) -> int | float | None:
    """The plain number that one of numpy's looks like and is none of; None for all else, also for those of its numbers
    whose class is made from Python's own."""
    if type(value).__module__ != "numpy":
        return None
    numpy = sys.modules.get("numpy")
    numbers = tuple(getattr(numpy, name, None) for name in ("integer", "floating", "bool_"))
    if not all(isinstance(number, type) for number in numbers) or not isinstance(value, numbers):  # type: ignore[arg-type]
        return None
    plain: Any = None if isinstance(value, float) else value.item()
    return plain if type(plain) in (int, float, bool) else None


# As they are now: tests replace these names by classes of their own, to stop the clock.
_TimeDelta = datetime.timedelta
_MOMENTS: dict[str, Any] = {"datetime": datetime.datetime, "date": datetime.date, "time": datetime.time}
"""A datetime is a date too, so it comes first."""


def of_library(value: Any) -> Any:
    if isinstance(value, _loaded("decimal", "Decimal")):
        return {"D": str(value)}
    if isinstance(value, _loaded("fractions", "Fraction")):
        if max(value.numerator.bit_length(), value.denominator.bit_length()) > MAX_FRACTION_BITS:
            raise NotPlain("too long a fraction")
        return {"F": [hex(value.numerator), hex(value.denominator)]}
    for name, kind in _MOMENTS.items():
        if isinstance(value, kind):
            return {"T": [name, value.isoformat()]}
    if isinstance(value, _TimeDelta):
        return {"T": ["timedelta", [value.days, value.seconds, value.microseconds]]}
    return None


def _bounded_int(text: str) -> int:
    if len(text) > 19:
        raise NotPlain("an integer of more than 18 digits must be in hexadecimal")
    return int(text)


_scan_small = json.JSONDecoder().scan_once  # type: ignore[attr-defined]
_scan = json.JSONDecoder(parse_int=_bounded_int).scan_once  # type: ignore[attr-defined]


def loads(data: bytes) -> Any:
    """The value that `dumps` wrote; bound the size of `data` before you call.

    Raises NotPlain for anything that `dumps` can't have written, whatever it is.
    """
    try:
        text = data.decode("ascii")
        tree, end = _scan_small(text, 0) if len(text) <= SMALL_TEXT_BYTES else _scan(text, 0)
        if end != len(text):
            raise NotPlain("more than one value")
        if "{" not in text and len(text) <= 2 * MAX_DEPTH:
            return tree  # nothing marked, and too short to be nested too deeply
        if type(tree) is not list and type(tree) is not dict:
            return tree
        return Decoder().decode(tree, MAX_DEPTH)
    except NotPlain:
        raise
    except (ValueError, TypeError, KeyError, ArithmeticError, RecursionError, AttributeError, StopIteration) as error:
        raise NotPlain(f"not a value of this codec: {type(error).__name__}") from None


class Decoder:
    __slots__ = ("any_decimal", "any_large")

    def __init__(self) -> None:
        self.any_decimal = self.any_large = False

    def decode(self, tree: Any, depth: int) -> Any:
        kind = type(tree)
        if kind is list:
            if depth == 0:
                raise NotPlain("nested too deeply")
            return [
                v if (k := type(v)) is int or k is str or k is float or k is bool else self.decode(v, depth - 1)
                for v in tree
            ]
        if kind is not dict:
            return tree
        if depth == 0 or len(tree) != 1:
            raise NotPlain("an object with other than one key, or nested too deeply")
        [(tag, body)] = tree.items()
        return DECODERS[tag](self, body, depth)

    def items(self, body: Any, depth: int) -> list[Any]:
        if type(body) is not list:
            raise NotPlain("not a list")
        decoded = self.decode(body, depth)
        assert type(decoded) is list
        return decoded

    def hashed(self, body: Any, depth: int) -> list[Any]:
        """Decoded elements that are about to be hashed; keys of a dict come as (key, value)."""
        items = self.items(body, depth)
        self.count_hashes(items)
        return items

    def count_hashes(self, keys: list[Any]) -> None:
        hashes = list(map(hash, keys))
        if len(set(hashes)) == len(hashes):
            return
        counts: dict[int, int] = {}
        for number in hashes:
            counts[number] = counts.get(number, 0) + 1
        if max(counts.values()) > MAX_SAME_HASH:
            raise NotPlain("too many elements of a set or dict share a hash")
        if self.any_decimal and self.any_large:
            raise NotPlain("elements of a set or dict that can't be compared in time")

    def text_dict(self, body: Any, depth: int) -> dict[str, Any]:
        return {k: self.decode(v, depth - 1) for k, v in body.items()}

    def any_dict(self, body: Any, depth: int) -> dict[Any, Any]:
        pairs = self.items(body, depth)
        self.count_hashes([key for key, _ in pairs])
        return {key: value for key, value in pairs}  # noqa: C416 - a pair that is no pair must raise here

    def numbers(self, body: Any, depth: int, count: int) -> list[Any]:
        values = self.items(body, depth)
        if len(values) != count:
            raise NotPlain("wrong number of parts")
        return values

    def integer(self, body: Any, depth: int) -> int:
        number = int(body, 16)
        if number.bit_length() > LARGE_BITS:
            self.any_large = True
        return number

    def decimal(self, body: Any, depth: int) -> Any:
        from decimal import Decimal

        self.any_decimal = True
        return Decimal(str(body))

    def fraction(self, body: Any, depth: int) -> Any:
        from fractions import Fraction

        numerator, denominator = (self.integer(part, depth) for part in body)
        if max(numerator.bit_length(), denominator.bit_length()) > MAX_FRACTION_BITS:
            raise NotPlain("too long a fraction")
        return Fraction(numerator, denominator)


def _moment(body: Any) -> Any:
    name, value = body
    if name == "timedelta":
        days, seconds, microseconds = value
        return _TimeDelta(days=days, seconds=seconds, microseconds=microseconds)
    return _MOMENTS[name].fromisoformat(value)


DECODERS: dict[str, Callable[[Decoder, Any, int], Any]] = {
    "m": Decoder.text_dict,
    "d": Decoder.any_dict,
    "t": lambda self, body, depth: tuple(self.items(body, depth)),
    "s": lambda self, body, depth: set(self.hashed(body, depth)),
    "f": lambda self, body, depth: frozenset(self.hashed(body, depth)),
    "i": Decoder.integer,
    "b": lambda self, body, depth: bytes.fromhex(body),
    "c": lambda self, body, depth: complex(*self.numbers(body, depth, 2)),
    "r": lambda self, body, depth: range(*self.numbers(body, depth, 3)),
    "D": Decoder.decimal,
    "F": Decoder.fraction,
    "T": lambda self, body, depth: _moment(body),
    "x": lambda self, body, depth: Opaque(str(body)[:100]),
}
