"""What `verifier suite import` makes of public problem sets: does each reference get full marks on the imported suite,
and each submission that must be rejected less?

    python -m benchmarks.datasets.imported --data DIR [--set NAME]... [--limit N] [--markdown FILE]
"""

from __future__ import annotations

import importlib.util
import re
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import click

from benchmarks.datasets.report import markdown_table
from benchmarks.datasets.trial import stopping
from verifier.authoring.expected import work_out
from verifier.authoring.imports import Writer
from verifier.pipeline import Result, Verifier
from verifier.sandbox.keeper import Keeper
from verifier.sandbox.zygotes import DEFAULT_PACKAGES
from verifier.suite.formats.base import Imported, Outcome, Unanswered
from verifier.suite.formats.registry import FORMATS
from verifier.suite.package import Package, Submission, read_package
from verifier.suite.writing import suite_value
from verifier.verdict import Verdict

SETS: dict[str, tuple[str, str]] = {
    "HumanEval": ("humaneval", "humaneval/data/HumanEval.jsonl.gz"),
    "HumanEval+ (release)": ("humanevalplus", "humanevalplus/HumanEvalPlus.jsonl.gz"),
    "HumanEval+ (export)": ("humanevalplus", "humanevalplus/HumanEvalPlus-OriginFmt.jsonl.gz"),
    "HumanEvalPack": ("humanevalpack", "humanevalpack"),
    "MBPP": ("mbpp", "mbpp"),
    "MBPP+ (release)": ("mbppplus", "mbppplus/MbppPlus.jsonl.gz"),
    "MBPP+ (export)": ("mbppplus", "mbppplus/MbppPlus-OriginFmt.jsonl.gz"),
    "LeetCodeDataset": ("leetcode", "leetcodedataset"),
    "BigCodeBench": ("bigcodebench", "bigcodebench"),
    "APPS": ("apps", "apps_coderl"),
}
"""Name -> format and place in the data folder."""

_NEEDS = re.compile(r"needs packages: (.*)")
_MAX_LISTED = 30


@dataclass(slots=True)
class Table:
    """What became of one set."""

    problems: int = 0
    imported: int = 0
    cases: int = 0
    left_out: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    """Reason to suites that were not run."""
    refused: dict[str, list[str]] = field(default_factory=dict)
    right: int = 0
    right_accepted: int = 0
    wrong: int = 0
    wrong_rejected: int = 0
    odd: list[str] = field(default_factory=list)
    of_files: int = 0
    """References without full marks whose suite has the note that its solution may work on files."""
    seconds: float = 0.0


def run(format_name: str, source: Path, limit: int | None, verifier: Verifier, folder: Path) -> Table:
    """Imports the problems of a source into `folder`, and runs what they have of submissions."""
    table = Table()
    began = time.monotonic()
    writer = Writer(folder, most_submissions=1_000)
    unrunnable = {}
    with_files = set()
    outcomes: Iterator[Outcome] = islice(FORMATS[format_name].read(source), limit)
    keeper = Keeper(1)
    try:
        for outcome in outcomes:
            if isinstance(outcome, Unanswered):
                with keeper.slot() as sandbox:
                    outcome = work_out(outcome, sandbox)
            before = set(writer.names)
            writer.take(outcome)
            if not isinstance(outcome, Imported):
                continue
            new = set(writer.names) - before
            if missing := missing_packages(outcome.notes):
                unrunnable.update(dict.fromkeys(new, missing))
            if any("may work on files" in note for note in outcome.notes):
                with_files |= new
    finally:
        keeper.close()
    account = writer.account
    table.problems, table.imported, table.cases = account.problems, account.imported, account.cases
    table.refused = dict(account.refused)
    waiting: list[tuple[str, Submission]] = []

    def samples() -> Iterator[dict[str, Any]]:
        for name in sorted(writer.names):
            if name in unrunnable:
                table.left_out[unrunnable[name]] += 1
                continue
            package = read_package(folder / name)
            for submission in package.submissions:
                waiting.append((name, submission))
                yield _sample(package, submission)

    for result in verifier.stream(samples()):
        name, submission = waiting.pop(0)
        _count(table, name, submission, result, works_on_files=name in with_files)
    table.seconds = time.monotonic() - began
    return table


