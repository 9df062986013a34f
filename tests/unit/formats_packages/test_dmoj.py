"""Problems of DMOJ, written here, become suites; what DMOJ does by programs of its own is told."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest

from verifier.limits import MIB
from verifier.pipeline import Verifier
from verifier.suite.checkers import check_output
from verifier.suite.formats.base import Imported
from verifier.suite.model import StdioSuite
from verifier.verdict import Verdict


def archive(**files: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as packed:
        for name, text in files.items():
            packed.writestr(name.replace("_", "."), text)
    return stream.getvalue()


INIT = """\
archive: tests.zip
pretest_test_cases:
- {in: 1.in, out: 1.out, points: 5}
test_cases:
- {in: 1.in, out: 1.out, points: 10}
- batched:
  - {in: 2.in, out: 2.out}
  - {in: 3.in, out: 3.out}
  points: 30
- batched:
  - {in: 1.in, out: 1.out}
  points: 0
- {in: beside.in, out: beside.out, points: 60}
"""
PROBLEM: dict[str, str | bytes] = {
    "init.yml": INIT,
    "tests.zip": archive(**{"1_in": "1", "1_out": "2", "2_in": "2", "2_out": "4", "3_in": "3", "3_out": "6"}),
    "beside.in": "50",
    "beside.out": "100\n",
    "tests/py3_ac/test.yml": "language: PY3\ntime: 2\nmemory: 65536\nsource: double.py\nexpect: AC\n",
    "tests/py3_ac/double.py": "print(2 * int(input()))\n",
    "tests/py3_wa/test.yml": "language: PY3\ntime: 2\nsource: two.py\ncases: [AC, WA, SC]\n",
    "tests/py3_wa/two.py": "print(2)\n",
    "tests/py3_mixed/test.yml": "language: PY3\nsource: mixed.py\ncases: [WA, RTE, SC]\n",
    "tests/py3_mixed/mixed.py": "print(1 // (int(input()) - 3))\n",
    "tests/py3_ie/test.yml": "language: PY3\nsource: mixed.py\nexpect: IE\n",
    "tests/py3_ie/mixed.py": "print(2)\n",
    "tests/py2_ac/test.yml": "language: PY2\nsource: double.py\nexpect: AC\n",
    "tests/py2_ac/double.py": "print 2 * input()\n",
    "tests/c_ac/test.yml": "language: C\nsource: double.c\nexpect: AC\n",
    "tests/c_ac/double.c": "int main() {}\n",
}


def suite_of(problem: Imported) -> StdioSuite:
    assert isinstance(problem.suite, StdioSuite)
    return problem.suite


def with_checker(checker: str, expected: str = "3\n", **files: str | bytes) -> dict[str, str | bytes]:
    init = f"checker: {checker}\ntest_cases:\n- {{in: 1.in, out: 1.out}}\n"
    return {"init.yml": init, "1.in": "x\n", "1.out": expected} | {f"{k}.py": v for k, v in files.items()}


def test_batches_pay_as_a_whole_and_files_come_from_the_archive(imported: Any, prove: Any, verifier: Verifier) -> None:
    problem = imported("dmoj", PROBLEM)

    suite = suite_of(problem)
    assert [(case.stdin, case.stdout, case.weight, case.group) for case in suite.cases] == [
        ("1", "2", 10.0, None),
        ("2", "4", 15.0, "batch 1"),
        ("3", "6", 15.0, "batch 1"),
        ("50", "100\n", 60.0, None),
    ]
    assert (suite.limits.cpu_time_s, suite.limits.memory_bytes) == (2.0, 64 * MIB)
    assert set(problem.submissions) == {"accepted/py3_ac.py", "wrong_answer/py3_wa.py", "rejected/py3_mixed.py"}
    prove(problem)
    partly = verifier.judge("n = int(input())\nprint(2 * n if n != 3 else 0)", suite)
    assert partly.score.correctness == pytest.approx(0.7)


def test_what_is_left_out_is_told(imported: Any) -> None:
    notes = imported("dmoj", PROBLEM).notes

    assert {
        "pretests are not carried over",
        "1 case of no points, left out",
        "submissions for Python 2: 1",
        "submissions in other languages: 1",
        "submissions of which no verdict is expected that is known here: 1",
        "has no statement",
    } <= set(notes)


def test_the_default_checker_is_the_standard_one(imported: Any) -> None:
    checker = suite_of(imported("dmoj", PROBLEM)).checker

    assert (checker.name, checker.abs_tol, checker.rel_tol, checker.ignore_case) == ("tokens", 0.0, 0.0, False)


@pytest.mark.parametrize(
    ("checker", "expected", "accepted", "refused"),
    [
        ("standard", "Yes 2", "Yes  2\n\n", ["yes 2", "Yes", "Yes 3"]),
        ("{name: floats, args: {precision: 2}}", "10.0 x", "10.05 x", ["10.2 x", "10.0 X"]),
        ("{name: floats, args: {precision: 1, error_mode: absolute}}", "100", "100.05", ["101"]),
        ("{name: floats, args: {precision: 1, error_mode: relative}}", "100", "105", ["120"]),
        ("{name: floatsabs, args: {precision: 1}}", "100", "100.05", ["101"]),
        ("{name: floatsrel, args: {precision: 1}}", "100", "105", ["120"]),
        ("floats", "1", "1.0000001", ["1.0001"]),
        ("identical", "a  b\n", "a  b\n", ["a b\n", "A  b\n"]),
        ("rstripped", "a b\nc\n", "a b  \nc\n", ["a  b\nc\n", "a b\n"]),
        ("sorted", "a b\nc\n", "c\na b\n", ["b a\nc\n", "c\n"]),
    ],
)
def test_a_checker_by_name_is_one_of_ours(
    imported: Any, checker: str, expected: str, accepted: str, refused: list[str]
) -> None:
    suite = suite_of(imported("dmoj", with_checker(checker, expected)))

    assert check_output(accepted.encode(), expected, suite.checker).accepted
    for text in refused:
        assert not check_output(text.encode(), expected, suite.checker).accepted, text


@pytest.mark.parametrize(
    ("checker", "expected", "accepted", "refused"),
    [
        ("unordered", "a b\nc", "c b a", ["a b", "a b c c"]),
        ("{name: sorted, args: {split_on: whitespace}}", "b a", "a\nb", ["a"]),
        ("easy", "Ab c", "c bA", ["Ab", "Abd"]),
    ],
)
def test_a_checker_that_we_have_not_is_code(
    imported: Any, verifier: Verifier, checker: str, expected: str, accepted: str, refused: list[str]
) -> None:
    suite = suite_of(imported("dmoj", with_checker(checker, expected)))

    assert suite.checker.is_custom
    for text, verdict in [(accepted, Verdict.AC), *((text, Verdict.WA) for text in refused)]:
        assert verifier.judge(f"print({text!r})", suite).verdict is verdict, text


OWN = """\
from __future__ import annotations
from dmoj.result import CheckerResult
from dmoj.utils.unicode import utf8text

