"""The command: `python -m benchmarks.datasets --help`."""

from __future__ import annotations

import itertools
import os
import sys
from pathlib import Path

import click

from benchmarks.datasets import apps, by_asserts, humaneval, original, report
from benchmarks.datasets.trial import Source
from verifier.pipeline import Verifier

SETS: dict[str, Source] = {
    "HumanEval+": humaneval.humaneval_plus,
    "HumanEvalPack": humaneval.humanevalpack,
    "HumanEval completions": humaneval.completions,
    "MBPP+": humaneval.mbpp_plus,
    "MBPP": by_asserts.mbpp,
    "LeetCodeDataset": by_asserts.leetcode,
    "APPS": apps.apps,
    "LDB": by_asserts.ldb,
    "Reflexion": by_asserts.reflexion,
    "HumanEval, own tests": original.humaneval_original,
    "HumanEvalPack, own tests": original.humanevalpack_original,
    "MBPP, own tests": original.mbpp_original,
    "LeetCodeDataset, own tests": original.leetcode_original,
}


@click.command()
@click.option("--data", type=click.Path(path_type=Path), help="Folder of the sets; default: $VERIFIER_DATA.")
@click.option("--set", "names", multiple=True, type=click.Choice(list(SETS)), help="Only this set; may be repeated.")
@click.option("--limit", type=int, help="Only the first so many trials of each set.")
@click.option("--workers", type=int, help="Submissions at the same time; default: one a processor.")
@click.option("--markdown", type=click.Path(path_type=Path), help="Write the report to this file as well.")
def main(
    data: Path | None, names: tuple[str, ...], limit: int | None, workers: int | None, markdown: Path | None
) -> None:
    """Runs right and wrong solutions of public problem sets. Exit status 1 where one is judged otherwise than its set
    says and the reason is not listed in exceptions.py."""
    data = data or (Path(os.environ["VERIFIER_DATA"]) if os.environ.get("VERIFIER_DATA") else None)
    if data is None or not data.is_dir():
        place = "no folder was given (--data or $VERIFIER_DATA)" if data is None else "the folder given is not there"
        click.echo(f"data sets: not run, {place}")
        return
    tallies = []
    with Verifier(workers=workers) as verifier:
        for name in names or SETS:
            try:
                tally = report.run(name, itertools.islice(SETS[name](data), limit), verifier)
            except FileNotFoundError:
                click.echo(f"{name}: not run, it is not in the folder", err=True)
                continue
            tallies.append(tally)
            click.echo(
                f"{name}: {tally.right_accepted}/{tally.right} right, {tally.wrong_rejected}/{tally.wrong} wrong, "
                f"{tally.wall_s:.1f} s, {len(tally.unexplained)} unexplained; slowest {tally.slowest}",
                err=True,
            )
    text = report.markdown(tallies)
    click.echo(text)
    if markdown is not None:
        markdown.write_text(text, encoding="utf-8")
    if any(tally.unexplained for tally in tallies):
        sys.exit(1)


if __name__ == "__main__":
    main()
