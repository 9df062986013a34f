"""Public problem sets: how their rows become suites, and (slow) a slice of each set through the whole verifier."""

from __future__ import annotations

import itertools
import json
import math
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # benchmarks/ is not installed

from benchmarks.datasets import apps, by_asserts, humaneval, oracle, original, report
from benchmarks.datasets.__main__ import SETS
from benchmarks.datasets.asserts import read_asserts
from benchmarks.datasets.trial import (
    NotExpressible,
    Skipped,
    Trial,
    function_suite,
    impostors,
    literal,
    nearly_right,
    says_yes,
    stopping,
    trial,
    wire_value,
)
from benchmarks.testfiles import bigcodebench, compare, plain
from benchmarks.testfiles.forged import says_yes as forged_solution
from benchmarks.testfiles.mutations import mutations
from benchmarks.testfiles.problem import LeftOut, PlainRun, PlainTest, Problem, Submission
from verifier.pipeline import Verifier
from verifier.suite.formats.lost_types import revived
from verifier.suite.literals import parse_literal
from verifier.suite.model import parse_suite
from verifier.verdict import CaseResult, Verdict

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def verifier() -> Iterator[Verifier]:
    with Verifier(workers=1) as it:
        yield it


# values on the wire


@pytest.mark.parametrize(
    "value",
    [
        (1, 2),
        [(1, [2, (3,)])],
        {"a": (1,), "b": {2, 3}},
        {1: "x", "$py": 2},
        set(),
        frozenset({1}),
        pytest.param(1 << 40_000, id="long"),
        pytest.param(-(1 << 40_000), id="long, negative"),
        [math.inf, -math.inf],
        1 + 2j,
        b"\x00",
        (),
        [True, None, 1.5, "\N{GRINNING FACE}"],
    ],
)
def test_a_value_comes_back_from_the_wire_with_its_types(value: object) -> None:
    text = json.dumps({"kind": "function", "entry_point": "f", "cases": [{"args": [], "expected": wire_value(value)}]})
    expected = parse_suite(text).cases[0].expected
    assert _typed(expected) == _typed(value)
    assert _typed(parse_literal(literal(value))) == _typed(value)


def _typed(value: object) -> object:
    if isinstance(value, list | tuple):
        return type(value).__name__, [_typed(item) for item in value]
    if isinstance(value, dict):
        return "dict", [(_typed(k), _typed(v)) for k, v in value.items()]
    return type(value).__name__, value


def test_plain_json_stays_plain() -> None:
    assert wire_value([1, {"a": [2.5, None]}]) == [1, {"a": [2.5, None]}]
    assert wire_value([(1, 2)]) == [{"$py": "(1, 2, )"}]


# asserts


def test_asserts_become_cases() -> None:
    tests = """
METADATA = {'author': 'x'}
def check(candidate):
    assert candidate(nums = [1, -2], k = 3) == [4]
    assert candidate('a') == None, "message"
    assert True
check(f)
"""
    asserts = read_asserts(tests, ["f", "candidate"])
    assert asserts.cases == [([], {"nums": [1, -2], "k": 3}, [4]), (["a"], {}, None)]
    assert asserts.checker is None


def test_expressions_are_worked_out_by_the_oracle_and_not_here() -> None:
    asserts = read_asserts("assert f([0] * 3, float('inf')) == N + 1", ["f"], setup="N = 41")
    assert asserts.cases == [([[0, 0, 0], math.inf], {}, 42)]


@pytest.mark.parametrize(
    ("line", "checker"),
    [
        ("assert math.isclose(f(1), 0.5, rel_tol=0.001)", {"name": "float", "abs_tol": 0.0, "rel_tol": 0.001}),
        ("assert abs(f(1) - 0.5) < 1e-6", {"name": "float", "abs_tol": 1e-6, "rel_tol": 0.0}),
        ("assert set(f(1)) == {1, 2}", {"name": "set"}),
        ("assert 3 == f(1)", None),
    ],
)
def test_how_an_assert_compares_is_kept(line: str, checker: dict[str, Any] | None) -> None:
    assert read_asserts(line, ["f"]).checker == checker


