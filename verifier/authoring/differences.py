"""What two suites judge differently: fields, cases, and the text of tests."""

from __future__ import annotations

import dataclasses
import difflib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel

from verifier.suite.digest import digest
from verifier.suite.model import FunctionCase, NamedCase, StdioCase, Suite
from verifier.suite.writing import case_value

Sort = Literal["field", "text", "added", "removed", "changed"]


class Difference(NamedTuple):
    sort: Sort
    """Of cases: `added`, `removed`, or `changed` (the same input judged otherwise)."""
    where: str
    """A field (`limits.cpu_time_s`), a file (`tests/test_x.py`), or a case."""
    what: str
    """`1.0 -> 2.0`; for a text a unified diff, of several lines."""

    def entry(self) -> dict[str, str]:
        return self._asdict()


def differences(old: Suite, new: Suite) -> list[Difference]:
    """Empty where both judge alike, that is, have the same digest. Ids and titles judge nothing."""
    if old.digest == new.digest:
        return []
    return [*_fields(old, new), *_cases(old, new)]


def _fields(old: Suite, new: Suite) -> Iterator[Difference]:
    before, after = _flat(old), _flat(new)
    for name in dict.fromkeys([*before, *after]):
        one, other = before.get(name), after.get(name)
        if digest([one]) == digest([other]):
            continue
        if _is_text(one) or _is_text(other):
            yield Difference("text", name, _unified(name, one or "", other or ""))
        else:
            yield Difference("field", name, f"{_shown(one)} -> {_shown(other)}")


def _flat(suite: Suite) -> dict[str, Any]:
    """Every field but the cases, with dots for what is inside; of lists of texts a text with a line each."""
    found: dict[str, Any] = {}
    for name in type(suite).model_fields:
        value = getattr(suite, name)
        if name in ("id", "title", "calibration", "cases"):
            continue
        if name == "files":
            found |= {f"tests/{path}": text for path, text in value.items()}
        elif isinstance(value, BaseModel):
            found |= {f"{name}.{inner}": getattr(value, inner) for inner in type(value).model_fields}
        elif dataclasses.is_dataclass(value):
            found |= {f"{name}.{field.name}": getattr(value, field.name) for field in dataclasses.fields(value)}
        elif name == "asserts":
            found[name] = "".join(f"{text}\n" for text in value)
        else:
            found[name] = value
    return found


def _is_text(value: object) -> bool:
    return isinstance(value, str) and "\n" in value


def _unified(name: str, old: str, new: str) -> str:
    lines = difflib.unified_diff(old.splitlines(), new.splitlines(), f"a/{name}", f"b/{name}", lineterm="")
    return "\n".join(lines)


# Cases


def _cases(old: Suite, new: Suite) -> Iterator[Difference]:
    before, after = _keyed(old), _keyed(new)
    for key, (index, value) in before.items():
        if key not in after:
            yield Difference("removed", _case(index, value), _shown(_input(value)))
    for key, (index, value) in after.items():
        if key not in before:
            yield Difference("added", _case(index, value), _shown(_input(value)))
            continue
        earlier = before[key][1]
        for name in dict.fromkeys([*earlier, *value]):
            if digest([earlier.get(name)]) != digest([value.get(name)]):
                what = f"{name}: {_shown(earlier.get(name))} -> {_shown(value.get(name))}"
                yield Difference("changed", _case(index, value), what)


def _keyed(suite: Suite) -> dict[tuple[str, int], tuple[int, Mapping[str, Any]]]:
    """Index and content of each case, by what it asks: its input or its test. Of several that ask the same, the first
    belongs to the first."""
    seen: Counter[str] = Counter()
    found: dict[tuple[str, int], tuple[int, Mapping[str, Any]]] = {}
    for index, case in enumerate(suite.cases):
        value = case_value(case)
        if isinstance(case, NamedCase):
            key = case.test
        elif isinstance(case, FunctionCase | StdioCase):
            key = digest([_input(value)])
        else:
            key = digest([value.get("input", "")])
        found[key, seen[key]] = (index, value)
        seen[key] += 1
    return found


def _input(value: Mapping[str, Any]) -> Any:
    return {name: value[name] for name in ("args", "kwargs", "stdin", "input", "test") if name in value}


def _case(index: int, value: Mapping[str, Any]) -> str:
    return f"case {index}" + (f" ({value['test']})" if "test" in value else "")


def _shown(value: object) -> str:
    try:
        text = json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError):
        text = repr(value)
    return text if len(text) <= 200 else text[:199] + "…"
