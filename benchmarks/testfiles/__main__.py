"""The command: `python -m benchmarks.testfiles --help`."""

from __future__ import annotations

import contextlib
import itertools
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from benchmarks.testfiles import bigcodebench, compare, exercism, quixbugs
from benchmarks.testfiles.problem import Problems

if TYPE_CHECKING:
    from verifier.verdict import CaseResult

SETS: dict[str, Callable[[Path, int], Problems]] = {
    "exercism": exercism.exercism,
    "quixbugs": quixbugs.quixbugs,
    "bigcodebench": bigcodebench.bigcodebench,
}


@click.command()
@click.option("--exercism", "exercism_folder", type=click.Path(path_type=Path), help="A checkout of exercism/python.")
@click.option("--quixbugs", "quixbugs_folder", type=click.Path(path_type=Path), help="A checkout of jkoppel/QuixBugs.")
@click.option("--data", type=click.Path(path_type=Path), help="Folder with bigcodebench/; default: $VERIFIER_DATA.")
@click.option("--cache", type=click.Path(path_type=Path), help="Where plain pytest's results are kept.")
@click.option("--set", "names", multiple=True, type=click.Choice(list(SETS)), help="Only this set; may be repeated.")
@click.option("--problem", "problems", multiple=True, help="Only this problem; may be repeated.")
@click.option("--limit", type=int, help="Only the first so many problems of each set.")
@click.option("--mutations", default=3, show_default=True, help="For each suite that allows them.")
@click.option("--workers", type=int, help="At the same time; default: one a processor.")
@click.option("--plain-only", is_flag=True, help="Run plain pytest alone, to fill the cache.")
@click.option("--markdown", type=click.Path(path_type=Path), help="Write the report to this file as well.")
def main(
    exercism_folder: Path | None,
    quixbugs_folder: Path | None,
    data: Path | None,
    cache: Path | None,
    names: tuple[str, ...],
    problems: tuple[str, ...],
    limit: int | None,
    mutations: int,
    workers: int | None,
    plain_only: bool,
    markdown: Path | None,
) -> None:
    """Judges right and wrong solutions of public sets by the sets' own test files, and each test by plain pytest too.
    Exit status 1 where one comes out differently and the reason is not listed in exceptions.py."""
    if data is None and os.environ.get("VERIFIER_DATA"):
        data = Path(os.environ["VERIFIER_DATA"])
    folders = {"exercism": exercism_folder, "quixbugs": quixbugs_folder, "bigcodebench": data}
    workers = workers or len(os.sched_getaffinity(0))
    tallies = []
    with contextlib.ExitStack() as stack:
        judge = None if plain_only else stack.enter_context(_ours(workers))
        for name in names or SETS:
            folder = folders[name]
            if folder is None:
                click.echo(f"{name}: not run, no folder was given", err=True)
                continue
            wanted = (item for item in SETS[name](folder, mutations) if not problems or item.name in problems)
            try:
                tally = compare.run(
                    name,
                    itertools.islice(wanted, limit),
                    judge,
                    workers=workers,
                    cache=cache,
                    said=lambda line: click.echo(line, err=True),
                )
            except FileNotFoundError:
                click.echo(f"{name}: not run, it is not in the folder", err=True)
                continue
            tallies.append(tally)
            click.echo(
                f"{name}: {tally.tests} tests, {tally.same} the same, {len(tally.unexplained)} unexplained", err=True
            )
    text = compare.markdown(tallies)
    click.echo(text)
    if markdown is not None:
        markdown.write_text(text, encoding="utf-8")
    if any(tally.unexplained for tally in tallies):
        sys.exit(1)


@contextlib.contextmanager
def _ours(workers: int) -> Iterator[compare.Judge]:
    from verifier.pipeline import Verifier  # here, since plain pytest is to run without a line of it
    from verifier.suite.model import parse_suite

    with Verifier(workers=workers) as verifier:

        def judge(wire: dict[str, Any]) -> Callable[[str], Sequence[CaseResult]]:
            suite = parse_suite(wire)
            return lambda code: verifier.judge(code, suite).cases

        yield judge


if __name__ == "__main__":
    main()
