"""The command line: `verifier score`, `verifier run`, `verifier doctor`, and the group `verifier docker`."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from verifier.commands.dataset import dataset_group
from verifier.commands.packages import policy_option
from verifier.commands.suite import suite_group
from verifier.console import EXIT_JUDGE_ERROR, EXIT_NOT_ACCEPTED, clean, fail, new_table, score_file, started, styled
from verifier.docker.commands import docker_group
from verifier.errors import RequestError, SandboxError
from verifier.judging.judge import Judgement
from verifier.pipeline import Verifier
from verifier.sandbox.doctor import Finding, examine
from verifier.sandbox.keeper import SandboxOptions
from verifier.suite.store import DirectoryStore, open_store
from verifier.text import printable
from verifier.verdict import Verdict


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="rl-code-verifier", prog_name="verifier")
def main() -> None:
    """Runs model-written code against hidden tests in a sandbox, and turns the verdicts into rewards."""


main.add_command(docker_group)
main.add_command(suite_group)
main.add_command(dataset_group)


class _Suites(click.Path):
    """A directory that exists, as a Path, or a place in S3, as text."""

    def __init__(self) -> None:
        super().__init__(exists=True, file_okay=False, path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        return value if str(value).startswith("s3://") else super().convert(value, param, ctx)


@main.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write one JSON object a line here.")
@click.option("--suites", type=_Suites(), help="Directory of suites, or s3://bucket/prefix.")
@click.option("--workers", type=click.IntRange(min=1), help="Submissions at a time; default: one a processor.")
@policy_option
def score(file: Path, output: Path | None, suites: str | Path | None, workers: int | None, policy: str) -> None:
    """Scores the samples of FILE, a JSON list or one JSON object a line.

    A sample is a reward function's event entry, or {"id", "code", "reference_answer"}. The exit status is 0 when all
    samples were judged, 1 when some could not be (malformed, no suite, or a failure of the sandbox), 2 when FILE
    can't be read.
    """
    sys.exit(score_file(file, output, lambda: _open(suites, workers, policy)))


@main.command()
@click.argument("solution", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--suite", "suite_name", required=True, help="A suite's directory, or its id in --suites.")
@click.option(
    "--suites", default="testsuites", show_default=True, help="Directory of suites, or s3://bucket/prefix.",
)  # fmt: skip
@click.option("--show-notes", is_flag=True, help="Show what failed asserts said: it may hold expected values.")
@policy_option
def run(solution: Path, suite_name: str, suites: str, show_notes: bool, policy: str) -> None:
    """Runs SOLUTION, a Python file, on every case of a suite.

    The exit status is 0 when it is accepted, 1 when not, 2 when the solution or the suite can't be read, 3 for a judge
    error.
    """
    directory = Path(suite_name)
    try:
        if directory.joinpath("suite.toml").is_file():
            suite = DirectoryStore(directory.resolve().parent).get(directory.resolve().name)
        else:
            suite = open_store(suites).get(suite_name)
        code = solution.read_bytes().decode("utf-8", "surrogateescape")
    except (RequestError, OSError) as error:
        fail(str(error))
    with _open(None, 1, policy) as verifier:
        judgement = verifier.judge(code, suite)
    _show_cases(judgement)
    if show_notes:
        _show_notes(judgement)
    if judgement.verdict is Verdict.AC:
        sys.exit(0)
    sys.exit(EXIT_JUDGE_ERROR if judgement.verdict is Verdict.JE else EXIT_NOT_ACCEPTED)


@main.command()
@policy_option
@click.option("--python", default=sys.executable, help="The interpreter that submissions run on; default: this one.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def doctor(policy: str, python: str, as_json: bool) -> None:
    """Tries each layer of the jail on this host, and says what it is good for and how to get one that is missing.

    The exit status is 0 when the policy is satisfied, 3 when a layer that it requires is missing.
    """
    try:
        findings, isolation = examine(SandboxOptions(python, policy=policy))
    except SandboxError as error:
        fail(f"the sandbox can't be started: {error}", EXIT_JUDGE_ERROR)
    if as_json:
        layers = [
            {
                "layer": str(finding.layer),
                "need": str(finding.need),
                "in_force": finding.problem is None,
                "meaning": finding.meaning,
                "problem": finding.problem and finding.problem._asdict(),
                "mend": finding.mend,
            }
            for finding in findings
        ]
        click.echo(json.dumps({"policy": isolation.policy, "holds": isolation.holds, "layers": layers}, indent=2))
    else:
        _show_findings(findings)
        click.echo(f"policy {isolation.policy}; the strongest preset that holds here is {isolation.holds}")
    sys.exit(EXIT_JUDGE_ERROR if any(finding.stops for finding in findings) else 0)


def _open(suites: str | Path | None, workers: int | None, policy: str) -> Verifier:
    try:
        verifier = Verifier(suites, workers=workers, sandbox=SandboxOptions(policy=policy))
    except RequestError as error:
        fail(str(error))
    return started(verifier)


def _show_findings(findings: Sequence[Finding]) -> None:
    table = Table(box=None, pad_edge=False)
    for name in ("layer", "policy", "in force", "what it means, and what to do"):
        table.add_column(name)
    for finding in findings:
        style = "bold red" if finding.stops else "green" if finding.problem is None else "yellow"
        text = finding.meaning
        if finding.problem is not None:
            text += f"\n{finding.problem}" + (f"\nto mend: {finding.mend}" if finding.mend else "")
        held = "yes" if finding.problem is None else "no"
        table.add_row(str(finding.layer), str(finding.need), held, text, style=style)
    Console(soft_wrap=False).print(table)


def _show_cases(judgement: Judgement) -> None:
    console = Console()
    named = any(case.name for case in judgement.cases)
    table = new_table(
        "case", *(["test"] if named else []), "group", "verdict", "CPU s", "wall s", "peak MiB", "message"
    )
    for case in judgement.cases:
        table.add_row(
            str(case.index),
            *([clean(case.name, 60)] if named else []),
            clean(case.group or "", 20),
            styled(case.verdict),
            f"{case.cpu_time_s:.3f}",
            f"{case.wall_time_s:.3f}",
            f"{case.peak_memory_bytes / (1 << 20):.1f}",
            clean(case.message, 90),
        )
    console.print(table)
    score = judgement.score
    click.echo(
        f"{judgement.verdict}: {score.passed} of {score.total} cases, reward {score.reward:.3f} "
        f"(correctness {score.correctness:.3f}, time penalty {score.time_penalty:.3f}, "
        f"memory penalty {score.memory_penalty:.3f})"
    )


def _show_notes(judgement: Judgement) -> None:
    """What the tests said of each case that did not pass. For the author of the suite: it may hold expected values."""
    for case in judgement.cases:
        if case.note and not case.passed:
            click.echo(f"\ncase {case.index} {clean(case.name, 100)}".rstrip())
            for line in case.note.splitlines()[:50]:
                click.echo(f"    {printable(line)[:200]}")
