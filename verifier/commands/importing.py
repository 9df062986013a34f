"""`verifier suite import`: problems of others' datasets and packages as suites."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from fnmatch import fnmatchcase
from itertools import chain, islice
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn

from verifier.authoring.expected import proved, work_out
from verifier.authoring.imports import Account, Writer
from verifier.commands.packages import policy_option
from verifier.console import EXIT_JUDGE_ERROR, fail, new_table
from verifier.errors import SandboxError
from verifier.sandbox.base import Sandbox
from verifier.sandbox.keeper import Keeper, SandboxOptions
from verifier.suite.formats.base import Imported, Outcome, Refused, SourceError, Unanswered
from verifier.suite.formats.registry import FORMATS
from verifier.text import one_line

EXIT_SOME_REFUSED = 1
_SHOWN_IDS = 5
_SHOWN_NOTES = 15


class _FormatHelp(click.Command):
    """Says which formats there are."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Formats"):
            formatter.write_dl([(name, importer.summary) for name, importer in sorted(FORMATS.items())])


@click.command(name="import", cls=_FormatHelp)
@click.argument("format_name", metavar="FORMAT", type=click.Choice(sorted(FORMATS)))
@click.argument("source", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--output", required=True, type=click.Path(file_okay=False, path_type=Path), help="Directory for the suites."
)
@click.option("--report", type=click.Path(dir_okay=False, path_type=Path), help="Write one JSON object a problem here.")
@click.option("--limit", type=click.IntRange(min=1), help="Stop after so many problems.")
@click.option("--id", "pattern", metavar="PATTERN", help="Only problems whose id matches, such as 'HumanEval/1*'.")
@click.option(
    "--force", is_flag=True,
    help="Replace suites that are in the output directory already, with all that their directories hold: generator.py "
    "and other files of yours are lost too.",
)  # fmt: skip
@click.option(
    "--submissions", type=click.IntRange(min=0), default=10, show_default=True,
    help="Submissions that are kept of each verdict.",
)  # fmt: skip
@click.option(
    "--time-factor", type=click.FloatRange(min=0, min_open=True), default=1.0, show_default=True,
    help="Multiply time limits that the source gives: they are often meant for C++.",
)  # fmt: skip
@click.option("--prove", is_flag=True, help="Run the references, and leave out problems that accept none of theirs.")
@policy_option
def import_command(
    format_name: str,
    source: Path,
    output: Path,
    report: Path | None,
    limit: int | None,
    pattern: str | None,
    force: bool,
    submissions: int,
    time_factor: float,
    prove: bool,
    policy: str,
) -> None:
    """Brings the problems of SOURCE, a file or a folder in a known FORMAT, to suites: a directory each, with the
    statement and what the source has of right and wrong submissions.

    What of a problem can't be carried over is told, and so is every problem that can't be imported at all. The exit
    status is 0 when all problems were imported, 1 when some were not, 2 when SOURCE can't be read, 3 when the sandbox
    fails that works out expected values.
    """
    if report is not None and report.exists() and report.resolve().is_relative_to(source.resolve()):
        fail(f"--report {report}: would overwrite what is read; write it outside of SOURCE")
    with ExitStack() as stack:
        bench = stack.enter_context(_Bench(policy))
        try:
            outcomes = _chosen(FORMATS[format_name].read(source), pattern, limit)
            with _progress() as progress:
                task = progress.add_task("importing")
                first = list(islice(outcomes, 1))  # where SOURCE can't be read, an older report stays
                lines = stack.enter_context(report.open("w", encoding="utf-8")) if report else None
                writer = Writer(
                    output, most_submissions=submissions, time_factor=time_factor, force=force, report=lines
                )
                for outcome in chain(first, outcomes):
                    found = bench.answered(outcome)
                    writer.take(bench.proved(found) if prove and isinstance(found, Imported) else found)
                    progress.update(task, description=f"importing: {writer.account.problems} problems")
        except SourceError as error:
            fail(str(error))
        except SandboxError as error:
            fail(f"the sandbox failed: {error}", EXIT_JUDGE_ERROR)
        except OSError as error:
            fail(f"{error.filename or output}: {error.strerror or error}")
    _show(writer.account)
    if not writer.account.problems:
        fail("no problem was found" + (f" whose id matches {pattern!r}" if pattern else ""))
    sys.exit(EXIT_SOME_REFUSED if writer.account.refused else 0)


def _chosen(outcomes: Iterator[Outcome], pattern: str | None, limit: int | None) -> Iterator[Outcome]:
    count = 0
    for outcome in outcomes:
        if pattern is None or fnmatchcase(outcome.id, pattern):
            yield outcome
            count += 1
            if count == limit:
                return


class _Bench:
    """Where references run: for expected values that an importer has not, and as a proof. The sandbox starts when it is
    first needed."""

    def __init__(self, policy: str) -> None:
        self._policy = policy
        self._keeper: Keeper | None = None

    def __enter__(self) -> _Bench:
        return self

    def __exit__(self, *_: object) -> None:
        if self._keeper is not None:
            self._keeper.close()

    def answered(self, outcome: Outcome) -> Imported | Refused:
        """Raises SandboxError."""
        if not isinstance(outcome, Unanswered):
            return outcome
        with self._slot() as sandbox:
            return work_out(outcome, sandbox)

    def proved(self, problem: Imported) -> Imported | Refused:
        """Raises SandboxError."""
        with self._slot() as sandbox:
            return proved(problem, sandbox)

    @contextmanager
    def _slot(self) -> Iterator[Sandbox]:
        if self._keeper is None:
            self._keeper = Keeper(1, SandboxOptions(policy=self._policy))
            self._keeper.start()
        with self._keeper.slot() as sandbox:
            yield sandbox


def _progress() -> Progress:
    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"))
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


def _show(account: Account) -> None:
    console = Console()
    table = new_table("problems", "imported", "cases", "references", "other submissions", "without reference")
    counts = (account.problems, account.imported, account.cases, account.references, account.others)
    table.add_row(*map(str, counts), str(account.without_reference))
    console.print(table)
    for kind, ids in sorted(account.refused.items(), key=lambda item: -len(item[1])):
        some = ", ".join(ids[:_SHOWN_IDS]) + (", …" if len(ids) > _SHOWN_IDS else "")
        click.echo(f"refused {len(ids)}: {one_line(kind, 160)} ({one_line(some, 160)})")
    for note, count in account.notes.most_common(_SHOWN_NOTES):
        click.echo(f"note on {count}: {one_line(note, 160)}")
    if len(account.notes) > _SHOWN_NOTES:
        click.echo(f"{len(account.notes) - _SHOWN_NOTES} more kinds of notes; --report FILE has them all")
