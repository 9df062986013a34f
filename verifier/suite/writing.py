"""Suites as files: the inverse of store.py. What is written is read back with the same digest."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import tomlkit
from pydantic import BaseModel
from tomlkit.items import Table

from verifier.limits import Limits
from verifier.suite.base import ArbiterCode, Case
from verifier.suite.literals import LEAVES
from verifier.suite.model import PytestSuite, Suite
from verifier.suite.store import ARBITER_FILES, CASES_FILE, SUITE_FILE, TESTS_FOLDER

_JSON_LEAVES: frozenset[type] = frozenset({type(None), bool, int, float, str})
_MAX_JSON_INT = 10**4000
"""Beyond some 4,300 digits Python reads no decimal integer."""


def suite_value(suite: Suite) -> dict[str, Any]:
    """The suite as a JSON document without what is default; `parse_suite` makes the same suite of it."""
    value: dict[str, Any] = {"kind": suite.kind}
    for name in type(suite).model_fields:
        if name not in ("kind", "id", "cases") and name in suite.model_fields_set:
            value[name] = _field(getattr(suite, name))
    if suite.cases:
        value["cases"] = [case_value(case) for case in suite.cases]
    return value


def case_value(case: Case) -> dict[str, Any]:
    """A case as a JSON object, without what is default."""
    fields_set = [name for name in type(case).model_fields if name in case.model_fields_set]
    return {name: encode_value(getattr(case, name)) for name in fields_set}


def _field(value: object) -> Any:
    if isinstance(value, Limits):
        default = Limits(cpu_time_s=value.cpu_time_s)  # its wall time goes by that
        return {
            field.name: getattr(value, field.name)
            for field in fields(value)
            if getattr(value, field.name) != getattr(default if field.name == "wall_time_s" else Limits(), field.name)
        }
    if isinstance(value, BaseModel):
        given = [name for name in type(value).model_fields if name in value.model_fields_set]
        return {name: _field(getattr(value, name)) for name in given}
    if isinstance(value, tuple):
        return list(value)
    return value


def encode_value(value: Any) -> Any:
    """Plain data as JSON data, with `{"$py": ...}` where JSON lacks a type. The inverse of `literals.decode_value`."""
    kind = type(value)
    if kind is int:
        return value if -_MAX_JSON_INT < value < _MAX_JSON_INT else {"$py": hex(value)}
    if kind is float and value - value != 0:
        return {"$py": repr(value)}
    if kind in _JSON_LEAVES:
        return value
    if kind is list:
        return [encode_value(item) for item in value]
    if kind is dict and all(type(key) is str for key in value) and "$py" not in value:
        return {key: encode_value(item) for key, item in value.items()}
    return {"$py": _literal(value)}


def _literal(value: Any) -> str:
    """Text that `literals.parse_literal` reads."""
    kind = type(value)
    if kind is int and not -_MAX_JSON_INT < value < _MAX_JSON_INT:
        return hex(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_literal(key)}: {_literal(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_literal, value)) + "]"
    if isinstance(value, tuple):
        return "(" + ", ".join(map(_literal, value)) + ("," if len(value) == 1 else "") + ")"
    if kind is complex:
        return f"complex({value.real!r}, {value.imag!r})"
    if kind in LEAVES:
        return repr(value)
    items = ", ".join(map(_literal, value))
    return f"{kind.__name__}([{items}])"


def toml_of(suite: Suite, comments: Mapping[str, str] | None = None) -> str:
    """`suite.toml` without what stands in files of its own: cases, tests, and the code that judges. `comments` are set
    above the keys, or tables, that they are named after."""
    document = tomlkit.document()
    comments = comments or {}
    # A key that follows a table would belong to it.
    for key, value in sorted(suite_value(suite).items(), key=lambda item: isinstance(item[1], dict)):
        if key in ("cases", "files"):
            continue
        if isinstance(value, dict):
            if key in ARBITER_FILES.values():
                value.pop("code", None)
            if not value:
                continue
            if comments.get(key):
                document.add(tomlkit.nl())
            _comment(document, comments.get(key))
            table: Table = tomlkit.table()
            for name, inner in value.items():
                if inner is not None:
                    _comment(table, comments.get(f"{key}.{name}"))
                    table.add(name, inner)
            document.add(key, table)
        else:
            _comment(document, comments.get(key))
            document.add(
                key, tomlkit.string(value, multiline=True) if isinstance(value, str) and "\n" in value else value
            )
    return tomlkit.dumps(document)


def _comment(container: Any, text: str | None) -> None:
    for line in (text or "").splitlines():
        container.add(tomlkit.comment(line))


def write_suite(folder: Path, suite: Suite, comments: Mapping[str, str] | None = None) -> None:
    """Writes suite.toml, cases.jsonl, checker.py or interactor.py, and tests/ into a folder, which is made where it
    isn't there; its name will be the suite's id. What else is in there stays. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.joinpath(SUITE_FILE).write_text(toml_of(suite, comments), encoding="utf-8")
    if suite.cases:
        lines = (json.dumps(case_value(case), ensure_ascii=False) + "\n" for case in suite.cases)
        folder.joinpath(CASES_FILE).write_text("".join(lines), encoding="utf-8")
    for file, field in ARBITER_FILES.items():
        arbiter = getattr(suite, field, None)
        if isinstance(arbiter, ArbiterCode) and arbiter.code:
            folder.joinpath(file).write_text(arbiter.code, encoding="utf-8")
    if isinstance(suite, PytestSuite):
        for name, text in suite.files.items():
            path = folder / TESTS_FOLDER / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