@pytest.mark.parametrize(
    ("tests", "why"),
    [
        ("for i in range(3):\n    assert f(i) == i", "more than asserts: For"),
        ("assert f(1)", "no comparison"),
        ("assert f(1) != 2", "no comparison"),
        ("assert f(1) == f(2) + 1 > 3", "no comparison"),
        ("assert is_same_tree(f(root = tree_node([1])), tree_node([2]))", "helper is_same_tree"),
        ("assert f(root = tree_node([1])) == 1", "helper tree_node"),
        ("assert f(*[1]) == 1", "no comparison"),
        ("def check(candidate):\n    pass", "no asserts"),
        ("assert f(1) ==", "can't be parsed"),
        ("assert set(f(1)) == {1}\nassert f(2) == 1", "different ways"),
        ("def other(): pass\nassert f(1) == 1", "functions of their own"),
    ],
)
def test_what_is_not_expressible_says_why(tests: str, why: str) -> None:
    with pytest.raises(NotExpressible, match=why):
        read_asserts(tests, ["f"])


def test_the_function_under_test_is_the_first_one_of_the_solution() -> None:
    assert by_asserts.called_first("assert (g(len('x'))) == 1", "def helper(): pass\ndef g(n): return n") == "g"
    with pytest.raises(NotExpressible):
        by_asserts.called_first("assert len('x') == 1", "def g(n): return n")


# types that JSON lost


@pytest.mark.parametrize(
    ("value", "examples", "expected"),
    [
        ([1, 2], [(3, 4)], (1, 2)),
        ([[1, "a"]], [[(3, "b")]], [(1, "a")]),
        ([[1], [2, 3]], [((1, 2), (3,))], ((1,), (2, 3))),
        ([1, [2, 3]], [(1, (4, 5))], (1, (2, 3))),
        ([[1], []], [[{1, 2}]], [{1}, set()]),
        ("1+2j", [1 + 1j], 1 + 2j),
        ("1.5", [1, 2], 1.5),
        ("(1+2j)", [1, 2], 1 + 2j),
        ("text", [1, 2], "text"),
        ([1, [2], 3], [(1, 2, (3,))], (1, (2,), 3)),
        ({"1": [2]}, [{3: (4,)}], {1: (2,)}),
        ([1, 2], [[3]], [1, 2]),
        ([1, 2], [], [1, 2]),
        ([[1], 2], [([5], 3)], ([1], 2)),
        ([1, [2, [3, [4]]]], [(1, (2, 3))], (1, (2, (3, (4,))))),
    ],
)
def test_types_come_from_the_tests_own_calls(value: object, examples: list[object], expected: object) -> None:
    assert _typed(revived(value, examples)) == _typed(expected)


# the oracle


def test_the_oracle_keeps_types_and_ignores_prints_and_changes() -> None:
    code = "def f(a):\n    print('noise')\n    a.append(1)\n    return {2: (a, {'x'})}"
    given = [[5]]
    assert oracle.outputs(code, "f", [given]) == [{2: ([5, 1], {"x"})}]
    assert given == [[5]]


@pytest.mark.parametrize(
    "code",
    ["def f(): return object()", "def f(): raise KeyError", "def f(: pass", "def f(): return (i for i in [1])"],
)
def test_a_reference_without_a_plain_answer_is_not_expressible(code: str) -> None:
    with pytest.raises(NotExpressible):
        oracle.outputs(code, "f", [[]])


def test_a_reference_that_takes_for_ever_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oracle, "TIMEOUT_S", 0.5)
    with pytest.raises(NotExpressible, match=r"more than 0.5 s"):
        oracle.outputs("def f():\n    while True: pass", "f", [[]])


def test_subclasses_are_expected_by_their_content() -> None:
    code = "import collections\ndef f(): return [collections.Counter('aab'), collections.deque([1]), True]"
    [answer] = oracle.outputs(code, "f", [[]])
    assert answer[0] == {"a": 2, "b": 1}
    assert answer[2] is True


