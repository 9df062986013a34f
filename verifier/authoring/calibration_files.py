"""Calibration written into a suite's files, in place: the author's comments and the form of each line stay.

Figures go into cases.jsonl, or into the `[[cases]]` of suite.toml; limits into suite.toml, with the reason beside each.
What is there already stands while it is near enough to what was measured, so that measuring again changes nothing.
"""

from __future__ import annotations

import json
import math
import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT, Item, Table

from verifier.authoring.calibrate import MEMORY_STEP_BYTES, TIME_STEP_S, Calibrated, Figure, test_function
from verifier.errors import SuiteError
from verifier.suite.base import Calibration
from verifier.suite.literals import load_json
from verifier.suite.model import AssertsSuite, NamedCase, PytestSuite, Suite
from verifier.suite.package import Package
from verifier.suite.store import CASES_FILE, SUITE_FILE, TOP_FILES, read_suite

TOLERANCE = 0.3
"""A figure that differs by less than this share of itself stands."""
TIME_SLACK_S, MEMORY_SLACK_BYTES = 3 * TIME_STEP_S, 8 * MEMORY_STEP_BYTES
_TIME, _MEMORY = "reference_cpu_time_s", "reference_memory_bytes"
_TAIL = re.compile(rf',\s*"(?:{_TIME}|{_MEMORY})"\s*:\s*[-+0-9.eE]+(?=\s*[,}}])')
_MARK = "calibrated: "
"""Begins a comment of ours; another comment beside a limit is the author's, and stays."""


def calibrated_files(package: Package, found: Calibrated) -> dict[str, str]:
    """The new text of each file that changes, by its name. Raises SuiteError where one can't be edited."""
    folder = package.folder
    before = {name: _read(folder, name) for name in (SUITE_FILE, CASES_FILE) if folder.joinpath(name).is_file()}
    after = dict(before)
    try:
        document = tomlkit.parse(before[SUITE_FILE])
    except TOMLKitError as error:
        raise SuiteError(f"can't be edited: {error}", path=f"{folder.name}/{SUITE_FILE}") from None
    _set_limits(document, package.suite, found)
    if not _all_stand(package.suite, found):
        figures = {figure.key: figure for figure in found.figures}
        if "cases" in document:
            _set_inline(document, figures)
        elif isinstance(package.suite, PytestSuite | AssertsSuite):
            after[CASES_FILE] = _named_lines(before.get(CASES_FILE, ""), figures)
        else:
            after[CASES_FILE] = _numbered_lines(before[CASES_FILE], figures)
        _set_machine(document, found.where)
    after[SUITE_FILE] = tomlkit.dumps(document)
    return {name: text for name, text in after.items() if text != before.get(name, "")}


def suite_with(package: Package, changed: Mapping[str, str]) -> Suite:
    """The suite that its folder will hold. Raises SuiteError."""
    folder = package.folder
    paths = [folder / name for name in TOP_FILES]
    paths += [folder / "tests" / path for path in getattr(package.suite, "files", ())]
    contents = {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths if path.is_file()}
    contents |= {name: text.encode() for name, text in changed.items()}
    sizes = {name: len(content) for name, content in contents.items()}
    return read_suite(folder.name, sizes, lambda wanted: [contents[name] for name in wanted])


def write_files(folder: Path, changed: Mapping[str, str]) -> None:
    """Each file is replaced as a whole, or not at all. Raises OSError."""
    written: list[tuple[str, Path]] = []
    try:
        for name, text in changed.items():
            number, path = tempfile.mkstemp(prefix=f".{name}.", dir=folder)
            written.append((path, folder / name))
            with os.fdopen(number, "w", encoding="utf-8", newline="") as file:
                file.write(text)
            target = folder / name
            os.chmod(path, target.stat().st_mode & 0o777 if target.exists() else 0o644)
        while written:
            os.replace(*written[0])
            written.pop(0)
    finally:
        for path, _ in written:
            os.unlink(path)


def _read(folder: Path, name: str) -> str:
    with folder.joinpath(name).open(encoding="utf-8-sig", newline="") as file:
        return file.read()


# Figures


def _all_stand(suite: Suite, found: Calibrated) -> bool:
    """Whether every case has figures that are near enough, be it in seconds of this machine or in those of the one that
    they were measured on. Then none is touched, for figures of two machines must not stand side by side."""
    if suite.calibration is None:
        return False
    ratio = found.where.machine_speed / suite.calibration.machine_speed
    figures = {figure.key: figure for figure in found.figures}
    seen: set[int | str] = set()
    for index, case in enumerate(suite.cases):
        key = test_function(case.test) if isinstance(case, NamedCase) else index
        figure = figures.get(key)
        if figure is None:
            continue
        seen.add(key)
        times = (figure.cpu_time_s, figure.cpu_time_s * ratio)
        if not any(_stands(case.reference_cpu_time_s, time_s, TIME_SLACK_S) for time_s in times):
            return False
        if not _stands(case.reference_memory_bytes, figure.reference_memory_bytes, MEMORY_SLACK_BYTES):
            return False
    return seen == figures.keys()


def _stands(old: object, measured: float, slack: float) -> bool:
    if not isinstance(old, int | float) or isinstance(old, bool):
        return False
    return abs(old - measured) <= max(TOLERANCE * max(old, measured), slack)


