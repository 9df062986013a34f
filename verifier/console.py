"""What the commands have in common: exit statuses, reading files of samples, showing results."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO, Any, NoReturn, Protocol, TypeVar

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from verifier.errors import RequestError, SandboxError
from verifier.pipeline import Result
from verifier.text import one_line
from verifier.verdict import Verdict
from verifier.wire import Malformed, Sample, read_request

EXIT_JUDGED, EXIT_NOT_ALL_JUDGED, EXIT_USAGE = 0, 1, 2
EXIT_NOT_ACCEPTED = 1
EXIT_JUDGE_ERROR = 3

_STYLE = {Verdict.AC: "green", Verdict.JE: "bold magenta", Verdict.SV: "bold red", Verdict.SK: "dim"}


def fail(problem: str, status: int = EXIT_USAGE) -> NoReturn:
    click.echo(f"verifier: {problem}", err=True)
    sys.exit(status)


class _Startable(Protocol):
    def start(self) -> None: ...

    def close(self) -> None: ...


_S = TypeVar("_S", bound=_Startable)


def started(workers: _S) -> _S:
    """Starts a verifier, or what is like one; ends the command with status 3 where the sandbox can't be started."""
    try:
        workers.start()
    except SandboxError as error:
        workers.close()
        fail(f"the sandbox can't be started: {error}", EXIT_JUDGE_ERROR)
    return workers


class Scorer(Protocol):
    """A Verifier, or what has its interface."""

    def stream(self, samples: Iterable[object]) -> Iterator[Result]: ...


def score_file(file: Path, output: Path | None, scorer: Callable[[], AbstractContextManager[Scorer]]) -> int:
    """Scores the samples of a file, shows each result as it comes, writes them to `output`, and says what came of all.
    The exit status: whether all were judged."""
    verdicts: Counter[Verdict] = Counter()
    rewards = 0.0
    with ExitStack() as stack:
        lines = stack.enter_context(file.open("rb"))
        samples, total = _samples(lines, file)
        opened = stack.enter_context(scorer())
        out = stack.enter_context(output.open("w", encoding="utf-8")) if output else None
        show = stack.enter_context(_shower(total))
        for result in opened.stream(samples):
            verdicts[result.verdict] += 1
            rewards += result.reward
            if out is not None:
                out.write(json.dumps(result.report(), allow_nan=False) + "\n")
            show(result)
    count = verdicts.total()
    names = ", ".join(f"{v} {verdicts[v]}" for v in Verdict if verdicts[v])
    mean = rewards / count if count else 0.0
    click.echo(f"{count} samples: {names or 'none'}; mean reward {mean:.3f}")
    return EXIT_NOT_ALL_JUDGED if verdicts[Verdict.JE] else EXIT_JUDGED


# Reading


def _samples(stream: IO[bytes], file: Path) -> tuple[Iterator[object], int]:
    """The samples of a file, and how many there are."""
    start = stream.read(1 << 16).lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    stream.seek(0)
    if start == b"[":
        try:
            entries = read_request(stream.read()).samples
        except RequestError as error:
            fail(f"{file}: {error}")
        return iter(entries), len(entries)
    total = sum(1 for line in stream if line.strip())
    stream.seek(0)
    return _lines(stream), total


def _lines(stream: IO[bytes]) -> Iterator[object]:
    """One sample for each line that isn't blank; one that can't be read is a sample of its own."""
    index = 0
    for number, line in enumerate(stream, 1):
        if not line.strip():
            continue
        yield _line(line, index, number)
        index += 1


def _line(line: bytes, index: int, number: int) -> Sample | Malformed:
    try:
        [entry] = read_request(line).samples
    except ValueError:
        entry = Malformed(index, f"line-{number}", RequestError("must hold one sample", path=f"line {number}"))
    except RequestError as error:
        entry = Malformed(index, f"line-{number}", RequestError(error.problem, path=f"line {number}"))
    return replace(entry, index=index)


# Showing


@contextmanager
def _shower(total: int) -> Iterator[Any]:
    """A function that shows each result as it comes: a table and a progress bar on a terminal, plain lines in a
    pipe."""
    console = Console()
    if not console.is_terminal:
        yield lambda result: click.echo(_plain(result))
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("scoring", total=total)
        table = new_table("id", "verdict", "reward", "passed", "CPU s", "peak MiB", "message")

        def show(result: Result) -> None:
            progress.advance(task)
            if table.row_count < 200:
                score = result.judgement.score
                table.add_row(
                    clean(str(result.id), 28),
                    styled(result.verdict),
                    f"{result.reward:.3f}",
                    f"{score.passed}/{score.total}",
                    f"{score.cpu_time_s:.3f}",
                    f"{score.peak_memory_bytes / (1 << 20):.1f}",
                    clean(result.message, 70),
                )

        yield show
    if table.row_count:
        console.print(table)


def _plain(result: Result) -> str:
    score = result.judgement.score
    head = f"{clean(str(result.id), 28):<28} {result.verdict:<3} reward {result.reward:.3f}"
    return f"{head}  {score.passed}/{score.total} cases  {clean(result.message, 90)}".rstrip()


def new_table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        numeric = column in ("reward", "passed", "CPU s", "wall s", "peak MiB", "case")
        table.add_column(column, justify="right" if numeric else "left", no_wrap=column != "message")
    return table


def styled(verdict: Verdict) -> str:
    return f"[{_STYLE.get(verdict, 'yellow')}]{verdict}[/]"


def clean(text: str, width: int) -> str:
    """One line that can't steer a terminal or mean markup: a submission chooses what its messages say."""
    return one_line(text, width).replace("[", "\\[")