# through the verifier, with rows of our own


def plus_row(**changes: object) -> dict[str, Any]:
    row = {
        "task_id": "Own/1",
        "prompt": 'def halve(pair):\n    """Half of each."""\n',
        "entry_point": "halve",
        "canonical_solution": "    return tuple(x / 2 for x in pair)\n",
        "base_input": [[[1, 2]]],
        "plus_input": [[[3, 4]], [[0, 0]]],
        "atol": 1e-3,
    }
    return {**row, **changes}


def test_a_plus_row_becomes_a_suite_that_its_reference_passes(verifier: Verifier) -> None:
    suite = humaneval.plus_suite(plus_row())
    assert len(suite["cases"]) == 3
    assert suite["checker"] == {"name": "float", "abs_tol": 1e-3}
    tally = _run(verifier, trial("Own/1", "reference", "full", humaneval.reference_code(plus_row()), suite))
    assert (tally.right_accepted, tally.odd) == (1, [])


def test_an_mbpp_plus_row_gets_its_tuples_back(verifier: Verifier) -> None:
    code = "def first(pairs):\n    return [hash(p) and p[0] for p in pairs]\n"  # a list has no hash
    row = plus_row(canonical_solution=code, entry_point="first", atol=0, assertion="assert first([(1, 2)]) == [1]")
    row |= {"base_input": [[[[1, 2]]]], "plus_input": {}}
    suite = humaneval.plus_suite(row)
    tally = _run(verifier, trial("Own/2", "reference", "full", humaneval.reference_code(row), suite))
    assert (tally.right_accepted, tally.odd) == (1, [])


@pytest.mark.parametrize("answer", [True, 3, 2.5, "ab", "", [1], [], (1, 2), {"a": 1}, {1}, None, 1j, math.inf])
def test_solutions_that_are_nearly_right_earn_nothing(verifier: Verifier, answer: object) -> None:
    suite = function_suite("f", [([], {}, answer)])
    tally = _run(verifier, *impostors("Own/3", f"def f():\n    return {answer!r}\n".replace("inf", "1e999"), suite))
    assert (tally.wrong, tally.wrong_rejected) == (2, 2)


def test_nearly_right_changes_the_last_answer_only(verifier: Verifier) -> None:
    code = "class Solution:\n    def f(self, n):\n        return 1 if n < 2 else n * self.f(n - 1)\n"
    namespace: dict[str, Any] = {}
    exec(nearly_right(code, "Solution().f"), namespace)
    assert namespace["Solution"]().f(5) == 121
    exec(says_yes("Solution().f"), namespace)
    assert namespace["Solution"]().f(5) == "anything"


def test_every_style_of_completion(verifier: Verifier) -> None:
    row = plus_row()
    suite = humaneval.plus_suite(row)
    code = humaneval.reference_code(row)
    tally = _run(
        verifier,
        *(
            Trial("Own/4", style, expect, {"messages": [{"role": "assistant", "content": text}], **_answer(suite)}, 3)  # type: ignore[arg-type]
            for style, (text, expect) in humaneval.styles(code, row["entry_point"]).items()
        ),
    )
    assert tally.odd == []
    assert (tally.right, tally.wrong) == (8, 2)


def _answer(suite: dict[str, Any]) -> dict[str, Any]:
    return {"reference_answer": suite}


def test_a_leetcode_row(verifier: Verifier) -> None:
    row = {
        "prompt": "from typing import *\nfrom math import *",
        "completion": "class Solution:\n    def clear(self, nums: List[int]) -> None:\n        nums.clear()\n",
        "entry_point": "Solution().clear",
        "test": "def check(candidate):\n    assert candidate(nums = [1]) == None\n",
    }
    suite = by_asserts.leetcode_suite(row)
    tally = _run(verifier, trial("Own/5", "reference", "full", f"{row['prompt']}\n{row['completion']}", suite))
    assert (tally.right_accepted, tally.odd) == (1, [])


