"""What `verifier suite check` and `verifier suite calibrate` make of suites imported from public problem sets.

    python -m benchmarks.datasets.checked --data DIR [--set NAME]... [--limit N] [--only TEXT] [--report FILE]

Every suite is imported, checked, calibrated, written, read back and checked again: a suite whose references pass must
have no finding that says otherwise, and calibration must not make one.
"""

from __future__ import annotations

import hashlib
import heapq
import json
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import click

from benchmarks.datasets.imported import SETS, missing_packages
from benchmarks.datasets.report import markdown_table
from verifier.authoring.calibrate import calibrate, unproven
from verifier.authoring.calibration_files import calibrated_files, suite_with, write_files
from verifier.authoring.check import Report, check_package, unreadable
from verifier.authoring.expected import work_out
from verifier.authoring.findings import Severity
from verifier.authoring.imports import Writer
from verifier.authoring.running import Runner
from verifier.errors import RequestError, VerifierError
from verifier.sandbox.keeper import Keeper
from verifier.suite.base import Calibration
from verifier.suite.formats.base import Imported, Outcome, Refused, Unanswered
from verifier.suite.formats.registry import FORMATS
from verifier.suite.package import Package, read_package
from verifier.verdict import Verdict

LIMITS = {
    "HumanEval+ (release)": 20,
    "HumanEval+ (export)": 20,
    "MBPP": 100,
    "MBPP+ (release)": 30,
    "MBPP+ (export)": 30,
    "LeetCodeDataset": 80,
    "BigCodeBench": 40,
}
"""Problems of each set that are checked where --limit doesn't say. Of a set that isn't named here: all."""

_OF_CALIBRATION = ("uncalibrated", "stale-calibration", "near-time-limit", "near-memory-limit", "near-output-limit")
_MAX_LISTED = 12
_MAX_WARNINGS = 6


@dataclass(slots=True)
class Table:
    """What became of one set."""

    problems: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    """Reason to problems that are not checked."""
    checked: int = 0
    cases: int = 0
    references: int = 0
    accepted: int = 0
    """References that are AC in every run."""
    sound: int = 0
    """Suites without an error finding."""
    findings: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Code to the suites that have such an error or warning, each once."""
    severities: dict[str, Severity] = field(default_factory=dict)
    calibrated: int = 0
    """Suites that were calibrated, written and read back, and whose check has no error then that it hadn't before."""
    problems_of_calibration: list[str] = field(default_factory=list)
    seconds: float = 0.0


def chosen(outcomes: Iterator[Outcome], limit: int | None, only: str, table: Table) -> list[Imported | Unanswered]:
    """The problems that can run here; of more than `limit`, those whose ids have the smallest SHA-256, so that every
    run takes the same."""

    def usable() -> Iterator[Imported | Unanswered]:
        for outcome in outcomes:
            if only not in outcome.id:
                continue
            table.problems += 1
            if isinstance(outcome, Refused):
                table.left_out[f"not imported, {outcome.kind or outcome.reason}"] += 1
            elif missing := missing_packages(outcome.notes):
                table.left_out[missing] += 1
            else:
                yield outcome

    if limit is None:
        return list(usable())
    return heapq.nsmallest(limit, usable(), key=lambda outcome: hashlib.sha256(outcome.id.encode()).digest())


def write(problems: list[Imported | Unanswered], folder: Path) -> list[str]:
    """The names of the suites that are written to `folder`, in order."""
    writer = Writer(folder)
    keeper = Keeper(1)
    try:
        for problem in problems:
            if isinstance(problem, Unanswered):
                with keeper.slot() as sandbox:
                    writer.take(work_out(problem, sandbox))
            else:
                writer.take(problem)
    finally:
        keeper.close()
    return sorted(writer.names)


def run(table: Table, folder: Path, names: list[str], runner: Runner, runs: int, told: IO[str] | None) -> None:
    """Checks and calibrates the suites of a folder."""
    where: Calibration | None = None
    for name in names:
        began = time.monotonic()
        try:
            package = read_package(folder / name)
        except RequestError as problem:
            _count(table, unreadable(name, problem))
            continue
        report = check_package(package, runner, runs=runs)
        _count(table, report)
        checked_s = time.monotonic() - began
        try:
            where, problems = _calibrated(package, runner, where, report)
        except VerifierError as error:
            problems = [str(error)]
        table.calibrated += not problems
        table.problems_of_calibration += [f"{name}: {problem}" for problem in problems]
        if told is not None:
            calibrated_s = time.monotonic() - began - checked_s
            entry = {**report.entry(), "calibration": problems, "check_s": checked_s, "calibrate_s": calibrated_s}
            told.write(json.dumps(entry) + "\n")
            told.flush()


