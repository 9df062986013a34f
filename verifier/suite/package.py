"""A suite's directory as its author has it: beside the suite itself, what proves it.

<id>/suite.toml, cases.jsonl, tests/    the suite (store.py)
     problem.md                         the statement
     submissions/<expected>/*.py        programs and the verdict that each must get; `accepted` are the references
     answers.jsonl                      answers that the checker must accept or refuse, one a line:
                                        {"case": 0, "accept": ...} or {"case": 0, "refuse": ...}
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from verifier.errors import SuiteError
from verifier.suite.literals import ValueProblem, decode_value, load_json
from verifier.suite.model import Suite
from verifier.suite.store import DirectoryStore
from verifier.verdict import Verdict

SUBMISSIONS_FOLDER, ANSWERS_FILE, PROBLEM_FILE = "submissions", "answers.jsonl", "problem.md"
ACCEPTED = "accepted"

FOLDERS: Mapping[str, frozenset[Verdict]] = {
    ACCEPTED: frozenset({Verdict.AC}),
    "wrong_answer": frozenset({Verdict.WA}),
    "time_limit_exceeded": frozenset({Verdict.TLE}),
    "memory_limit_exceeded": frozenset({Verdict.MLE}),
    "output_limit_exceeded": frozenset({Verdict.OLE}),
    "run_time_error": frozenset({Verdict.RTE}),
    "compile_error": frozenset({Verdict.CE}),
    "security_violation": frozenset({Verdict.SV}),
    "rejected": frozenset(Verdict) - {Verdict.AC, Verdict.JE, Verdict.SK},
}
"""Folders of `submissions/`, and the verdicts that those in them may get. The names are those of the Kattis problem
package format; `security_violation` is ours."""


@dataclass(frozen=True, slots=True)
class Submission:
    name: str
    """`accepted/recursive.py`."""
    code: str
    expected: frozenset[Verdict]


@dataclass(frozen=True, slots=True)
class Answer:
    """One that the suite's checker must accept, or refuse."""

    line: int
    """In answers.jsonl, from 1."""
    case: int
    answer: object
    """Printed text, or a value."""
    accepted: bool


@dataclass(frozen=True, slots=True)
class Package:
    folder: Path
    suite: Suite
    problem: str
    """The statement; "" where there is none."""
    submissions: tuple[Submission, ...]
    answers: tuple[Answer, ...]

    @property
    def references(self) -> tuple[Submission, ...]:
        """Those that must be accepted."""
        return tuple(one for one in self.submissions if one.expected == FOLDERS[ACCEPTED])


def read_package(folder: Path) -> Package:
    """Raises SuiteError, whose path names the file, for a suite or material beside it that can't be used."""
    folder = folder.resolve()
    suite = DirectoryStore(folder.parent).get(folder.name)
    return Package(
        folder,
        suite,
        _text(folder / PROBLEM_FILE),
        tuple(_submissions(folder)),
        tuple(_answers(folder / ANSWERS_FILE, len(suite.cases))),
    )


def _submissions(folder: Path) -> list[Submission]:
    top = folder / SUBMISSIONS_FOLDER
    found = []
    at = f"{folder.name}/{SUBMISSIONS_FOLDER}"
    for group, is_folder in _entries(top, at):
        if group.startswith((".", "__")) or not is_folder:
            continue
        if group not in FOLDERS:
            raise SuiteError(f"is no verdict; known are {', '.join(FOLDERS)}", path=f"{at}/{group}")
        for name, _ in _entries(top / group, f"{at}/{group}"):
            if name.endswith(".py"):
                found.append(Submission(f"{group}/{name}", _code(top / group / name), FOLDERS[group]))
    return found


def _entries(folder: Path, at: str) -> list[tuple[str, bool]]:
    """Names in a folder, sorted, and whether each is a folder; none where there is no such folder. Raises SuiteError
    where it can't be read, for then it isn't known which submissions are missing."""
    try:
        with os.scandir(folder) as entries:
            return sorted((entry.name, entry.is_dir()) for entry in entries)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise SuiteError(f"can't be read: {error.strerror}", path=at) from None


def _answers(path: Path, count: int) -> list[Answer]:
    found: list[Answer] = []
    for number, line in enumerate(_text(path).split("\n"), 1):
        if not line.strip():
            continue
        at = f"{path.parent.name}/{path.name}:{number}"
        try:
            entry = load_json(line)
        except ValueError as error:
            raise SuiteError(str(error), path=at) from None
        rules = {"accept", "refuse"} & entry.keys() if isinstance(entry, dict) else ()
        if not isinstance(entry, dict) or len(rules) != 1 or entry.keys() != {"case", *rules}:
            raise SuiteError('must be {"case": N, "accept": ...} or {"case": N, "refuse": ...}', path=at)
        case = entry["case"]
        if type(case) is not int or not 0 <= case < count:
            raise SuiteError(f"must be a case's number, 0 to {count - 1}", path=f"{at}.case")
        [rule] = rules
        try:
            answer = decode_value(entry[rule])
        except ValueProblem as problem:
            raise SuiteError(problem.problem, path=f"{at}.{rule}{problem.path}") from None
        found.append(Answer(number, case, answer, rule == "accept"))
    return found


def _code(path: Path) -> str:
    """As it stands: a submission may be no UTF-8."""
    try:
        return path.read_bytes().decode("utf-8", "surrogateescape")
    except OSError as error:
        raise SuiteError(f"can't be read: {error.strerror}", path=str(path)) from None


def _text(path: Path) -> str:
    """ "" where there is no such file."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError:
        raise SuiteError("not UTF-8 text", path=f"{path.parent.name}/{path.name}") from None
    except OSError as error:
        raise SuiteError(f"can't be read: {error.strerror}", path=f"{path.parent.name}/{path.name}") from None
