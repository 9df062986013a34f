"""code_contests (AlphaCode): stdio problems with solutions that were accepted and solutions that were not."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.suite.formats.base import Imported, Outcome
from verifier.suite.formats.contests import time_and_memory
from verifier.suite.formats.rows import Row, Unfit, make_suite, named_solutions, row_importer
from verifier.suite.formats.statements import comparison

_PYTHON3 = (3, "PYTHON3", "python3")
_GROUPS = (("public_tests", "public"), ("private_tests", "private"), ("generated_tests", "generated"))


def _code_contests(row: Row, row_id: str) -> Outcome:
    for key in ("input_file", "output_file"):
        if row.text(key):
            raise Unfit(f"reads or writes the file {row.text(key)!r}", "reads or writes files")
    statement = row.needed_text("description")
    cases = [
        {"stdin": given, "stdout": printed, "group": group}
        for key, group in _GROUPS
        for given, printed in _pairs(row, key, "input", "output")
    ]
    if not cases:
        raise Unfit("has no tests", "no tests")
    checker, told = comparison(statement)
    limits, notes = time_and_memory(_seconds(row), _number(row, "memory_limit_bytes"))
    notes += told
    suite: dict[str, object] = {"kind": "stdio", "title": row.text("name"), "cases": cases}
    if checker:
        suite["checker"] = {"name": "tokens", **checker}
    if limits:
        suite["limits"] = limits
    submissions: dict[str, str] = {}
    for key, folder in (("solutions", "accepted"), ("incorrect_solutions", "rejected")):
        pairs = [(language, code) for language, code in _pairs(row, key, "language", "solution") if code.strip()]
        python = [code for language, code in pairs if language in _PYTHON3]
        submissions |= named_solutions(folder, python)
        if len(python) < len(pairs):
            notes.append(f"{len(pairs) - len(python)} of its {key} are in other languages than Python 3")
    return Imported(row_id, make_suite(suite), statement, submissions, tuple(notes))


def _pairs(row: Row, key: str, first: str, second: str) -> Iterator[tuple[object, str]]:
    """Of a list of objects, or of an object of two lists, as parquet and JSON have them."""
    value = row.any(key)
    if value is None:
        return
    if isinstance(value, dict):
        left, right = value.get(first) or [], value.get(second) or []
        if not isinstance(left, list) or not isinstance(right, list) or len(left) != len(right):
            raise Unfit(f"'{key}' must hold as many of '{first}' as of '{second}'", "a field of the wrong type")
        pairs = list(zip(left, right, strict=True))
    elif isinstance(value, list) and all(isinstance(item, dict) for item in value):
        pairs = [(item.get(first), item.get(second)) for item in value]
    else:
        raise Unfit(f"'{key}' must be a list of objects, or an object of lists", "a field of the wrong type")
    for one, other in pairs:
        if not isinstance(other, str) or (first == "input" and not isinstance(one, str)):
            raise Unfit(f"'{key}' holds something else than text", "a field of the wrong type")
        yield one, other


def _seconds(row: Row) -> float | None:
    """Of a number, of a protobuf Duration as an object, or as text (`2s`)."""
    value = row.any("time_limit")
    if isinstance(value, dict):
        seconds, nanos = value.get("seconds") or 0, value.get("nanos") or 0
        if isinstance(seconds, int | float) and isinstance(nanos, int | float):
            return seconds + nanos / 1e9
    elif isinstance(value, str):
        try:
            return float(value.removesuffix("s"))
        except ValueError:
            pass
    elif value is None or isinstance(value, int | float):
        return value
    raise Unfit("'time_limit' must be seconds, or an object with seconds and nanos", "a field of the wrong type")


def _number(row: Row, key: str) -> float | None:
    value = row.any(key)
    try:
        return None if value is None else float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise Unfit(f"'{key}' must be a number", "a field of the wrong type") from None


CODE_CONTESTS = row_importer(
    "code_contests",
    "rows with name, description, public_tests, private_tests, generated_tests, solutions, incorrect_solutions, "
    "time_limit, memory_limit_bytes",
    ("name",),
    _code_contests,
)
