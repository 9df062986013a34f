"""`verifier suite mutate`, `generate` and `audit`: with real submissions, generators and a real sandbox."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from verifier.cli import main
from verifier.suite.package import read_package

TESTSUITES = Path(__file__).parents[2] / "testsuites"

SUM_OF_POSITIVE = "def total(numbers):\n    return sum(n for n in numbers if n > 0)\n"
IN_A_LOOP = """\
def total(numbers):
    found = 0
    for n in numbers:
        if n > 0:
            found += n
    return found
"""
WRONG = "def total(numbers):\n    return sum(map(abs, numbers))\n"
GENERATE = "def generate(random):\n    return [[random.randint(-9, 9) for _ in range(random.randint(0, 4))]]\n"


def invoke(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["suite", *map(str, arguments), "--workers", "2"])


def write(folder: Path, head: str, cases: list[dict[str, Any]], **files: str) -> Path:
    folder.mkdir()
    (folder / "suite.toml").write_text(head + "[limits]\ncpu_time_s = 1.0\n")
    (folder / "cases.jsonl").write_text("".join(json.dumps(case) + "\n" for case in cases))
    for name, text in files.items():
        path = folder / (name.replace("__", "/") + ".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def sums(tmp_path: Path, cases: list[Any], head: str = "", **files: str) -> Path:
    """A suite of `total`, the sum of the numbers above 0. A case is (numbers, expected)."""
    written = [{"args": [numbers], "expected": expected} for numbers, expected in cases]
    files = {"submissions__accepted__plain": SUM_OF_POSITIVE, **files}
    return write(tmp_path / "sums", f'kind = "function"\nentry_point = "total"\n{head}', written, **files)


def doubling(tmp_path: Path, **files: str) -> Path:
    """A suite of kind stdio: a number, doubled."""
    code = "if __name__ == '__main__':\n    n = int(input())\n    print(n * 2)\n"
    files = {"submissions__accepted__plain": code, **files}
    return write(tmp_path / "doubling", 'kind = "stdio"\n', [{"stdin": "2\n", "stdout": "4\n"}], **files)


# mutate


def test_a_weak_suite_lets_mutants_survive_and_says_which(tmp_path: Path) -> None:
    folder = sums(tmp_path, [([1, 2], 3), ([], 0)])

    result = invoke("mutate", folder, "--json")
    assert result.exit_code == 1, result.output
    [report] = json.loads(result.output)["suites"]
    diffs = "\n".join(one["diff"] for one in report["survivors"])
    assert "+    return sum(n for n in numbers if True)" in diffs
    assert "+    return sum(n for n in numbers if n >= 0)" in diffs
    assert report["score"] < 0.95
    counts = report["mutants"]
    assert counts["killed"] + counts["survived"] == counts["run"] == counts["made"] > 4
    assert [case["kills"] > 0 for case in report["cases"]] == [True, True]


def test_cases_that_tell_them_apart_raise_the_score(tmp_path: Path) -> None:
    entry = "[[mutant]]\nof = 'accepted/plain.py'\ndiff = '''\n{}\n'''\nreason = 'zero adds nothing'\n"
    line = "-    return sum(n for n in numbers if n > 0)\n+    return sum(n for n in numbers if n {})"
    folder = sums(tmp_path, [([1, 2], 3), ([], 0), ([-4, 1, 5], 6)])
    (folder / "equivalent.toml").write_text("".join(entry.format(line.format(test)) for test in (">= 0", "> -1")))

    result = invoke("mutate", folder)
    assert result.exit_code == 0, result.output
    assert "0 survive, 2 accepted as equivalent: score 100.0%" in result.output


def test_a_loop_without_end_is_killed_and_later_cases_are_not_run_on_it(tmp_path: Path) -> None:
    code = "def total(numbers):\n    found = 0\n    while numbers:\n        found += max(numbers.pop(), 0)\n"
    code += "    return found\n"
    folder = sums(tmp_path, [([1, 2], 3), ([-4, 1], 1), ([2], 2)], submissions__accepted__plain=code)

    [report] = json.loads(invoke("mutate", folder, "--json").output)["suites"]
    assert all("while numbers" in one["diff"] for one in report["survivors"])
    assert report["mutants"]["not_judged"] == 0


def test_a_program_is_mutated_under_its_main_guard(tmp_path: Path) -> None:
    result = invoke("mutate", doubling(tmp_path), "--json")

    [report] = json.loads(result.output)["suites"]
    assert report["mutants"]["made"] >= 4
    assert any("+    print(n + 2)" in one["diff"] for one in report["survivors"]), "2 + 2 is 2 * 2"
    assert result.exit_code == 1


def test_a_sample_is_the_same_for_the_same_seed(tmp_path: Path) -> None:
    folder = sums(tmp_path, [([1], 1)])

    first, again = (invoke("mutate", folder, "--max", 3, "--seed", 5, "--json").output for _ in range(2))
    assert first == again
    assert json.loads(first)["suites"][0]["mutants"]["run"] == 3


@pytest.mark.parametrize("name", ["tide-words", "pantry-check"])
def test_an_example_suite_kills_its_mutants(name: str) -> None:
    result = invoke("mutate", TESTSUITES / name, "--at-least", 1.0)

    assert result.exit_code == 0, result.output


@pytest.mark.slow
def test_every_example_suite_kills_95_of_100_mutants_and_has_no_stale_entry() -> None:
    result = invoke("mutate", TESTSUITES, "--at-least", 0.95)

    assert result.exit_code == 0, result.output


@pytest.mark.parametrize("command", ["mutate", "generate", "audit"])
def test_what_is_no_suite_is_a_clear_error(command: str, tmp_path: Path) -> None:
    result = invoke(command, tmp_path)

    assert result.exit_code == 2
    assert "suite.toml" in result.output


# generate


def test_generated_cases_kill_what_the_suite_let_pass(tmp_path: Path) -> None:
    edges = GENERATE + "\ndef edges():\n    return [[[]]]\n\ndef is_valid(numbers):\n    return len(numbers) < 5\n"
    folder = sums(tmp_path, [([1], 1)], submissions__accepted__loop=IN_A_LOOP, submissions__wrong_answer__abs=WRONG,
                  generator=edges)  # fmt: skip
    old = (folder / "cases.jsonl").read_text()

    shown = invoke("generate", folder, "--json")
    assert shown.exit_code == 0, shown.output
    made = json.loads(shown.output)
    assert made["killed_before"] < made["killed_by_all"] == made["killed_after"] < made["programs"]
    assert made["new_cases"][0] == {"args": [[]], "expected": 0}, "the kept edge comes first"
    assert (made["kept"], made["old_cases"], made["differing"]) == (1, 1, 0)
    assert len(made["new_cases"]) < made["usable"] / 4
    assert all(case["expected"] == sum(n for n in case["args"][0] if n > 0) for case in made["new_cases"])
    assert (folder / "cases.jsonl").read_text() == old, "without --write nothing is written"

    written = invoke("generate", folder, "--write")
    assert written.exit_code == 0, written.output
    assert (folder / "cases.jsonl").read_text().startswith(old)
    assert len(read_package(folder).suite.cases) == 1 + len(made["new_cases"])
    again = json.loads(invoke("generate", folder, "--json").output)
    assert again["killed_before"] == made["killed_after"] and again["new_cases"] == []


def test_an_input_on_which_references_differ_is_shown_and_not_used(tmp_path: Path) -> None:
    other = IN_A_LOOP.replace("n > 0", "n > 0 and n != 7")
    inputs = "NUMBERS = iter([[[1]], [[7]], [[2, 7]], [[-3]]])\n\ndef generate(random):\n    return next(NUMBERS)\n"
    folder = sums(tmp_path, [([5], 5)], submissions__accepted__loop=other, generator=inputs)

    result = invoke("generate", folder, "--count", 4, "--json")
    assert result.exit_code == 1, result.output
    made = json.loads(result.output)
    assert made["usable"] == 2
    assert [one["input"] for one in made["unused"]] == ["[[7]]", "[[2, 7]]"]
    assert made["unused"][1]["answers"] == {"accepted/plain.py": "9", "accepted/loop.py": "2"}
    assert "references differ, not used: [[2, 7]]" in invoke("generate", folder, "--count", 4).output


def test_hypothesis_strategies_make_inputs_and_the_same_ones_again(tmp_path: Path) -> None:
    strategy = (
        "from hypothesis import strategies as st\n\ninputs = st.tuples(st.lists(st.integers(-50, 50), max_size=4))\n"
    )
    folder = sums(tmp_path, [([1], 1)], generator=strategy)

    first, again = (invoke("generate", folder, "--count", 30, "--seed", 2, "--json") for _ in range(2))
    assert first.exit_code == 0, first.output
    assert first.output == again.output
    assert json.loads(first.output)["usable"] > 10


def test_programs_get_their_inputs_as_text(tmp_path: Path) -> None:
    numbers = "def generate(random):\n    return f'{random.randint(-50, 50)}\\n'\n"
    folder = doubling(tmp_path, generator=numbers)

    result = invoke("generate", folder, "--count", 10, "--write")
    assert result.exit_code == 0, result.output
    cases = [json.loads(line) for line in (folder / "cases.jsonl").read_text().splitlines()]
    assert len(cases) >= 2
    assert all(int(case["stdout"]) == 2 * int(case["stdin"]) for case in cases)


def test_replacing_lets_a_case_go_that_kills_no_more_than_others(tmp_path: Path) -> None:
    known = "def generate(random):\n    return [[1]]\n"
    folder = sums(tmp_path, [([1, 1], 2), ([1], 1), ([3, -1, 0], 3)], generator=known)

    result = invoke("generate", folder, "--replace", "--write", "--count", 5)
    assert result.exit_code == 0, result.output
    kept = [json.loads(line)["args"] for line in (folder / "cases.jsonl").read_text().splitlines()]
    assert kept == [[[1]], [[3, -1, 0]]]


def test_inputs_that_the_statement_forbids_are_not_used(tmp_path: Path) -> None:
    lax = "def generate(random):\n    return [[random.choice([1, 2, -5])]]\n\n"
    lax += "def is_valid(numbers):\n    return min(numbers, default=1) > 0\n"
    folder = sums(tmp_path, [([9], 9)], generator=lax)

    result = invoke("generate", folder, "--json")
    assert result.exit_code == 1, result.output
    made = json.loads(result.output)
    assert [one["input"] for one in made["unused"] if one["what"] == "not valid"] == ["[[-5]]"]
    assert made["usable"] > 2, "the edges that are valid are used"


@pytest.mark.parametrize(
    ("generator", "said"),
    [
        ("x = 1\n", "must define generate"),
        ("def generate(random):\n    return 5\n", "list of arguments"),
        ("def generate(random):\n    return [object()]\n", "can't be part of a suite"),
        ("def generate(random):\n    raise KeyError('lost')\n", "lost"),
        ("import no_such_module\n", "no_such_module"),
        ("def generate(:\n", "compile"),
    ],
)
def test_a_generator_that_fails_is_named_with_the_reason(tmp_path: Path, generator: str, said: str) -> None:
    result = invoke("generate", sums(tmp_path, [([1], 1)], generator=generator))

    assert result.exit_code == 2
    assert "sums/generator.py" in result.output and said in result.output


def test_a_generator_runs_in_the_sandbox_and_never_here(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    code = f"try:\n    open({str(mark)!r}, 'w')\nexcept OSError as error:\n    pass\n{GENERATE}"

    result = invoke("generate", sums(tmp_path, [([1], 1)], generator=code))
    assert result.exit_code == 0, result.output
    assert not mark.exists()


@pytest.mark.parametrize(
    ("name", "said"),
    [("parcel-lockers", "of kind pytest"), ("tide-words", "of kind asserts"), ("favourite-word", "any_of")],
)
def test_suites_whose_cases_cannot_be_generated_are_refused(name: str, said: str) -> None:
    result = invoke("generate", TESTSUITES / name)

    assert result.exit_code == 2 and said in result.output


# audit


def test_a_suite_that_pays_for_nothing_is_warned_of(tmp_path: Path) -> None:
    folder = sums(tmp_path, [([-1], 0), ([], 0), ([0], 0), ([3], 3)])

    result = invoke("audit", folder, "--json")
    assert result.exit_code == 1, result.output
    [report] = json.loads(result.output)["suites"]
    earned = {one["name"]: one for one in report["programs"]}
    assert earned["constant 0"]["reward"] == 0.75 and earned["constant 0"]["paid_by"] == [0, 1, 2]
    assert earned["constant 1"]["reward"] == 0
    assert "constant 0" in [name for name, one in earned.items() if one["warns"]]
    assert not any(one["warns"] for one in earned.values() if one["group"] == "hack")
    assert "0, 1, 2" in report["advice"][0]


def test_grouped_cases_pay_nothing_to_a_constant(tmp_path: Path) -> None:
    folder = sums(tmp_path, [([-1], 0), ([], 0), ([0], 0), ([3, 1], 4)], '[reward]\ngroups = "all_or_nothing"\n')
    lines = [json.loads(line) for line in (folder / "cases.jsonl").read_text().splitlines()]
    (folder / "cases.jsonl").write_text("".join(json.dumps({**line, "group": "all"}) + "\n" for line in lines))

    result = invoke("audit", folder)
    assert result.exit_code == 0, result.output
    assert "warning" not in result.output


def test_an_echo_is_paid_where_the_answer_is_the_input(tmp_path: Path) -> None:
    code = "print(max(input(), ''))\n"
    cases = [{"stdin": f"{word}\n", "stdout": f"{word}\n"} for word in ("tide", "shore")]
    folder = write(tmp_path / "same", 'kind = "stdio"\n', cases, submissions__accepted__plain=code)

    [report] = json.loads(invoke("audit", folder, "--json").output)["suites"]
    earned = {one["name"]: one["reward"] for one in report["programs"]}
    assert earned["echo of the input"] == 1.0 and earned["does nothing"] == 0


@pytest.mark.parametrize("name", ["stock-ledger", "parcel-lockers", "robot-walk"])
def test_no_hack_earns_anything_and_none_ends_the_judge(name: str) -> None:
    result = invoke("audit", TESTSUITES / name, "--json")

    [report] = json.loads(result.output)["suites"]
    hacks = [one for one in report["programs"] if one["group"] == "hack"]
    assert len(hacks) > 15
    assert [one["name"] for one in hacks if one["reward"] > 0 or not one["judged"]] == []


@pytest.mark.slow
def test_no_example_suite_pays_more_than_a_tenth_for_nothing() -> None:
    result = invoke("audit", TESTSUITES)

    assert result.exit_code == 0, result.output
