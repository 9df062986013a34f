"""`verifier suite new`: a skeleton to start from."""

from __future__ import annotations

from pathlib import Path

import click

from verifier.authoring.skeleton import KINDS, make_suite
from verifier.console import fail
from verifier.errors import RequestError


@click.command("new")
@click.argument("name", metavar="ID")
@click.option(
    "--kind", type=click.Choice(KINDS), required=True, help="What a submission is: see the comments in suite.toml."
)
@click.option(
    "--checker", type=click.Choice(["custom"]), help="With code of its own that judges answers (function, stdio)."
)
@click.option(
    "--suites", type=click.Path(file_okay=False, path_type=Path), default=Path("testsuites"), show_default=True,
    help="Directory of suites.",
)  # fmt: skip
def new_command(name: str, kind: str, checker: str | None, suites: Path) -> None:
    """Makes the suite ID: a small problem that is whole and passes its own check, to be replaced piece by piece.

    The exit status is 2 where there is such a suite already.
    """
    try:
        folder = make_suite(suites, name, kind, own_checker=checker is not None)
    except RequestError as problem:
        fail(str(problem))
    except OSError as error:
        fail(f"{error.filename or suites}: can't be made: {error.strerror}")
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        click.echo(f"made {path}")
    click.echo(f"next: verifier suite check {folder}")
