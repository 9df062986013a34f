"""Modules that the standard library imports only when it needs them: no scan of a submission's code finds those."""

from __future__ import annotations

from typing import Any

import pytest

from verifier.pipeline import Verifier
from verifier.sandbox import slot, tested
from verifier.suite.model import parse_suite

LATE = r"re.fullmatch(r'\N{DIGIT ONE}+', str(n)) is not None"  # needs unicodedata
FUNCTION = f"import re\ndef f(n): return {LATE}\n"
AT_LOAD = "import re\nONES = re.compile(r'\\N{DIGIT ONE}+')\ndef f(n): return ONES.fullmatch(str(n)) is not None\n"
PROGRAM = f"import re\nn = input()\nprint({LATE})\n"
SUITES: dict[str, dict[str, Any]] = {
    "function": {"entry_point": "f", "cases": [{"args": [11], "expected": True}, {"args": [2], "expected": False}]},
    "stdio": {"cases": [{"stdin": "11", "stdout": "True"}, {"stdin": "2", "stdout": "False"}]},
    "pytest": {
        "files": {"test_f.py": "from solution import f\ndef test_a(): assert f(11)\ndef test_b(): assert not f(2)"}
    },
    "asserts": {"code": "assert f(11)\nassert not f(2)"},
}


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What cells and pairs were started."""
    started: list[str] = []
    one_cell, pair = slot.Slot._one_cell, tested.Pair

    def counted_cell(self: slot.Slot, *args: Any) -> Any:
        started.append("cell")
        return one_cell(self, *args)

    def counted_pair(*args: Any, **kwargs: Any) -> Any:
        started.append("pair")
        return pair(*args, **kwargs)

    monkeypatch.setattr(slot.Slot, "_one_cell", counted_cell)
    monkeypatch.setattr(tested, "Pair", counted_pair)
    return started


@pytest.mark.parametrize("kind", SUITES)
def test_a_module_that_the_library_needs_late_is_there(verifier: Verifier, runs: list[str], kind: str) -> None:
    codes = [PROGRAM] if kind == "stdio" else [FUNCTION, AT_LOAD]
    for code in codes:
        judged = verifier.judge(code, parse_suite({"kind": kind, **SUITES[kind]}))
        assert (judged.verdict, judged.message) == ("AC", "")
    assert len(runs) > len(codes), "it was there at once: this tests nothing"


NONE_SUCH = "def f(n): raise ModuleNotFoundError(\"No module named 'no_such_module'\")"
HAND_MADE = "def f(n): raise ModuleNotFoundError(\"No module named 'unicodedata'\")"


@pytest.mark.parametrize(("code", "count"), [(NONE_SUCH, 1), (HAND_MADE, 2)], ids=["none such", "hand-made"])
def test_it_is_one_more_run_and_for_the_library_only(
    verifier: Verifier, runs: list[str], code: str, count: int
) -> None:
    judged = verifier.judge(code, parse_suite({"kind": "function", **SUITES["function"], "early_stop": True}))
    assert (judged.verdict, runs) == ("RTE", ["cell"] * count)


def test_who_has_learnt_of_a_failed_test_gets_no_other_guess(verifier: Verifier, runs: list[str]) -> None:
    code = f"asked = []\ndef f(n):\n  asked.append(n)\n  if len(asked) == 1: return 0\n  {HAND_MADE.partition(': ')[2]}"
    judged = verifier.judge(code, parse_suite({"kind": "pytest", **SUITES["pytest"]}))
    assert (judged.verdict, runs) == ("WA", ["pair"])


def test_who_has_talked_with_an_interactor_gets_no_other_guess(verifier: Verifier, runs: list[str]) -> None:
    interactor = (
        "def interact(case, submission):\n    submission.write('1\\n')\n    return submission.read_line() == '2'"
    )
    suite = {"kind": "interactive", "interactor": {"code": interactor}, "cases": [{"input": ""}]}
    code = f"input()\n{HAND_MADE.partition(': ')[2]}"
    judged = verifier.judge(code, parse_suite(suite))
    assert (judged.verdict, runs) == ("RTE", ["cell"]), judged.message
