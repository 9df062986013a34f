"""How the commands for authors are given suites: as a directory, as an id, or as a directory of suites.

@suite_group.command()
@suites_argument
@suites_option
@policy_option
def check(names, suites, policy):
    packages = open_packages(names, suites)
    with open_runner(policy) as runner:
        ...
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from verifier.authoring.running import Runner
from verifier.console import fail, started
from verifier.errors import RequestError, SuiteError
from verifier.sandbox.keeper import SandboxOptions
from verifier.sandbox.policy import PRESETS
from verifier.suite.package import Package, read_package
from verifier.suite.store import SUITE_FILE, DirectoryStore, split_reference

suite_argument = click.argument("name", metavar="ID|DIR")
suites_argument = click.argument("names", metavar="ID|DIR...", nargs=-1, required=True)
suites_option = click.option(
    "--suites", type=click.Path(file_okay=False, path_type=Path), default=Path("testsuites"), show_default=True,
    help="Directory of suites, for an ID.",
)  # fmt: skip
policy_option = click.option(
    "--policy", type=click.Choice(sorted(PRESETS)), default="auto", show_default=True,
    help="Layers of the jail that are required; see `verifier doctor`.",
)  # fmt: skip
workers_option = click.option(
    "--workers", type=click.IntRange(min=1), help="Submissions at a time; default: one a processor."
)


def find_folders(names: Sequence[str], suites: Path) -> list[Path]:
    """The folders of the suites that are named, each once, in order. A name is a suite's directory, a directory of
    suites (all of them, sorted), or an id in `suites`.

    Raises SuiteError for a name that is none of these or can't be read. What the folders hold is not looked at.
    """
    found: dict[Path, None] = {}
    for name in names:
        try:
            found.update(dict.fromkeys(_folders_of(name, suites)))
        except OSError as error:
            raise SuiteError(f"can't be read: {error.strerror}", path=name) from None
    return list(found)


def _folders_of(name: str, suites: Path) -> list[Path]:
    """Raises SuiteError, and OSError."""
    directory = Path(name)
    if directory.joinpath(SUITE_FILE).is_file():
        return [directory.resolve()]
    if directory.is_dir() and (ids := DirectoryStore(directory).ids()):
        return [directory.resolve() / inner for inner in ids]
    if directory.is_dir() or directory.name != name:
        raise SuiteError(f"holds no {SUITE_FILE}, and no directory that does", path=name)
    known, digest = split_reference(name)
    if digest:
        raise SuiteError("is named without a digest here: it is its author who works on it", path=name)
    folder = suites / known
    if not folder.joinpath(SUITE_FILE).is_file():
        raise SuiteError(f"is neither a suite's directory nor an id in {suites}", path=name)
    return [folder.resolve()]


def open_packages(names: Sequence[str], suites: Path) -> list[Package]:
    """The suites that are named (see `find_folders`), with what proves them. Ends the command with exit status 2 and
    the file at fault, where one can't be read."""
    try:
        return [read_package(folder) for folder in find_folders(names, suites)]
    except RequestError as problem:
        fail(str(problem))


def open_package(name: str, suites: Path) -> Package:
    """As `open_packages`, for a command that takes one suite."""
    packages = open_packages([name], suites)
    if len(packages) > 1:
        fail(f"{name}: holds {len(packages)} suites; name one of them")
    return packages[0]


def open_runner(policy: str, workers: int | None = None, packages: tuple[str, ...] = ()) -> Runner:
    """Workers that have started, a context manager; submissions may import `packages` besides the usual ones. Ends the
    command with exit status 3 where the sandbox can't be started."""
    usual = SandboxOptions().packages
    return started(Runner(workers, SandboxOptions(policy=policy, packages=(*usual, *packages))))
