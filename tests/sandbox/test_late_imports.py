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


NUMBERS = {
    "Decimal('1.5')": "from decimal import Decimal",
    "Fraction(1, 3)": "from fractions import Fraction",
    "vars(__import__('deci' + 'mal'))['Deci' + 'mal'](7)": "",
}
"""What tests hand over, and how they get it: a name that stands in the tests tells what a cell needs; else it is known
once the number comes."""


@pytest.mark.parametrize(
    ("kind", "number"), [("asserts", "Decimal('1.5')"), *(("pytest", number) for number in NUMBERS)]
)
def test_a_submission_takes_numbers_of_classes_that_it_does_not_import(
    verifier: Verifier, kind: str, number: str
) -> None:
    first, second = "assert f(1) == 2", f"assert f({number}) == {number} + {number}"
    tests = f"{NUMBERS[number]}\nfrom solution import f\ndef test_a(): {first}\ndef test_b(): {second}"
    suites = {
        "pytest": {"files": {"test_f.py": tests}},
        "asserts": {"setup": NUMBERS[number], "asserts": [first, second]},
    }
    judged = verifier.judge(f"def f(n): return 2 * n  # {number}", parse_suite({"kind": kind, **suites[kind]}))
    assert judged.verdict == "AC", judged.cases


def test_it_takes_them_after_a_failed_test_too(verifier: Verifier) -> None:
    """When nothing is run again."""
    tests = (
        "from decimal import Decimal\nfrom solution import f\ndef test_a(): assert f(1) == 3\n"
        "def test_b(): assert f(Decimal(7)) == 14"
    )
    judged = verifier.judge("def f(n): return n + n", parse_suite({"kind": "pytest", "files": {"test_f.py": tests}}))
    assert [str(case.verdict) for case in judged.cases] == ["WA", "AC"], judged.cases
