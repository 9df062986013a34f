"""`verifier suite generate --write`: the chosen cases take their places in cases.jsonl, or nothing changes."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from verifier.authoring.generate import Generated
from verifier.cli import main
from verifier.commands import generate as command
from verifier.suite.model import FunctionCase
from verifier.suite.package import Package, read_package

Write = Callable[..., Result]
NEW = {"args": ["new"], "expected": 1}
FIRST, SECOND = '{"args": ["one\u2028line"], "expected": 1}', '{"args": [ "two" ], "expected": 2}'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "sums"
    folder.mkdir()
    folder.joinpath("suite.toml").write_text('kind = "function"\nentry_point = "f"\n')
    folder.joinpath("cases.jsonl").write_text(f"{FIRST}\n\n{SECOND}\n", encoding="utf-8")
    return folder


@pytest.fixture
def write(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """write({"args": ...}, kept=[1]): the command, with this as what was chosen and the old cases that stay."""

    def run(*new: dict[str, Any], kept: list[int], options: tuple[str, ...] = (), meanwhile: Any = None) -> Result:
        def generate(package: Package, *_: object, **__: object) -> Generated:
            if meanwhile:
                meanwhile()
            old: Any = [package.suite.cases[number] for number in kept]
            cases = tuple(FunctionCase.model_validate(case) for case in new)
            return Generated("sums", ("accepted/a.py",), 1, True, (), 1, tuple(old), cases, 0, 1, 0, 1, 1)

        monkeypatch.setattr(command, "generate", generate)
        monkeypatch.setattr(command, "open_runner", lambda *_: nullcontext())
        return CliRunner().invoke(main, ["suite", "generate", str(folder), "--write", *options])

    return run


def lines(folder: Path) -> list[str]:
    assert sorted(path.name for path in folder.iterdir()) == ["cases.jsonl", "suite.toml"], "nothing is left beside"
    return folder.joinpath("cases.jsonl").read_bytes().decode().split("\n")


def test_old_lines_stay_as_they_are_even_with_a_line_separator_within(folder: Path, write: Write) -> None:
    result = write(NEW, kept=[0, 1])

    assert result.exit_code == 0, result.output
    assert lines(folder) == [FIRST, SECOND, json.dumps(NEW), ""]


def test_those_that_earn_no_place_go(folder: Path, write: Write) -> None:
    assert write(NEW, kept=[1]).exit_code == 0
    assert lines(folder) == [SECOND, json.dumps(NEW), ""]


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_half_a_surrogate_is_written_escaped(folder: Path, write: Write, options: tuple[str, ...]) -> None:
    result = write({"args": ["\ud800"], "expected": "ä"}, kept=[0, 1], options=options)

    assert result.exit_code == 0, result.output
    assert lines(folder)[2] == '{"args": ["\\ud800"], "expected": "\\u00e4"}'
    assert read_package(folder).suite.known_cases[2].args == ["\ud800"]


def test_lines_that_changed_during_the_run_are_not_overwritten(folder: Path, write: Write) -> None:
    edited = '{"args": ["mine"], "expected": 1}\n{"args": ["mine too"], "expected": 1}\n'

    result = write(NEW, kept=[1], meanwhile=lambda: folder.joinpath("cases.jsonl").write_text(edited))

    assert result.exit_code == 2
    assert "sums/cases.jsonl: has changed meanwhile" in result.output
    assert "\n".join(lines(folder)) == edited


def test_what_could_not_be_read_back_is_not_written(folder: Path, write: Write) -> None:
    before = lines(folder)

    result = write(kept=[])

    assert result.exit_code == 2
    assert "can't be read back, and were not written" in result.output
    assert lines(folder) == before


def test_a_file_that_can_not_be_replaced_stays(folder: Path, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    before = lines(folder)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    result = write(NEW, kept=[0, 1])

    assert result.exit_code == 2
    assert "can't be written: No space left on device" in result.output
    assert lines(folder) == before


def test_a_folder_that_can_not_be_written_to_is_told_before_the_run(
    folder: Path, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: path != folder or not mode & os.W_OK)
    runs: list[int] = []

    result = write(NEW, kept=[0, 1], meanwhile=lambda: runs.append(1))

    assert result.exit_code == 2 and "can't be written to" in result.output
    assert runs == []
