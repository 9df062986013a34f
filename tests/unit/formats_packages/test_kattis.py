"""Kattis' and ICPC's problem packages, written here, become suites that judge as the package does."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest

from verifier.limits import MIB
from verifier.pipeline import Verifier
from verifier.suite.checkers import check_output
from verifier.suite.formats.base import Imported, Refused
from verifier.suite.formats.registry import FORMATS
from verifier.suite.model import InteractiveSuite, StdioSuite
from verifier.verdict import Verdict

ADD = "a, b = map(int, input().split())\nprint(a + b)\n"
PACKAGE: dict[str, str | bytes] = {
    "problem.yaml": "name: Sum of two\nlimits:\n  memory: 256\n  output: 1\n",
    ".timelimit": "2\n",
    "problem_statement/problem.en.tex": "\\problemname{Sum}\nAdd two numbers.\n",
    "problem_statement/problem.sv.tex": "\\problemname{Summa}\n",
    "data/sample/1.in": "1 2\n",
    "data/sample/1.ans": "3\n",
    "data/secret/02.in": "2 2\n",
    "data/secret/02.ans": "4\n",
    "data/secret/10-big.in": "20 22\n",
    "data/secret/10-big.ans": "42\n",
    "submissions/accepted/add.py": ADD,
    "submissions/accepted/add.cpp": "int main() {}\n",
    "submissions/wrong_answer/three.py": "print(3)\n",
    "submissions/run_time_error/divides.py": "print(1 // 0)\n",
}


def suite_of(problem: Imported) -> StdioSuite:
    assert isinstance(problem.suite, StdioSuite)
    return problem.suite


def with_flags(flags: str, **data: str) -> dict[str, str | bytes]:
    return {
        "problem.yaml": f"name: x\nvalidator_flags: {flags}\n",
        ".timelimit": "1",
        "data/secret/1.in": "",
        "data/secret/1.ans": "x\n",
        **{f"data/secret/1.{name}": text for name, text in data.items()},
    }


def test_a_package_becomes_a_suite_whose_submissions_get_their_labels(imported: Any, prove: Any) -> None:
    problem = imported("kattis", PACKAGE)

    suite = suite_of(problem)
    assert suite.title == "Sum of two"
    assert [(case.stdin, case.stdout, case.group) for case in suite.cases] == [
        ("1 2\n", "3\n", "sample"),
        ("2 2\n", "4\n", "secret"),
        ("20 22\n", "42\n", "secret"),
    ]
    assert (suite.limits.cpu_time_s, suite.limits.memory_bytes, suite.limits.output_bytes) == (2.0, 256 * MIB, MIB)
    assert set(problem.submissions) == {"accepted/add.py", "wrong_answer/three.py", "run_time_error/divides.py"}
    prove(problem)


def test_the_statement_is_in_english_with_its_samples_and_stays_tex(imported: Any) -> None:
    problem = imported("kattis", PACKAGE)

    assert problem.problem.startswith("\\problemname{Sum}\nAdd two numbers.")
    assert "Sample input:\n\n```\n1 2\n```" in problem.problem and "Sample output:\n\n```\n3\n```" in problem.problem
    assert "its statement is TeX, kept as it is" in problem.notes
    assert "statements in other languages are not carried over: 1" in problem.notes
    assert "2 2" not in problem.problem


def test_what_the_labels_do_not_cover_is_told(imported: Any) -> None:
    files = {
        **PACKAGE,
        "submissions/accepted/old.py": "print 1\n",
        "submissions/accepted/two.py": "#!/usr/bin/python2\nprint(1)\n",
        "submissions/accepted/pypy.py": "#!/usr/bin/env pypy3\nprint(1)\n",
        "submissions/accepted/fast.py": "from __pypy__.builders import StringBuilder\n",
        "submissions/accepted/wa.bad.py": "print(0)\n",
        "submissions/accepted/folder/main.py": "import helper\n",
        "submissions/accepted/folder/helper.py": "",
        "submissions/accepted/lone/main.py": ADD,
        "submissions/mixed/either.py": "print(3)\n",
        "submissions/partially_accepted/half.py": "print(4)\n",
    }

    problem = imported("kattis", files)

    assert {note for note in problem.notes if note.startswith("submissions")} == {
        "submissions in other languages: 1",
        "submissions not Python 3: 1",
        "submissions for Python 2: 1",
        "submissions for PyPy: 2",
        "submissions in the wrong folder on purpose (.bad.): 1",
        "submissions of several files: 1",
        "submissions in the folder mixed, which is no verdict: 1",
        "submissions partially_accepted, which only must not be accepted here: 1 (kept)",
    }
    assert problem.submissions["accepted/lone.py"] == ADD
    assert problem.submissions["rejected/half.py"] == "print(4)\n"


def test_a_submission_has_its_own_expectation_before_that_of_its_folder(imported: Any) -> None:
    rules = (
        "wrong_answer/slow.py:\n  permitted: [AC, TLE]\n  required: [TLE]\n"
        "mixed:\n  permitted: [AC, WA]\n"
        "'mixed/never*':\n  permitted: [WA, RTE]\n"
        "rejected:\n  language: python\n"
    )
    files = {
        **PACKAGE,
        "submissions/submissions.yaml": rules,
        "submissions/wrong_answer/slow.py": "while True: pass\n",
        "submissions/mixed/either.py": "print(3)\n",
        "submissions/mixed/never.py": "print(0)\n",
        "submissions/rejected/bad.py": "print(1)\n",
        "submissions/accepted/tagged.py": "# @EXPECTED_RESULTS@: WRONG-ANSWER, RUN_TIME_ERROR\nprint(5)\n",
        "submissions/accepted/chance.py": "# @EXPECTED_RESULTS@: CORRECT, WRONG-ANSWER\nprint(6)\n",
    }

    problem = imported("kattis", files)

    assert set(problem.submissions) == {
        "accepted/add.py",
        "wrong_answer/three.py",
        "run_time_error/divides.py",
        "time_limit_exceeded/slow.py",
        "rejected/never.py",
        "rejected/bad.py",
        "rejected/tagged.py",
    }
    assert "submissions of which the package expects several verdicts: 2" in problem.notes


# The default validator


@pytest.mark.parametrize(
    ("flags", "answer", "accepted", "refused"),
    [
        ("''", "Yes 7\n", ["yes   7", "YES\n7\n\n"], ["yes", "yes 7 8", "yes 7.1", "yess 7", ""]),
        ("case_sensitive", "Yes 7\n", ["Yes\t7"], ["yes 7"]),
        ("float_tolerance 1e-2", "Ans 100.0 5\n", ["ans 100.9 5.01", "ANS 1e2 5"], ["Ans 101.1 5", "Ans x 5"]),
        ("float_absolute_tolerance 1e-2", "100.0\n", ["100.009", "99.995"], ["100.5", "99.9"]),
        ("float_relative_tolerance 1e-2", "0.0 100\n", ["0 101", "0.0 99.1"], ["0.001 100", "0 102"]),
        ("float_absolute_tolerance 0.1 float_relative_tolerance 0.5", "1 100\n", ["1.4 140", "1 60"], ["1.6 100"]),
        ("case_sensitive float_tolerance 0.1", "Pi 3.1\n", ["Pi 3.15"], ["pi 3.15", "Pi 3.6"]),
    ],
)
def test_flags_of_the_default_validator_choose_the_checker(
    imported: Any, flags: str, answer: str, accepted: list[str], refused: list[str]
) -> None:
    suite = suite_of(imported("kattis", with_flags(flags, ans=answer)))

    assert not suite.checker.is_custom
    for text in accepted:
        assert check_output(text.encode(), answer, suite.checker).accepted, text
    for text in refused:
        assert not check_output(text.encode(), answer, suite.checker).accepted, text


@pytest.mark.parametrize(
    ("flags", "answer", "accepted", "refused"),
    [
        ("space_change_sensitive", "A  b\n", "a  B\n", ["a b\n", "a  b", "a  b\n\n", " a  b\n", "a\t b\n"]),
        ("space_change_sensitive case_sensitive", "A b\n", "A b\n", ["a b\n", "A  b\n"]),
        ("space_change_sensitive float_tolerance 0.1", "x 1.0\n", "X 1.05\n", ["x  1.0\n", "x 1.5\n", "x y\n"]),
        ("float_tolerance 0.1", "007\n", " 7.05", ["8", "007 7", "0x"]),
        ("float_absolute_tolerance 0.1", "0100 1\n", "100.05 1", ["105 1", "100"]),
        ("case_sensitive float_relative_tolerance 0.1", "Ab 0100\n", "Ab 109", ["ab 109", "Ab 111"]),
    ],
)
def test_what_no_checker_of_ours_compares_is_compared_by_code(
    imported: Any, verifier: Verifier, flags: str, answer: str, accepted: str, refused: list[str]
) -> None:
    suite = suite_of(imported("kattis", with_flags(flags, ans=answer)))

    assert suite.checker.is_custom
    for text, verdict in [(answer, Verdict.AC), (accepted, Verdict.AC), *((text, Verdict.WA) for text in refused)]:
        judgement = verifier.judge(f"print({text!r}, end='')", suite)
        assert judgement.verdict is verdict, (text, judgement)


def test_a_looser_comparison_of_numbers_is_told(imported: Any) -> None:
    numbers = imported("kattis", with_flags("''", ans="7\n"))
    words = imported("kattis", with_flags("''", ans="seven\n"))

    assert any("5.0 for 5" in note for note in numbers.notes)
    assert not any("5.0 for 5" in note for note in words.notes)


@pytest.mark.parametrize("flags", ["float_tolerance", "float_tolerance much", "float_tolerance -1", "tokens"])
def test_unknown_flags_are_refused(refused: Any, flags: str) -> None:
    assert refused("kattis", with_flags(flags)).kind == "unknown validator flags"


def test_flags_of_the_groups_are_added_and_must_not_differ(imported: Any, refused: Any) -> None:
    files = {**PACKAGE, "data/testdata.yaml": "output_validator_flags: case_sensitive\n"}
    assert not suite_of(imported("kattis", files)).checker.ignore_case

    differing = {**files, "data/secret/testdata.yaml": "output_validator_flags: float_tolerance 1\n"}
    assert "differ" in refused("kattis", differing).kind


# A package's own validator

ANY_DIVISOR = """\
import sys
from pathlib import Path

