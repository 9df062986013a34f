"""Suites in a temporary directory, written by the tests themselves."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

MakeSuite = Callable[..., Path]


@pytest.fixture
def make_suite(tmp_path: Path) -> MakeSuite:
    """make_suite("double", statement, factor=2): a function `f` that multiplies, its reference beside it."""

    def make(suite_id: str, statement: str | None = None, *, factor: int = 2, root: str = "suites") -> Path:
        folder = tmp_path / root / suite_id
        folder.joinpath("submissions/accepted").mkdir(parents=True)
        folder.joinpath("suite.toml").write_text('kind = "function"\nentry_point = "f"\n')
        cases = [{"args": [value], "expected": value * factor} for value in (1, 5, -3)]
        folder.joinpath("cases.jsonl").write_text("".join(json.dumps(case) + "\n" for case in cases))
        if statement is None:
            statement = f"# {suite_id}\n\nWrite `f(x)`, which returns {factor} times {suite_id}.\n"
        if statement:
            folder.joinpath("problem.md").write_text(statement, encoding="utf-8")
        code = f"def f(x):\n    return {factor} * x\n"
        folder.joinpath("submissions/accepted/reference.py").write_text(code)
        return folder

    return make