def missing_packages(notes: tuple[str, ...]) -> str:
    """Why the suite can't be run here, "" where it can."""
    for note in notes:
        match = _NEEDS.match(note)
        names = match[1].split(", ") if match else []
        if any(name not in DEFAULT_PACKAGES or importlib.util.find_spec(name) is None for name in names):
            return "imports a package that this sandbox has not"
    return ""


def _sample(package: Package, submission: Submission) -> dict[str, Any]:
    suite = suite_value(package.suite)
    must_pass = submission.expected == {Verdict.AC}
    return {"id": submission.name, "code": submission.code, "reference_answer": suite if must_pass else stopping(suite)}


def _count(table: Table, name: str, submission: Submission, result: Result, *, works_on_files: bool) -> None:
    fine = result.verdict in submission.expected
    if Verdict.AC in submission.expected:
        table.right += 1
        table.right_accepted += fine
    else:
        table.wrong += 1
        table.wrong_rejected += fine
    if not fine and works_on_files:
        table.of_files += 1
    elif not fine:
        passed, total = result.judgement.score.passed, result.judgement.score.total
        table.odd.append(f"{name}, {submission.name}: {result.verdict}, {passed} of {total} ({result.message[:120]})")


COLUMNS = "set", "problems", "imported", "cases", "references", "full marks", "wrong ones", "rejected", "s"


def markdown(tables: dict[str, Table]) -> str:
    rows = (
        (name, t.problems, t.imported, t.cases, t.right, t.right_accepted, t.wrong, t.wrong_rejected, t.seconds)
        for name, t in tables.items()
    )
    lines = markdown_table(COLUMNS, rows)
    for name, t in tables.items():
        lines += [f"- {name}: not imported, {kind}: {', '.join(ids)}" for kind, ids in t.refused.items()]
        lines += [f"- {name}: {count} suites not run: {reason}" for reason, count in t.left_out.items()]
        if t.of_files:
            lines.append(f"- {name}: {t.of_files} references that work on files, which a submission does not share")
        lines += [f"- {name}: {odd}" for odd in t.odd[:_MAX_LISTED]]
        if len(t.odd) > _MAX_LISTED:
            lines.append(f"- {name}: and {len(t.odd) - _MAX_LISTED} more")
    return "\n".join(lines) + "\n"


@click.command()
@click.option("--data", required=True, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--set", "names", multiple=True, type=click.Choice(list(SETS)), help="Only this set; may be repeated.")
@click.option("--limit", type=int, help="Only the first so many problems of each set.")
@click.option("--workers", type=int, help="Submissions at the same time; default: one a processor.")
@click.option("--markdown", "file", type=click.Path(path_type=Path), help="Write the table to this file as well.")
def main(data: Path, names: tuple[str, ...], limit: int | None, workers: int | None, file: Path | None) -> None:
    """Imports public problem sets and runs their own submissions on what comes out. Exit status 1 where one is judged
    otherwise than its set says."""
    tables = {}
    with Verifier(workers=workers) as verifier:
        for name in names or SETS:
            format_name, place = SETS[name]
            with tempfile.TemporaryDirectory() as folder:
                tables[name] = run(format_name, data / place, limit, verifier, Path(folder))
            click.echo(f"{name}: {tables[name].right_accepted} of {tables[name].right} references", err=True)
    text = markdown(tables)
    click.echo(text)
    if file is not None:
        file.write_text(text, encoding="utf-8")
    if any(table.odd for table in tables.values()):
        sys.exit(1)


if __name__ == "__main__":
    main()
