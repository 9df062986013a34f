"""Packages written by a test into a folder of its own, and what an importer makes of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from verifier.pipeline import Verifier
from verifier.suite.formats.base import Imported, Outcome, Refused
from verifier.suite.formats.registry import FORMATS
from verifier.suite.package import FOLDERS

Write = Callable[[Mapping[str, str | bytes]], Path]
Import = Callable[..., Imported]
Refuse = Callable[..., Refused]
Prove = Callable[[Imported], None]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes files by their paths, and gives the folder. A later file takes the place of an earlier one."""

    def write(files: Mapping[str, str | bytes]) -> Path:
        folder = tmp_path / "package"
        for path, content in files.items():
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content.encode() if isinstance(content, str) else content)
        return folder

    return write


def outcomes(format_name: str, source: Path) -> list[Outcome]:
    return list(FORMATS[format_name].read(source))


@pytest.fixture
def imported(write: Write) -> Import:
    """imported(format, files): the one problem of a package."""

    def imported(format_name: str, files: Mapping[str, str | bytes]) -> Imported:
        [outcome] = outcomes(format_name, write(files))
        assert isinstance(outcome, Imported), outcome
        return outcome

    return imported


@pytest.fixture
def refused(write: Write) -> Refuse:
    """refused(format, files): why a package is none."""

    def refused(format_name: str, files: Mapping[str, str | bytes]) -> Refused:
        [outcome] = outcomes(format_name, write(files))
        assert isinstance(outcome, Refused), outcome
        return outcome

    return refused


@pytest.fixture
def prove(verifier: Verifier) -> Prove:
    """Runs a problem's submissions: each must get the verdict of its folder."""

    def prove(problem: Imported) -> None:
        assert problem.submissions
        for path, code in problem.submissions.items():
            judgement = verifier.judge(code, problem.suite)
            assert judgement.verdict in FOLDERS[path.partition("/")[0]], (path, judgement)

    return prove
