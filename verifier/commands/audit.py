"""`verifier suite audit`: what a suite pays for nothing."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import click
from rich.console import Console

from verifier.authoring.audit import DEFAULT_WARN_ABOVE, AuditReport, Earned, audit
from verifier.commands.packages import (
    open_packages,
    open_runner,
    policy_option,
    suites_argument,
    suites_option,
    workers_option,
)
from verifier.commands.progress import progress
from verifier.console import EXIT_JUDGE_ERROR, clean, new_table
from verifier.text import printable
from verifier.verdict import Verdict

EXIT_WARNED = 1


@click.command("audit")
@suites_argument
@suites_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option(
    "--warn-above", type=click.FloatRange(0, 1), default=DEFAULT_WARN_ABOVE, show_default=True,
    help="Reward that a trivial or cheating program may earn.",
)  # fmt: skip
@click.option("--seed", type=int, default=0, show_default=True, help="Chooses the answers of the program that guesses.")
@workers_option
@policy_option
def audit_command(
    names: Sequence[str],
    suites: Path,
    as_json: bool,
    warn_above: float,
    seed: int,
    workers: int | None,
    policy: str,
) -> None:
    """Judges programs that solve nothing, or cheat, and says what each earns.

    The exit status is 0 where none earns more than --warn-above, 1 where one does, 2 where a suite can't be read, 3
    where a program could not be judged. A program that answers the examples of the statement is shown, and never
    warned of.
    """
    packages = open_packages(names, suites)
    reports = []
    with open_runner(policy, workers) as runner:
        for package in packages:
            with progress(package.folder.name) as told:
                report = audit(package, runner, warn_above=warn_above, seed=seed, told=told)
            reports.append(report)
            if not as_json:
                _show(report)
    if as_json:
        click.echo(json.dumps({"suites": [_entry(report) for report in reports]}, indent=2))
    elif len(reports) > 1:
        _show_most(reports)
    if any(report.not_judged for report in reports):
        sys.exit(EXIT_JUDGE_ERROR)
    sys.exit(EXIT_WARNED if any(report.warnings for report in reports) else 0)


def _show(report: AuditReport) -> None:
    console = Console()
    table = new_table("program", "group", "reward", "verdicts", "message")
    for one in report.earned:
        style = "bold red" if one.warns else "bold magenta" if not one.is_judged else ""
        counted = _counted(one.verdicts)
        table.add_row(clean(one.probe.name, 40), one.group, f"{one.reward:.3f}", counted, _remark(one), style=style)
    click.echo(f"{report.suite}:")
    console.print(table)
    for one in report.warnings:
        click.echo(f"warning: {one.probe.name} ({one.group}) earns {one.reward:.3f}, more than {report.warn_above:g}")
    for line in report.advice:
        click.echo(f"  {printable(line)}")
    click.echo()


def _counted(verdicts: Mapping[Verdict, int]) -> str:
    return " ".join(f"{verdict} {verdicts[verdict]}" for verdict in Verdict if verdicts.get(verdict))


def _remark(one: Earned) -> str:
    if not one.is_judged:
        return f"not judged: {clean(one.message, 60)}"
    cases = ", ".join(str(case.index) for case in one.paid_by[:12])
    return f"paid by {cases}{', ...' if len(one.paid_by) > 12 else ''}" if one.paid_by else ""


def _show_most(reports: Sequence[AuditReport]) -> None:
    table = new_table("suite", "programs", "trivial", "lookup", "hack", "message")
    for report in reports:
        most = (f"{report.most(group):.3f}" for group in ("trivial", "lookup", "hack"))
        warned = f"{len(report.warnings)} warnings" if report.warnings else ""
        table.add_row(clean(report.suite, 40), str(len(report.earned)), *most, warned)
    Console().print(table)


def _entry(report: AuditReport) -> dict[str, object]:
    return {
        "suite": report.suite,
        "warn_above": report.warn_above,
        "programs": [
            {
                "name": one.probe.name,
                "group": one.group,
                "reward": one.reward,
                "verdicts": {str(verdict): count for verdict, count in one.verdicts.items()},
                "paid_by": [case.index for case in one.paid_by],
                "warns": one.warns,
                "judged": one.is_judged,
            }
            for one in report.earned
        ],
        "advice": list(report.advice),
    }