def _figures_of(old: Mapping[str, Any], figure: Figure) -> dict[str, float]:
    wanted = {_TIME: (figure.cpu_time_s, TIME_SLACK_S)}
    wanted[_MEMORY] = (figure.reference_memory_bytes, MEMORY_SLACK_BYTES)
    return {
        name: old[name] if _stands(old.get(name), measured, slack) else measured
        for name, (measured, slack) in wanted.items()
    }


def _numbered_lines(text: str, figures: Mapping[int | str, Figure]) -> str:
    index = -1
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if line.strip():
            index += 1
            if index in figures:
                lines[number] = _line_with(line, figures[index])
    return "\n".join(lines)


def _named_lines(text: str, figures: Mapping[int | str, Figure]) -> str:
    """With a line more for each test that has none. A case with an id of its own has the figures of its function."""
    lines = text.split("\n")
    named: set[str] = set()
    for number, line in enumerate(lines):
        if line.strip():
            value = load_json(line)
            assert isinstance(value, dict)
            named.add(value["test"])
            figure = figures.get(test_function(value["test"]))
            if figure is not None:
                lines[number] = _line_with(line, figure)
    body = "\n".join(lines)
    if body and not body.endswith("\n"):
        body += "\n"
    for key, figure in figures.items():
        if key not in named:
            body += json.dumps({"test": key, **_figures_of({}, figure)}, ensure_ascii=False) + "\n"
    return body


def _line_with(line: str, figure: Figure) -> str:
    """A line of cases.jsonl with the figures at its end, the rest of it as it was written."""
    value = load_json(line)
    assert isinstance(value, dict)
    wanted = _figures_of(value, figure)
    if all(value.get(name) == number for name, number in wanted.items()):
        return line
    target = {**{name: item for name, item in value.items() if name not in wanted}, **wanted}
    bare = _TAIL.sub("", line).rstrip()
    added = "".join(f", {json.dumps(name)}: {json.dumps(number)}" for name, number in wanted.items())
    edited = f"{bare[:-1].rstrip()}{added}}}" + ("\r" if line.endswith("\r") else "")
    try:
        fits = load_json(edited) == target
    except ValueError:
        fits = False
    return edited if fits else json.dumps(target, ensure_ascii=False)


# suite.toml


def _set_inline(document: tomlkit.TOMLDocument, figures: Mapping[int | str, Figure]) -> None:
    cases = document["cases"]
    named: set[str] = set()
    is_named = False
    for index, case in enumerate(cases):
        test = case.get("test")
        is_named = is_named or test is not None
        named.add(str(test))
        figure = figures.get(index if test is None else test_function(str(test)))
        if figure is not None:
            for name, number in _figures_of(case, figure).items():
                if case.get(name) != number:
                    case[name] = number
    if is_named and isinstance(cases, AoT):
        for key, figure in figures.items():
            if key not in named:
                table = tomlkit.table()
                table["test"] = key
                table.update(_figures_of({}, figure))
                cases.body[-1].add(tomlkit.nl())
                cases.append(table)


def _set_limits(document: tomlkit.TOMLDocument, suite: Suite, found: Calibrated) -> None:
    """Those that change, and a reason beside each that is there."""
    if "limits" not in document and all(one.stands for one in found.limits):
        return
    table = _table(document, "limits")
    for one in found.limits:
        if not one.stands:
            _assign(table, one.name, int(one.proposed) if one.name.endswith("bytes") else one.proposed)
        if one.name in table:
            _explain(table, one.name, one.reason)


def _assign(table: Table, name: str, value: float) -> None:
    """Without the loss of an author's comment, which belongs to the item."""
    old = table.get(name)
    comment = old.trivia.comment.removeprefix("#").strip() if isinstance(old, Item) else ""
    table[name] = value
    if comment:
        cast(Item, table[name]).comment(comment)


def _explain(table: Table, name: str, reason: str) -> None:
    """The reason as a comment beside the value, unless the author has written another there, or the one that is there
    says nearly the same."""
    item = table[name]
    assert isinstance(item, Item)
    comment = item.trivia.comment.removeprefix("#").strip()
    if comment and not comment.startswith(_MARK.strip()):
        return
    old, new = _numbers(comment), _numbers(reason)
    if comment and old and new and math.isclose(old[0], new[0], rel_tol=TOLERANCE):
        return
    if comment and not old and not new:  # "under 1 ms"
        return
    item.comment(_MARK + reason)


def _numbers(text: str) -> list[float]:
    """The first is what was measured; "under 1 ms" is none."""
    return [float(number) for number in re.findall(r"(?:reference|output) ([0-9][0-9.]*)", text)]


def _set_machine(document: tomlkit.TOMLDocument, where: Calibration) -> None:
    is_new = "calibration" not in document
    table = _table(document, "calibration")
    if is_new:
        table.comment("where the references were measured: speed 2 is twice as fast as 1")
    for name, value in where.model_dump().items():
        if table.get(name) != value:
            table[name] = value


def _table(document: tomlkit.TOMLDocument, name: str) -> Table:
    """A table of the document, which is added at its end where it isn't there."""
    if name not in document:
        document.add(tomlkit.nl())
        document[name] = tomlkit.table()
    found = document[name]
    if not isinstance(found, Table):
        raise SuiteError(f"write {name} as a table, [{name}], so that it can be edited", path=SUITE_FILE)
    return found
