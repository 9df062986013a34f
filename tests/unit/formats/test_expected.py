"""Expected values from a reference, worked out in the sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from verifier.authoring.expected import answers_of, work_out
from verifier.sandbox.base import Sandbox
from verifier.sandbox.keeper import Keeper
from verifier.suite.formats.base import Call, Imported, Refused, Unanswered
from verifier.suite.model import FunctionSuite

HEAD = {"kind": "function", "entry_point": "f"}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    keeper = Keeper(1)
    try:
        with keeper.slot() as slot:
            yield slot
    finally:
        keeper.close()


def unanswered(code: str, *args: object, head: dict[str, object] = HEAD) -> Unanswered:
    calls = [Call((arg,), "base") for arg in args]
    return Unanswered(
        "it", head, calls, code, "f", {"name": "exact", "abs_tol": 0.5}, "Say it.", {"accepted/a.py": code}
    )


def worked_out(problem: Unanswered, sandbox: Sandbox) -> tuple[FunctionSuite, tuple[str, ...]]:
    found = work_out(problem, sandbox)
    assert isinstance(found, Imported), found
    assert isinstance(found.suite, FunctionSuite)
    return found.suite, found.notes


def test_what_the_reference_returns_is_expected(sandbox: Sandbox) -> None:
    code = "def f(x):\n    print('x')\n    return {'x': (x, [x]), 1: {x}}\n"
    suite, notes = worked_out(unanswered(code, 1, "ä", 10**5000), sandbox)

    assert [case.expected for case in suite.cases] == [{"x": (x, [x]), 1: {x}} for x in (1, "ä", 10**5000)]
    assert {case.group for case in suite.cases} == {"base"}
    assert notes[0] == "expected values are what the reference returns"


def test_a_reference_that_changes_its_argument_does_not_change_the_case(sandbox: Sandbox) -> None:
    suite, _ = worked_out(unanswered("def f(x):\n    x.append(9)\n    return x\n", [1]), sandbox)

    assert (suite.cases[0].args, suite.cases[0].expected) == ([[1]], [1, 9])


def test_the_checker_for_floats_is_taken_where_there_are_some(sandbox: Sandbox) -> None:
    with_floats, _ = worked_out(unanswered("def f(x): return [x / 2]", 1, 2), sandbox)
    without, _ = worked_out(unanswered("def f(x): return {'a': x / 2}", 1), sandbox)
    told, _ = worked_out(unanswered("def f(x): return [x / 2]", 1, head={**HEAD, "checker": "set"}), sandbox)

    assert (with_floats.checker.abs_tol, without.checker.abs_tol, told.checker.name) == (0.5, None, "set")


def test_inputs_that_the_reference_fails_on_make_no_case_and_are_told(sandbox: Sandbox) -> None:
    suite, notes = worked_out(
        unanswered("def f(x): return [1, object()][x] if x else 1 / (x + 1)", 0, 1, 2, -1), sandbox
    )

    assert [(case.args, case.expected) for case in suite.cases] == [([0], 1.0)]
    assert "3 of 4 inputs make no case" in notes[-1]
    assert "IndexError" in notes[-1] and "no plain data" in notes[-1]


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("def f(x): raise KeyError(x)", "KeyError"),
        ("def f(x): return x +", "CE"),
        ("def g(x): return x", "defines no 'f'"),
        ("import time\ndef f(x): return time.time_ns()", "not answer the same each time"),
        ("import os\ndef f(x): os._exit(0)", "ended without an answer"),
        ("def f(x): return object()", "no plain data"),
    ],
    ids=["raises", "does not compile", "no function", "differs", "exits", "object"],
)
def test_a_reference_that_answers_nothing_is_refused_with_the_reason(code: str, reason: str, sandbox: Sandbox) -> None:
    found = work_out(unanswered(code, 1), sandbox)

    assert isinstance(found, Refused)
    assert reason in found.reason


def test_a_reference_runs_in_the_sandbox(sandbox: Sandbox, tmp_path: Path) -> None:
    code = f"def f(x):\n    open({str(tmp_path / 'there')!r}, 'w')\n    return 1\n"

    [answer] = answers_of(code, "f", [[1]], sandbox)

    assert answer.problem and not (tmp_path / "there").exists()


def test_inputs_that_cannot_be_sent_are_told(sandbox: Sandbox) -> None:
    deep: list[object] = []
    for _ in range(450):
        deep = [deep]
    found = work_out(unanswered("def f(x): return 1", deep), sandbox)

    assert isinstance(found, Refused) and "can't be sent" in found.reason
