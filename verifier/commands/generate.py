"""`verifier suite generate`: new cases from a generator, as few as tell the right programs from the wrong ones."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import click

from verifier.authoring.calibration_files import suite_with, write_files
from verifier.authoring.generate import DEFAULT_COUNT, DEFAULT_MUTANTS, DIFFERING, Generated, Unused, generate
from verifier.authoring.generate_inputs import HYPOTHESIS
from verifier.commands.packages import (
    open_package,
    open_runner,
    policy_option,
    suite_argument,
    suites_option,
    workers_option,
)
from verifier.commands.progress import progress
from verifier.console import fail
from verifier.errors import RequestError
from verifier.suite.package import Package
from verifier.suite.store import CASES_FILE, SUITE_FILE
from verifier.suite.writing import case_value
from verifier.text import one_line, printable

EXIT_UNUSED = 1
_SHOWN_UNUSED = 10


@click.command("generate")
@suite_argument
@suites_option
@click.option(
    "--count", type=click.IntRange(1, 10_000), default=DEFAULT_COUNT, show_default=True, help="Inputs to ask for."
)
@click.option("--seed", type=int, default=0, show_default=True, help="The same inputs and cases for the same seed.")
@click.option(
    "--max-mutants", type=click.IntRange(min=0), default=DEFAULT_MUTANTS, show_default=True,
    help="Mutants of the references by which cases are chosen.",
)  # fmt: skip
@click.option("--write", is_flag=True, help="Add the chosen cases to cases.jsonl.")
@click.option("--replace", is_flag=True, help="Let old cases go that kill nothing more than the others.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@workers_option
@policy_option
def generate_command(
    name: str,
    suites: Path,
    count: int,
    seed: int,
    max_mutants: int,
    write: bool,
    replace: bool,
    as_json: bool,
    workers: int | None,
    policy: str,
) -> None:
    """Makes cases with the suite's generator.py, and chooses the fewest that kill what all of them kill.

    generator.py defines generate(random), or a Hypothesis strategy named inputs; it may define edges() and
    is_valid(...). It runs in the sandbox. Expected values are the reference's; where references differ the input is
    shown and not used. For suites of kind function and stdio.

    The exit status is 0 where every input could be used, 1 where references differ or fail or an input is not valid, 2
    where the suite or its generator can't be used.
    """
    package = open_package(name, suites)
    before = _cases_file(package) if write else b""
    with open_runner(policy, workers, (HYPOTHESIS,)) as runner, progress(package.folder.name) as told:
        try:
            made = generate(
                package, runner, count=count, seed=seed, most_mutants=max_mutants, replace=replace, told=told
            )
        except RequestError as problem:
            fail(str(problem))
    if write:
        _write(package, made, before)
    if as_json:
        click.echo(_as_json(_entry(made), indent=2))
    else:
        _show(made, write)
    sys.exit(EXIT_UNUSED if made.unused else 0)


def _cases_file(package: Package) -> bytes:
    """What it holds before the run. Ends the command where the file can't be replaced: a run takes minutes."""
    folder = package.folder
    if not folder.joinpath(CASES_FILE).is_file():
        fail(f"{folder.name}: its cases stand in {SUITE_FILE}; move them to {CASES_FILE} to have some added")
    if not os.access(folder, os.W_OK | os.X_OK):
        fail(f"{folder}: can't be written to")
    try:
        return folder.joinpath(CASES_FILE).read_bytes()
    except OSError as error:
        fail(f"{folder / CASES_FILE}: can't be read: {error.strerror}")


def _write(package: Package, made: Generated, before: bytes) -> None:
    """All or nothing: what is to be written is read as a suite first. `before` is what the file held when the suite was
    read: lines that have changed since are not overwritten."""
    folder = package.folder
    # Lines end as the store has them end: U+2028, say, may stand within one.
    text = before.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    old_lines = [line for line in text.split("\n") if line.strip()]
    stay = {id(case) for case in made.old_cases}
    lines = [line for line, case in zip(old_lines, package.suite.known_cases, strict=True) if id(case) in stay]
    lines += [_as_json(case_value(case)) for case in made.new_cases]
    changed = {CASES_FILE: "".join(f"{line}\n" for line in lines)}
    try:
        suite_with(package, changed)
        if folder.joinpath(CASES_FILE).read_bytes() != before:
            fail(f"{folder.name}/{CASES_FILE}: has changed meanwhile, and nothing was written; run this again")
        write_files(folder, changed)
    except RequestError as problem:
        fail(f"the new cases can't be read back, and were not written: {problem}")
    except OSError as error:
        fail(f"{folder}: can't be written: {error.strerror}")


def _as_json(value: object, indent: int | None = None) -> str:
    """Readable, but for text with half a surrogate, which UTF-8 can't hold."""
    text = json.dumps(value, indent=indent, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, indent=indent)
    return text


def _show(made: Generated, written: bool) -> None:
    click.echo(
        f"{made.suite}: {made.inputs} new inputs, {made.usable} of use; references: {', '.join(made.references)}"
    )
    if len(made.references) == 1:
        click.echo("  one reference only: nothing was compared; a second one that works differently finds mistakes")
    if not made.has_validator:
        click.echo("  no edge cases of the arguments' types: generator.py has no is_valid to say which are allowed")
    for one in made.unused[:_SHOWN_UNUSED]:
        click.echo(f"  {_line(one)}")
    if len(made.unused) > _SHOWN_UNUSED:
        click.echo(f"  ... and {len(made.unused) - _SHOWN_UNUSED} more inputs that were not used")
    click.echo(
        f"  of {made.programs} mutants and wrong submissions the suite kills {made.killed_before}, with all new cases "
        f"{made.killed_by_all}, with those chosen {made.killed_after}"
    )
    click.echo(
        f"  {len(made.new_cases)} new cases chosen ({made.kept} kept edges), {len(made.old_cases)} old ones stay"
    )
    for case in made.new_cases:
        click.echo(f"    {one_line(json.dumps(case_value(case), ensure_ascii=False), 160)}")
    if written:
        click.echo(f"  written to {CASES_FILE}; run `verifier suite check` and `verifier suite calibrate` again")
    elif made.new_cases:
        click.echo("  nothing was written; say --write")


def _line(one: Unused) -> str:
    said = "; ".join(f"{name}: {printable(answer)}" for name, answer in one.answers.items())
    given = one_line(repr(one.given), 200)
    return f"{one.what}, not used: {given}" + (f" -> {said}" if said else "")


def _entry(made: Generated) -> dict[str, object]:
    return {
        "suite": made.suite,
        "references": list(made.references),
        "inputs": made.inputs,
        "usable": made.usable,
        "has_validator": made.has_validator,
        "differing": sum(one.what == DIFFERING for one in made.unused),
        "unused": [
            {"what": one.what, "input": one_line(repr(one.given), 2000), "answers": dict(one.answers)}
            for one in made.unused
        ],
        "programs": made.programs,
        "killed_before": made.killed_before,
        "killed_by_all": made.killed_by_all,
        "killed_after": made.killed_after,
        "kept": made.kept,
        "old_cases": len(made.old_cases),
        "new_cases": [case_value(case) for case in made.new_cases],
    }
