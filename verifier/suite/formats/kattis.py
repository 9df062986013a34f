"""Problem packages of Kattis and ICPC, in the legacy form and the newer ones (2023-07, 2025-09).

Each test case is a case of kind `stdio`, or `interactive`. The default validator becomes a checker of ours with the
same verdicts, a validator or interactor in Python a custom one of form `program`. A package's verdict is that of all
cases; here each case pays its share, and groups of a scoring problem pay as a whole where the package says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from verifier.limits import CEILINGS, FLOORS, MIB
from verifier.suite.formats.base import Imported, Importer, Outcome
from verifier.suite.formats.kattis_data import Data, flags_of, read_data
from verifier.suite.formats.kattis_judging import default_checker, default_rules, has_validator, own_validator
from verifier.suite.formats.kattis_submissions import read_submissions
from verifier.suite.formats.packages import Files, outcome_of_package, packages_in
from verifier.suite.formats.rows import Unfit, make_suite

_STATEMENT_FOLDERS = ("problem_statement", "statement")
_MAX_SAMPLE_CHARS = 4096
_LEGACY_OUTPUT_MIB = 8
_VALIDATOR_MEMORY_FLOOR = 64 * MIB


def _read(source: Path) -> Iterator[Outcome]:
    for name, files in packages_in(source, "problem.yaml"):
        yield outcome_of_package(name, files, _problem)


def _problem(name: str, files: Files) -> Outcome:
    config = files.mapping("problem.yaml")
    kinds = _kinds(config)
    for kind in ("multi-pass", "submit-answer"):
        if kind in kinds:
            raise Unfit(f"is of type {kind}, which no kind of suite is", f"type {kind}")
    is_newer = str(config.get("problem_format_version", "legacy")) not in ("legacy", "legacy-icpc")
    if config.get("grading") == "custom" or "score" in kinds:
        raise Unfit("its validator or grader gives scores: not carried over", "scores by a program")
    is_scoring = "scoring" in kinds
    grading = config.get("grading")
    if isinstance(grading, Mapping) and grading.get("objective") == "min":
        raise Unfit("a lower score is better there", "scores by a program")
    is_interactive = "interactive" in kinds
    is_custom = "custom" in kinds or is_interactive or (is_newer and has_validator(files))
    data = read_data(files, scoring=is_scoring, needs_answer=not is_interactive)
    notes = data.notes
    if not is_custom and has_validator(files):
        notes.append("it has an output validator that its problem.yaml doesn't ask for; the default one is taken")
    flags = (*flags_of(config, "validator_flags"), *data.flags)
    suite: dict[str, object] = {
        "kind": "interactive" if is_interactive else "stdio",
        "title": _title(config, name),
        "limits": _limits(files, config, notes),
        "cases": _cases(data, "input" if is_interactive else "stdin", "expected" if is_interactive else "stdout"),
    }
    if is_custom:
        role = "interactor" if is_interactive else "output validator"
        program = own_validator(files, role)
        if is_scoring and re.search(r"score(_multiplier)?\.txt", program.code):
            raise Unfit(f"its {role} gives scores: not carried over", "scores by a program")
        notes += program.notes
        arbiter = {"form": "program", "code": program.code, "flags": list(flags), **_validator_limits(config)}
        suite["interactor" if is_interactive else "checker"] = (
            arbiter if is_interactive else {"name": "custom", **arbiter}
        )
    else:
        suite["checker"], told = default_checker(default_rules(flags), [case.answer for case in data.cases])
        notes += told
    if data.all_or_nothing:
        suite["reward"] = {"groups": "all_or_nothing"}
    statement = _statement(files, notes)
    submissions, told = read_submissions(files)
    return Imported(name, make_suite(suite), statement, submissions, (*notes, *told))


def _kinds(config: Mapping[str, object]) -> set[str]:
    """The words of `type` (a word or a list) and of the legacy `validation`."""
    words: set[str] = set()
    for key in ("type", "validation"):
        value = config.get(key)
        texts = value if isinstance(value, list) else [value]
        words |= {word for text in texts if isinstance(text, str) for word in text.split()}
    return words


def _title(config: Mapping[str, object], name: str) -> str:
    title = config.get("name")
    if isinstance(title, Mapping):
        title = title.get("en") or next(iter(title.values()), None)
    return title if isinstance(title, str) else PurePosixPath(name).name


def _cases(data: Data, given: str, wanted: str) -> list[dict[str, object]]:
    cases: list[dict[str, object]] = []
    for case in data.cases:
        value: dict[str, object] = {given: case.input, wanted: case.answer}
        if case.weight != 1.0:
            value["weight"] = case.weight
        if case.group:
            value["group"] = case.group
        cases.append(value)
    return cases


# Limits


def _limits(files: Files, config: Mapping[str, object], notes: list[str]) -> dict[str, object]:
    given = config.get("limits")
    given = given if isinstance(given, Mapping) else {}
    limits: dict[str, object] = {}
    seconds = _number(given, "time_limit")
    if seconds is None and ".timelimit" in files:
        seconds = _number({".timelimit": files.text(".timelimit").strip()}, ".timelimit")
    if seconds is None and "domjudge-problem.ini" in files:
        found = re.search(r"(?m)^\s*timelimit\s*=\s*['\"]?([0-9.]+)", files.text("domjudge-problem.ini"))
        seconds = float(found[1]) if found else None
    if seconds is None:
        notes.append("has no time limit of its own (it goes by its slowest solution); the default is taken")
    else:
        limits["cpu_time_s"] = _within(seconds, "cpu_time_s")
    mib = _number(given, "memory")
    if mib is not None:
        limits["memory_bytes"] = int(_within(mib * MIB, "memory_bytes"))
    mib = _number(given, "output")
    limits["output_bytes"] = int(_within((_LEGACY_OUTPUT_MIB if mib is None else mib) * MIB, "output_bytes"))
    if given.get("time_multiplier") or given.get("time_multipliers"):
        notes.append("time_multiplier is not carried over")
    return limits


def _number(values: Mapping[str, object], key: str) -> float | None:
    value = values.get(key)
    if value is None:
        return None
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        number = -1.0
    if not number > 0:
        raise Unfit(f"{key} must be a number above 0, not {value!r:.60}", "a field of the wrong type")
    return number


def _within(value: float, name: str) -> float:
    return min(max(value, FLOORS[name]), CEILINGS[name])


def _validator_limits(config: Mapping[str, object]) -> dict[str, object]:
    given = config.get("limits")
    given = given if isinstance(given, Mapping) else {}
    limits: dict[str, object] = {}
    if (seconds := _number(given, "validation_time")) is not None:
        limits["cpu_time_s"] = _within(seconds, "cpu_time_s")
    if (mib := _number(given, "validation_memory")) is not None:
        limits["memory_bytes"] = int(max(_within(mib * MIB, "memory_bytes"), _VALIDATOR_MEMORY_FLOOR))
    return limits


# The statement


def _statement(files: Files, notes: list[str]) -> str:
    """In English where there is one, with the samples, which the format shows beside it."""
    found = [p for folder in _STATEMENT_FOLDERS for p in files.below(folder) if re.search(r"/problem(\..+)?\.\w+$", p)]
    texts = [path for path in found if path.endswith((".tex", ".md"))]
    if not texts:
        notes.append("its statement is a PDF: not carried over" if found else "has no statement")
        return ""
    texts.sort(key=lambda path: ("/problem.en." not in path, path.count(".") > 1, path))
    path = texts[0]
    if "/problem.en." not in path:
        notes.append(f"its statement is {PurePosixPath(path).name}")
    if len(texts) > 1:
        notes.append(f"statements in other languages are not carried over: {len(texts) - 1}")
    if path.endswith(".tex"):
        notes.append("its statement is TeX, kept as it is")
    text = files.source(path)
    if re.search(r"\\includegraphics|!\[", text):
        notes.append("its statement shows images, which are not carried over")
    return f"{text.strip()}\n{_samples(files)}"


def _samples(files: Files) -> str:
    parts = []
    for path in files.below("data/sample"):
        stem = path.removesuffix(".in").removesuffix(".interaction")
        if stem == path:
            continue
        shown = path if f"{path}.statement" not in files else f"{path}.statement"
        answer = f"{stem}.ans.statement" if f"{stem}.ans.statement" in files else f"{stem}.ans"
        pieces = [("interaction" if path.endswith(".interaction") else "input", shown)]
        if path.endswith(".in") and answer in files:
            pieces.append(("output", answer))
        for title, file in pieces:
            text = files.source(file)
            if len(text) <= _MAX_SAMPLE_CHARS:
                parts.append(f"\nSample {title}:\n\n```\n{text.rstrip(chr(10))}\n```\n")
    return "".join(parts)


KATTIS = Importer(
    "kattis",
    "Kattis and ICPC problem packages: folders or zip archives with problem.yaml, data/, submissions/",
    _read,
)
"""Needs PyYAML."""
