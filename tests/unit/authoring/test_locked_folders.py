"""Folders that the caller may not look into: named in an error, and never passed over in silence."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from verifier.cli import main
from verifier.errors import SuiteError
from verifier.suite.package import read_package

Lock = Callable[[Path], None]


@pytest.fixture
def lock(monkeypatch: pytest.MonkeyPatch) -> Lock:
    """Shuts a folder for whoever runs the tests, root too, whom no mode of a file keeps out."""

    def shut(locked: Path) -> None:
        for name in ("stat", "lstat", "scandir", "listdir"):
            is_own = name in ("scandir", "listdir")
            monkeypatch.setattr(os, name, refusing(getattr(os, name), locked, is_own))

    def refusing(call: Callable[..., Any], locked: Path, is_own: bool) -> Callable[..., Any]:
        def guarded(path: Any = ".", *args: Any, **kwargs: Any) -> Any:
            asked = Path(path) if isinstance(path, str | os.PathLike) else None
            if asked is not None and (locked in asked.parents or (is_own and asked == locked)):
                raise PermissionError(errno.EACCES, "Permission denied", str(path))
            return call(path, *args, **kwargs)

        return guarded

    return shut


@pytest.fixture
def suites(tmp_path: Path) -> Path:
    for name in ("open", "shut"):
        folder = tmp_path / "suites" / name
        folder.joinpath("submissions/accepted").mkdir(parents=True)
        folder.joinpath("suite.toml").write_text('kind = "function"\nentry_point = "f"\n')
        folder.joinpath("cases.jsonl").write_text('{"args": [1], "expected": 1}\n')
        folder.joinpath("submissions/accepted/a.py").write_text("def f(x):\n    return x\n")
    return tmp_path / "suites"


def invoke(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["suite", *map(str, arguments)])


def test_a_locked_suite_is_listed_with_its_problem_and_the_others_too(suites: Path, lock: Lock) -> None:
    lock(suites / "shut")

    result = invoke("list", suites, "--json")

    assert result.exit_code == 2, result.output
    first, second = json.loads(result.output)["suites"]
    assert (first["id"], first["cases"]) == ("open", 1)
    assert second["id"] == "shut" and "can't be read: Permission denied" in second["problem"]


@pytest.mark.parametrize("command", ["list", "show", "check"])
@pytest.mark.parametrize("named", ["", "shut"])
def test_a_locked_folder_that_is_named_is_a_clear_error(command: str, named: str, suites: Path, lock: Lock) -> None:
    lock(suites / named)

    result = invoke(command, suites / named)

    assert result.exit_code == 2, result.output
    assert f"{suites / named}: can't be read: Permission denied" in result.output


@pytest.mark.parametrize("inner", ["submissions", "submissions/accepted"])
def test_locked_submissions_are_not_passed_over(inner: str, suites: Path, lock: Lock) -> None:
    lock(suites / "shut" / inner)

    with pytest.raises(SuiteError) as caught:
        read_package(suites / "shut")

    assert str(caught.value) == f"shut/{inner}: can't be read: Permission denied"


@pytest.mark.parametrize("file", ["problem.md", "answers.jsonl", "submissions"])
def test_what_leads_nowhere_is_not_passed_over(file: str, suites: Path) -> None:
    """A link to itself stands for all that is there and can't be opened."""
    suites.joinpath("open", "submissions").rename(suites / "moved")
    suites.joinpath("open", file).symlink_to(file)

    with pytest.raises(SuiteError) as caught:
        read_package(suites / "open")

    assert str(caught.value) == f"open/{file}: can't be read: Too many levels of symbolic links"
