"""`verifier docker ...`: the image built, started, asked and ended. Exit statuses are those of `verifier score`, and 3
where the engine, the image or the container is missing."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from verifier.console import EXIT_JUDGE_ERROR, fail, score_file
from verifier.docker import container, engine, scoring
from verifier.docker.engine import DockerError
from verifier.sandbox.base import Isolation
from verifier.text import printable


@click.group("docker")
def docker_group() -> None:
    """The same in a container of this machine: no network, no capabilities, nothing to write to but /tmp."""


_name_option = click.option("--name", default=container.NAME, show_default=True, help="Of the container.")
_image_option = click.option("--image", default=engine.IMAGE, show_default=True, help="Its name.")


@docker_group.command()
def check() -> None:
    """Says whether a Docker engine answers: the exit status is 0 or 3."""
    with _engine() as client:
        version = client.version()
        click.echo(f"Docker {version.get('Version', '?')} answers ({version.get('Arch', '?')})")


@docker_group.command()
@click.option(
    "--source", type=click.Path(exists=True, file_okay=False, path_type=Path), default=Path(), show_default=".",
    help="The project's folder.",
)  # fmt: skip
@click.option("--target", type=click.Choice(["local", "lambda"]), default="local", show_default=True)
@click.option("--image", help="Its name. [default: rl-code-verifier:<target>]")
@click.option("--build-arg", "build_args", multiple=True, metavar="NAME=VALUE", help="As for `docker build`.")
@click.option("--if-missing", is_flag=True, help="Only where there is no image of that name.")
@click.option("--quiet", is_flag=True, help="Don't show what the engine says.")
def build(
    source: Path, target: str, image: str | None, build_args: tuple[str, ...], if_missing: bool, quiet: bool
) -> None:
    """Builds the image: `local` is the one for this machine, with AWS's emulator; `lambda` is what is deployed."""
    tag = image or f"{engine.IMAGE.partition(':')[0]}:{target}"
    with _engine() as client:
        if if_missing and engine.has_image(client, tag):
            click.echo(f"{tag} is there")
            return
        given = _pairs(build_args, "--build-arg")
        show = (lambda text: None) if quiet else (lambda text: click.echo(text, nl=False, err=True))
        engine.build(client, source, target=target, tag=tag, build_args=given, show=show)
        click.echo(f"{tag} is built")


@docker_group.command()
@_name_option
@_image_option
@click.option(
    "--suites", type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Directory of suites, mounted read-only. [default: those in the image]",
)  # fmt: skip
@click.option("--workers", type=click.IntRange(min=1), help="Submissions at a time; default: by processors and memory.")
@click.option("--memory", default="3008m", show_default=True, help="Limit, without swap.")
@click.option("--cpus", type=click.FloatRange(min=0, min_open=True), help="Limit; default: all.")
@click.option("--pids", type=click.IntRange(min=16), default=1024, show_default=True, help="Limit of processes.")
@click.option("--tmp", default="512m", show_default=True, help="Size of /tmp, which is in memory.")
@click.option("--user", metavar="UID:GID", help="Processes count by user, across containers; default: the image's.")
@click.option(
    "--timeout", "timeout_s", type=click.IntRange(min=4), default=container.TIMEOUT_S, show_default=True,
    help="Seconds that one invocation, which judges a batch, may take.",
)  # fmt: skip
@click.option(
    "--seccomp", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A profile in place of Docker's, such as sandbox_image/profiles/lambda.json.",
)  # fmt: skip
@click.option("--env", "environment", multiple=True, metavar="NAME=VALUE", help="Settings of the handler.")
@click.option(
    "--wait", "wait_s", type=click.FloatRange(min=1), default=scoring.START_S, show_default=True,
    help="Seconds to wait until it judges.",
)  # fmt: skip
def up(wait_s: float, environment: tuple[str, ...], **options: Any) -> None:
    """Starts the container, waits until it judges, and says which layers of the jail are in force."""
    chosen = container.Options(**options, environment=_pairs(environment, "--env"))
    with _engine() as client:
        isolation = scoring.up(client, chosen, start_s=wait_s)
    limits = f"{chosen.memory} of memory, {chosen.cpus or 'all'} processors, {chosen.pids} processes"
    click.echo(f"{chosen.name} is up: {chosen.image}, no network, read-only, no capabilities, {limits}")
    _show_layers(isolation)


@docker_group.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write one JSON object a line here.")
@click.option(
    "--batch", type=click.IntRange(min=1), default=scoring.MAX_BATCH, show_default=True, help="Samples sent at once."
)
@_name_option
def score(file: Path, output: Path | None, batch: int, name: str) -> None:
    """Scores the samples of FILE in the container, as `verifier score` does here: the same files, the same output, the
    same exit statuses."""
    with _engine() as client:
        sys.exit(score_file(file, output, lambda: scoring.DockerVerifier(name, batch=batch, client=client)))


@docker_group.command()
@_name_option
@click.option("--tail", type=click.IntRange(min=0), help="Only so many lines. [default: all]")
@click.option("--follow", is_flag=True, help="Go on as they come.")
def logs(name: str, tail: int | None, follow: bool) -> None:
    """What the container wrote. Nothing of it is a submission's output."""
    with _engine() as client:
        for line in container.logs(client, name, tail=tail, follow=follow):
            click.echo(printable(line.expandtabs()))


@docker_group.command()
@_name_option
@click.option("--all", "every", is_flag=True, help="All containers that `verifier docker up` has started.")
def down(name: str, every: bool) -> None:
    """Ends the container and removes it. Containers that `up` did not start are never touched."""
    with _engine() as client:
        removed = container.down(client, None if every else name)
    for each in removed:
        click.echo(f"{each} is down")
    if not removed:
        click.echo("nothing is up")


@contextmanager
def _engine() -> Iterator[Any]:
    """A client of the engine. A DockerError within ends the command with its message and status 3."""
    try:
        client = engine.connect()
        try:
            yield client
        finally:
            client.close()
    except DockerError as error:
        fail(str(error), EXIT_JUDGE_ERROR)


def _pairs(given: tuple[str, ...], option: str) -> dict[str, str]:
    for pair in given:
        if "=" not in pair:
            raise click.BadParameter(f"must be NAME=VALUE, not {pair!r}", param_hint=option)
    return dict(pair.split("=", 1) for pair in given)


def _show_layers(isolation: Isolation) -> None:
    click.echo(f"layers of the jail in force (preset {isolation.holds}): {', '.join(isolation.in_force)}")
    if isolation.missing:
        click.echo("not granted in there: " + "; ".join(f"{layer} ({why})" for layer, why in isolation.missing.items()))
