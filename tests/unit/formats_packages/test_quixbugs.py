"""Programs in the form of QuixBugs, written here: right ones, buggy ones, and how their tests compare."""

from __future__ import annotations

from typing import Any

import pytest

from verifier.suite.formats.base import Imported, Refused
from verifier.suite.formats.registry import FORMATS
from verifier.suite.model import AssertsSuite, FunctionSuite, PytestSuite

HEAD = """\
import pytest
from load_testdata import load_json_testcases

if pytest.use_correct:
    from correct_python_programs.{0} import {0}
else:
    from python_programs.{0} import {0}

testdata = load_json_testcases({0}.__name__)


@pytest.mark.parametrize("input_data,expected", testdata)
def test_{0}(input_data, expected):
"""
GRAPH_TEST = """\
import pytest
from node import Node

if pytest.use_correct:
    from correct_python_programs.depth import depth
else:
    from python_programs.depth import depth


def test_alone():
    assert depth(Node()) == 1


def test_chain():
    assert depth(Node(Node(Node()))) == 3
"""


def program(name: str, right: str, buggy: str, compared: str = "", cases: str = "") -> dict[str, str | bytes]:
    head = f"def {name}(x, by=1):\n"
    files: dict[str, str | bytes] = {
        f"correct_python_programs/{name}.py": f"{head}    {right}\n",
        f"python_programs/{name}.py": f'{head}    {buggy}\n\n"""\nIt is {name}.\n"""\n',
    }
    if cases:
        files[f"json_testcases/{name}.json"] = cases
        files[f"python_testcases/test_{name}.py"] = HEAD.format(name) + compared
    return files


DOUBLE = program(
    "double", "return 2 * x * by", "return x + 2 * by", "    assert double(*input_data) == expected\n",
    "[[2], 4]\n[[3, 2], 12]\n\n[5, 10]\n",
)  # fmt: skip
SHARED: dict[str, str | bytes] = {
    "python_testcases/node.py": "class Node:\n    def __init__(self, next=None):\n        self.next = next\n",
    "python_testcases/load_testdata.py": "",
    "conftest.py": "raise SystemExit",
}


def test_cases_of_a_plain_call_become_a_function_suite(imported: Any, prove: Any) -> None:
    problem = imported("quixbugs", {**SHARED, **DOUBLE})

    assert isinstance(problem.suite, FunctionSuite)
    assert [(case.args, case.expected) for case in problem.suite.cases] == [([2], 4), ([3, 2], 12), ([5], 10)]
    assert set(problem.submissions) == {"accepted/correct.py", "rejected/buggy.py"}
    assert problem.problem == "It is double.\n\nThe function is called `double`.\n"
    prove(problem)


def test_results_of_a_generator_are_compared_as_a_list(imported: Any, prove: Any) -> None:
    compared = "    assert list(upto(*input_data)) == expected\n"
    files = program("upto", "yield from range(x)", "yield from range(x + 1)", compared, "[[2], [0, 1]]\n[[0], []]\n")

    problem = imported("quixbugs", files)

    assert isinstance(problem.suite, AssertsSuite) and len(problem.suite.known_cases) == 2
    prove(problem)


def test_a_result_may_be_off_by_what_the_case_says(imported: Any, prove: Any, verifier: Any) -> None:
    compared = "    assert half(*input_data) == pytest.approx(expected, abs=input_data[-1])\n"
    files = program("half", "return x / 2 + by / 2", "return x / 2 + by * 2", compared, "[[2, 0.1], 1.0]\n")

    problem = imported("quixbugs", files)

    assert any("last argument" in note for note in problem.notes)
    prove(problem)


def test_cases_that_the_tests_skip_are_left_out_and_told(imported: Any, prove: Any) -> None:
    compared = (
        '    if input_data == [\n        3,\n        2,\n    ]:\n        pytest.skip("Takes too long!")\n\n'
        "    assert double(*input_data) == expected\n"
    )
    test = HEAD.format("double") + compared

    problem = imported("quixbugs", {**DOUBLE, "python_testcases/test_double.py": test})

    assert [case.args for case in problem.suite.cases] == [[2], [5]]
    assert problem.notes == ("1 case left out that its tests skip as too slow",)
    prove(problem)


def test_tests_of_graphs_are_taken_with_their_node(imported: Any, prove: Any) -> None:
    files = program("depth", "return 1 + depth(x.next) if x else 0", "return depth(x.next) if x else 0")

    problem = imported("quixbugs", {**SHARED, **files, "python_testcases/test_depth.py": GRAPH_TEST})

    assert isinstance(problem.suite, PytestSuite)
    assert set(problem.suite.files) == {"conftest.py", "python_testcases/test_depth.py", "python_testcases/node.py"}
    prove(problem)


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"json_testcases/double.json": "[[1], 2\n"}, "tests that can't be used"),
        ({"json_testcases/double.json": "[[1], 2, 3]\n"}, "tests that can't be used"),
        ({"json_testcases/double.json": "\n"}, "tests that can't be used"),
        ({"python_testcases/test_double.py": "def broken(:\n"}, "tests that can't be used"),
        (
            {"python_testcases/test_double.py": "def test_double():\n    assert sorted(double()) == expected\n"},
            "tests that can't be used",
        ),
        ({"python_programs/double.py": b"\xff"}, "binary data"),
    ],
)
def test_a_program_that_can_not_be_carried_over_is_refused(
    refused: Any, change: dict[str, str | bytes], kind: str
) -> None:
    assert refused("quixbugs", {**DOUBLE, **change}).kind == kind


def test_a_program_without_its_pair_costs_no_other(write: Any) -> None:
    other = program("lost", "return 1", "return 2", "    assert lost(*input_data) == expected\n", "[[1], 1]\n")
    del other["python_programs/lost.py"]

    first, second = FORMATS["quixbugs"].read(write({**DOUBLE, **other}))

    assert isinstance(first, Imported) and first.id == "double"
    assert isinstance(second, Refused) and (second.id, second.kind) == ("lost", "no buggy program")
