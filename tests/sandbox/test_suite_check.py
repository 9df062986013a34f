"""Defects that `verifier suite check` finds by running a suite's submissions, and what the command says.

Each defect is planted in a sound suite and found by its code; the sound twin has no such finding. Those that reading
alone finds are in tests/unit/authoring/.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner, Result

from tests.planted import Change, added, put
from verifier.authoring.check import check_package, read_findings
from verifier.authoring.findings import RULES
from verifier.authoring.running import Runner
from verifier.authoring.skeleton import SKELETONS, make_suite
from verifier.cli import main
from verifier.suite.package import Package, read_package

TESTSUITES = Path(__file__).parents[2] / "testsuites"
WORKERS = 2


class Defect(NamedTuple):
    code: str
    kind: str
    changes: dict[str, Change]
    twin: dict[str, Change] = {}
    """Changes that make the sound twin of the skeleton, where that is not the skeleton itself."""


RIGHT = "submissions/accepted/generator.py"
ALSO_RIGHT = "submissions/accepted/counting.py"
PROGRAM = "submissions/accepted/sorting.py"
WRONG = "submissions/wrong_answer/counts_y.py"
COUNTS = 'return sum(letter in "aeiou" for letter in text.lower())\n'

BURNS = f"""\
import time


def count_vowels(text):
    while time.process_time() < 0.75:
        pass
    {COUNTS}"""
FILLS = f"""\
def count_vowels(text):
    kept = b"x" * (40 << 20)
    {COUNTS}"""
BY_CHANCE = f"""\
import time


