"""Runs code of a data set, in a process of its own: see `oracle.py`. Reads one JSON document, writes one.

It must not import anything of this project: what is right is found out without the code that judges.
"""

from __future__ import annotations

import collections
import copy
import io
import json
import math
import os
import sys


def text_of(value: object, depth: int = 0) -> str:
    """A literal of the value; subclasses as their plain content. Raises TypeError for any other object."""
    if depth > 400:
        raise TypeError("nested too deeply")
    if value is None or isinstance(value, (bool, float, complex, str, bytes)):
        for kind in (bool, float, complex, str, bytes):
            if isinstance(value, kind):
                return repr(kind(value))
        return "None"
    if isinstance(value, int):
        return repr(int(value)) if abs(value) < 1 << 10_000 else hex(value)
    if isinstance(value, list):
        return "[" + ", ".join(text_of(v, depth + 1) for v in value) + "]"
    if isinstance(value, tuple):
        return "(" + "".join(text_of(v, depth + 1) + ", " for v in value) + ")"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{text_of(k, depth + 1)}: {text_of(v, depth + 1)}" for k, v in value.items()) + "}"
    if isinstance(value, (set, frozenset)):
        name = "frozenset" if isinstance(value, frozenset) else "set"
        return f"{name}([{', '.join(text_of(v, depth + 1) for v in value)}])"
    if isinstance(value, collections.deque):
        return f"deque([{', '.join(text_of(v, depth + 1) for v in value)}])"
    if isinstance(value, range):
        return repr(value)
    raise TypeError(f"an object of type {type(value).__name__}")


def is_json(value: object, depth: int = 0) -> bool:
    """Whether JSON holds the value as it is."""
    kind = type(value)
    if value is None or kind is bool or kind is str:
        return True
    if kind is int:
        return abs(value) < 1 << 10_000  # type: ignore[arg-type]
    if kind is float:
        return math.isfinite(value)  # type: ignore[arg-type]
    return kind is list and depth < 400 and all(is_json(item, depth + 1) for item in value)  # type: ignore[attr-defined]


def answer(value: object) -> dict[str, object]:
    return {"json": value} if is_json(value) else {"literal": text_of(value)}


def main() -> None:
    task = json.load(sys.stdin)
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    sys.stdout = io.StringIO()  # what the solution prints is no answer
    sys.set_int_max_str_digits(0)
    sys.setrecursionlimit(20_000)
    namespace: dict[str, object] = {"__name__": "solution"}
    exec(task["code"], namespace)
    literals = {"inf": math.inf, "nan": math.nan}
    out = []
    for call in task["calls"]:
        try:
            args, kwargs = eval(call, dict(literals))
            out.append(answer(eval(task["entry_point"], namespace)(*copy.deepcopy(args), **kwargs)))
        except Exception as error:
            out.append({"problem": f"{type(error).__name__}: {error}"[:200]})
    for expression in task["expressions"]:
        try:
            out.append(answer(eval(expression, namespace)))
        except Exception as error:
            out.append({"problem": f"{type(error).__name__}: {error}"[:200]})
    json.dump(out, answers)
    answers.flush()
    os._exit(0)  # threads that the solution left behind must not hold this up


if __name__ == "__main__":
    main()
