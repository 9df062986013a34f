"""What a set is turned into, and the small tools that all of them need."""

from __future__ import annotations

import gzip
import json
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

Expect = Literal["full", "rejected", "zero"]
"""Full marks; less than full marks; no mark at all."""


class NotExpressible(Exception):
    """A problem that our kinds of suite can't hold, with the reason."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One sample, and what must become of it."""

    problem: str
    what: str
    """Which solution it is: `reference`, `buggy`, a model's name."""
    expect: Expect
    sample: dict[str, Any]
    """As a trainer would send it."""
    cases: int
    """In its suite."""
    plain: str = ""
    """The same solution with the set's own tests as one Python program, where there is one: it tells whose fault it is
    if our verdict is not the expected one."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A problem, or one solution of it, that was not run."""

    problem: str
    reason: str


Trials = Iterator[Trial | Skipped]
Source = Callable[[Path], Trials]
"""Reads a set from the data folder. Raises FileNotFoundError where the folder has no such set."""


def read_rows(path: Path) -> list[dict[str, Any]]:
    """The rows of a JSONL file, compressed or not."""
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return [json.loads(line) for line in content.split(b"\n") if line.strip()]


def literal(value: object) -> str:
    """A Python literal of a plain value, one that has no limit on the digits of an integer."""
    kind = type(value)
    if kind is int:
        return hex(value) if abs(value) >= 1 << 10_000 else repr(value)  # type: ignore[call-overload, arg-type]
    if kind is list:
        return f"[{', '.join(map(literal, value))}]"  # type: ignore[call-overload]
    if kind is tuple:
        return f"({''.join(f'{literal(item)}, ' for item in value)})"  # type: ignore[attr-defined]
    if kind is dict:
        return "{" + ", ".join(f"{literal(k)}: {literal(v)}" for k, v in value.items()) + "}"  # type: ignore[attr-defined]
    return repr(value)


def wire_value(value: object) -> Any:
    """A plain value as JSON holds it; `{"$py": ...}` only where JSON has no such type."""
    kind = type(value)
    if value is None or kind is bool or kind is str:
        return value
    if kind is int and abs(value) < 1 << 10_000:  # type: ignore[arg-type]
        return value
    if kind is float and math.isfinite(value):  # type: ignore[arg-type]
        return value
    if kind is list:
        return [wire_value(item) for item in value]  # type: ignore[attr-defined]
    if kind is dict and "$py" not in value and all(type(key) is str for key in value):  # type: ignore[operator, attr-defined]
        return {key: wire_value(item) for key, item in value.items()}  # type: ignore[attr-defined]
    return {"$py": literal(value)}


def function_suite(
    entry_point: str,
    cases: list[tuple[list[Any], dict[str, Any], Any]],
    *,
    checker: dict[str, Any] | None = None,
    **more: object,
) -> dict[str, Any]:
    """A `function` suite in the wire form, of (args, kwargs, expected)."""
    if not cases:
        raise NotExpressible("no cases")
    suite: dict[str, Any] = {
        "kind": "function",
        "entry_point": entry_point,
        "cases": [
            {"args": wire_value(args), "expected": wire_value(expected), **_kwargs(kwargs)}
            for args, kwargs, expected in cases
        ],
        **more,
    }
    if checker is not None:
        suite["checker"] = checker
    return suite


def _kwargs(kwargs: dict[str, Any]) -> dict[str, Any]:
    return {"kwargs": {name: wire_value(value) for name, value in kwargs.items()}} if kwargs else {}


def trial(problem: str, what: str, expect: Expect, code: str, reference: dict[str, Any], plain: str = "") -> Trial:
    """In the short form: code as it is, and the suite beside it."""
    cases = reference.get("cases") or reference.get("inputs") or ()
    sample = {"id": f"{problem}:{what}", "code": code, "reference_answer": reference}
    return Trial(problem, what, expect, sample, len(cases), plain)


def stopping(suite: dict[str, Any]) -> dict[str, Any]:
    """The same suite for a solution that should fail: ended by the first failure and with little time, since one that
    loops uses up all its time in each of a thousand cases."""
    return {"limits": {"cpu_time_s": 2.0}, **suite, "early_stop": True}


# wrong solutions of our own making

_NEARLY = """

def _vf_off(v):
    if isinstance(v, bool):
        return not v
    if isinstance(v, int):
        return v + 1
    if isinstance(v, float):
        return 0.0 if v != v else -v if v in (float("inf"), float("-inf")) else v + 1e-3 * (1 + abs(v))
    if isinstance(v, complex):
        return v + 1e-3 * (1 + abs(v))
    if isinstance(v, str):
        return v[:-1] if v else "x"
    if isinstance(v, (list, tuple)):
        return type(v)([*v[:-1], _vf_off(v[-1])] if len(v) else [None])
    if isinstance(v, dict):
        if not v:
            return {None: None}
        k = list(v)[-1]
        return {**v, k: _vf_off(v[k])}
    if isinstance(v, (set, frozenset)):
        return type(v)(list(v)[1:] if v else [None])
    return "x" if v is None else None

_vf_depth = 0
_vf_right = HOLDER
def _vf_wrong(*args, **kwargs):
    global _vf_depth
    _vf_depth += 1
    try:
        answer = _vf_right(*args, **kwargs)
    finally:
        _vf_depth -= 1
    return answer if _vf_depth else _vf_off(answer)
HOLDER = _vf_wrong
"""


def nearly_right(code: str, entry_point: str) -> str:
    """The same solution with each of its answers changed as little as can be: one off, 0.1 % off, the last character
    or element gone or changed. Right for no case at all."""
    return code + _NEARLY.replace("HOLDER", entry_point.replace("()", ""))


def says_yes(entry_point: str) -> str:
    """A solution that answers with an object which claims to equal everything."""
    head, _, method = entry_point.partition("().")
    lines = ["class _Yes:", "    def __eq__(self, other): return True", "    def __ne__(self, other): return False"]
    lines += ["    __hash__ = None"]
    if method:
        lines += [f"class {head}:", f"    def {method}(self, *a, **k): return _Yes()"]
    else:
        lines += [f"def {head}(*a, **k): return _Yes()"]
    return "\n".join(lines) + "\n"


def impostors(problem: str, code: str, suite: dict[str, Any]) -> Trials:
    """The wrong solutions that any function problem has."""
    entry_point = suite["entry_point"]
    yield trial(problem, "nearly right", "zero", nearly_right(code, entry_point), suite)
    yield trial(problem, "says yes", "zero", says_yes(entry_point), suite)