def test_an_apps_folder_goes_over_the_wire_as_it_is(verifier: Verifier, tmp_path: Path) -> None:
    folder = tmp_path / apps.APPS / "0001"
    folder.mkdir(parents=True)
    (folder / "input_output.json").write_text(json.dumps({"fn_name": "add", "inputs": [[1, 2]], "outputs": [3]}))
    right = "class Solution:\n    def add(self, a: List[int], b): return a + b\n"
    (folder / "solutions.json").write_text(json.dumps([right]))
    generated = [{"code": right, "result": True}, {"code": right.replace("+", "-"), "result": False}]
    (folder / "gen_solutions.json").write_text(json.dumps(generated))
    tally = report.run("own", apps.apps(tmp_path), verifier)
    assert (tally.right_accepted, tally.wrong_rejected, tally.odd) == (2, 1, [])


def test_labels_and_bodies_of_model_written_solutions() -> None:
    row = {"prompt": "import math\ndef f(x):\n", "entry_point": "f", "solution": "    return math.sqrt(x)\n"}
    program = by_asserts.whole_program(row)
    assert program.index("import math") < program.index("def f(x)") < program.index("return math.sqrt")
    whole = "def f(x):\n    return 1\n"
    assert by_asserts.whole_program({**row, "solution": whole}).count("def f") == 1


# the report


def test_a_wrong_verdict_either_way_is_an_exception(verifier: Verifier) -> None:
    suite = function_suite("f", [([1], {}, 1), ([2], {}, 2)])
    tally = _run(
        verifier,
        trial("Own/6", "right but called wrong", "rejected", "def f(x): return x", suite),
        trial("Own/6", "wrong but called right", "full", "def f(x): return 1", suite),
        trial("Own/6", "half right", "zero", "def f(x): return 1", suite),
        trial("Own/6", "stops early", "rejected", "def f(x): return 0", stopping(suite)),
        Skipped("Own/7", "for a reason"),
    )
    assert [odd.trial.what for odd in tally.unexplained] == [
        "right but called wrong",
        "wrong but called right",
        "half right",
    ]
    assert (tally.wrong_rejected, len(tally.problems), tally.cases) == (1, 1, 2)
    text = report.markdown([tally])
    assert "**not explained**" in text
    assert "1 x for a reason (Own/7)" in text


def test_a_judge_error_is_no_rejection(verifier: Verifier) -> None:
    broken = {"kind": "function", "entry_point": "f", "cases": []}
    tally = _run(verifier, trial("Own/8", "wrong", "rejected", "def f(): pass", broken))
    assert len(tally.odd) == 1


# sets of test files


TESTS = """
import time, unittest
import pytest
import solution


def test_good():
    assert solution.f(1) == 2

def test_bad():
    assert solution.f(1) == 3

def test_skipped():
    if solution.f(1):
        pytest.skip("for a reason")

def test_endless():
    solution.endless()

def test_opens(tmp_path):
    (tmp_path / "x").write_text("text")
    solution.opens(tmp_path / "x")

class T(unittest.TestCase):
    def test_subtests(self):
        for n in range(3):
            with self.subTest(n=n):
                self.assertEqual(solution.f(n), [1, 2, 2][n])
"""
SOLUTION = """
def f(n):
    return n + 1
def endless():
    while True:
        try:
            while True: pass
        except Exception: pass
def opens(path):
    return open(path).read()
"""


def _problem(*submissions: Submission, files: dict[str, str] | None = None) -> Problem:
    return Problem("own", ("solution",), files or {"test_own.py": TESTS}, submissions, cpu_time_s=0.3)


