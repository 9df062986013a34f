"""Imported problems as directories of suites, and an account of what became of each of a source's problems."""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import IO

from verifier.errors import SuiteError
from verifier.limits import CEILINGS, Limits
from verifier.suite.formats.base import MAX_ID_CHARS, Imported, Refused, slug
from verifier.suite.model import Suite
from verifier.suite.package import ACCEPTED, FOLDERS, PROBLEM_FILE, SUBMISSIONS_FOLDER
from verifier.suite.store import SUITE_FILE, DirectoryStore
from verifier.suite.writing import write_suite

_UNFINISHED = ".import-"
"""Before the name of a folder in which another is being written; a store takes no such name for an id."""
_REPLACED = ".replaced-"
"""The same of one that is being replaced."""
_OF_ALL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS})
"""Errors that every other problem would meet too."""


@dataclass(slots=True)
class Account:
    """What became of the problems of a source."""

    imported: int = 0
    cases: int = 0
    references: int = 0
    others: int = 0
    """Submissions that must not be accepted."""
    without_reference: int = 0
    refused: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Kind of reason to ids."""
    notes: Counter[str] = field(default_factory=Counter)
    """Notes, with the numbers in them taken out, to problems."""

    @property
    def problems(self) -> int:
        return self.imported + sum(map(len, self.refused.values()))


class Writer:
    """Writes problems below `output`, one directory each, and keeps an account.

    `most_submissions` are kept of each verdict. `time_factor` multiplies a time limit that the source gives. A JSON
    object for each problem is written to `report`. With `force`, a directory that holds a suite is replaced.
    """

    def __init__(
        self,
        output: Path,
        *,
        most_submissions: int = 10,
        time_factor: float = 1.0,
        force: bool = False,
        report: IO[str] | None = None,
    ) -> None:
        self._output = output
        self._most_submissions = most_submissions
        self._time_factor = time_factor
        self._force = force
        self._report = report
        self.names: set[str] = set()
        """Suite ids of what was written."""
        self.account = Account()

    def take(self, outcome: Imported | Refused) -> None:
        """Raises OSError where the directory can't be written."""
        if isinstance(outcome, Imported):
            outcome = self._named(outcome)
        if isinstance(outcome, Refused):
            self.account.refused[outcome.kind or outcome.reason].append(outcome.id)
            self._tell({"id": outcome.id, "status": "refused", "kind": outcome.kind, "reason": outcome.reason})

    def _named(self, problem: Imported) -> Imported | Refused:
        """Writes it, under a name that no other has, unless its directory is there."""
        notes = list(problem.notes)
        wanted = slug(problem.id)
        name = self._free(wanted)
        if name != wanted:
            notes.append(f"another problem has the suite id {wanted!r}; this one is {name!r}")
        folder = self._output / name
        if folder.is_symlink():
            return Refused(problem.id, f"{folder} is a link; it is not replaced", "already there")
        if folder.exists():
            if not self._force:
                return Refused(problem.id, f"{folder} is there already; --force replaces it", "already there")
            if not folder.joinpath(SUITE_FILE).is_file():
                return Refused(problem.id, f"{folder} is there and holds no suite; it is not replaced", "already there")
        suite = self._timed(problem.suite, notes)
        submissions = self._chosen(problem.submissions, notes)
        self._output.mkdir(parents=True, exist_ok=True)
        try:
            self._write(folder, suite, problem.problem, submissions)
        except OSError as error:
            if error.errno in _OF_ALL or not os.access(self._output, os.W_OK | os.X_OK):
                raise
            reason = f"{error.filename or folder} can't be written: {error.strerror or error}"
            return Refused(problem.id, reason, "a directory that can't be written")
        except SuiteError as error:
            return Refused(problem.id, f"can't be read once it is written: {error}", "a suite that can't be read back")
        except UnicodeEncodeError:
            reason = "holds half a surrogate pair, which no file of UTF-8 text can"
            return Refused(problem.id, reason, "text that can't be written")
        self.names.add(name)
        self._count(problem.id, name, suite, submissions, notes)
        return problem

    def _free(self, wanted: str) -> str:
        name, number = wanted, 1
        while name in self.names:
            number += 1
            ending = f"-{number}"
            name = wanted[: MAX_ID_CHARS - len(ending)] + ending
        return name

    def _timed(self, suite: Suite, notes: list[str]) -> Suite:
        if self._time_factor == 1.0 or "limits" not in suite.model_fields_set:
            return suite
        given = suite.limits.cpu_time_s
        if given == Limits().cpu_time_s:
            return suite
        cpu_time_s = min(given * self._time_factor, CEILINGS["cpu_time_s"])
        others = {f.name: getattr(suite.limits, f.name) for f in fields(Limits) if not f.name.endswith("time_s")}
        notes.append(f"the time limit is {cpu_time_s:g} s, {self._time_factor:g} times the source's")
        return suite.model_copy(update={"limits": Limits(cpu_time_s=cpu_time_s, **others)})

    def _chosen(self, submissions: Mapping[str, str], notes: list[str]) -> dict[str, str]:
        """Not more of each verdict than wanted, and none twice."""
        by_folder: dict[str, dict[str, str]] = defaultdict(dict)
        for path, code in submissions.items():
            if not _is_writable(code):
                notes.append(f"{path} is left out: it holds half a surrogate pair, which no UTF-8 text can")
                continue
            by_folder[path.partition("/")[0]][path] = code
        chosen: dict[str, str] = {}
        for group, codes in by_folder.items():
            if group not in FOLDERS:
                raise ValueError(f"an importer named a submission {group}/, which is no verdict")
            different = {code: path for path, code in reversed(codes.items())}  # the first path of each
            kept = [(path, code) for path, code in codes.items() if different[code] == path]
            if len(kept) > self._most_submissions:
                notes.append(f"{self._most_submissions} of {len(kept)} different {group} submissions are kept")
            chosen |= dict(kept[: self._most_submissions])
        return chosen

    def _write(self, folder: Path, suite: Suite, problem: str, submissions: Mapping[str, str]) -> None:
        """Whole or not at all. Raises SuiteError for a suite that is read back as another, or not at all."""
        unfinished = folder.with_name(_UNFINISHED + folder.name)
        shutil.rmtree(unfinished, ignore_errors=True)
        new = unfinished / folder.name
        try:
            write_suite(new, suite)
            if DirectoryStore(unfinished).get(folder.name).digest != suite.digest:
                raise SuiteError("is read back with another digest", path=folder.name)
            if problem.strip():
                _write_text(new / PROBLEM_FILE, problem.rstrip() + "\n")
            for path, code in submissions.items():
                _write_text(new / SUBMISSIONS_FOLDER / path, code)
            _put(new, folder)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)

    def _count(self, id: str, name: str, suite: Suite, submissions: Mapping[str, str], notes: list[str]) -> None:  # noqa: A002
        account, cases = self.account, len(suite.known_cases)
        references = sum(path.startswith(f"{ACCEPTED}/") for path in submissions)
        account.imported += 1
        account.cases += cases
        account.references += references
        account.others += len(submissions) - references
        account.without_reference += not references
        for note in {re.sub(r"[0-9]+", "N", note) for note in notes}:
            account.notes[note] += 1
        self._tell(
            {
                "id": id,
                "status": "imported",
                "suite": name,
                "digest": suite.digest,
                "kind": suite.kind,
                "cases": cases,
                "references": references,
                "submissions": len(submissions),
                "notes": notes,
            }
        )

    def _tell(self, entry: Mapping[str, object]) -> None:
        if self._report is not None:
            self._report.write(json.dumps(entry, ensure_ascii=True) + "\n")


def _is_writable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _put(new: Path, folder: Path) -> None:
    """Renames `new` to `folder`. What is there already goes last, and stays where that fails."""
    if not folder.exists():
        new.rename(folder)
        return
    old = folder.with_name(_REPLACED + folder.name)
    shutil.rmtree(old, ignore_errors=True)
    try:
        folder.rename(old)
        new.rename(folder)
    except BaseException:
        if not folder.exists():
            old.rename(folder)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _write_text(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
