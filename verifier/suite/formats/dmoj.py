"""Problems of DMOJ: a folder with init.yml, whose test cases are files beside it or in a zip archive."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from verifier.limits import CEILINGS, FLOORS
from verifier.suite.base import MAX_CASES
from verifier.suite.formats.base import Imported, Importer, Outcome, file_stem
from verifier.suite.formats.dmoj_checkers import checker_of
from verifier.suite.formats.packages import (
    MAX_TEST_BYTES,
    Files,
    FolderFiles,
    ZipFiles,
    counted,
    foreign_python,
    outcome_of_package,
    packages_in,
    stored_bytes,
)
from verifier.suite.formats.rows import Unfit, make_suite

_CONFIG = "init.yml"
_REFUSED_KEYS = {
    "interactive": "interactive: not carried over",
    "custom_judge": "a grader of its own: not carried over",
    "signature_grader": "graded by a signature: not carried over",
    "grader": "a grader of its own: not carried over",
    "generator": "cases made by a generator: not carried over",
    "file_io": "reads and writes files: not carried over",
}
_LEFT_OUT_KEYS = {
    "symlinks": "files that stand for the standard streams (symlinks) are not carried over",
    "pretest_test_cases": "pretests are not carried over",
    "wall_time_factor": "wall_time_factor is not carried over",
}
_FOLDERS = {
    "AC": "accepted", "WA": "wrong_answer", "TLE": "time_limit_exceeded", "RTE": "run_time_error",
    "IR": "run_time_error", "MLE": "memory_limit_exceeded", "OLE": "output_limit_exceeded", "CE": "compile_error",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Case:
    stdin: str
    stdout: str
    points: float
    group: str | None = None


def _read(source: Path) -> Iterator[Outcome]:
    for name, files in packages_in(source, _CONFIG):
        yield outcome_of_package(name, files, _problem)


def _problem(name: str, files: Files) -> Outcome:
    config = files.mapping(_CONFIG)
    for key, why in _REFUSED_KEYS.items():
        if config.get(key):
            raise Unfit(f"'{key}': {why}", why)
    notes = [text for key, text in _LEFT_OUT_KEYS.items() if config.get(key)]
    cases = _Cases(files, config, notes).read()
    checker, told = checker_of(config.get("checker"), files)
    notes += told
    submissions, limits = _submissions(files, notes)
    if "cpu_time_s" not in limits:
        notes.append("has no limits of its own (DMOJ keeps them elsewhere); the defaults are taken")
    values = [
        {"stdin": case.stdin, "stdout": case.stdout, "weight": case.points}
        | ({"group": case.group} if case.group else {})
        for case in cases
    ]
    suite: dict[str, object] = {"kind": "stdio", "title": name, "checker": checker, "limits": limits, "cases": values}
    if any(case.group for case in cases):
        suite["reward"] = {"groups": "all_or_nothing"}
    notes.append("has no statement")
    return Imported(name, make_suite(suite), "", submissions, tuple(notes))


class _Cases:
    """Reads the test cases of one problem."""

    def __init__(self, files: Files, config: Mapping[str, object], notes: list[str]) -> None:
        self._files = files
        self._config = config
        self._notes = notes
        self._archive = self._opened(config.get("archive"))
        self._left_out = 0
        self._size = 0

    def _opened(self, name: object) -> Files | None:
        if name is None:
            return None
        if not isinstance(name, str) or name not in self._files:
            raise Unfit(f"its archive {name!r:.80} is missing", "a file that is missing")
        if not isinstance(self._files, FolderFiles):
            raise Unfit(f"its archive {name[:80]} lies in an archive itself", "an archive in an archive")
        return ZipFiles(self._files.place(name))

    def read(self) -> list[_Case]:
        """Raises Unfit."""
        listed = self._config.get("test_cases")
        if not isinstance(listed, list):
            why = "found by their files' names" if listed is None or isinstance(listed, Mapping) else "no list"
            raise Unfit(f"its test cases are {why}: not carried over", "test cases that are not listed")
        cases: list[_Case] = []
        batches = 0
        for number, entry in enumerate(listed, start=1):
            if not isinstance(entry, Mapping):
                raise Unfit(f"test_cases[{number - 1}] must hold keys and values", "a field of the wrong type")
            own = {**self._config, **entry}
            if "batched" not in entry:
                cases += self._case(own, _points(own))
                continue
            batches += 1
            cases += self._batch(own, f"batch {batches}")
            if entry.get("dependencies"):
                self._note("that a batch counts only if others are passed (dependencies) is not carried over")
        if self._left_out:
            self._note(f"{counted(self._left_out, 'case')} of no points, left out")
        if not cases:
            raise Unfit("none of its test cases counts", "no tests")
        if len(cases) > MAX_CASES:
            raise Unfit(f"has more than {MAX_CASES} cases", "too much test data")
        return cases

    def _note(self, text: str) -> None:
        if text not in self._notes:
            self._notes.append(text)

    def _batch(self, batch: Mapping[str, object], name: str) -> list[_Case]:
        entries = batch["batched"]
        if not isinstance(entries, list) or not all(isinstance(entry, Mapping) for entry in entries):
            raise Unfit(f"{name}: 'batched' must be a list of cases", "a field of the wrong type")
        points = _points(batch)
        found: list[_Case] = []
        for entry in entries:
            found += self._case({**batch, **entry}, points / len(entries), name)
        return found

    def _case(self, own: Mapping[str, object], points: float, group: str | None = None) -> list[_Case]:
        for key in ("generator", "generator_args"):
            if own.get(key):
                raise Unfit(f"'{key}': cases made by a generator: not carried over", _REFUSED_KEYS["generator"])
        if own.get("checker") != self._config.get("checker"):
            raise Unfit("its cases have different checkers, and a suite has one", "different checkers")
        if points <= 0:
            self._left_out += 1
            return []
        stdin, stdout = self._text(own.get("in"), "in"), self._text(own.get("out"), "out")
        self._size += stored_bytes(stdin) + stored_bytes(stdout)
        if self._size > MAX_TEST_BYTES:
            raise Unfit(f"its test data are more than {MAX_TEST_BYTES >> 20} MiB", "too much test data")
        return [_Case(stdin, stdout, points, group)]

    def _text(self, path: object, key: str) -> str:
        if path is None:
            return ""
        if not isinstance(path, str | int):
            raise Unfit(f"'{key}' must be a file's name", "a field of the wrong type")
        path = str(path)
        if path in self._files or self._archive is None:
            if path not in self._files:
                raise Unfit(f"its file {path[:80]} is missing", "a file that is missing")
            return self._files.text(path)
        return self._archive.text(path)


def _points(own: Mapping[str, object]) -> float:
    points = own.get("points", 1)
    if isinstance(points, bool) or not isinstance(points, int | float):
        raise Unfit(f"'points' must be a number, not {points!r:.40}", "a field of the wrong type")
    return float(points)


# Labelled submissions, as DMOJ's own test problems have them


def _submissions(files: Files, notes: list[str]) -> tuple[dict[str, str], dict[str, object]]:
    """By our paths; and the limits of the first, which they bring."""
    found: dict[str, str] = {}
    limits: dict[str, object] = {}
    left_out: dict[str, int] = {}
    for path in files.below("tests"):
        folder, _, name = path.rpartition("/")
        if name not in ("test.yml", "test.posix.yml"):
            continue
        config = files.mapping(path)
        code, why = _labelled_code(files, folder, config)
        expected = _expected(config)
        if not why and not expected:
            why = "of which no verdict is expected that is known here"
        if why:
            left_out[why] = left_out.get(why, 0) + 1
            continue
        found[f"{expected}/{file_stem(folder.rpartition('/')[2])}.py"] = code
        limits = limits or _limits(config)
    notes += [f"submissions {why}: {count}" for why, count in sorted(left_out.items())]
    return found, limits


def _labelled_code(files: Files, folder: str, config: Mapping[str, object]) -> tuple[str, str]:
    """The code, or why it is left out."""
    language, source = str(config.get("language", "")), config.get("source")
    if language != "PY3":
        return "", "for Python 2" if language == "PY2" else "in other languages"
    if not isinstance(source, str) or f"{folder}/{source}" not in files:
        return "", "of several files, or none"
    code = files.source(f"{folder}/{source}")
    return code, foreign_python(source, code)


def _expected(config: Mapping[str, object]) -> str:
    cases = config.get("cases")
    verdicts = {str(verdict) for verdict in cases} if isinstance(cases, list) else {str(config.get("expect"))}
    bad = verdicts - {"AC", "SC"}
    if not bad:
        return "accepted" if verdicts == {"AC"} else ""
    return (_FOLDERS.get(bad.pop(), "") if len(bad) == 1 else "rejected") if bad <= _FOLDERS.keys() else ""


def _limits(config: Mapping[str, object]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, name, unit in (("time", "cpu_time_s", 1.0), ("memory", "memory_bytes", 1024.0)):
        value = config.get(key)
        if isinstance(value, int | float) and not isinstance(value, bool) and value > 0:
            limit = min(max(value * unit, FLOORS[name]), CEILINGS[name])
            found[name] = int(limit) if name == "memory_bytes" else limit
    return found


DMOJ = Importer(
    "dmoj",
    "problems of DMOJ: folders with init.yml, their cases beside it or in a zip archive; Python checkers",
    _read,
)
"""Needs PyYAML."""