def test_what_plain_pytest_says_of_each_test(tmp_path: Path) -> None:
    problem = _problem(Submission("example", SOLUTION))
    result = plain.run(problem, problem.reference, tmp_path)
    assert {name.partition("::")[2]: test.outcome for name, test in result.tests.items()} == {
        "test_good": "passed",
        "test_bad": "failed",
        "test_skipped": "skipped",
        "test_endless": "failed",
        "test_opens": "passed",
        "T::test_subtests": "failed",
    }
    assert [name for name, test in result.tests.items() if test.timed_out] == ["test_own.py::test_endless"]
    assert result.of("test_own.py::test_bad").note.startswith("assert 2 == 3")
    needs = {name: compare.needs_of(test) for name, test in result.tests.items() if compare.needs_of(test)}
    assert needs == {"test_own.py::test_opens": "needs files"}
    [kept] = tmp_path.iterdir()
    kept.write_text(kept.read_text().replace("for a reason", "as it was kept"))
    assert "as it was kept" in plain.run(problem, problem.reference, tmp_path).of("test_own.py::test_skipped").note


@pytest.mark.parametrize(
    ("code", "note"),
    [
        ("raise KeyError('x')", "KeyError: 'x'"),
        ("def f(:", "SyntaxError"),
        ("import os\ndef f(n): os._exit(0)", "pytest ended before"),
    ],
)
def test_a_submission_that_plain_pytest_can_do_nothing_with(code: str, note: str) -> None:
    problem = _problem(Submission("broken", code))
    result = plain.run(problem, problem.reference)
    assert result.of("test_own.py::test_good").outcome == "failed"
    assert note in result.of("test_own.py::test_good").note


def test_one_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain, "WHOLE_TIMEOUT_S", 3.0)
    problem = _problem(Submission("loops", "while True: pass"))
    assert "more than 3 s" in plain.run(problem, problem.reference).hangs


def test_mutations_differ_compile_and_are_always_the_same() -> None:
    code = "def f(a, b=2):\n    if a < b:\n        return a + b\n    a -= 1\n    return -a\n"
    made = mutations(code, 6, "seed")
    assert len({submission.code for submission in made} | {code}) == 7
    assert mutations(code, 6, "seed") == made
    assert mutations(code, 6, "other") != made
    kinds = {submission.what.partition(": ")[2].partition(" in line")[0] for submission in made}
    assert kinds == {"comparison", "negated if", "one less", "one more", "plus and minus", "return without value"}
    assert mutations("x = 'text'\n", 3, "seed") == ()


def test_a_bigcodebench_row_becomes_two_files() -> None:
    row = {
        "prompt": 'import json\nimport re as r\nLIMIT = 3\ndef task_func(x):\n    """Text."""\n',
        "canonical_solution": "    return os.path.join(json.dumps(x), helper(x))\ndef helper(x): return str(LIMIT)\n",
        "test": "import os\nimport unittest\nclass TestCases(unittest.TestCase):\n    def test_a(self):\n"
        "        self.assertEqual(task_func(json.loads('1')), os.path.join('1', str(LIMIT)))\n",
    }
    apart = bigcodebench.two_files(row)
    assert apart.solution.startswith("import os\nimport json\n")
    head, _, rest = apart.tests.partition("\n\n")
    assert head.splitlines() == [
        "from solution import *",
        "import json",
        "from solution import LIMIT",
        "from solution import task_func",
    ]
    assert rest.strip() == row["test"].strip()


def test_each_difference_from_plain_pytest_is_an_exception(monkeypatch: pytest.MonkeyPatch) -> None:
    outcomes = {"a": "passed", "b": "passed", "c": "failed", "d": "failed", "e": "skipped", "f": "passed"}
    tests = {name: PlainTest(outcome) for name, outcome in outcomes.items()}
    tests["f"].touched = ["submission open"]
    monkeypatch.setattr(plain, "run", lambda *args, **kwargs: PlainRun(tests))
    verdicts = Verdict.AC, Verdict.WA, Verdict.RTE, Verdict.JE, Verdict.WA, Verdict.RTE

    results = [CaseResult(n, verdicts[n], name=name) for n, name in enumerate(tests)]
    problems = [_problem(Submission("s", "")), LeftOut("x", "why")]
    tally = compare.run("own", problems, lambda suite: lambda code: results, workers=1, cache=None)
    assert (tally.tests, tally.failed, tally.same, tally.apart_same) == (5, 3, 3, 0)
    assert [difference.test for difference in tally.unexplained] == ["b", "d"]
    text = compare.markdown([tally])
    assert "own, s, b: plain passed, ours WA" in text
    assert "1 tests of 1 suites: needs files" in text
    assert "1 x why (x)" in text


