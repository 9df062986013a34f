"""What each format's rows become: suite, statement, submissions, notes, refusals."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.formats import example_rows
from tests.unit.formats.example_rows import ROWS, line_of
from verifier.limits import Limits
from verifier.suite.formats.base import Imported, Outcome, Refused, Unanswered, slug
from verifier.suite.formats.registry import FORMATS
from verifier.suite.model import AssertsSuite, FunctionSuite, PytestSuite, StdioSuite
from verifier.suite.package import read_package
from verifier.suite.writing import write_suite


@pytest.fixture
def outcome(tmp_path: Path) -> Any:
    """outcome(format, **changes): what becomes of the format's example row with these fields instead of its own."""

    def read(format_name: str, row: object = None, **changes: object) -> Outcome:
        row = {**ROWS[format_name], **changes} if row is None else row
        file = tmp_path / "rows.jsonl"
        file.write_text(line_of(row))
        [found] = FORMATS[format_name].read(file)
        return found

    return read


def imported(outcome: Outcome) -> Imported:
    assert isinstance(outcome, Imported), outcome
    return outcome


def refused(outcome: Outcome) -> str:
    assert isinstance(outcome, Refused), outcome
    assert outcome.kind
    return outcome.reason


def notes(outcome: Outcome) -> str:
    assert not isinstance(outcome, Refused), outcome
    return "\n".join(outcome.notes)


ROW_FORMATS = sorted(ROWS)
WITH_ANSWERS = [name for name in ROW_FORMATS if not name.endswith("plus")]
"""Formats that make a suite without running anything."""


def test_every_format_of_rows_has_an_example() -> None:
    assert set(ROWS) <= set(FORMATS)


# All formats


@pytest.mark.parametrize("name", WITH_ANSWERS)
def test_what_is_imported_is_read_back_from_its_directory_as_it_was(name: str, outcome: Any, tmp_path: Path) -> None:
    found = imported(outcome(name))
    write_suite(tmp_path / "it", found.suite)

    assert read_package(tmp_path / "it").suite.digest == found.suite.digest
    assert found.problem.strip()


@pytest.mark.parametrize("name", ROW_FORMATS)
@pytest.mark.parametrize("row", [[], 1, "text", None, {}], ids=str)
def test_what_is_no_row_is_refused_by_its_place(name: str, row: object, outcome: Any, tmp_path: Path) -> None:
    if row is None or row == []:
        (tmp_path / "rows.jsonl").write_text('{"x": 1}\nnull\n')
        found = list(FORMATS[name].read(tmp_path / "rows.jsonl"))[1]
    else:
        found = outcome(name, row)

    assert refused(found)
    assert found.id.rpartition("/")[2].startswith("rows.jsonl:")


@pytest.mark.parametrize("name", ROW_FORMATS)
def test_a_row_with_any_field_of_the_wrong_type_or_none_is_refused_or_imported_and_never_raises(
    name: str, tmp_path: Path
) -> None:
    """Every field in turn; and the rows around the broken one are there."""
    broken: list[dict[str, Any]] = []
    for field in ROWS[name]:
        for value in (None, 7, ["\ud800"], {"a": []}, "[", "\ud800", [[1]], [{}], True, 1e308, "9" * 5000):
            broken.append({**ROWS[name], field: value})
    file = tmp_path / "rows.jsonl"
    file.write_text("".join(line_of(row) + "\n" for row in [ROWS[name], *broken, ROWS[name]]))

    found = list(FORMATS[name].read(file))

    assert len(found) == len(broken) + 2
    assert not isinstance(found[0], Refused) and not isinstance(found[-1], Refused)
    assert any(isinstance(one, Refused) for one in found)
    assert all(one.reason and one.kind for one in found if isinstance(one, Refused))


