"""Contest problems as rows: APPS, also as folders, and TACO; and what all sets of contest problems share.

Their tests are inputs and outputs, of a program or of one function (`verifier.suite.formats.fields`). Printed answers
are compared by tokens, with what the statement itself says of tolerance and case.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from verifier.limits import CEILINGS, FLOORS, MIB
from verifier.suite.formats.base import Imported, Importer, Outcome
from verifier.suite.formats.fields import find_suite
from verifier.suite.formats.rows import (
    Row,
    Unfit,
    fenced,
    make_suite,
    named_solutions,
    outcome_of,
    row_importer,
    source_text,
)
from verifier.suite.formats.sources import RawRow, leads_out, load_text, raw_rows
from verifier.suite.formats.statements import comparison

PREAMBLE = (
    "import bisect, collections, functools, heapq, itertools, math, operator, random, re, string\n"
    "from collections import *\nfrom functools import *\nfrom heapq import *\nfrom itertools import *\n"
    "from math import *\nfrom typing import *\n\n"
)
"""What the sets' own judge imports before a solution that is a function. Those of the sets rely on it."""

_PROBLEM_FILES = ("input_output.json", "question.txt")
_NUMBER = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([a-z]*)", re.I)
_SECONDS = {"": 1.0, "s": 1.0, "sec": 1.0, "second": 1.0, "seconds": 1.0, "ms": 1e-3, "milliseconds": 1e-3}
_BYTES = {"b": 1, "bytes": 1, "kb": 1 << 10, "kilobytes": 1 << 10, "mb": MIB, "megabytes": MIB, "gb": 1 << 30,
          "gigabytes": 1 << 30}  # fmt: skip


# What they have in common


def suite_of_tests(
    tests: object, statement: str, path: str, *, title: str = "", limits: Mapping[str, float] | None = None
) -> tuple[dict[str, object], list[str]]:
    """The suite of tests in one of the field's forms, not yet validated, and notes. Raises Unfit and RequestError."""
    found = find_suite(tests, path)
    if found is None or "kind" not in found[1]:
        raise Unfit(f"'{path}' holds no tests in a known form", "no tests")
    suite = dict(found[1])
    notes: list[str] = []
    if suite["kind"] == "stdio":
        checker, told = comparison(statement)
        notes += told
        if checker:
            suite["checker"] = {"name": "tokens", **checker}
    if title:
        suite["title"] = title
    if limits:
        suite["limits"] = dict(limits)
    return suite, notes


def time_and_memory(seconds: float | None, memory_bytes: float | None) -> tuple[dict[str, float], list[str]]:
    """Limits of a suite, and notes where they had to be brought into the range that suites allow."""
    limits: dict[str, float] = {}
    notes = []
    for name, value, unit in (("cpu_time_s", seconds, "s"), ("memory_bytes", memory_bytes, "bytes")):
        if value is None or value <= 0:
            continue
        allowed = min(max(value, FLOORS[name]), CEILINGS[name])
        if allowed != value:
            notes.append(f"{name} is {allowed:g} {unit}, since the source's {value:g} is out of range")
        limits[name] = int(allowed) if name == "memory_bytes" else float(allowed)
    return limits, notes


def amount(value: object, units: Mapping[str, float], default: float, field: str) -> float | None:
    """A number, or text such as `2.0 seconds`, in the units of `units`; a bare number counts `default` each. None where
    there is none. Raises Unfit for anything else."""
    if value is None or value == "":
        return None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value) * default
    match = _NUMBER.fullmatch(value) if isinstance(value, str) else None
    unit = match[2].lower() if match else ""
    if match is None or (unit and unit not in units):
        raise Unfit(f"'{field}' is no amount that is understood: {value!r:.60}", f"a '{field}' that can't be read")
    return float(match[1]) * (units[unit] if unit else default)


def accepted(codes: Sequence[str], suite: Mapping[str, object]) -> tuple[dict[str, str], list[str]]:
    """Reference solutions, with the imports that they rely on where they are functions."""
    submissions = named_solutions("accepted", codes)
    if suite["kind"] != "function" or not submissions:
        return submissions, []
    note = "references begin with the imports that the set's own judge makes before a function"
    return {path: PREAMBLE + code for path, code in submissions.items()}, [note]