def test_tests_and_results_are_matched_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    outcomes = {"a[x]": "passed", "a[y]": "failed", "b": "failed", "c[1]": "passed", "c[2]": "failed"}
    monkeypatch.setattr(plain, "run", lambda *args, **kwargs: PlainRun({n: PlainTest(o) for n, o in outcomes.items()}))
    ours = {"a #1": Verdict.AC, "a #2": Verdict.WA, "b subtest 1": Verdict.AC, "b subtest 2": Verdict.WA}
    # c was not collected by ours, and so is judged as a whole; d plain pytest doesn't know.
    ours |= {"c": Verdict.WA, "d": Verdict.AC}
    results = [CaseResult(n, verdict, name=name) for n, (name, verdict) in enumerate(ours.items())]
    problems = [_problem(Submission("s", ""))]
    tally = compare.run("own", problems, lambda suite: lambda code: results, workers=1, cache=None)
    assert (tally.tests, tally.same) == (5, 5)
    assert [difference.test for difference in tally.unexplained] == ["d"]


def test_ours_and_plain_pytest_agree_on_each_test(verifier: Verifier) -> None:
    changed = SOLUTION.replace("n + 1", "n + 1 if n < 2 else 2")
    forged = Submission("says yes", forged_solution(SOLUTION).code, forged=True)
    submissions = Submission("example", SOLUTION), Submission("changed", changed), Submission("stub", ""), forged
    tally = compare.run(
        "own",
        [_problem(*submissions)],
        lambda suite: lambda code: verifier.judge(code, parse_suite(suite)).cases,
        workers=1,
        cache=None,
    )
    assert [difference.line() for difference in tally.different] == []
    assert (tally.tests, tally.same) == (16, 16)
    assert {needs: len(names) for needs, names in tally.apart.items()} == {"needs files": 2}
    assert tally.forged_plain > tally.forged_ours


def test_the_programs_for_plain_python_say_what_is_expected() -> None:
    row = {"prompt": "def f(n):\n", "canonical_solution": "    return n\n", "entry_point": "f", "task_id": "Own/9"}
    trials = original._checked(
        "Own/9", row["prompt"] + row["canonical_solution"], "f", "def check(candidate):\n    assert candidate(1) == 1\n"
    )
    for item in trials:
        assert isinstance(item, Trial)
        if item.plain:
            assert (oracle.passes_plainly(item.plain) is not None) == (item.expect == "full")


def _run(verifier: Verifier, *trials: Trial | Skipped) -> report.Tally:
    return report.run("own", trials, verifier)


def test_without_data_the_command_says_so() -> None:
    environment = {key: value for key, value in os.environ.items() if key != "VERIFIER_DATA"}
    command = [sys.executable, "-m", "benchmarks.datasets"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0
    assert "not run" in done.stdout


# the sets themselves


def _data() -> Path | None:
    places = [Path(os.environ["VERIFIER_DATA"])] if os.environ.get("VERIFIER_DATA") else []
    return next((place for place in (*places, ROOT.parent / "shared" / "data") if place.is_dir()), None)


@pytest.mark.slow
@pytest.mark.skipif(_data() is None, reason="the problem sets are not here: set VERIFIER_DATA to their folder")
@pytest.mark.parametrize("name", list(SETS))
def test_a_slice_of_each_set(name: str) -> None:
    data = _data()
    assert data is not None
    with Verifier() as verifier:
        try:
            tally = report.run(name, itertools.islice(SETS[name](data), 30), verifier)
        except FileNotFoundError:
            pytest.skip(f"{name} is not in the folder")
    assert tally.right + tally.wrong > 0
    assert [odd.line() for odd in tally.unexplained] == []
