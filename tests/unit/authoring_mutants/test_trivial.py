"""The programs of an audit: they fit what the suite calls, and know what they are said to know."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest

from verifier.authoring.audit import audit
from verifier.authoring.hacks import HACKS, hack_probes
from verifier.authoring.trivial import accepted_answers, trivial_probes
from verifier.authoring.trivial_frames import Probe, answering, wanted_names
from verifier.judging.judge import Judgement
from verifier.judging.reward import score
from verifier.suite.model import Suite, parse_suite
from verifier.suite.package import Package
from verifier.verdict import CaseResult, Verdict, overall

CALLS = [{"args": [1], "expected": 4}, {"args": [2], "expected": 5}, {"args": [3], "expected": 5}]
TEST = "import shop\nfrom shop import Cart, total\n\ndef test_a():\n    assert total(Cart()) == shop.nothing(3) == 7\n"


def suite_of(kind: str, **fields: Any) -> Suite:
    forms: dict[str, dict[str, Any]] = {
        "function": {"entry_point": "f", "cases": CALLS},
        "stdio": {"cases": [{"stdin": "1 2\n", "stdout": "3\n"}, {"stdin": "4 4\n", "stdout": "8\n"}]},
        "asserts": {"entry_point": "f", "code": "assert f(1) == 4\nassert f(2) == 5\nassert f(3) == 5\n"},
        "pytest": {"files": {"test_shop.py": TEST}, "module": "shop"},
        "interactive": {
            "cases": [{"input": "1"}],
            "interactor": {"code": "def interact(case, submission):\n    ...\n"},
        },
    }
    return parse_suite({"kind": kind, **forms[kind], **fields})


def package(suite: Suite, problem: str = "") -> Package:
    return Package(Path("/nowhere/shop"), suite, problem, (), ())


def named(probes: list[Probe], name: str) -> str:
    [probe] = [probe for probe in probes if probe.name == name]
    return probe.code


KINDS = ("function", "stdio", "asserts", "pytest", "interactive")


@pytest.mark.parametrize("kind", KINDS)
def test_every_program_is_python_and_no_two_are_the_same(kind: str) -> None:
    suite = suite_of(kind)
    probes = [*trivial_probes(package(suite)), *hack_probes(suite)]

    for probe in probes:
        compile(probe.code, probe.name, "exec")
    assert len({probe.code for probe in probes}) == len(probes) >= 20
    assert {probe.group for probe in probes} == {"trivial", "hack"}


def test_every_hack_fits_some_kind() -> None:
    assert {hack.name for hack in HACKS} == {p.name for kind in KINDS for p in hack_probes(suite_of(kind))}


@pytest.mark.parametrize(
    ("entry_point", "opens"),
    [
        ("f", "def f("),
        ("Solution.f", "class Solution:\n    @staticmethod\n    def f("),
        ("Solution().f", "class Solution:\n    @staticmethod\n    def f("),
        ("A.B().f", "class A:\n    class B:\n        @staticmethod\n        def f("),
    ],
)
def test_an_entry_point_of_any_form_is_there(entry_point: str, opens: str) -> None:
    code = answering(suite_of("function", entry_point=entry_point), "1")

    assert code.startswith(opens)
    compile(code, "a", "exec")


def test_an_answer_that_is_an_argument_is_put_into_it() -> None:
    cases = [{"args": [[2, 1]], "expected": [1, 2]}]

    assert "put(args[0], [])" in answering(suite_of("function", result="args[0]", cases=cases), "[]")


def test_names_that_tests_take_from_the_submission_are_found() -> None:
    assert wanted_names(suite_of("pytest")) == ["Cart", "nothing", "total"]
    code = "import math\nx = 3\nassert add(x, math.pi, sum([1])) == 2\nfor i in range(2):\n    assert mul(i)\n"
    assert wanted_names(suite_of("asserts", entry_point="", code=code)) == ["add", "mul"]


def test_the_answer_that_is_right_most_often_and_the_first_one_are_tried() -> None:
    probes = trivial_probes(package(suite_of("function")))

    assert "return 5\n" in named(probes, "the most frequent answer")
    assert "return 4\n" in named(probes, "the first case's answer")


def test_answers_of_every_kind_are_known() -> None:
    several = {"cases": [{"args": [1], "expected": [1, "a"]}], "checker": "any_of"}

    assert accepted_answers(suite_of("function")) == [["4"], ["5"], ["5"]]
    assert accepted_answers(suite_of("function", **several)) == [["1", "'a'"]]
    assert accepted_answers(suite_of("stdio")) == [["'3'"], ["'8'"]]
    assert accepted_answers(suite_of("asserts")) == [["4"], ["5"], ["5"]]
    assert accepted_answers(suite_of("interactive")) == []


@pytest.mark.parametrize(
    ("expected", "drawn"),
    [
        ([3, 9, 5], "chance.randint(3, 9)"),
        (["yes", "no", "yes", "no"], "chance.choice(['yes', 'no'])"),
        ([[1], [2], [1], [2], [1]], "chance.choice([[1], [2]])"),
        (["a", "b", "c"], ""),
    ],
)
def test_a_guess_is_made_where_there_is_something_to_guess(expected: list[Any], drawn: str) -> None:
    cases = [{"args": [], "expected": one} for one in expected]
    probes = trivial_probes(package(suite_of("function", cases=cases)))

    guesses = [probe.code for probe in probes if probe.name == "a random answer"]
    assert len(guesses) == bool(drawn) and all(f"return {drawn}\n" in code for code in guesses)


def test_a_guesser_of_printed_numbers_prints_numbers() -> None:
    assert "return str(chance.randint(3, 8))" in named(trivial_probes(package(suite_of("stdio"))), "a random answer")


def test_a_guesser_answers_alike_for_the_same_seed_only() -> None:
    one, again, other = (
        named(trivial_probes(package(suite_of("function")), seed=seed), "a random answer") for seed in (1, 1, 2)
    )

    assert one == again != other


@pytest.mark.parametrize(
    ("kind", "problem", "known"),
    [
        ("function", "`f(1)` is `4`, and no more.", [((1,), 4)]),
        ("function", "For instance f( 1 ) == 4, and f(2) == 5.", [((1,), 4), ((2,), 5)]),
        ("function", "Write f. It takes 1 or 2; f(1) is not 44, f(21) is 5.", []),
        ("stdio", "For\n\n```\n4 4\n```\nprint `8`.", [("4 4", "8")]),
        ("stdio", "Of 4 and 4 make 8, and of 1 23 make 3.", []),
    ],
)
def test_examples_of_the_statement_are_looked_up(kind: str, problem: str, known: list[Any]) -> None:
    probes = trivial_probes(package(suite_of(kind), problem))
    found = [probe.code for probe in probes if probe.group == "lookup"]

    assert len(found) == bool(known)
    for code in found:
        assigned = [node for node in ast.parse(code).body if isinstance(node, ast.Assign)]
        [table] = [node.value for node in assigned if ast.unparse(node.targets[0]) == "KNOWN"]
        assert ast.literal_eval(table) == known


# What an audit makes of judgements


class Judged:
    workers = 1

    def __init__(self, passing: dict[str, str]) -> None:
        self._passing = passing

    def judge(self, code: str, suite: Suite) -> Judgement:
        verdicts = next((v for part, v in self._passing.items() if part in code), "WA WA WA").split()
        results = tuple(CaseResult(index, Verdict(verdict)) for index, verdict in enumerate(verdicts))
        total = score(results, rule=suite.reward, limits=suite.limits)
        return Judgement(overall(r.verdict for r in results), total, results)


def test_a_trivial_program_that_earns_more_than_its_share_is_warned_of() -> None:
    report = audit(package(suite_of("function")), Judged({"return 5\n": "WA AC AC"}), warn_above=0.5)

    [one] = report.warnings
    assert (one.probe.name, one.group, round(one.reward, 3)) == ("the most frequent answer", "trivial", 0.667)
    assert [case.index for case in one.paid_by] == [1, 2]
    assert report.advice[0] == "cases that pay: 1, 2"
    assert any('groups = "all_or_nothing"' in line for line in report.advice)
    assert report.most("trivial") == one.reward and report.most("hack") == 0


@pytest.mark.parametrize(("warn_above", "warned"), [(0.66, True), (2 / 3, False), (0.7, False)])
def test_the_share_that_is_allowed_is_the_authors(warn_above: float, warned: bool) -> None:
    report = audit(package(suite_of("function")), Judged({"return 5\n": "WA AC AC"}), warn_above=warn_above)

    assert bool(report.warnings) == warned == bool(report.advice)


def test_a_hack_is_warned_of_where_no_trivial_program_earns_as_much_by_its_answer() -> None:
    judged = Judged({"kwargs):\n    return 0\n": "WA AC WA", "Yes(0)": "WA AC WA", "Yes([])": "AC WA WA"})

    report = audit(package(suite_of("function")), judged)
    assert [one.probe.name for one in report.warnings] == ["constant 0", "a list that equals everything"]


def test_the_statements_examples_are_shown_and_never_warned_of() -> None:
    suite = suite_of("stdio")
    report = audit(package(suite, "4 4\n8"), Judged({"KNOWN": "WA AC AC"}))

    assert report.warnings == [] and report.most("lookup") > 0.5


def test_a_program_that_could_not_be_judged_is_known() -> None:
    report = audit(package(suite_of("function")), Judged({"return 5\n": "JE AC AC"}))

    assert [one.probe.name for one in report.not_judged] == ["the most frequent answer"]