def test_code_has_plain_line_ends(outcome: Any) -> None:
    """MBPP has CRLF, which a file of a suite would not keep."""
    found = imported(outcome("mbpp", test_setup_code="four = 4\r\nfive = 5\r\n"))

    assert "\r" not in found.submissions["accepted/reference.py"]
    assert isinstance(found.suite, AssertsSuite) and found.suite.setup == "four = 4\nfive = 5\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("HumanEval/0", "humaneval-0"), ("1575_A. Another Sorting", "1575_a.-another-sorting"), ("é/..", "problem"),
     ("../../etc", "etc"), ("x" * 300, "x" * 128), ("", "problem")],
)  # fmt: skip
def test_a_suite_id_is_made_of_any_text(text: str, expected: str) -> None:
    assert slug(text) == expected


# Sets of functions


def test_humanevalpack_has_a_right_and_a_wrong_submission(outcome: Any) -> None:
    found = imported(outcome("humanevalpack"))

    assert found.submissions["accepted/canonical.py"].endswith("return 2 * x\n")
    assert found.submissions["rejected/buggy.py"].endswith("return x\n")
    assert "Java" in refused(outcome("humanevalpack", task_id="Java/3"))


def test_humaneval_tests_are_kept_as_they_are_and_each_assert_is_a_case(outcome: Any) -> None:
    suite = imported(outcome("humaneval")).suite

    assert isinstance(suite, AssertsSuite)
    assert (suite.entry_point, len(suite.known_cases)) == ("double", 2)
    assert suite.code == example_rows.DOUBLE_CHECK


@pytest.mark.parametrize("name", ["humaneval", "humanevalpack"])
def test_humaneval_tests_use_what_the_prompt_gives_and_not_what_a_submission_makes_of_it(
    name: str, outcome: Any
) -> None:
    prompt = "import math\n\ndef half(x):\n    return math.floor(x / 2)\n\n" + example_rows.HUMANEVAL["prompt"]
    test = "def check(candidate):\n    assert half(candidate(3)) == 3\n"
    suite = imported(outcome(name, prompt=prompt, test=test)).suite

    assert suite.setup == "import math\n\n\ndef half(x):\n    return math.floor(x / 2)\n"
    assert imported(outcome(name, prompt=prompt)).suite.setup == "", "its tests don't use it"
    broken = "def half(x):\n  return x\n def" + example_rows.HUMANEVAL["prompt"]
    assert imported(outcome(name, prompt=broken, test=test)).suite.setup == ""


def test_mbpp_tells_the_functions_name_and_none_of_the_answers(outcome: Any) -> None:
    found = imported(outcome("mbpp"))

    assert isinstance(found.suite, AssertsSuite)
    assert (found.suite.entry_point, len(found.suite.known_cases)) == ("double", 3)
    assert "`def double(x)`" in found.problem and "assert" not in found.problem
    sanitised = {"text": None, "prompt": "Double.", "test_setup_code": None, "test_imports": ["four = 4"]}
    assert imported(outcome("mbpp", **sanitised)).suite.digest == found.suite.digest
    assert "which one is tested" in notes(outcome("mbpp", code="x = 1"))


def test_humaneval_plus_waits_for_its_references_answers(outcome: Any) -> None:
    found = outcome("humanevalplus")

    assert isinstance(found, Unanswered)
    assert [call.args for call in found.calls] == [(3,), ("ä",), (0.1,), (10**5000,)]
    assert [call.group for call in found.calls] == ["base", "base", "plus", "plus"]
    assert found.head["entry_point"] == "double"


@pytest.mark.parametrize("name", ["humanevalplus", "mbppplus"])
def test_a_tolerance_of_the_row_is_that_of_all_numbers(name: str, outcome: Any) -> None:
    found = outcome(name, atol=0.001)

    assert isinstance(found, Unanswered)
    assert found.head["checker"] == {"name": "float", "abs_tol": 0.001, "rel_tol": 1e-7}
    assert "checker" not in outcome(name).head


def test_an_input_that_is_given_twice_is_one_case(outcome: Any) -> None:
    found = outcome("humanevalplus", base_input=[[3], [3.0]], plus_input=[[3], [True], ["3"]])

    assert isinstance(found, Unanswered)
    assert [(call.args, call.group) for call in found.calls] == [
        ((3,), "base"),
        ((3.0,), "base"),
        ((True,), "plus"),
        (("3",), "plus"),
    ]


