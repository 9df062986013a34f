"""`verifier suite mutate`: which wrong programs a suite would pay."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console

from verifier.authoring.mutants_equivalent import EQUIVALENT_FILE
from verifier.authoring.mutate import DEFAULT_MOST, Fate, MutationReport, mutate
from verifier.commands.packages import (
    open_packages,
    open_runner,
    policy_option,
    suites_argument,
    suites_option,
    workers_option,
)
from verifier.commands.progress import progress
from verifier.console import EXIT_JUDGE_ERROR, clean, fail, new_table
from verifier.errors import RequestError
from verifier.text import printable

EXIT_TOO_FEW_KILLED = 1


@click.command("mutate")
@suites_argument
@suites_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option(
    "--max", "most", type=click.IntRange(min=1), default=DEFAULT_MOST, show_default=True,
    help="Mutants of one suite that are run, sampled where there are more.",
)  # fmt: skip
@click.option("--seed", type=int, default=0, show_default=True, help="Chooses the sample.")
@click.option(
    "--at-least", type=click.FloatRange(0, 1), default=0.95, show_default=True, help="Least score of a good suite."
)
@workers_option
@policy_option
def mutate_command(
    names: Sequence[str],
    suites: Path,
    as_json: bool,
    most: int,
    seed: int,
    at_least: float,
    workers: int | None,
    policy: str,
) -> None:
    """Judges mutants of each reference: shows which survive, and which cases kill none.

    A mutant differs from the reference in one place. One that survives is a wrong program that the suite pays, or no
    worse than the reference: then list it in equivalent.toml, with the reason. The exit status is 0 where every suite
    kills the share --at-least, 1 where one doesn't or its equivalent.toml is stale, 2 where a suite can't be read, 3
    where a mutant could not be judged.
    """
    packages = open_packages(names, suites)
    reports = []
    with open_runner(policy, workers) as runner:
        for package in packages:
            with progress(package.folder.name) as told:
                try:
                    report = mutate(package, runner, most=most, seed=seed, told=told)
                except RequestError as problem:
                    fail(str(problem))
            reports.append(report)
            if not as_json:
                _show(report)
    if as_json:
        click.echo(json.dumps({"suites": [_entry(report) for report in reports]}, indent=2))
    elif len(reports) > 1:
        _show_scores(reports)
    sys.exit(_status(reports, at_least))


def _status(reports: Sequence[MutationReport], at_least: float) -> int:
    if any(report.not_judged for report in reports):
        return EXIT_JUDGE_ERROR
    good = all(report.score >= at_least and not report.stale and not report.not_accepted for report in reports)
    return 0 if good else EXIT_TOO_FEW_KILLED


def _show(report: MutationReport) -> None:
    console = Console()
    click.echo(f"{report.suite}: {_totals(report)}")
    for refused in report.not_accepted:
        click.echo(f"  reference not accepted, so no mutants of it: {printable(refused)}")
    for fate in report.not_judged:
        click.echo(f"  not judged: {fate.mutant.of}, line {fate.mutant.line}: {printable(fate.message)}")
    for stale in report.stale:
        click.echo(f"  stale: {printable(stale)}")
    for fate in report.survivors:
        click.echo(f"\n  survives ({fate.mutant.operator}, line {fate.mutant.line} of {fate.mutant.of})")
        for line in fate.mutant.diff.splitlines():
            click.echo(f"    {printable(line)}")
    if report.survivors:
        click.echo(f"\n  add a case that tells it from the reference, or list it in {EQUIVALENT_FILE} with a reason")
    if report.cases and report.fates:
        table = new_table("case", "kills", "alone", "message")
        for case in report.cases:
            note = "" if case.kills else "kills nothing"
            if case.unseen:
                note += f"{', ' if note else ''}not run on {case.unseen}"
            named = f"{case.index} {clean(case.name, 60)}".rstrip()
            table.add_row(named, str(case.kills), str(case.kills_alone), note)
        console.print(table)


def _totals(report: MutationReport) -> str:
    parts = [f"{len(report.fates)} mutants", f"{report.killed} killed", f"{len(report.survivors)} survive"]
    if report.made > len(report.fates):
        parts[0] += f" (a sample of {report.made})"
    if report.equivalent:
        parts.append(f"{len(report.equivalent)} accepted as equivalent")
    if report.not_judged:
        parts.append(f"{len(report.not_judged)} not judged")
    return f"{', '.join(parts)}: score {report.score:.1%}"


def _show_scores(reports: Sequence[MutationReport]) -> None:
    table = new_table("suite", "mutants", "killed", "survive", "equivalent", "score")
    for report in reports:
        counts = len(report.fates), report.killed, len(report.survivors), len(report.equivalent)
        table.add_row(clean(report.suite, 40), *map(str, counts), f"{report.score:.1%}")
    Console().print(table)


def _entry(report: MutationReport) -> dict[str, object]:
    return {
        "suite": report.suite,
        "score": report.score,
        "references": list(report.references),
        "not_accepted": list(report.not_accepted),
        "mutants": {
            "made": report.made,
            "run": len(report.fates),
            "killed": report.killed,
            "survived": len(report.survivors),
            "equivalent": len(report.equivalent),
            "not_judged": len(report.not_judged),
        },
        "cases": [
            {"case": c.index, "name": c.name, "kills": c.kills, "kills_alone": c.kills_alone, "not_run_on": c.unseen}
            for c in report.cases
        ],
        "survivors": [_fate_entry(fate) for fate in report.survivors],
        "equivalent": [{**_fate_entry(fate), "reason": fate.reason} for fate in report.equivalent],
        "not_judged": [{**_fate_entry(fate), "message": fate.message} for fate in report.not_judged],
        "stale": list(report.stale),
    }


def _fate_entry(fate: Fate) -> dict[str, object]:
    mutant = fate.mutant
    return {"of": mutant.of, "operator": mutant.operator, "line": mutant.line, "diff": mutant.diff}
