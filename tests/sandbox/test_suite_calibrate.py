"""`verifier suite calibrate`: what references need is measured, noted in the suite's files, and proven before."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from verifier.authoring.calibrate import NotCalibrated, calibrate
from verifier.authoring.running import Runner
from verifier.authoring.skeleton import KINDS, make_suite
from verifier.authoring.speed import machine_speed
from verifier.cli import main
from verifier.limits import MIB
from verifier.suite.package import read_package
from verifier.verdict import Verdict

SLOW = """\
import time


def count_vowels(text):
    until = time.process_time() + 0.15
    while time.process_time() < until:
        pass
    return sum(letter in "aeiou" for letter in text.lower())
"""
LARGE = """\
def count_vowels(text):
    kept = b"x" * (40 << 20)
    return sum(letter in "aeiou" for letter in text.lower())
"""


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    with Runner(1) as runner:
        yield runner


def function_suite(folder: Path, **references: str) -> Path:
    made = make_suite(folder, "vowels", "function")
    for name, code in references.items():
        (made / "submissions" / "accepted" / f"{name}.py").write_text(code, encoding="utf-8")
    return made


def suite_calibrate(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["suite", "calibrate", *map(str, arguments)])


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("*") if path.is_file()}


def test_limits_go_by_the_slowest_reference_and_figures_hold_it(tmp_path, runner):
    found = calibrate(read_package(function_suite(tmp_path, slow=SLOW)), runner, runs=1)

    [time, memory] = found.limits
    assert "accepted/slow.py" in time.reason
    for figure in found.figures:
        assert figure.slowest_name == "accepted/slow.py"
        assert figure.slowest_s >= 0.12 > figure.fastest_s
        assert 2 * figure.cpu_time_s >= 1.25 * figure.slowest_s
        assert figure.output_bytes > 0
    assert memory.stands
    assert found.where.machine_speed > 0 and found.where.python.startswith("3.")


def test_a_reference_that_its_limit_would_stop_is_measured_all_the_same(tmp_path, runner):
    made = function_suite(tmp_path, large=LARGE)
    text = (made / "suite.toml").read_text(encoding="utf-8").replace("67108864", str(16 * MIB))
    (made / "suite.toml").write_text(text, encoding="utf-8")

    [_, memory] = calibrate(read_package(made), runner, runs=1).limits
    assert (memory.current, memory.proposed) == (16 * MIB, 256 * MIB)


def test_a_reference_that_does_not_pass_calibrates_nothing(tmp_path, runner):
    package = read_package(function_suite(tmp_path, wrong="def count_vowels(text):\n    return 0\n"))

    with pytest.raises(NotCalibrated, match=r"submissions/accepted/wrong\.py: is WA, even without the suite's limits"):
        calibrate(package, runner, runs=1)


def test_a_suite_without_references_calibrates_nothing(tmp_path, runner):
    made = function_suite(tmp_path)
    for path in (made / "submissions" / "accepted").iterdir():
        path.unlink()

    with pytest.raises(NotCalibrated, match="has no reference to measure"):
        calibrate(read_package(made), runner, runs=1)


def test_many_suites_are_calibrated_with_one_measurement_of_the_machine(tmp_path, monkeypatch):
    make_suite(tmp_path, "one", "stdio")
    make_suite(tmp_path, "other", "stdio")
    speeds = iter([0.5, 0.25])
    monkeypatch.setattr("verifier.authoring.calibrate.machine_speed", lambda runner: (next(speeds), "3.0"))

    shown = suite_calibrate(tmp_path, "--runs", 1, "--json")
    assert [(one["machine_speed"], one["python"]) for one in json.loads(shown.output)["suites"]] == [(0.5, "3.0")] * 2


def test_a_machine_has_a_speed(runner):
    speed, python = machine_speed(runner, runs=1)

    assert 0.01 < speed < 100
    assert python.count(".") == 1


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_written_is_read_and_pays_the_references_in_full(tmp_path, runner, kind):
    made = make_suite(tmp_path, "made", kind)
    before = contents(made)

    assert suite_calibrate(made, "--runs", 1).exit_code == 0
    assert contents(made) == before
    shown = suite_calibrate(made, "--runs", 1, "--write", "--json")
    assert shown.exit_code == 0
    package = read_package(made)
    assert package.suite.calibrated
    assert package.suite.calibration is not None
    assert "# A submission" in before["suite.toml"].decode() or kind != "function"
    assert set(json.loads(shown.output)["suites"][0]["changed"]) <= {"suite.toml", "cases.jsonl"}
    for one in package.references:
        judgement = runner.judge(one.code, package.suite)
        assert (judgement.verdict, judgement.score.reward) == (Verdict.AC, 1.0)


def test_nothing_is_written_where_a_submission_would_not_get_its_verdict(tmp_path):
    made = make_suite(tmp_path, "made", "stdio")
    late = made / "submissions" / "time_limit_exceeded" / "not_late.py"
    late.parent.mkdir()
    late.write_text("print(1)\n", encoding="utf-8")
    before = contents(made)

    shown = suite_calibrate(made, "--runs", 1, "--write")
    assert shown.exit_code == 1
    assert "not proven time_limit_exceeded/not_late.py gets WA, not TLE" in shown.output
    assert contents(made) == before


def test_a_suite_that_can_not_be_calibrated_does_not_cost_the_others_theirs(tmp_path):
    made = make_suite(tmp_path, "good", "stdio")
    make_suite(tmp_path, "bad", "stdio").joinpath("submissions/accepted/sorting.py").write_text("print()", "utf-8")

    shown = suite_calibrate(tmp_path, "--runs", 1, "--write", "--json")
    assert shown.exit_code == 1
    [bad, good] = json.loads(shown.output)["suites"]
    assert bad["problems"][0].startswith("submissions/accepted/sorting.py: is WA")
    assert good["problems"] == []
    assert read_package(made).suite.calibrated