def test_mbpp_plus_gives_arguments_the_types_that_its_asserts_show(outcome: Any) -> None:
    found = outcome("mbppplus")

    assert isinstance(found, Unanswered)
    assert [call.args for call in found.calls] == [((1, 2),), ((3, 4),)]
    assert "assert" not in found.problem


def test_mbpp_plus_compares_as_sets_where_its_asserts_do(outcome: Any) -> None:
    found = outcome("mbppplus", assertion="assert set(twice((1, 2))) == set((2, 1))")

    assert isinstance(found, Unanswered) and found.head["checker"] == {"name": "set"}


def test_any_root_counts_for_find_zero(outcome: Any) -> None:
    found = imported(outcome("humanevalplus", entry_point="find_zero", base_input=[[[-2, 1]]], plus_input={}))

    assert isinstance(found.suite, AssertsSuite) and len(found.suite.known_cases) == 1
    assert "any root" in notes(found)


# Contests


def test_apps_function_problems_are_calls_and_their_references_get_the_imports(outcome: Any) -> None:
    tests = json.dumps({"fn_name": "double", "inputs": [[3], [[1]]], "outputs": [6, [1, 1]]})
    found = imported(outcome("apps", input_output=tests, solutions=json.dumps([example_rows.DOUBLE])))

    assert isinstance(found.suite, FunctionSuite) and found.suite.cases[1].expected == [1, 1]
    assert found.submissions["accepted/solution.py"].startswith("import bisect")
    assert "references begin with the imports" in notes(found)


def test_taco_limits_are_carried_over(outcome: Any) -> None:
    suite = imported(outcome("taco")).suite

    assert suite.limits == Limits(cpu_time_s=2.0, memory_bytes=256 << 20)
    assert "'time_limit'" in refused(outcome("taco", time_limit="soon"))
    found = imported(outcome("taco", time_limit=10_000, memory_limit=None))
    assert found.suite.limits.cpu_time_s == 600.0
    assert "out of range" in notes(found)


def test_code_contests_has_all_tests_by_group_and_the_python_submissions(outcome: Any) -> None:
    found = imported(outcome("code_contests"))

    assert isinstance(found.suite, StdioSuite)
    assert [case.group for case in found.suite.cases] == ["public", "private", "private", "generated"]
    assert found.suite.limits == Limits(cpu_time_s=2.5, memory_bytes=256_000_000)
    assert found.submissions == {
        "accepted/solution.py": example_rows.ADDER,
        "rejected/solution.py": example_rows.SUBTRACTER,
    }
    assert "1 of its solutions are in other languages" in notes(found)
    assert "1 of its incorrect_solutions are in other languages" in notes(found)


def test_code_contests_as_lists_of_objects_is_the_same(outcome: Any) -> None:
    row = ROWS["code_contests"]
    pairs = {
        key: [dict(zip(row[key], pair, strict=True)) for pair in zip(*row[key].values(), strict=True)]
        for key in ("public_tests", "private_tests", "generated_tests", "solutions", "incorrect_solutions")
    }
    found = imported(outcome("code_contests", **pairs, time_limit="2.5s"))
    same = imported(outcome("code_contests"))

    assert (found.suite.digest, found.submissions) == (same.suite.digest, same.submissions)


def test_code_contests_that_uses_files_is_refused(outcome: Any) -> None:
    assert "input.txt" in refused(outcome("code_contests", input_file="input.txt"))


def test_codeforces_tells_what_is_not_carried_over(outcome: Any) -> None:
    found = imported(outcome("codeforces"))
    assert isinstance(found.suite, StdioSuite)
    assert [case.group for case in found.suite.cases] == ["example", "official"]  # the example is no second case
    assert "## Input" in found.problem
    told = notes(outcome("codeforces", generated_tests=40, official_tests_complete=False))
    assert "40 generated tests" in told
    assert "not complete" in told
    assert "examples alone" in notes(outcome("codeforces", official_tests=[]))
    assert "input.txt" in refused(outcome("codeforces", input_mode="file"))
    assert "interactive" in refused(outcome("codeforces", interaction_format="Ask me."))


