"""`verifier suite check`: suites prove themselves."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path

import click
from rich.console import Console

from verifier.authoring.check import Report, check_package, unreadable
from verifier.authoring.check_runs import DEFAULT_RUNS
from verifier.authoring.findings import RULES, Severity, counts
from verifier.authoring.running import Runner
from verifier.commands.packages import (
    find_folders,
    open_runner,
    policy_option,
    suites_argument,
    suites_option,
    workers_option,
)
from verifier.console import EXIT_JUDGE_ERROR, EXIT_NOT_ACCEPTED, EXIT_USAGE, clean, fail
from verifier.errors import RequestError
from verifier.suite.package import read_package

_STYLE = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}


@click.command("check")
@suites_argument
@suites_option
@click.option(
    "--runs",
    type=click.IntRange(min=1),
    default=DEFAULT_RUNS,
    show_default=True,
    help="How often each submission is judged: once alone, then in an order of chance while all workers are busy.",
)
@click.option("--strict", is_flag=True, help="Warnings count as errors.")
@click.option(
    "--ignore",
    "ignored",
    multiple=True,
    metavar="CODE",
    type=click.Choice(sorted(RULES)),
    help="Leave out findings of this code; may be repeated.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, for CI.")
@workers_option
@policy_option
def check_command(
    names: Sequence[str],
    suites: Path,
    runs: int,
    strict: bool,
    ignored: Sequence[str],
    as_json: bool,
    workers: int | None,
    policy: str,
) -> None:
    """Proves suites by what lies beside them, and finds what is wrong with them.

    ID|DIR is a suite's id, its directory, or a directory of suites. Every submission gets the verdict of its folder,
    references earn the full reward, cases are neither doubtful nor idle, nothing leaks. docs/checks.md tells what each
    finding means and how to mend it.

    The exit status is 0 without an error, 1 with one (with --strict: or a warning), 2 where a suite can't be read, 3
    for a judge error.
    """  # fmt: skip
    try:
        folders = find_folders(names, suites)
    except RequestError as problem:
        fail(str(problem))
    console = Console(soft_wrap=True)
    reports = []
    with open_runner(policy, workers) as runner:
        for folder in folders:
            with _progress(console, f"checking {folder.name}", as_json):
                report = _check(folder, runner, runs, ignored)
            reports.append(report)
            if not as_json:
                _show(console, report)
    if as_json:
        total = counts(found for report in reports for found in report.findings)
        click.echo(json.dumps({"suites": [report.entry() for report in reports], **total}, indent=2))
    elif len(reports) > 1:
        _show_total(console, reports)
    sys.exit(_status(reports, strict))


def _check(folder: Path, runner: Runner, runs: int, ignored: Sequence[str]) -> Report:
    try:
        package = read_package(folder)
    except RequestError as problem:
        return unreadable(folder.name, problem)
    return check_package(package, runner, runs=runs, ignored=ignored)


@contextmanager
def _progress(console: Console, text: str, as_json: bool) -> Iterator[None]:
    if as_json or not console.is_terminal:
        yield
        return
    with console.status(text):
        yield


def _status(reports: Sequence[Report], strict: bool) -> int:
    if not all(report.judged for report in reports):
        return EXIT_JUDGE_ERROR
    if not all(report.read for report in reports):
        return EXIT_USAGE
    counted = (Severity.ERROR, Severity.WARNING) if strict else (Severity.ERROR,)
    return EXIT_NOT_ACCEPTED if any(report.has(severity) for report in reports for severity in counted) else 0


# Showing


def _show(console: Console, report: Report) -> None:
    told = f"{len(report.ran)} submissions" if report.read else "can't be read"
    console.print(f"[bold]{clean(report.name, 128)}[/]  {report.kind}  {told}: {_summary(report)}", highlight=False)
    for code, findings in groupby(report.findings, key=lambda found: found.code):
        severity, _, mend = RULES[code]
        console.print(
            f"  [{_STYLE[severity]}]{severity}[/] [bold]{code}[/]  [dim]{clean(mend, 200)}[/]", highlight=False
        )
        for found in findings:
            console.print(f"    {clean(found.place, 120)}  {clean(found.what, 300)}", highlight=False)


def _summary(report: Report) -> str:
    found = {severity: number for severity, number in counts(report.findings).items() if number}
    if not found:
        return "[green]nothing to mend[/]"
    parts = []
    for severity, number in found.items():
        parts.append(f"[{_STYLE[Severity(severity)]}]{number} {severity}{'s' if number > 1 else ''}[/]")
    return ", ".join(parts)


def _show_total(console: Console, reports: Sequence[Report]) -> None:
    total = counts(found for report in reports for found in report.findings)
    told = ", ".join(f"{number} {severity}s" for severity, number in total.items())
    console.print(f"{len(reports)} suites: {told}", highlight=False)
