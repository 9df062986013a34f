"""Labelled submissions of a Kattis package: those in Python 3, by the verdict that each must get."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from verifier.suite.formats.base import file_stem
from verifier.suite.formats.packages import Files, foreign_python
from verifier.suite.formats.rows import Unfit

FOLDER = "submissions"
_BY_FOLDER = {
    "accepted": "accepted",
    "wrong_answer": "wrong_answer",
    "no_output": "wrong_answer",
    "time_limit_exceeded": "time_limit_exceeded",
    "run_time_error": "run_time_error",
    "runtime_error": "run_time_error",
    "memory_limit_exceeded": "memory_limit_exceeded",
    "output_limit": "output_limit_exceeded",
    "output_limit_exceeded": "output_limit_exceeded",
    "compiler_error": "compile_error",
    "compile_error": "compile_error",
    "rejected": "rejected",
    "brute_force": "rejected",
    "partially_accepted": "rejected",
}
"""The package's folder to ours."""
_BY_VERDICT = {
    "AC": "accepted", "WA": "wrong_answer", "TLE": "time_limit_exceeded", "RTE": "run_time_error",
    "MLE": "memory_limit_exceeded", "OLE": "output_limit_exceeded", "CE": "compile_error",
}  # fmt: skip
_NAMES = {
    "CORRECT": "AC", "ACCEPTED": "AC", "WRONG-ANSWER": "WA", "NO-OUTPUT": "WA", "TIMELIMIT": "TLE",
    "TIME-LIMIT-EXCEEDED": "TLE", "RUN-ERROR": "RTE", "RUN-TIME-ERROR": "RTE", "RUNTIME-ERROR": "RTE",
    "OUTPUT-LIMIT": "OLE", "MEMORY-LIMIT": "MLE", "COMPILER-ERROR": "CE",
}  # fmt: skip
"""DOMjudge's names of results."""
_TAG = re.compile(r"@EXPECTED_RESULTS@:([^\n]*)")
_DEFAULTS = {"permitted": ["AC", "RTE", "TLE", "WA"]}


def read_submissions(files: Files) -> tuple[dict[str, str], list[str]]:
    """By our paths, and what was left out."""
    found: dict[str, str] = {}
    left_out: Counter[str] = Counter()
    rules, notes = _rules(files)
    for name, paths in _programs(files).items():
        if PurePosixPath(name).name.endswith((".disabled", ".yaml", ".md")):
            continue
        python = [path for path in paths if path.endswith((".py", ".py3"))]
        if not python:
            left_out["in other languages"] += 1
            continue
        if len(python) != 1:
            left_out["of several files"] += 1
            continue
        try:
            code = files.source(python[0])
        except Unfit as reason:
            left_out[f"that can't be read ({reason.kind})"] += 1
            continue
        folder, why = _expected(name, code, rules)
        if not folder:
            left_out[why] += 1
            continue
        foreign = foreign_python(python[0], code)
        if foreign and not (folder == "compile_error" and foreign == "not Python 3"):
            left_out[foreign] += 1
            continue
        found[_free(f"{folder}/{file_stem(PurePosixPath(name).name.rsplit('.', 1)[0])}", found)] = code
        if name.split("/")[1] in ("partially_accepted", "brute_force"):
            left_out[f"{name.split('/')[1]}, which only must not be accepted here"] += 1
    for why, count in sorted(left_out.items()):
        kept = "" if "here" not in why else " (kept)"
        notes.append(f"submissions {why}: {count}{kept}")
    return found, notes


def _free(path: str, taken: Mapping[str, str]) -> str:
    name, number = f"{path}.py", 1
    while name in taken:
        number += 1
        name = f"{path}_{number}.py"
    return name


def _programs(files: Files) -> dict[str, list[str]]:
    """`submissions/<verdict>/<name>` to its files, of which a folder has several."""
    programs: dict[str, list[str]] = {}
    for path in files.below(FOLDER):
        parts = path.split("/")
        if len(parts) >= 3:
            programs.setdefault("/".join(parts[:3]), []).append(path)
    return programs


def _expected(name: str, code: str, rules: Sequence[tuple[str, Mapping[str, object]]]) -> tuple[str, str]:
    """Our folder, or "" and why there is none."""
    _, label, file = name.split("/")
    if ".bad." in file:
        return "", "in the wrong folder on purpose (.bad.)"
    for pattern, rule in reversed(rules):  # of several that fit, the last was written for it
        if _fits(f"{label}/{file}", pattern):
            folder = _folder_of(rule)
            return folder, "" if folder else "of which the package expects several verdicts"
    tag = _TAG.search(code)
    if tag:
        verdicts = {_NAMES.get(word.strip().upper().replace("_", "-"), "") for word in tag[1].split(",")}
        if verdicts <= _BY_VERDICT.keys():
            if len(verdicts) == 1:
                return _BY_VERDICT[verdicts.pop()], ""
            return ("", "of which the package expects several verdicts") if "AC" in verdicts else ("rejected", "")
        return "", "whose expected result is not known here"
    if label not in _BY_FOLDER:
        return "", f"in the folder {label}, which is no verdict"
    return _BY_FOLDER[label], ""


def _rules(files: Files) -> tuple[list[tuple[str, Mapping[str, object]]], list[str]]:
    """Of submissions.yaml: patterns and what is expected of the submissions that they fit."""
    try:
        value = files.mapping(f"{FOLDER}/submissions.yaml")
    except Unfit as reason:
        return [], [f"expectations are those of the folders: {reason}"]
    return [(key, rule) for key, rule in value.items() if isinstance(rule, Mapping) and _judges(rule)], []


def _judges(rule: Mapping[str, object]) -> bool:
    return "permitted" in rule or "required" in rule


def _fits(path: str, pattern: str) -> bool:
    """A pattern names a folder, or files in one."""
    pattern = pattern.strip("/")
    return fnmatchcase(path, pattern) or fnmatchcase(path.partition("/")[0], pattern)


def _folder_of(rule: Mapping[str, object]) -> str:
    permitted = _verdicts(rule.get("permitted")) or set(_DEFAULTS["permitted"])
    required = _verdicts(rule.get("required"))
    if permitted == {"AC"}:
        return "accepted"
    if permitted - {"AC"} and required and "AC" not in required:
        bad = permitted - {"AC"}
        return _BY_VERDICT[bad.pop()] if len(bad) == 1 else "rejected"
    if "AC" not in permitted:
        return _BY_VERDICT[permitted.pop()] if len(permitted) == 1 else "rejected"
    return ""


def _verdicts(value: object) -> set[str]:
    words = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    return {str(word).upper() for word in words} & _BY_VERDICT.keys()