def test_codeforces_generated_checker_becomes_the_suites_own(outcome: Any) -> None:
    found = imported(outcome("codeforces", generated_checker='print("""1""")', description="If several, print any."))

    assert isinstance(found.suite, StdioSuite)
    assert (found.suite.checker.name, found.suite.checker.form) == ("custom", "program")
    assert "generated_checker decides" in notes(found)
    assert "several answers" not in notes(found)


@pytest.mark.parametrize("name", ["apps", "taco", "code_contests", "codeforces"])
def test_what_the_statement_says_of_the_answers_goes_into_the_checker(name: str, outcome: Any) -> None:
    field = "question" if name in ("apps", "taco") else "description"
    text = "Print YES or NO; each letter may be in any case. An absolute error of at most 10^{-4} is allowed."
    found = imported(outcome(name, **{field: text}))

    assert isinstance(found.suite, StdioSuite)
    checker = found.suite.checker
    assert (checker.name, checker.ignore_case, checker.abs_tol, checker.rel_tol) == ("tokens", True, 1e-4, 1e-4)
    assert "may be off by 1e-4" in notes(found)


# Rows of trainers


def test_livecodebench_hidden_tests_are_unpacked(outcome: Any) -> None:
    suite = imported(outcome("livecodebench")).suite

    assert isinstance(suite, FunctionSuite)
    assert [(case.args, case.expected, case.group) for case in suite.cases] == [
        ([3], 6, "public"),
        (["é"], "éé", "private"),
    ]


def test_verl_has_the_users_turn_and_says_what_it_left_out(outcome: Any) -> None:
    found = imported(outcome("verl"))

    assert found.id == "own/train/4"
    assert found.problem == "Greet whom you read."
    assert found.submissions == {"accepted/solution.py": example_rows.GREETER}
    assert "turns of its prompt are left out: system" in notes(found)
    assert "no coding problem" in refused(outcome("verl", ability="math"))
    assert refused(outcome("verl", reward_model={"ground_truth": "42"}))
    assert refused(outcome("verl", reward_model={"ground_truth": '{"suite": "a"}'}))


@pytest.mark.parametrize(
    ("truth", "kind"),
    [
        ({"functional": "def check(c):\n    assert c(1) == 2\n\ncheck(double)\n"}, "asserts"),
        ({"pytest": "from solution import double\n\ndef test_a():\n    assert double(1) == 2\n"}, "pytest"),
        ({"inputs": [[1]], "outputs": [2], "fn_name": "double"}, "function"),
        ({"assert_case": ["assert double(1) == 2"]}, "asserts"),
    ],
)
def test_verl_ground_truths_of_every_form(truth: dict[str, Any], kind: str, outcome: Any) -> None:
    found = imported(outcome("verl", reward_model={"ground_truth": json.dumps(truth)}, extra_info=None))

    assert found.suite.kind == kind


def test_a_prompt_may_be_text_or_turns_in_text(outcome: Any) -> None:
    turns = json.dumps([{"role": "user", "content": "Greet."}])

    assert imported(outcome("verl", prompt=turns)).problem == "Greet."
    assert imported(outcome("verl", prompt="[INST] Greet. [/INST]")).problem == "[INST] Greet. [/INST]"


def test_a_reference_may_begin_as_a_list_does(outcome: Any) -> None:
    found = imported(outcome("synthetic", gold_standard_solution="[print(3)]\n"))

    assert found.submissions == {"accepted/solution.py": "[print(3)]\n"}


def test_deepcoder_takes_the_functions_name_from_the_row(outcome: Any) -> None:
    suite = imported(outcome("deepcoder")).suite

    assert isinstance(suite, FunctionSuite) and suite.entry_point == "double"


def test_synthetic_of_other_languages_is_refused(outcome: Any) -> None:
    info = {"language": "cpp", "test_cases": [{"input": "1", "output": "1"}]}

    assert "language" in refused(outcome("synthetic", verification_info=info))
    assert "task_type" in refused(outcome("synthetic", task_type="llm_judge"))


# Tests as code


