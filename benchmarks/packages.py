"""What `verifier suite import` makes of public problem packages: does each submission that they label get the verdict
of its label?

    python -m benchmarks.packages FOLDER [--set NAME]... [--markdown FILE]

FOLDER holds checkouts, each under its repository's name: `python`, `QuixBugs`, `problemtools`, `kth-challenge-2022`,
`swedish-olympiad-2024-public`, `domjudge`, `BAPCtools`, `judge-testsuite`. Those that are missing are passed over.
"""

from __future__ import annotations

import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import click

from benchmarks.datasets.report import markdown_table
from benchmarks.testfiles.problem import in_open_half
from verifier.judging.judge import Judgement
from verifier.pipeline import Verifier
from verifier.suite.formats.base import Imported, Refused
from verifier.suite.formats.registry import FORMATS
from verifier.suite.model import Suite
from verifier.suite.package import FOLDERS
from verifier.verdict import Verdict

SETS: dict[str, tuple[str, tuple[str, ...]]] = {
    "exercism/python": ("exercism", ("python",)),
    "jkoppel/QuixBugs": ("quixbugs", ("QuixBugs",)),
    "Kattis/problemtools": ("kattis", ("problemtools/examples", "problemtools/tests")),
    "Kodsport/kth-challenge-2022": ("kattis", ("kth-challenge-2022",)),
    "Kodsport/swedish-olympiad-2024-public": ("kattis", ("swedish-olympiad-2024-public",)),
    "DOMjudge/domjudge": ("kattis", ("domjudge/example_problems", "domjudge/example_scoring_problems")),
    "RagnarGrootKoerkamp/BAPCtools": ("kattis", ("BAPCtools/test/problems",)),
    "DMOJ/judge-testsuite": ("dmoj", ("judge-testsuite",)),
}
"""Repository -> format and folders."""


@dataclass(slots=True)
class Table:
    """What became of one set."""

    problems: int = 0
    imported: int = 0
    cases: int = 0
    refused: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    left_out: Counter[str] = field(default_factory=Counter)
    """Why labelled submissions are not run, and how many."""
    accepted: int = 0
    accepted_right: int = 0
    others: int = 0
    others_right: int = 0
    odd: list[str] = field(default_factory=list)
    seconds: float = 0.0


def run(format_name: str, places: list[Path], verifier: Verifier, workers: int) -> Table:
    table = Table()
    began = time.monotonic()
    with ThreadPoolExecutor(workers) as pool:
        for problem in _problems(format_name, places, table):
            # As a contest's judge, which says what the first failed case is.
            suite: Suite = problem.suite.model_copy(update={"early_stop": True})
            judged = pool.map(verifier.judge, problem.submissions.values(), [suite] * len(problem.submissions))
            for path, judgement in zip(problem.submissions, judged, strict=True):
                _count(table, problem.id, path, judgement)
    table.seconds = time.monotonic() - began
    return table


def _problems(format_name: str, places: list[Path], table: Table) -> Iterator[Imported]:
    for place in places:
        for outcome in FORMATS[format_name].read(place):
            if not in_open_half(outcome.id.rpartition("/")[2]):
                continue
            table.problems += 1
            if isinstance(outcome, Refused):
                table.refused[outcome.kind or outcome.reason].append(outcome.id)
            elif isinstance(outcome, Imported):
                table.imported += 1
                table.cases += len(outcome.suite.known_cases)
                for note in outcome.notes:
                    why, _, count = note.removeprefix("submissions ").rpartition(": ")
                    if note.startswith("submissions ") and count.isdecimal():
                        table.left_out[why] += int(count)
                yield outcome


def _count(table: Table, name: str, path: str, judgement: Judgement) -> None:
    expected = FOLDERS[path.partition("/")[0]]
    fine = judgement.verdict in expected
    if Verdict.AC in expected:
        table.accepted += 1
        table.accepted_right += fine
    else:
        table.others += 1
        table.others_right += fine
    if not fine:
        passed, total = judgement.score.passed, judgement.score.total
        table.odd.append(f"{name}, {path}: {judgement.verdict}, {passed} of {total} ({judgement.message[:120]})")


COLUMNS = "set", "problems", "imported", "cases", "accepted", "AC", "others", "as labelled", "s"


def markdown(tables: dict[str, Table]) -> str:
    rows = (
        (name, t.problems, t.imported, t.cases, t.accepted, t.accepted_right, t.others, t.others_right, t.seconds)
        for name, t in tables.items()
    )
    lines = markdown_table(COLUMNS, rows)
    lines.append("")
    for name, t in tables.items():
        lines += [f"- {name}: refused {len(ids)}, {kind}: {', '.join(ids)}" for kind, ids in t.refused.items()]
        lines += [f"- {name}: {count} submissions not run, {why}" for why, count in t.left_out.most_common()]
        lines += [f"- {name}: otherwise than labelled: {odd}" for odd in t.odd]
    return "\n".join(lines) + "\n"


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--set", "names", multiple=True, type=click.Choice(list(SETS)), help="Only this set; may be repeated.")
@click.option("--workers", type=click.IntRange(min=1), default=2, show_default=True, help="Submissions at a time.")
@click.option("--markdown", "file", type=click.Path(path_type=Path), help="Write the table to this file as well.")
def main(folder: Path, names: tuple[str, ...], workers: int, file: Path | None) -> None:
    """Imports problem packages and runs their labelled submissions. Exit status 1 where one is judged otherwise than
    labelled."""
    tables = {}
    with Verifier(workers=workers) as verifier:
        for name in names or SETS:
            format_name, places = SETS[name]
            found = [folder / place for place in places if (folder / place).is_dir()]
            if not found:
                click.echo(f"{name}: {places[0]} is not in {folder}", err=True)
                continue
            tables[name] = run(format_name, found, verifier, workers)
            click.echo(f"{name}: done", err=True)
    text = markdown(tables)
    click.echo(text)
    if file is not None:
        file.write_text(text, encoding="utf-8")
    if any(table.odd for table in tables.values()):
        sys.exit(1)


if __name__ == "__main__":
    main()