def count_vowels(text):
    if time.time_ns() // 1000 % 2:
        return -1
    {COUNTS}"""
MANY = "".join(f'{{"args": ["{"ea" * n}"], "expected": {2 * n}}}\n' for n in range(1, 60))
ONE_MISTAKE: dict[str, Change] = {
    WRONG: None,
    "submissions/wrong_answer/each_vowel_once.py": None,
    "submissions/run_time_error/looks_at_the_first.py": None,
}
NO_VOWELS = "".join(f'{{"args": ["{"hm" * n}"], "expected": 0}}\n' for n in range(20))
DEEP = '{"args": [' + "[" * 450 + "]" * 450 + '], "expected": 0}\n'

DEFECTS = [
    Defect("wrong-expected", "function", {"cases.jsonl": put('"expected": 3}', '"expected": 4}')}),
    Defect("wrong-expected", "stdio", {"cases.jsonl": put('"4 16\\n"', '"4 15\\n"')}),
    Defect("wrong-expected", "asserts", {"suite.toml": put('"III"', '"IIII"')}),
    Defect("wrong-expected", "pytest", {"tests/test_solution.py": put("passed == 3", "passed == 4")}),
    Defect("reference-fails", "function", {RIGHT: put("letter in", "text[0] and letter in")}),
    Defect("reference-fails", "stdio", {PROGRAM: "print(input(\n"}),
    Defect("order-dependent", "function", {
        "cases.jsonl": added('{"args": ["xyz"], "expected": ["e", "d", "f"]}\n'),
        RIGHT: f'def count_vowels(text):\n    if text == "xyz":\n        return ["d", "e", "f"]\n    {COUNTS}',
    }),
    Defect("reference-reward", "function", {RIGHT: BURNS}),
    Defect("near-time-limit", "function", {RIGHT: BURNS}),
    Defect("near-memory-limit", "function", {RIGHT: FILLS}, {RIGHT: FILLS, "suite.toml": put("67108864", "134217728")}),
    Defect("near-output-limit", "stdio", {"suite.toml": put("cpu_time_s", "output_bytes = 10\ncpu_time_s")}),
    Defect("costly-hang", "asserts", {"suite.toml": put("cpu_time_s = 1.0", "cpu_time_s = 10.0")}),
    Defect("wide-time-limit", "asserts", {"suite.toml": put("cpu_time_s = 1.0", "cpu_time_s = 3.0")}),
    Defect("wrong-submission-accepted", "stdio", {
        "submissions/wrong_answer/first_and_last.py": (
            "import sys\n\nwords = sorted(map(int, sys.stdin.read().split()))\nprint(words[0], words[-1])\n"
        ),
    }),
    Defect("unexpected-verdict", "asserts", {"submissions/wrong_answer/up_to_ten.py": "def roman(n):\n    return f\n"}),
    Defect("unexpected-verdict", "function", {WRONG: "def count_vowels(text:\n"}),
    Defect("answer-refused", "function", {"answers.jsonl": added('{"case": 1, "accept": []}\n')}),
    Defect("answer-accepted", "stdio", {"answers.jsonl": added('{"case": 1, "refuse": "7\\n7"}\n')}),
    Defect("flaky-case", "function", {RIGHT: BY_CHANCE, "cases.jsonl": MANY}, {"cases.jsonl": MANY}),
    Defect("flaky-submission", "function", {WRONG: BY_CHANCE, "cases.jsonl": MANY}, {"cases.jsonl": MANY}),
    Defect("uncalibrated", "stdio", {}, {"cases.jsonl": put('7 7\\n"}', '7 7\\n", "reference_cpu_time_s": 0.005}')}),
    Defect("stale-calibration", "function", {"cases.jsonl": put('"weight": 2', '"reference_cpu_time_s": 0.9')},
           {"cases.jsonl": put('"weight": 2', '"reference_cpu_time_s": 0.001')}),
    Defect("accepts-anything", "asserts", {"suite.toml": put('(1) == "I"', '(1) is not Ellipsis')},
           {"suite.toml": put('(1) == "I"', '(1) == candidate(1)')}),
    Defect("accepts-anything", "pytest", {
        "tests/test_solution.py": added("\n\ndef test_a(turnstile):\n    assert isinstance(turnstile, Turnstile)\n"),
    }, {
        "tests/test_solution.py": added(
            "\n\nfrom unittest import mock\n\n\n@mock.patch('builtins.print')\ndef test_a(printed):\n"
            "    assert Turnstile(1)\n    printed.assert_not_called()\n"
        ),
    }),
    Defect("vacuous-case", "asserts", {"suite.toml": put('assert candidate(1) == "I"', 'assert not candidate(0)')}),
    Defect("vacuous-case", "stdio", {"cases.jsonl": added('{"stdin": "", "stdout": ""}\n')}),
    Defect("vacuous-case", "function", {"cases.jsonl": added('{"args": ["?"], "expected": null}\n')}),
    Defect("guessable-case", "asserts", {"suite.toml": put('(1) == "I"', '(1) == 1')}),
    Defect("guessable-case", "stdio", {"cases.jsonl": added('{"stdin": "0", "stdout": "0"}\n')}),
    Defect("trivial-reward", "function", {"cases.jsonl": added(NO_VOWELS)}),
    Defect("toothless-case", "asserts", {"submissions/run_time_error/no_one.py": None}),
    Defect("toothless-suite", "function", ONE_MISTAKE),
    Defect("judge-error", "function", {"cases.jsonl": added(DEEP)}),
]  # fmt: skip


def planted(folder: Path, kind: str, changes: dict[str, Change]) -> Package:
    made = make_suite(folder, "planted", kind)
    for name, change in changes.items():
        path = made / name
        if change is None:
            path.unlink()
        elif isinstance(change, str):
            path.write_text(change, encoding="utf-8")
        else:
            path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
    return read_package(made)


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    with Runner(WORKERS) as runner:
        yield runner


def codes(package: Package, runner: Runner) -> set[str]:
    return {found.code for found in check_package(package, runner, runs=2).findings}


@pytest.fixture(scope="module")
def skeleton_codes(runner: Runner, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], set[str]]:
    return cache(lambda kind: codes(planted(tmp_path_factory.mktemp("skeleton"), kind, {}), runner))


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: f"{defect.code} {defect.kind}")
def test_a_defect_is_found_and_its_sound_twin_is_not_blamed(tmp_path, runner, skeleton_codes, defect):
    assert defect.code in codes(planted(tmp_path / "broken", defect.kind, defect.changes), runner)
    if defect.twin:
        assert defect.code not in codes(planted(tmp_path / "sound", defect.kind, defect.twin), runner)
    else:
        assert defect.code not in skeleton_codes(defect.kind)


def test_every_defect_that_the_table_of_codes_names_is_planted_somewhere():
    by_running = {defect.code for defect in DEFECTS}
    by_reading = {code for code in RULES if f'"{code}"' in _reading_tests()}
    by_the_command = {"unreadable"}

    assert set(RULES) - by_running - by_reading - by_the_command == set()
    assert len(by_running | by_reading) >= 25


def _reading_tests() -> str:
    path = Path(__file__).parents[1] / "unit" / "authoring" / "test_check_by_reading.py"
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize(("kind", "own_checker"), SKELETONS)
def test_a_skeleton_passes_its_own_check_with_nothing_worse_than_notes(tmp_path, runner, kind, own_checker):
    made = make_suite(tmp_path, "made", kind, own_checker=own_checker)
    report = check_package(read_package(made), runner, runs=3)

    assert [found for found in report.findings if found.severity != "note"] == []
    assert {len(one.judgements) for one in report.ran} == {3}


@pytest.mark.slow
@pytest.mark.parametrize(
    "folder", sorted(path.parent for path in TESTSUITES.glob("*/suite.toml")), ids=lambda p: p.name
)
def test_an_example_suite_passes_its_check_with_nothing_worse_than_notes(runner, folder):
    report = check_package(read_package(folder), runner, runs=2)

    assert [found for found in report.findings if found.severity != "note"] == []


def test_the_reference_s_answer_is_shown_beside_the_expected_one(tmp_path, runner):
    package = planted(tmp_path, "function", {"cases.jsonl": put('"expected": 3}', '"expected": 4}')})

    report = check_package(package, runner, runs=1)
    [found, _] = [found for found in report.findings if found.code == "wrong-expected"]
    assert found.what == "accepted/counting.py answers 3 in case 4, expected is 4"
    assert (found.place, found.case) == ("cases.jsonl:5", 4)


def test_a_custom_checker_is_asked_about_the_answers(tmp_path, runner):
    checker = "def check(case, answer):\n    return answer == case.expected or answer == 'many'\n"
    changes = {
        "suite.toml": put('name = "exact"', 'name = "custom"'),
        "checker.py": checker,
        "answers.jsonl": '{"case": 0, "refuse": "many"}\n{"case": 0, "accept": 4}\n{"case": 0, "accept": "few"}\n',
    }

    report = check_package(planted(tmp_path, "function", changes), runner, runs=1)
    found = {(one.code, one.place) for one in report.findings if one.code.startswith("answer-")}
    assert found == {("answer-accepted", "answers.jsonl:1"), ("answer-refused", "answers.jsonl:3")}


# The command


def suite_check(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["suite", "check", "--runs", "1", "--workers", "1", *map(str, arguments)])


def test_the_exit_status_is_0_without_an_error_and_1_with_one_or_with_a_warning_if_strict(tmp_path):
    sound = planted(tmp_path / "a", "stdio", {}).folder
    doubtful = planted(tmp_path / "b", "stdio", {"problem.md": None}).folder
    wrong = planted(tmp_path / "c", "stdio", {"cases.jsonl": put('"4 16\\n"', '"4 15\\n"')}).folder

    assert suite_check(sound, "--strict").exit_code == 0
    assert suite_check(doubtful).exit_code == 0
    assert suite_check(doubtful, "--strict").exit_code == 1
    assert suite_check(doubtful, "--strict", "--ignore", "no-problem").exit_code == 0
    shown = suite_check(wrong)
    assert shown.exit_code == 1
    assert "error wrong-expected" in shown.output
    assert "cases.jsonl:1  accepted/min_and_max.py answers '4 16\\n' in case 0" in shown.output


def test_a_suite_that_can_not_be_read_is_reported_beside_the_others(tmp_path):
    planted(tmp_path / "x", "stdio", {}).folder.rename(tmp_path / "sound")
    planted(tmp_path / "y", "stdio", {}).folder.rename(tmp_path / "broken")
    (tmp_path / "broken" / "cases.jsonl").write_text('{"stdin": 1}\n', encoding="utf-8")

    shown = suite_check(tmp_path, "--json")
    assert shown.exit_code == 2
    report = json.loads(shown.output)
    [broken, sound] = report["suites"]
    assert [found["code"] for found in broken["findings"]] == ["unreadable"]
    assert broken["findings"][0]["place"] == "broken/cases.jsonl:1.stdin"
    assert sound["error"] == 0
    assert {one["name"]: one["verdicts"] for one in sound["submissions"]}["accepted/sorting.py"] == ["AC"]
    assert report["error"] == 1


def test_a_judge_error_has_a_status_of_its_own(tmp_path):
    assert suite_check(planted(tmp_path, "function", {"cases.jsonl": added(DEEP)}).folder).exit_code == 3


def test_a_name_that_is_no_suite_ends_the_command(tmp_path):
    shown = suite_check("no-such-suite", "--suites", tmp_path)

    assert shown.exit_code == 2
    assert "no-such-suite: is neither a suite's directory nor an id in" in shown.output


def test_reading_alone_finds_nothing_in_the_example_suites_but_notes():
    for folder in sorted(path.parent for path in TESTSUITES.glob("*/suite.toml")):
        assert {found.severity for found in read_findings(read_package(folder))} <= {"note"}
