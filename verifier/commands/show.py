"""`verifier suite show`, `list`, `digest` and `diff`: suites looked at without running anything."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from verifier.authoring.differences import Difference, differences
from verifier.authoring.overview import overview
from verifier.commands.packages import find_folders, open_package, suite_argument, suites_argument, suites_option
from verifier.console import EXIT_USAGE, clean, fail
from verifier.errors import RequestError
from verifier.limits import MIB
from verifier.suite.model import Suite
from verifier.suite.store import DirectoryStore
from verifier.text import printable

EXIT_DIFFERENT = 1


@click.command("show")
@suite_argument
@suites_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def show_command(name: str, suites: Path, as_json: bool) -> None:
    """Shows what a suite judges by, and what lies beside it.

    The exit status is 2 where it can't be read.
    """
    found = overview(open_package(name, suites))
    if as_json:
        click.echo(json.dumps(found, indent=2))
        return
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for field, text in _rows(found):
        table.add_row(field, clean(text, 400))
    Console().print(table)


def _rows(found: dict[str, Any]) -> list[tuple[str, str]]:
    limits = found["limits"]
    told = {
        "suite": f"{found['id']}  {found['title']}",
        "digest": found["digest"],
        "kind": f"{found['kind']}: {found['enters_by']}",
        "cases": f"{found['cases']}, of weight {found['weight']:g}",
        "groups": ", ".join(f"{name} ({group['cases']} cases)" for name, group in found["groups"].items()),
        "checker": _named(found["checker"]) if found["checker"] else "",
        "limits": f"{limits['cpu_time_s']:g} s CPU, {limits['wall_time_s']:g} s wall, "
        f"{limits['memory_bytes'] / MIB:g} MiB memory, {limits['output_bytes']} bytes of output",
        "reward": _reward(found["reward"]),
        "options": ", ".join(name for name in ("scratch", "early_stop") if found[name]),
        "calibration": _calibration(found["calibration"], found["cases"]),
        "submissions": ", ".join(f"{number} {folder}" for folder, number in found["submissions"].items()) or "none",
        "answers": f"{found['answers']} that the checker must accept or refuse" if found["answers"] else "",
        "files": ", ".join(found["files"]),
        "statement": f"{found['statement_chars']} characters" if found["statement_chars"] else "none",
    }
    return [(field, text) for field, text in told.items() if text]


def _named(checker: dict[str, Any]) -> str:
    others = [f"{name} = {value}" for name, value in checker.items() if name != "name"]
    return ", ".join([str(checker.get("name", "")), *others])


def _reward(reward: dict[str, Any]) -> str:
    policy = reward["policy"]
    told = f"{policy} {reward[policy]:g}" if policy in ("threshold", "power") else policy
    told += f", time weighs {reward['time_weight']:g}, memory {reward['memory_weight']:g}"
    return told + (", groups all or nothing" if reward["groups"] == "all_or_nothing" else "")


def _calibration(calibration: dict[str, Any], cases: int) -> str:
    if not calibration["cases"]:
        return "none: `verifier suite calibrate --write`"
    told = f"{calibration['cases']} of {cases} cases, {calibration['cpu_time_s']:.3f} s CPU together"
    speed = calibration["machine_speed"]
    return told + (f", on a machine of speed {speed:g}" if speed else "")


@click.command("list")
@click.argument("names", metavar="[DIR]...", nargs=-1)
@suites_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def list_command(names: Sequence[str], suites: Path, as_json: bool) -> None:
    """Lists the suites of directories (default: --suites).

    The exit status is 2 where one can't be read; the others are listed all the same.
    """
    entries = []
    for folder in _folders(names or [str(suites)], suites):
        entry: dict[str, Any] = {"id": folder.name}
        try:
            suite = DirectoryStore(folder.parent).get(folder.name)
        except RequestError as problem:
            entry["problem"] = str(problem)
        else:
            entry |= {
                "kind": suite.kind,
                "cases": len(suite.known_cases),
                "calibrated": suite.calibrated,
                "digest": suite.digest,
                "title": suite.title,
            }
        entries.append(entry)
    if as_json:
        click.echo(json.dumps({"suites": entries}, indent=2))
    else:
        _show_list(entries)
    sys.exit(EXIT_USAGE if any("problem" in entry for entry in entries) else 0)


def _show_list(entries: Sequence[dict[str, Any]]) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("id", "kind", "cases", "digest", "title"):
        table.add_column(column, justify="right" if column == "cases" else "left", no_wrap=column != "title")
    for entry in entries:
        if "problem" in entry:
            table.add_row(clean(entry["id"], 60), "[red]can't be read[/]", "", "", clean(entry["problem"], 200))
        else:
            digest = entry["digest"].removeprefix("sha256:")[:12]
            table.add_row(clean(entry["id"], 60), entry["kind"], str(entry["cases"]), digest, clean(entry["title"], 80))
    Console().print(table)


@click.command("digest")
@suites_argument
@suites_option
def digest_command(names: Sequence[str], suites: Path) -> None:
    """Prints `<id>@sha256:<hex>` of each suite: the reference by which a sample insists on its content.

    The exit status is 2 where one can't be read.
    """
    for suite in _suites(names, suites):
        click.echo(f"{suite.id}@{suite.digest}")


@click.command("diff")
@click.argument("old", metavar="A")
@click.argument("new", metavar="B")
@suites_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def diff_command(old: str, new: str, suites: Path, as_json: bool) -> None:
    """Shows what suite B judges otherwise than suite A: fields, cases, tests. Each is an ID or a DIR.

    The exit status is 0 where both judge alike, 1 where not, 2 where one can't be read.
    """
    before, after = _suite(old, suites), _suite(new, suites)
    found = differences(before, after)
    if as_json:
        entries = [one.entry() for one in found]
        click.echo(json.dumps({"a": before.digest, "b": after.digest, "differences": entries}, indent=2))
    else:
        _show_differences(found)
    sys.exit(EXIT_DIFFERENT if found else 0)


def _show_differences(found: Sequence[Difference]) -> None:
    console = Console(soft_wrap=True)
    if not found:
        console.print("both judge alike")
    signs = {"added": "[green]+[/]", "removed": "[red]-[/]", "changed": "[yellow]~[/]"}
    for one in found:
        if one.sort == "text":
            for line in one.what.split("\n"):
                style = "green" if line.startswith("+") else "red" if line.startswith("-") else "default"
                console.print(f"[{style}]{_line(line)}[/]", highlight=False)
        else:
            sign = signs.get(one.sort, "[yellow]~[/]")
            console.print(f"{sign} [bold]{clean(one.where, 200)}[/]  {clean(one.what, 500)}", highlight=False)


def _line(line: str) -> str:
    """With its indentation, which `clean` would not keep."""
    return printable(line)[:300].replace("[", "\\[")


def _suite(name: str, suites: Path) -> Suite:
    found = _suites([name], suites)
    if len(found) > 1:
        fail(f"{name}: holds {len(found)} suites; name one of them")
    return found[0]


def _suites(names: Sequence[str], suites: Path) -> list[Suite]:
    try:
        return [DirectoryStore(folder.parent).get(folder.name) for folder in find_folders(names, suites)]
    except RequestError as problem:
        fail(str(problem))


def _folders(names: Sequence[str], suites: Path) -> list[Path]:
    try:
        return find_folders(names, suites)
    except RequestError as problem:
        fail(str(problem))