def with_starter(statement: str, starter: str) -> str:
    """The statement, with the code that a solution begins with, unless it holds it."""
    if not starter.strip() or " ".join(starter.split()) in " ".join(statement.split()):
        return statement
    return f"{statement.strip()}\n\nBegin with:\n\n{fenced(starter)}\n"


# APPS and TACO


def _apps(row: Row, row_id: str) -> Outcome:
    statement = row.needed_text("question", "problem", "description")
    limits, notes = time_and_memory(
        amount(row.any("time_limit"), _SECONDS, 1.0, "time_limit"),
        amount(row.any("memory_limit"), _BYTES, MIB, "memory_limit"),
    )
    tests = row.parsed("input_output")
    if not tests:
        raise Unfit("has no 'input_output'", "no tests")
    title = row.text("name", "title")
    suite, told = suite_of_tests(tests, statement, "input_output", title=title, limits=limits)
    submissions, prefixed = accepted(row.texts("solutions"), suite)
    notes += [*told, *prefixed]
    if not submissions:
        notes.append("has no solutions")
    problem = with_starter(statement, row.text("starter_code"))
    return Imported(row_id, make_suite(suite), problem, submissions, tuple(notes))


def _read_apps(source: Path) -> Iterator[Outcome]:
    folders = sorted({path.parent for name in _PROBLEM_FILES for path in source.rglob(name)}) if source.is_dir() else []
    if not folders:
        for raw in raw_rows(source):
            yield outcome_of(raw, ("problem_id", "id"), _apps_row)
        return
    top = Path(os.path.commonpath(folders))
    for folder in folders:
        name = str(folder.relative_to(top)) if folder != top else folder.name
        raw = RawRow(name, {"folder": str(folder), "source": str(source)})
        yield outcome_of(raw, (), _apps_folder)


def _apps_row(row: Row, row_id: str) -> Outcome:
    return _apps(row, f"apps/{row_id}")


def _apps_folder(place: Row, row_id: str) -> Outcome:
    folder, source = Path(place.text("folder")), Path(place.text("source"))
    row = Row(
        {
            "question": _file_text(folder / "question.txt", source),
            "input_output": _file_json(folder / "input_output.json", source),
            "solutions": _file_json(folder / "solutions.json", source),
            "starter_code": _file_text(folder / "starter_code.py", source),
        },
        row_id,
    )
    outcome = _apps_row(row, row_id)
    assert isinstance(outcome, Imported)
    submissions = dict(outcome.submissions)
    notes = list(outcome.notes)
    head = PREAMBLE if outcome.suite.kind == "function" else ""
    for name in ("gen_solutions", "baseline_solutions"):
        labelled = _file_json(folder / f"{name}.json", source)
        for number, entry in enumerate(labelled if isinstance(labelled, list) else (), start=1):
            if isinstance(entry, dict) and isinstance(entry.get("code"), str) and "result" in entry:
                expected = "accepted" if entry["result"] is True else "rejected"
                submissions[f"{expected}/{name}_{number}.py"] = head + source_text(entry["code"])
            else:
                notes.append(f"an entry of {name}.json has no code or no result, and is left out")
    return Imported(outcome.id, outcome.suite, outcome.problem, submissions, tuple(notes))


def _file_text(path: Path, source: Path) -> str:
    if leads_out(path, source):
        raise Unfit(f"{path.name} is a link that leads out of the source", "a link out of the source")
    try:
        return path.read_text(encoding="utf-8-sig") if path.is_file() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise Unfit(f"{path.name} can't be read: {error}", "a file that can't be read") from None


def _file_json(path: Path, source: Path) -> object:
    text = _file_text(path, source)
    if not text.strip():
        return None
    try:
        return load_text(text)
    except ValueError as error:
        raise Unfit(f"{path.name}: {error}", "a file that can't be read") from None


APPS = Importer(
    "apps",
    "rows with problem_id, question, input_output, solutions, starter_code; or folders with question.txt, "
    "input_output.json, solutions.json",
    _read_apps,
)
TACO = row_importer(
    "taco",
    "rows as of APPS, with name, time_limit, memory_limit",
    ("id", "problem_id", "url"),
    _apps,
)