number = int(Path(sys.argv[1]).read_text())
assert sys.argv[4:] == ["strict"]
try:
    answer = int(sys.stdin.read())
except ValueError:
    answer = 0
if answer < 1 or number % answer:
    (Path(sys.argv[3]) / "judgemessage.txt").write_text("no divisor")
    sys.exit(43)
sys.exit(42)
"""
CUSTOM: dict[str, str | bytes] = {
    "problem.yaml": "name: Divisor\nvalidation: custom\nvalidator_flags: strict\nlimits: {validation_time: 7}\n",
    ".timelimit": "2",
    "output_validators/validate/validate.py": ANY_DIVISOR,
    "data/secret/1.in": "12\n",
    "data/secret/1.ans": "1\n",
    "data/secret/2.in": "35\n",
    "data/secret/2.ans": "1\n",
    "submissions/accepted/itself.py": "print(input())\n",
    "submissions/accepted/one.py": "print(1)\n",
    "submissions/wrong_answer/five.py": "print(5)\n",
    "submissions/wrong_answer/words.py": "print('none')\n",
}


def test_a_validator_in_python_judges(imported: Any, prove: Any) -> None:
    problem = imported("kattis", CUSTOM)

    checker = suite_of(problem).checker
    assert (checker.name, checker.form, checker.flags, checker.cpu_time_s) == ("custom", "program", ("strict",), 7.0)
    assert checker.code == ANY_DIVISOR
    prove(problem)


MORE = "from fractions import Fraction\n\ndef mod(a, b):\n    return Fraction(a) % b\n"


def test_a_validator_of_several_files_becomes_one(imported: Any, prove: Any) -> None:
    helped = ANY_DIVISOR.replace("number % answer", "remainder(number, answer)")
    files = {
        **CUSTOM,
        "output_validators/validate/validate.py": f"from __future__ import annotations\nfrom rules import *\n{helped}",
        "output_validators/validate/rules.py": "import more\n\ndef remainder(a, b):\n    return more.mod(a, b)\n",
        "output_validators/validate/more.py": MORE,
        "output_validators/validate/README.md": "",
    }

    problem = imported("kattis", files)

    assert "the output validator of several files is one file here" in problem.notes
    prove(problem)


@pytest.mark.parametrize(
    ("file", "content", "why"),
    [
        ("validate.cpp", "int main() {}", "output validator in C++: not carried over"),
        ("validate/validate.java", "class validate {}", "output validator in Java: not carried over"),
        ("validate.py", "#!/usr/bin/python2\nimport sys\n", "output validator for Python 2: not carried over"),
        ("validate.py", "print 1\n", "output validator not Python 3: not carried over"),
        ("", "", "no output validator"),
    ],
)
def test_a_validator_that_can_not_run_here_refuses_the_problem(refused: Any, file: str, content: str, why: str) -> None:
    files = {path: text for path, text in CUSTOM.items() if not path.startswith("output_validators")}

    assert refused("kattis", files | ({f"output_validators/{file}": content} if file else {})).kind == why


def test_more_than_one_validator_is_refused(refused: Any) -> None:
    kind = refused("kattis", {**CUSTOM, "output_validators/other.py": ANY_DIVISOR}).kind
    assert kind == "more than one output validator"


def test_the_default_validator_suffices_where_the_package_says_so(imported: Any) -> None:
    problem = imported("kattis", {**PACKAGE, "output_validators/validate.cpp": "int main() {}"})

    assert suite_of(problem).checker.name == "tokens"
    assert any("doesn't ask for" in note for note in problem.notes)


def test_the_newer_form_has_its_validator_by_its_folder(imported: Any, prove: Any) -> None:
    newer = {path: text for path, text in CUSTOM.items() if not path.startswith("output_validators")}
    newer |= {
        "problem.yaml": "problem_format_version: 2023-07\ntype: pass-fail\nname: {en: Divisor}\n"
        "limits: {time_limit: 1.5}\n",
        "data/test_group.yaml": "output_validator_args: [strict]\n",
        "output_validator/validate.py": ANY_DIVISOR,
    }

    problem = imported("kattis", newer)

    suite = suite_of(problem)
    assert (suite.title, suite.limits.cpu_time_s, suite.checker.flags) == ("Divisor", 1.5, ("strict",))
    prove(problem)


# Interactive

GUESS = """\
import sys

