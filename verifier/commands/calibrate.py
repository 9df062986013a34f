"""`verifier suite calibrate`: what the references need, and the limits that follow."""

from __future__ import annotations

import difflib
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from verifier.authoring.calibrate import DEFAULT_RUNS, Calibrated, calibrate, unproven
from verifier.authoring.calibration_files import calibrated_files, suite_with, write_files
from verifier.authoring.running import Runner
from verifier.commands.packages import (
    open_packages,
    open_runner,
    policy_option,
    suites_argument,
    suites_option,
)
from verifier.console import EXIT_JUDGE_ERROR, EXIT_NOT_ACCEPTED, clean, fail
from verifier.errors import RequestError, SandboxError
from verifier.limits import MIB
from verifier.suite.base import Calibration
from verifier.suite.package import Package


@click.command("calibrate")
@suites_argument
@suites_option
@click.option(
    "--runs",
    type=click.IntRange(min=1),
    default=DEFAULT_RUNS,
    show_default=True,
    help="How often each reference runs; nothing else should run on this machine meanwhile.",
)
@click.option("--write", is_flag=True, help="Write it into the suite's files; else only show what would be written.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@policy_option
def calibrate_command(names: Sequence[str], suites: Path, runs: int, write: bool, as_json: bool, policy: str) -> None:
    """Measures the references of suites, and notes in each case what they need; proposes limits where those of the
    suite are too near or too wide.

    ID|DIR is a suite's id, its directory, or a directory of suites. Before anything is written, every submission must
    get the verdict of its folder under the new limits.

    The exit status is 0 when all were calibrated, 1 where a reference or another submission doesn't get its verdict,
    2 where a suite can't be read or written, 3 where the sandbox fails.
    """  # fmt: skip
    packages = open_packages(names, suites)
    console = Console(soft_wrap=True)
    entries: list[dict[str, object]] = []
    failed = False
    where: Calibration | None = None
    with open_runner(policy, 1) as runner:
        for package in packages:
            try:
                found, changed, problems = _calibrate(package, runner, runs, where)
            except SandboxError as error:
                fail(f"{package.folder.name}: {error}", EXIT_JUDGE_ERROR)
            except RequestError as problem:
                failed = True
                entries.append({"suite": package.folder.name, "problems": [str(problem)]})
                if not as_json:
                    console.print(f"[bold]{package.folder.name}[/]  [red]{clean(str(problem), 400)}[/]")
                continue
            where = found.where
            failed = failed or bool(problems)
            if write and not problems:
                _write(package, changed)
            entries.append(_entry(package, found, changed, problems))
            if not as_json:
                _show(console, package, found, changed, problems, written=write)
    if as_json:
        click.echo(json.dumps({"suites": entries}, indent=2))
    sys.exit(EXIT_NOT_ACCEPTED if failed else 0)


def _calibrate(
    package: Package, runner: Runner, runs: int, where: Calibration | None
) -> tuple[Calibrated, dict[str, str], list[str]]:
    found = calibrate(package, runner, runs=runs, where=where)
    changed = calibrated_files(package, found)
    return found, changed, unproven(package, suite_with(package, changed), runner)


def _write(package: Package, changed: dict[str, str]) -> None:
    try:
        write_files(package.folder, changed)
    except OSError as error:
        fail(f"{package.folder}: can't be written: {error.strerror}")


def _entry(package: Package, found: Calibrated, changed: dict[str, str], problems: list[str]) -> dict[str, object]:
    return {
        "suite": package.folder.name,
        "machine_speed": found.where.machine_speed,
        "python": found.where.python,
        "cases": [
            {
                "case": figure.key,
                "fastest_s": round(figure.fastest_s, 6),
                "slowest_s": round(figure.slowest_s, 6),
                "memory_bytes": figure.memory_bytes,
                "output_bytes": figure.output_bytes,
                "reference_cpu_time_s": figure.cpu_time_s,
                "reference_memory_bytes": figure.reference_memory_bytes,
            }
            for figure in found.figures
        ],
        "limits": {
            one.name: {"current": one.current, "proposed": one.proposed, "reason": one.reason} for one in found.limits
        },
        "changed": sorted(changed),
        "problems": problems,
    }


# Showing


def _show(
    console: Console,
    package: Package,
    found: Calibrated,
    changed: dict[str, str],
    problems: list[str],
    *,
    written: bool,
) -> None:
    where = found.where
    head = f"{len(package.references)} references, {found.runs} runs each, Python {where.python}"
    console.print(f"[bold]{package.folder.name}[/]  {head}, machine speed {where.machine_speed:g}", highlight=False)
    table = Table(box=None, header_style="bold")
    for column in ("case", "fastest ms", "slowest ms", "MiB", "figure ms", "figure MiB"):
        table.add_column(column, justify="left" if column == "case" else "right", no_wrap=column != "case")
    for figure in found.figures:
        table.add_row(
            clean(str(figure.key), 60),
            f"{figure.fastest_s * 1000:.2f}",
            f"{figure.slowest_s * 1000:.2f}",
            f"{figure.memory_bytes / MIB:.1f}",
            f"{figure.cpu_time_s * 1000:.0f}",
            f"{figure.reference_memory_bytes / MIB:.1f}",
        )
    console.print(table)
    for one in found.limits:
        current, proposed = _amount(one.name, one.current), _amount(one.name, one.proposed)
        told = f"{current} stands" if one.stands else f"{current} -> [bold]{proposed}[/]"
        console.print(f"  {one.name}: {told}; {clean(one.reason, 200)}", highlight=False)
    for problem in problems:
        console.print(f"  [red]not proven[/] {clean(problem, 300)}", highlight=False)
    if not changed:
        console.print("  nothing to write: what is there is near enough")
    elif problems:
        console.print("  nothing is written, since a submission would not get its verdict")
    elif written:
        console.print(f"  written: {', '.join(changed)}")
    else:
        _show_changes(console, package.folder, changed)


def _amount(name: str, value: float) -> str:
    return f"{value / MIB:g} MiB" if name.endswith("bytes") else f"{value:g} s"


def _show_changes(console: Console, folder: Path, changed: dict[str, str]) -> None:
    for name, text in changed.items():
        path = folder / name
        old = path.read_text(encoding="utf-8-sig") if path.is_file() else ""
        for line in difflib.unified_diff(
            old.splitlines(), text.splitlines(), f"a/{name}", f"b/{name}", n=0, lineterm=""
        ):
            style = "green" if line.startswith("+") else "red" if line.startswith("-") else "dim"
            console.print(f"  [{style}]{clean(line, 400)}[/]", highlight=False)
