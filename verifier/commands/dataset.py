"""`verifier dataset build`: training rows from suites."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console

from verifier.authoring.dataset import REPORT_FILE, Options, Report, build, files_of
from verifier.authoring.decontaminate import Text, read_texts
from verifier.authoring.rows import FORMATS, PLACEHOLDER, Prompt, need_packages
from verifier.commands.packages import find_folders, suites_argument, suites_option
from verifier.console import clean, fail, new_table
from verifier.errors import RequestError

EXIT_SOME_REFUSED = 1
_SHOWN = 20
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group(name="dataset")
def dataset_group() -> None:
    """Make training sets of suites."""


@dataset_group.command("build")
@suites_argument
@suites_option
@click.option("--format", "format_name", required=True, type=click.Choice(sorted(FORMATS)), help="Form of the rows.")
@click.option("--output", required=True, type=click.Path(file_okay=False, path_type=Path), help="Directory for them.")
@click.option("--system", type=_FILE, help="File with a system prompt; default: none.")
@click.option(
    "--template", type=_FILE, help=f"File with what is asked, where {PLACEHOLDER} stands for the statement; default: "
    "the statement alone.",
)  # fmt: skip
@click.option("--inline", is_flag=True, help="Rows hold their suites, answers and all, and not only their names.")
@click.option(
    "--by-reference-above", is_flag=True,
    help="With --inline: a row that would be too large holds its suite's name instead.",
)  # fmt: skip
@click.option(
    "--max-row-bytes", type=click.IntRange(min=1),
    help="Most bytes of a row as JSON; default: " + ", ".join(f"{n} {f.max_row_bytes}" for n, f in FORMATS.items()),
)  # fmt: skip
@click.option(
    "--validation", type=click.FloatRange(0, 1, max_open=True), default=0.1, show_default=True,
    help="Share of the problems for validation.",
)  # fmt: skip
@click.option("--seed", type=int, default=0, show_default=True, help="Divides training and validation otherwise.")
@click.option(
    "--decontaminate", "benchmarks", multiple=True, metavar="FILE", type=click.Path(exists=True, path_type=Path),
    help="Leave out problems that stand in this benchmark (JSON, JSON lines, parquet, text); may be repeated.",
)  # fmt: skip
@click.option("--force", is_flag=True, help="Replace what an earlier build has left in the output directory.")
def build_command(
    names: Sequence[str],
    suites: Path,
    format_name: str,
    output: Path,
    system: Path | None,
    template: Path | None,
    inline: bool,
    by_reference_above: bool,
    max_row_bytes: int | None,
    validation: float,
    seed: int,
    benchmarks: Sequence[Path],
    force: bool,
) -> None:
    """Makes a training set of suites: one row each, which asks what problem.md says and is judged by the suite.

    ID|DIR is a suite's id, its directory, or a directory of suites. A row names its suite by id and digest, so a store
    must hold it (`verifier suite publish`), or, with --inline, holds it. Beside the rows, report.json tells what became
    of each suite.

    The exit status is 0 when every suite was used or left out by --decontaminate, 1 when one can't be used or a part of
    a benchmark can't be read, 2 when an option or a directory is of no use.
    """  # fmt: skip
    if by_reference_above and not inline:
        fail("--by-reference-above: is for --inline; without it all rows name their suites")
    try:
        need_packages(FORMATS[format_name])
        options = Options(
            FORMATS[format_name], _prompt(system, template), inline, by_reference_above, max_row_bytes, validation, seed
        )
        folders = find_folders(names, suites)
        texts: list[Text] = []
        unread: list[str] = []
        for benchmark in benchmarks:
            found, problems = read_texts(benchmark)
            texts += found
            unread += problems
        _check_room(output, force)
        report = build(folders, output, options, texts, unread)
    except RequestError as problem:
        fail(str(problem))
    except OSError as error:
        fail(f"{error.filename or output}: {error.strerror or error}")
    _show(report, output)
    sys.exit(0 if report.is_whole else EXIT_SOME_REFUSED)


def _prompt(system: Path | None, template: Path | None) -> Prompt:
    """Raises RequestError."""
    said = _text(system) if system else ""
    if template is None:
        return Prompt(said)
    try:
        return Prompt(said, _text(template))
    except RequestError as problem:
        raise RequestError(problem.problem, path=str(template)) from None


def _text(path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise RequestError("not UTF-8 text", path=str(path)) from None
    if not text.strip():
        raise RequestError("is empty", path=str(path))
    return text.removesuffix("\n")


def _check_room(output: Path, force: bool) -> None:
    """Raises RequestError, and OSError."""
    before = files_of(output)
    if before and not force:
        raise RequestError(f"holds {before[0].name} of an earlier build; --force replaces it", path=str(output))


# Showing


def _show(report: Report, output: Path) -> None:
    console = Console(soft_wrap=True)
    for warning in report.warnings:
        console.print(f"[yellow]warning[/] {clean(warning, 300)}", highlight=False)
    _list(console, "can't be used", [str(entry["problem"]) for entry in report.refused])
    _list(console, "can't be compared with", report.unread)
    dropped = [f"{entry['id']}: {entry['rule']} with {entry['source']}: {entry['shared']}" for entry in report.dropped]
    _list(console, "left out", dropped)
    table = new_table("rows", "file", "largest row")
    for file in report.files.values():
        table.add_row(str(file.rows), file.name, f"{file.largest_row_bytes} bytes")
    console.print(table)
    counts = report.entry()["counts"]
    near = sum(len(group) for group in report.near_duplicates)
    click.echo(
        f"{counts['suites']} suites: {counts['dropped']} left out, {counts['refused']} can't be used; "
        f"{near} are near duplicates, in {len(report.near_duplicates)} groups. {output / REPORT_FILE} tells more"
    )


def _list(console: Console, title: str, lines: Sequence[str]) -> None:
    for line in lines[:_SHOWN]:
        console.print(f"[yellow]{title}[/] {clean(line, 300)}", highlight=False)
    if len(lines) > _SHOWN:
        console.print(f"[yellow]{title}[/] {len(lines) - _SHOWN} more; {REPORT_FILE} has them all", highlight=False)