def test_kodcode_is_a_suite_of_pytest_whose_statement_names_the_function(outcome: Any) -> None:
    found = imported(outcome("kodcode"))

    assert isinstance(found.suite, PytestSuite) and len(found.suite.known_cases) == 2
    assert "def double(x):" in found.problem
    assert "no test_info" in notes(outcome("kodcode", test_info=None))


def test_acecode_inferences_are_right_only_if_they_pass_all_asserts(outcome: Any) -> None:
    found = imported(outcome("acecode"))

    assert isinstance(found.suite, AssertsSuite) and found.suite.entry_point == "double"
    assert set(found.submissions) == {"accepted/inference.py", "rejected/inference.py"}
    assert "no inference passes" in notes(outcome("acecode", inferences=[]))


def test_bigcodebench_tests_find_what_stands_before_them_in_the_original(outcome: Any) -> None:
    found = imported(outcome("bigcodebench"))

    assert isinstance(found.suite, PytestSuite)
    [text] = found.suite.files.values()
    assert text.startswith("from solution import *\nimport math\nfrom solution import ROOM\n")
    assert found.submissions["accepted/canonical.py"].startswith("import random\nimport math")
    assert "needs packages: numpy" in notes(
        outcome("bigcodebench", test="import numpy\n" + ROWS["bigcodebench"]["test"])
    )


def test_leetcode_helpers_of_the_prompt_are_the_suites_own(outcome: Any) -> None:
    found = imported(outcome("leetcode"))

    assert isinstance(found.suite, AssertsSuite)
    assert "class ListNode" in found.suite.setup
    assert found.suite.entry_point == "Solution().double"
    assert "class ListNode" in found.submissions["accepted/reference.py"]


def test_code_to_begin_with_is_added_to_a_statement_that_has_it_not_already(outcome: Any) -> None:
    shown = "Complete this:\n```python\nclass Solution:\n    def double(self, x):\n```\n"

    assert imported(outcome("leetcode")).problem.count("class Solution") == 1
    assert imported(outcome("leetcode", problem_description=shown)).problem.count("class Solution") == 1


# APPS as folders


def test_apps_folders_have_labelled_submissions(tmp_path: Path) -> None:
    folder = tmp_path / "train" / "0007"
    folder.mkdir(parents=True)
    (folder / "question.txt").write_text("Print the sum. ä")
    (folder / "input_output.json").write_text(ROWS["apps"]["input_output"])
    (folder / "solutions.json").write_text(json.dumps([example_rows.ADDER]))
    generated = [
        {"code": example_rows.ADDER, "result": True},
        {"code": example_rows.SUBTRACTER, "result": False},
        {"code": "import", "result": -2},
        {"code": "x"},
    ]
    (folder / "gen_solutions.json").write_text(json.dumps(generated))
    (tmp_path / "train" / "0008").mkdir()
    (tmp_path / "train" / "0008" / "question.txt").write_text("No tests.")
    (tmp_path / "train" / "0009").mkdir()
    (tmp_path / "train" / "0009" / "question.txt").write_text("Bad tests.")
    (tmp_path / "train" / "0009" / "input_output.json").write_text("{")

    calls = tmp_path / "train" / "0010"
    calls.mkdir()
    (calls / "question.txt").write_text("Double x.")
    (calls / "input_output.json").write_text(json.dumps({"fn_name": "double", "inputs": [[1]], "outputs": [2]}))
    (calls / "gen_solutions.json").write_text(json.dumps([{"code": example_rows.DOUBLE, "result": True}]))

    first, second, third, fourth = FORMATS["apps"].read(tmp_path)

    found = imported(first)
    assert found.id == "apps/0007"
    assert set(found.submissions) == {
        "accepted/solution.py",
        "accepted/gen_solutions_1.py",
        "rejected/gen_solutions_2.py",
        "rejected/gen_solutions_3.py",
    }
    assert "no code or no result" in notes(found)
    assert imported(fourth).submissions["accepted/gen_solutions_1.py"].startswith("import bisect")
    assert "input_output" in refused(second) and "input_output.json" in refused(third)
