"""A training set made of suites: rows for training and for validation, and a report of what became of each suite.

A suite that can't be used costs no other. What is left out, and why, stands in the report.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from verifier.authoring.decontaminate import Benchmarks, Text
from verifier.authoring.rows import (
    FORMATS,
    Content,
    Prompt,
    Row,
    RowFormat,
    check_row,
    open_writer,
    reference_of,
    to_json,
)
from verifier.authoring.split import Split, split
from verifier.errors import RequestError
from verifier.suite.package import PROBLEM_FILE, read_package
from verifier.suite.store import DirectoryStore

REPORT_FILE = "report.json"
TRAIN, VALIDATION = "train", "validation"


@dataclass(frozen=True, slots=True)
class Options:
    format: RowFormat
    prompt: Prompt = field(default_factory=Prompt)
    inline: bool = False
    """Whether rows hold their suites, and not only their names."""
    by_reference_above: bool = False
    """Whether a row that would be too large with its suite gets its name instead."""
    max_row_bytes: int | None = None
    """Of a row as JSON; None for what the format says."""
    validation: float = 0.1
    """The share of problems that is kept for validation, 0 to below 1."""
    seed: int = 0

    @property
    def row_bytes(self) -> int:
        return self.format.max_row_bytes if self.max_row_bytes is None else self.max_row_bytes


@dataclass(slots=True)
class RowFile:
    name: str
    rows: int = 0
    bytes: int = 0
    """Of the rows as JSON."""
    largest_row_bytes: int = 0

    def entry(self) -> dict[str, object]:
        counts = {"rows": self.rows, "bytes": self.bytes, "largest_row_bytes": self.largest_row_bytes}
        return {"file": self.name, **counts}


@dataclass(slots=True)
class Report:
    """What became of the suites. Nothing in it is an answer."""

    options: Options
    files: dict[str, RowFile] = field(default_factory=dict)
    suites: list[dict[str, object]] = field(default_factory=list)
    """Of each row that was written."""
    dropped: list[dict[str, object]] = field(default_factory=list)
    """What is left out since it stands in a benchmark."""
    refused: list[dict[str, object]] = field(default_factory=list)
    """What can't be used."""
    unread: list[str] = field(default_factory=list)
    """What of the benchmarks can't be read."""
    near_duplicates: Sequence[Sequence[str]] = ()
    warnings: list[str] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Whether nothing was left out that should be in, or left in that should have been looked at."""
        return not self.refused and not self.unread

    def entry(self) -> dict[str, Any]:
        options = self.options
        return {
            "format": options.format.name,
            "options": {
                "inline": options.inline,
                "by_reference_above": options.by_reference_above,
                "max_row_bytes": options.row_bytes,
                "validation": options.validation,
                "seed": options.seed,
                "system": options.prompt.system,
                "template": options.prompt.template,
            },
            "files": {side: file.entry() for side, file in self.files.items()},
            "counts": {
                "suites": len(self.suites) + len(self.dropped) + len(self.refused),
                **{side: file.rows for side, file in self.files.items()},
                "dropped": len(self.dropped),
                "refused": len(self.refused),
            },
            "warnings": self.warnings,
            "refused": self.refused,
            "dropped": self.dropped,
            "unread": self.unread,
            "near_duplicates": [list(group) for group in self.near_duplicates],
            "suites": self.suites,
        }


@dataclass(frozen=True, slots=True)
class _Problem:
    folder: Path
    digest: str
    statement: str

    @property
    def id(self) -> str:
        return self.folder.name


def build(
    folders: Iterable[Path], output: Path, options: Options, texts: Iterable[Text] = (), unread: Iterable[str] = ()
) -> Report:
    """Writes the rows of the suites in `folders`, in that order, and the report into `output`, which is made where it
    isn't there. Problems that share words with `texts` are left out; `unread` is what of those can't be read. What an
    earlier build has left there is replaced once all is written, and stays where that fails.

    Raises RequestError where the packages for the format are missing, and OSError.
    """
    report = Report(options, unread=list(unread))
    problems = {problem.id: problem for problem in _read(folders, report)}
    benchmarks = Benchmarks(texts, [problem.statement for problem in problems.values()])
    for problem in list(problems.values()):
        match = benchmarks.match(problem.statement)
        if match is not None:
            report.dropped.append({"id": problem.id, "digest": problem.digest, **asdict(match)})
            del problems[problem.id]
    statements = {problem.id: problem.statement for problem in problems.values()}
    digests = {problem.id: problem.digest for problem in problems.values()}
    sides = split(statements, digests, options.validation, options.seed)
    report.near_duplicates = sides.near_duplicates
    output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".build-", dir=output) as name:
        new = Path(name)
        _write(problems.values(), sides, new, report)
        _warn(report)
        text = json.dumps(report.entry(), indent=2, allow_nan=False)
        new.joinpath(REPORT_FILE).write_text(text + "\n", encoding="ascii")
        _replace(output, new)
    return report


def _replace(output: Path, new: Path) -> None:
    """Moves the files of a build in; those of an earlier one that have other names go last. Raises OSError."""
    written = files_of(new)
    names = {path.name for path in written}
    for path in written:
        os.replace(path, output / path.name)
    for path in files_of(output):
        if path.name not in names:
            path.unlink()


def files_of(output: Path) -> list[Path]:
    """What a build has left in this folder."""
    suffixes = sorted({row_format.suffix for row_format in FORMATS.values()})
    names = [REPORT_FILE, *(f"{side}{suffix}" for side in (TRAIN, VALIDATION) for suffix in suffixes)]
    return [path for name in names if (path := output / name).exists()]


def _read(folders: Iterable[Path], report: Report) -> Iterator[_Problem]:
    known: dict[str, Path] = {}
    for folder in folders:
        try:
            before = known.setdefault(folder.name, folder)
            if before != folder:
                raise RequestError(f"another suite of this id was named before: {before}", path=str(folder))
            package = read_package(folder)
            if not package.problem.strip():
                raise RequestError("there is no statement to ask: write it", path=f"{folder.name}/{PROBLEM_FILE}")
        except (RequestError, OSError) as problem:
            report.refused.append({"id": folder.name, "problem": str(problem)})
            continue
        yield _Problem(folder, package.suite.digest, package.problem.strip("\n"))


def _write(problems: Iterable[_Problem], sides: Split, folder: Path, report: Report) -> None:
    options = report.options
    with ExitStack() as stack:
        writers = {}
        for side in (TRAIN, VALIDATION) if options.validation else (TRAIN,):
            report.files[side] = RowFile(f"{side}{options.format.suffix}")
            writers[side] = stack.enter_context(open_writer(folder / report.files[side].name))
        for problem in problems:
            side = VALIDATION if problem.id in sides.validation else TRAIN
            file = report.files[side]
            try:
                row, text, is_inline = _row(problem, side, file.rows, options)
            except RequestError as refusal:
                report.refused.append({"id": problem.id, "problem": str(refusal)})
                continue
            except RecursionError:
                why = f"{problem.id}: its values are nested too deeply to be written as JSON"
                report.refused.append({"id": problem.id, "problem": why})
                continue
            writers[side].write(row, text)
            file.rows += 1
            file.bytes += len(text)
            file.largest_row_bytes = max(file.largest_row_bytes, len(text))
            report.suites.append(
                {
                    "id": problem.id,
                    "digest": problem.digest,
                    "split": side,
                    "reference": "inline" if is_inline else "name",
                    "row_bytes": len(text),
                }
            )


def _row(problem: _Problem, side: str, index: int, options: Options) -> tuple[Row, str, bool]:
    """The row, as JSON too, and whether it holds its suite. Raises RequestError where it can't be made."""
    messages = options.prompt.messages(problem.statement)
    size = 0
    for is_inline in (True, False) if options.inline else (False,):
        suite = None
        if is_inline:
            # Read anew: all suites of a set need not be in memory at once.
            suite = DirectoryStore(problem.folder.parent, cached=0).get(f"{problem.id}@{problem.digest}")
        reference = reference_of(problem.id, problem.digest, suite)
        content = Content(problem.id, problem.digest, messages, reference, side, index)
        row = options.format.row(content)
        text = to_json(row)
        if len(text) <= options.row_bytes:
            check_row(text, content, inline=is_inline)
            return row, text, is_inline
        size = size or len(text)
        if is_inline and not options.by_reference_above:
            break
    mend = "name it instead (--by-reference-above), or raise --max-row-bytes"
    if not options.inline or options.by_reference_above:
        mend = "its statement is too long, even with the suite's name alone; raise --max-row-bytes"
    raise RequestError(f"the row would have {size} bytes, and {options.row_bytes} are allowed: {mend}", path=problem.id)


def _warn(report: Report) -> None:
    options, rows = report.options, report.files[TRAIN].rows
    if options.format.rows is not None:
        fewest, most = options.format.rows
        if not fewest <= rows <= most:
            report.warnings.append(f"{rows} rows for training: Amazon Bedrock takes {fewest} to {most}")
    if VALIDATION in report.files and not report.files[VALIDATION].rows:
        report.warnings.append("no row is for validation: raise the share, or give more suites")
    if options.validation and not rows:
        report.warnings.append("no row is for training")
