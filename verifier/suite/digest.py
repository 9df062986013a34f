"""The content digest of a suite: equal for suites that judge alike, different for any that may not."""

from __future__ import annotations

import hashlib
import json
from collections import deque
from collections.abc import Iterable
from fractions import Fraction

_JSON_LEAVES: frozenset[type] = frozenset({type(None), bool, float, str})
_MAX_BITS = 10_000
"""Longer integers are written in base 16: base 10 has a digit limit and takes time that grows with the square."""


_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


def digest(parts: Iterable[object]) -> str:
    """`sha256:<hex>` of values, which may hold all that a suite may. It doesn't depend on the process or on the order
    of keys and set members; it tells 1 from 1.0, True and "1", a tuple from a list, and 0.0 from -0.0.

    Raises TypeError for a value of a type that a suite can't hold.
    """
    state = hashlib.sha256(b"suite-1\n")
    for part in parts:
        state.update(_text(part).encode("ascii"))
        state.update(b"\n")
    return f"sha256:{state.hexdigest()}"


def _text(value: object) -> str:
    return _encode(_tagged(value))


def _tagged(value: object) -> object:
    """The value as JSON. What JSON lacks becomes `{"$py": [type, content]}`; no other object here has that key."""
    kind = type(value)
    if kind in _JSON_LEAVES:
        return value
    if isinstance(value, int):
        return value if value.bit_length() < _MAX_BITS else {"$py": ["int", hex(value)]}
    if isinstance(value, (list, tuple, deque)):
        # A loop, and no function or comprehension of its own: one frame for each level of what may be nested deeply.
        items = []
        for item in value:
            items.append(_tagged(item))
        return items if isinstance(value, list) else {"$py": [kind.__name__, items]}
    if isinstance(value, dict):
        if "$py" not in value and all(type(key) is str for key in value):
            mapping = {}
            for key, item in value.items():
                mapping[key] = _tagged(item)
            return mapping
        pairs = [_text(key) + ":" + _text(item) for key, item in value.items()]
        return {"$py": ["dict", sorted(pairs)]}
    if isinstance(value, (set, frozenset)):
        return {"$py": [kind.__name__, sorted(map(_text, value))]}
    if isinstance(value, Fraction):
        return {"$py": ["Fraction", [hex(value.numerator), hex(value.denominator)]]}
    if isinstance(value, range):
        return {"$py": ["range", [hex(value.start), hex(value.stop), hex(value.step)]]}
    if kind.__module__ in ("builtins", "datetime", "decimal"):
        return {"$py": [kind.__name__, repr(value)]}
    raise TypeError(f"a value of type {kind.__name__} can't be part of a suite")