secret = int(open(sys.argv[1]).read())
for _ in range(8):
    line = sys.stdin.readline()
    if not line.strip().isdecimal():
        sys.exit(43)
    guess = int(line)
    if guess == secret:
        print("correct", flush=True)
        sys.exit(42)
    print("lower" if guess > secret else "higher", flush=True)
sys.exit(43)
"""
HALVE = """\
low, high = 0, 100
while True:
    middle = (low + high) // 2
    print(middle, flush=True)
    word = input()
    if word == "correct":
        break
    low, high = (low, middle - 1) if word == "lower" else (middle + 1, high)
"""
INTERACTIVE: dict[str, str | bytes] = {
    "problem.yaml": "name: Guess\nvalidation: custom interactive\n",
    ".timelimit": "2",
    "output_validators/guess.py": GUESS,
    "data/sample/1.interaction": "<higher\n>50\n",
    "data/secret/1.in": "7\n",
    "data/secret/1.ans": "\n",
    "data/secret/2.in": "93\n",
    "submissions/accepted/halve.py": HALVE,
    "submissions/wrong_answer/always.py": "print(7, flush=True)\nprint(input())\n",
}


def test_an_interactor_in_python_talks(imported: Any, prove: Any) -> None:
    problem = imported("kattis", INTERACTIVE)

    assert isinstance(problem.suite, InteractiveSuite)
    assert [case.input for case in problem.suite.cases] == ["7\n", "93\n"]
    assert problem.suite.interactor.form == "program"
    prove(problem)


def test_an_interactor_in_another_language_is_refused(refused: Any) -> None:
    files = {path: text for path, text in INTERACTIVE.items() if path != "output_validators/guess.py"}
    assert refused("kattis", {**files, "output_validators/guess.cc": ""}).kind == "interactor in C++: not carried over"


# Groups and scores

SCORING: dict[str, str | bytes] = {
    **{path: text for path, text in PACKAGE.items() if not path.startswith("data/secret")},
    "problem.yaml": "name: Sum\ntype: scoring\n",
    "data/testdata.yaml": "grader_flags: ignore_sample\nrange: 0 100\n",
    "data/sample/testdata.yaml": "accept_score: 0\nrange: 0 0\n",
    "data/secret/testdata.yaml": "grader_flags: first_error accept_if_any_accepted\n",
    "data/secret/group1/testdata.yaml": "on_reject: break\naccept_score: 20\nrange: 0 20\ngrader_flags: min\n",
    "data/secret/group1/1.in": "1 1\n",
    "data/secret/group1/1.ans": "2\n",
    "data/secret/group1/2.in": "1 2\n",
    "data/secret/group1/2.ans": "3\n",
    "data/secret/group2/testdata.yaml": "accept_score: 80\ngrader_flags: min\n",
    "data/secret/group2/3.in": "30 3\n",
    "data/secret/group2/3.ans": "33\n",
    "data/secret/single/testdata.yaml": "accept_score: 5\ngrader_flags: sum\n",
    "data/secret/single/4.in": "1 3\n",
    "data/secret/single/4.ans": "4\n",
}


def test_groups_that_pay_as_a_whole_keep_their_scores(imported: Any, verifier: Verifier) -> None:
    problem = imported("kattis", SCORING)

    suite = suite_of(problem)
    assert [(case.group, case.weight) for case in suite.cases] == [
        ("secret/group1", 10.0),
        ("secret/group1", 10.0),
        ("secret/group2", 80.0),
        (None, 5.0),
    ]
    assert suite.reward.groups == "all_or_nothing"
    assert "1 case of no score, left out" in problem.notes
    assert verifier.judge(
        "a, b = map(int, input().split())\nprint(a + b if a < 9 else 0)", suite
    ).score.correctness == (pytest.approx(25 / 105))
    assert verifier.judge("print(3)", suite).score.correctness == 0


def test_scores_of_the_newer_form(imported: Any) -> None:
    files = {path: text for path, text in SCORING.items() if not path.endswith("testdata.yaml")} | {
        "problem.yaml": "problem_format_version: 2025-09\nname: Sum\ntype: scoring\n",
        "data/sample/test_group.yaml": "max_score: 0\n",
        "data/secret/group1/test_group.yaml": "max_score: 30\nscore_aggregation: pass-fail\nrequire_pass: sample\n",
        "data/secret/group2/test_group.yaml": "max_score: 60\nscore_aggregation: min\n",
        "data/secret/single/test_group.yaml": "max_score: 10\nscore_aggregation: sum\n",
    }

    problem = imported("kattis", files)

    assert [(case.group, case.weight) for case in suite_of(problem).cases] == [
        ("secret/group1", 15.0),
        ("secret/group1", 15.0),
        ("secret/group2", 60.0),
        (None, 10.0),
    ]
    assert any("require_pass" in note for note in problem.notes)


def test_a_group_that_is_broken_off_is_told(imported: Any) -> None:
    group = {"data/secret/group1/testdata.yaml": "on_reject: break\naccept_score: 20\n"}

    assert any("on_reject: break" in note for note in imported("kattis", {**SCORING, **group}).notes)
    assert not any("on_reject" in note for note in imported("kattis", SCORING).notes)


def test_what_a_group_scores_is_not_that_of_its_groups(imported: Any) -> None:
    files = {path: text for path, text in SCORING.items() if "secret/group1/testdata" not in path} | {
        "data/secret/test_group.yaml": "max_score: 100\nscore_aggregation: sum\n",
    }

    weights = [case.weight for case in suite_of(imported("kattis", files)).cases]

    assert weights == [1.0, 1.0, 80.0, 5.0]


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"data/secret/group2/testdata.yaml": "grader_flags: max\n"}, "scores that can't be kept"),
        ({"data/secret/group2/testdata.yaml": "grading: custom\n"}, "a grader program"),
        ({"data/secret/group2/testdata.yaml": "accept_score: [1]\n"}, "a field of the wrong type"),
        ({"problem.yaml": "validation: custom score\ntype: scoring\n"}, "scores by a program"),
        ({"problem.yaml": "type: scoring\ngrading: {objective: min}\n"}, "scores by a program"),
    ],
)
def test_scores_that_can_not_be_kept_refuse_the_problem(refused: Any, change: dict[str, str], kind: str) -> None:
    assert refused("kattis", {**SCORING, **change}).kind == kind


# What can't be carried over, and what is broken


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"problem.yaml": "type: multi-pass\n"}, "type multi-pass"),
        ({"problem.yaml": "validation: custom multi-pass\n"}, "type multi-pass"),
        ({"problem.yaml": "type: [submit-answer]\n"}, "type submit-answer"),
        ({"data/secret/02.args": "--fast\n"}, "cases with arguments or files"),
        ({"data/secret/02.files/extra.txt": "x"}, "cases with arguments or files"),
        ({"data/secret/02.yaml": "args: [x]\n"}, "cases with arguments or files"),
        ({"data/secret/02.in": b"\xff\xfe"}, "binary data"),
        ({"problem.yaml": "name: [\n"}, "a YAML file that can't be read"),
        ({"problem.yaml": "- a list\n"}, "a YAML file that can't be read"),
        ({"problem.yaml": "name: !!python/object/apply:os.getcwd []\n"}, "a YAML file that can't be read"),
        ({"problem.yaml": "a: &a [x, x]\nb: &b [*a, *a]\nname: *b\n"}, "a YAML file that can't be read"),
        ({"problem.yaml": "[" * 5000}, "a YAML file that can't be read"),
        ({"problem.yaml": "limits: {memory: much}\n"}, "a field of the wrong type"),
        ({".timelimit": "-1"}, "a field of the wrong type"),
    ],
)
def test_a_problem_that_can_not_be_carried_over_is_refused(
    refused: Any, change: dict[str, str | bytes], kind: str
) -> None:
    assert refused("kattis", {**PACKAGE, **change}).kind == kind


def test_cases_that_are_not_whole_are_told(imported: Any) -> None:
    files = {**PACKAGE, "data/secret/lost.in": "1\n", "data/secret/huge.ans": "1\n", "data/invalid_output/1/1.in": "1"}

    problem = imported("kattis", files)

    assert len(suite_of(problem).cases) == 3
    assert {
        "1 case without an answer file, left out",
        "1 answer file without an input file, left out",
        "1 case for tests of the package's validators, left out",
    } <= set(problem.notes)


def test_too_much_test_data_is_refused(refused: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("verifier.suite.formats.kattis_data.MAX_TEST_BYTES", 20)

    assert refused("kattis", PACKAGE).kind == "too much test data"


def test_a_package_without_cases_costs_no_other(write: Any) -> None:
    folder = write({f"a/{path}": text for path, text in PACKAGE.items()} | {"b/problem.yaml": "name: b\n"})

    first, second = FORMATS["kattis"].read(folder)

    assert isinstance(first, Imported) and first.id == "a"
    assert isinstance(second, Refused) and (second.id, second.kind) == ("b", "no tests")


def test_what_lies_in_a_package_is_no_package(write: Any) -> None:
    files = {**PACKAGE, "attic/problem.yaml": "name: old\n", "attic/old.zip": "no archive"}
    folder = write({f"sum/{path}": content for path, content in files.items()})

    assert [outcome.id for outcome in FORMATS["kattis"].read(folder)] == ["sum"]


def test_a_zipped_package_is_the_same(imported: Any, tmp_path: Path) -> None:
    folder = imported("kattis", PACKAGE)
    archive = tmp_path / "zipped" / "sum.zip"
    archive.parent.mkdir()
    with zipfile.ZipFile(archive, "w") as packed:
        for path, content in PACKAGE.items():
            packed.writestr(f"sum/{path}", content)

    for source in (archive, archive.parent):
        [problem] = FORMATS["kattis"].read(source)
        assert isinstance(problem, Imported)
        assert problem.suite.digest == folder.suite.digest and problem.submissions == folder.submissions