def _count(table: Table, report: Report) -> None:
    table.checked += 1
    references = [one for one in report.ran if one.submission.expected == {Verdict.AC}]
    table.cases += max((one.first.score.total for one in report.ran), default=0)
    table.references += len(references)
    table.accepted += sum(all(judged.verdict is Verdict.AC for judged in one.judgements) for one in references)
    table.sound += not report.has(Severity.ERROR)
    for code, severity in {found.code: found.severity for found in report.findings}.items():
        if severity is not Severity.NOTE:
            table.findings[code].append(report.name)
            table.severities[code] = severity


def _calibrated(
    package: Package, runner: Runner, where: Calibration | None, before: Report
) -> tuple[Calibration, list[str]]:
    """Writes what the references need into the suite's files. The machine's speed, and what is wrong with the suite
    afterwards that was not `before`. Raises VerifierError for one that can't be calibrated."""
    found = calibrate(package, runner, where=where)
    changed = calibrated_files(package, found)
    if problems := unproven(package, suite_with(package, changed), runner):
        return found.where, problems
    write_files(package.folder, changed)
    after = check_package(read_package(package.folder), runner, runs=1)
    known = {one.code for one in before.findings} - {"uncalibrated"}
    return found.where, [
        f"afterwards, {one.code}: {one.what}"
        for one in after.findings
        if one.code not in known and (one.severity is Severity.ERROR or one.code in _OF_CALIBRATION)
    ]


# Showing

COLUMNS = "set", "problems", "checked", "cases", "references", "AC", "without errors", "calibrated", "s"


def markdown(tables: dict[str, Table]) -> str:
    rows = (
        (name, t.problems, t.checked, t.cases, t.references, t.accepted, t.sound, t.calibrated, t.seconds)
        for name, t in tables.items()
    )
    lines = markdown_table(COLUMNS, rows)
    for name, t in tables.items():
        lines += [f"- {name}: {count} not checked: {reason}" for reason, count in t.left_out.items()]
        for severity in (Severity.ERROR, Severity.WARNING):
            found = {code: of for code, of in t.findings.items() if t.severities[code] is severity}
            ranked = sorted(found.items(), key=lambda item: -len(item[1]))
            if severity is Severity.WARNING:
                told = ", ".join(f"{code} {len(of)}" for code, of in ranked[:_MAX_WARNINGS])
                lines += [f"- {name}: suites with warnings: {told}"] if told else []
            else:
                lines += [f"- {name}: error {code}, {len(of)}: {_some(of)}" for code, of in ranked]
        lines += [f"- {name}: not calibrated: {problem}" for problem in t.problems_of_calibration[:_MAX_LISTED]]
        if len(t.problems_of_calibration) > _MAX_LISTED:
            lines.append(f"- {name}: and {len(t.problems_of_calibration) - _MAX_LISTED} more")
    return "\n".join(lines) + "\n"


def _some(names: list[str]) -> str:
    more = len(names) - _MAX_LISTED
    return ", ".join(names[:_MAX_LISTED]) + (f" and {more} more" if more > 0 else "")


@click.command()
@click.option("--data", required=True, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--set", "names", multiple=True, type=click.Choice(list(SETS)), help="Only this set; may be repeated.")
@click.option(
    "--limit", type=int, help="So many problems of each set, always the same; 0 for all. Default: see LIMITS."
)
@click.option("--only", default="", metavar="TEXT", help="Only problems whose id holds this.")
@click.option("--runs", type=int, default=3, show_default=True, help="How often a check judges each submission.")
@click.option("--report", type=click.File("w"), help="Write a JSON object for each suite to this file.")
@click.option("--markdown", "file", type=click.Path(path_type=Path), help="Write the table to this file as well.")
def main(
    data: Path,
    names: tuple[str, ...],
    limit: int | None,
    only: str,
    runs: int,
    report: IO[str] | None,
    file: Path | None,
) -> None:
    """Imports public problem sets, checks and calibrates what comes out. Exit status 1 where a suite has an error, or
    is not calibrated."""
    tables = {}
    with Runner() as runner:
        for name in names or SETS:
            format_name, place = SETS[name]
            table = tables[name] = Table()
            began = time.monotonic()
            most = LIMITS.get(name) if limit is None else limit or None
            problems = chosen(iter(FORMATS[format_name].read(data / place)), most, only, table)
            with tempfile.TemporaryDirectory() as folder:
                written = write(problems, Path(folder))
                run(table, Path(folder), written, runner, runs, report)
            table.seconds = time.monotonic() - began
            click.echo(f"{name}: {table.sound} of {table.checked} without errors, {table.seconds:.0f} s", err=True)
            if file is not None:
                file.write_text(markdown(tables), encoding="utf-8")
    click.echo(markdown(tables))
    if any(table.sound < table.checked or table.problems_of_calibration for table in tables.values()):
        sys.exit(1)


if __name__ == "__main__":
    main()