def check(process_output, judge_output, judge_input, point_value, most=9, **kwargs):
    assert isinstance(process_output, bytes) and judge_input == b"x\\n"
    words = utf8text(process_output).split()
    if len(words) != 1 or int(words[0]) > most:
        return CheckerResult(False, 0, feedback="no")
    share = 1 if int(words[0]) == int(judge_output) else 0.5
    return CheckerResult(True, share * point_value)
"""


def test_a_checker_of_the_problems_own_is_called_as_by_dmoj(imported: Any, verifier: Verifier) -> None:
    files = with_checker("{name: own.py, args: {most: 5}}", "5", own=OWN)

    problem = imported("dmoj", files)

    suite = suite_of(problem)
    assert "its checker's points count only where they are full ones" in problem.notes
    assert verifier.judge("print(5)", suite).verdict is Verdict.AC
    for wrong in ("print(3)", "print(6)", "print(5, 5)"):
        assert verifier.judge(wrong, suite).verdict is Verdict.WA, wrong


def test_a_checker_may_just_say_yes_or_no(imported: Any, verifier: Verifier) -> None:
    own = "def check(process_output, judge_output, **kwargs):\n    return process_output.strip() == judge_output\n"
    suite = suite_of(imported("dmoj", with_checker("own.py", "5", own=own)))

    assert verifier.judge("print(5)", suite).verdict is Verdict.AC
    assert verifier.judge("print(4)", suite).verdict is Verdict.WA


@pytest.mark.parametrize(
    ("own", "kind"),
    [
        ("def check(output, **kwargs):\n    print 1\n", "checker not Python 3"),
        ("import os\n", "a checker of another form"),
        ("from dmoj.graders import x\ndef check(**kwargs): return True\n", "a checker that uses DMOJ's code"),
        ("def check(submission_source, **kwargs): return True\n", "a checker of another form"),
        ("def check(**kwargs): return kwargs['execution_time'] < 1\n", "a checker of another form"),
    ],
)
def test_a_checker_that_can_not_run_here_is_refused(refused: Any, own: str, kind: str) -> None:
    assert refused("dmoj", with_checker("own.py", own=own)).kind == kind


@pytest.mark.parametrize(
    ("checker", "kind"),
    [
        ("{name: bridged, args: {files: check.cpp}}", "checker bridged"),
        ("linecount", "checker linecount"),
        ("missing.py", "a file that is missing"),
        ("{name: floats, args: {precision: many}}", "a field of the wrong type"),
        ("{name: floats, args: {error_mode: odd}}", "checker floats"),
        ("[standard]", "a field of the wrong type"),
    ],
)
def test_other_checkers_are_refused(refused: Any, checker: str, kind: str) -> None:
    assert refused("dmoj", with_checker(checker)).kind == kind


@pytest.mark.parametrize(
    ("init", "kind"),
    [
        ("interactive: {files: talk.cpp}\ntest_cases: [{points: 1}]", "interactive: not carried over"),
        ("custom_judge: grade.py\ntest_cases: [{points: 1}]", "a grader of its own: not carried over"),
        ("signature_grader: {entry: a.c}\ntest_cases: [{points: 1}]", "graded by a signature: not carried over"),
        ("generator: make.cpp\ntest_cases: [{points: 1}]", "cases made by a generator: not carried over"),
        ("test_cases: [{points: 1, generator_args: [1]}]", "cases made by a generator: not carried over"),
        ("archive: tests.zip", "test cases that are not listed"),
        ("test_cases: {input_format: '(a+)+'}", "test cases that are not listed"),
        ("test_cases: [{in: none.in}]", "a file that is missing"),
        ("archive: tests.zip\ntest_cases: [{in: ../../etc/passwd}]", "a file that is missing"),
        ("archive: none.zip\ntest_cases: [{in: 1.in}]", "a file that is missing"),
        ("test_cases: [{in: beside.in, points: many}]", "a field of the wrong type"),
        ("test_cases: [{in: [1]}]", "a field of the wrong type"),
        ("test_cases: [7]", "a field of the wrong type"),
        ("test_cases: [{batched: 7}]", "a field of the wrong type"),
        ("test_cases: [{in: beside.in, points: 0}]", "no tests"),
        ("test_cases: [{in: beside.in, checker: easy}, {in: beside.in}]", "different checkers"),
    ],
)
def test_a_problem_that_can_not_be_carried_over_is_refused(refused: Any, init: str, kind: str) -> None:
    assert refused("dmoj", {**PROBLEM, "init.yml": init}).kind == kind


def test_dependencies_of_batches_are_told(imported: Any) -> None:
    init = INIT.replace("  points: 30\n", "  points: 30\n  dependencies: [1]\n")

    assert any("dependencies" in note for note in imported("dmoj", {**PROBLEM, "init.yml": init}).notes)
