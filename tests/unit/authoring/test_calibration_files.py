"""What calibration writes into a suite's files, given what was measured: nothing runs here."""

from __future__ import annotations

import os
import tomllib

import pytest

from verifier.authoring.calibrate import Calibrated, Figure, Proposal, proposals, round_number
from verifier.authoring.calibrate import test_function as function_of_test
from verifier.authoring.calibration_files import calibrated_files, suite_with, write_files
from verifier.authoring.skeleton import make_suite
from verifier.errors import SuiteError
from verifier.limits import MIB, Limits
from verifier.suite.base import Calibration
from verifier.suite.model import parse_suite
from verifier.suite.package import read_package

STANDS = (Proposal("cpu_time_s", 1.0, 1.0, "slowest reference 0.021 s (accepted/x.py, case 4)"),)


def figure(key, cpu_time_s=0.02, memory_bytes=4 * MIB):
    return Figure(key, cpu_time_s, cpu_time_s, "accepted/x.py", memory_bytes, memory_bytes)


def measured(*keys, limits=STANDS, speed=1.0, **costs):
    return Calibrated(tuple(figure(key, **costs) for key in keys), limits, Calibration(machine_speed=speed), 5)


def package_of(tmp_path, kind, files=()):
    folder = make_suite(tmp_path, "made", kind)
    for name, text in dict(files).items():
        folder.joinpath(name).write_text(text, encoding="utf-8", newline="")
    return read_package(folder)


def written(package, found):
    write_files(package.folder, calibrated_files(package, found))
    return read_package(package.folder)


FIGURES = '"reference_cpu_time_s": 0.02, "reference_memory_bytes": 4194304}'


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('{"args": [""], "expected": 0}', '{"args": [""], "expected": 0, ' + FIGURES),
        ('{ "expected":0,"args":[ "" ] }', '{ "expected":0,"args":[ "" ], ' + FIGURES),
        ('{"args": [""], "expected": 0}\r', '{"args": [""], "expected": 0, ' + FIGURES + "\r"),
        (
            '{"args": [""], "expected": 0, "reference_cpu_time_s": 9, "reference_memory_bytes": 8}',
            '{"args": [""], "expected": 0, ' + FIGURES,
        ),
        (
            '{"args": [""], "reference_cpu_time_s": 1e1, "expected": 0, "weight": 2}',
            '{"args": [""], "expected": 0, "weight": 2, ' + FIGURES,
        ),
        (
            '{"reference_cpu_time_s": 9, "args": [", \\"reference_cpu_time_s\\": 9}"], "expected": 0}',
            '{"args": [", \\"reference_cpu_time_s\\": 9}"], "expected": 0, ' + FIGURES,
        ),
        (
            '{"args": [{"a": 1, "reference_cpu_time_s": 9}], "expected": "é"}',
            '{"args": [{"a": 1, "reference_cpu_time_s": 9}], "expected": "é", ' + FIGURES,
        ),
    ],
)  # fmt: skip
def test_a_line_gets_its_figures_and_is_otherwise_as_it_was_written(tmp_path, line, expected):
    package = package_of(tmp_path, "function", {"cases.jsonl": f"\n{line}\n\n"})

    assert calibrated_files(package, measured(0))["cases.jsonl"] == f"\n{expected}\n\n"


def test_what_was_measured_again_changes_nothing_while_it_is_near_enough(tmp_path):
    package = written(package_of(tmp_path, "function"), measured(*range(6)))

    assert package.suite.cases[2].reference_cpu_time_s == 0.02
    assert calibrated_files(package, measured(*range(6), cpu_time_s=0.025, memory_bytes=5 * MIB)) == {}
    assert set(calibrated_files(package, measured(*range(6), cpu_time_s=0.05))) == {"cases.jsonl"}
    assert set(calibrated_files(package, measured(*range(6), memory_bytes=8 * MIB))) == {"cases.jsonl"}


def test_a_faster_machine_changes_nothing_where_the_work_is_the_same(tmp_path):
    package = written(package_of(tmp_path, "function"), measured(*range(6), cpu_time_s=0.4))

    assert calibrated_files(package, measured(*range(6), cpu_time_s=0.1, speed=4.0)) == {}
    assert set(calibrated_files(package, measured(*range(6), cpu_time_s=0.1))) == {"cases.jsonl"}
    assert (
        "machine_speed = 4.0"
        in calibrated_files(package, measured(*range(6), cpu_time_s=0.01, speed=4.0))["suite.toml"]
    )


def test_tests_that_no_case_names_get_one_beside_those_that_are_there(tmp_path):
    package = package_of(tmp_path, "pytest")
    names = ["test_solution.py::test_it_is_locked_at_first", "test_solution.py::test_a_coin_lets_one_person_through"]

    after = written(package, measured(*names)).suite
    assert {case.test: case.reference_cpu_time_s for case in after.cases} == dict.fromkeys(names, 0.02)
    assert after.case_of(names[1]).weight == 2
    assert calibrated_files(read_package(package.folder), measured(*names)) == {}


def test_tests_of_a_suite_without_cases_get_a_file_of_them(tmp_path):
    package = package_of(tmp_path, "asserts")
    head = (package.folder / "suite.toml").read_text(encoding="utf-8")
    (package.folder / "suite.toml").write_text(head.partition("# Each assert counts")[0], encoding="utf-8")

    found = calibrated_files(read_package(package.folder), measured("line 2"))
    assert found["cases.jsonl"] == '{"test": "line 2", ' + FIGURES + "\n"


def test_inline_cases_of_either_form_are_edited(tmp_path):
    for form in ('cases = [{stdin = "1", stdout = "1"}]\n', '[[cases]]\nstdin = "1" # one\nstdout = "1"\n'):
        folder = make_suite(tmp_path / form[:3], "made", "stdio")
        for name in ("cases.jsonl", "answers.jsonl"):
            folder.joinpath(name).unlink()
        folder.joinpath("suite.toml").write_text(f'kind = "stdio"\n{form}', encoding="utf-8")

        after = written(read_package(folder), measured(0)).suite
        assert [case.reference_memory_bytes for case in after.cases] == [4194304]


@pytest.fixture
def toml(tmp_path):
    """toml(text, found): suite.toml with these lines after calibration."""

    def after(text, found):
        lines = 'kind = "stdio"\n' + text
        package = package_of(tmp_path, "stdio", {"suite.toml": lines, "cases.jsonl": '{"stdin": "", "stdout": "1"}\n'})
        return calibrated_files(package, found).get("suite.toml", lines)

    return after


CHANGES = (Proposal("cpu_time_s", 1.0, 3.0, "slowest reference 0.6 s (accepted/x.py, case 0)"),)


def test_a_limit_is_changed_where_it_stands_with_the_reason_beside_it(toml):
    text = toml("# mine\n[limits]\n# above\ncpu_time_s = 1.0\noutput_bytes = 5\n", measured(0, limits=CHANGES))

    assert "# mine\n[limits]\n# above\ncpu_time_s = 3.0" in text
    assert "# calibrated: slowest reference 0.6 s (accepted/x.py, case 0)\noutput_bytes = 5\n" in text


def test_an_author_s_comment_beside_a_limit_stays(toml):
    text = toml("[limits]\ncpu_time_s = 1.0 # so it is\n", measured(0, limits=CHANGES))

    assert "cpu_time_s = 3.0 # so it is\n" in text


def test_a_reason_that_says_nearly_the_same_stays(toml):
    beside = "# calibrated: slowest reference 0.02 s (old)"
    found = measured(0)

    assert beside in toml(f"[limits]\ncpu_time_s = 1.0 {beside}\n", found)


def test_a_reason_that_says_something_else_is_renewed(toml):
    beside = "# calibrated: slowest reference 0.5 s (old)"

    assert beside not in toml(f"[limits]\ncpu_time_s = 1.0 {beside}\n", measured(0))


def test_a_suite_that_names_no_limits_gets_those_that_change(toml):
    assert tomllib.loads(toml("", measured(0, limits=CHANGES)))["limits"] == {"cpu_time_s": 3.0}


def test_a_suite_that_names_no_limits_gets_none_where_all_stand(toml):
    assert "limits" not in toml("", measured(0))


def test_limits_that_are_no_table_are_named_as_what_can_not_be_edited(toml):
    with pytest.raises(SuiteError, match=r"write limits as a table"):
        toml("limits = {cpu_time_s = 1.0}\n", measured(0, limits=CHANGES))


def test_the_new_suite_is_read_before_anything_is_written(tmp_path):
    package = package_of(tmp_path, "pytest")
    changed = calibrated_files(package, measured("test_solution.py::test_it_is_locked_at_first", limits=CHANGES))

    assert suite_with(package, changed).limits == Limits(cpu_time_s=3.0, memory_bytes=64 * MIB)
    assert read_package(package.folder).suite.limits.cpu_time_s == 1.0


def test_a_file_is_replaced_as_a_whole_or_not_at_all(tmp_path, monkeypatch):
    package = package_of(tmp_path, "stdio")
    before = {path: path.read_bytes() for path in package.folder.rglob("*") if path.is_file()}

    def refuse(*_):
        raise OSError("no")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(OSError, match="no"):
        write_files(package.folder, {"suite.toml": "x", "cases.jsonl": "y"})
    assert {path: path.read_bytes() for path in package.folder.rglob("*") if path.is_file()} == before


# What is proposed


@pytest.mark.parametrize(
    ("value", "expected"), [(1.0, 1.0), (1.01, 1.5), (2.5, 3.0), (7.5, 10.0), (0.3, 0.3), (11, 15.0), (99, 100.0)]
)
def testproposals_areround_numbers(value, expected):
    assert round_number(value) == expected


def suite_of(**limits):
    return parse_suite({"kind": "stdio", "limits": limits, "cases": [{"stdout": "1"}]})


@pytest.mark.parametrize(
    ("limit", "slowest", "expected"),
    [(6.0, 0.001, 1.0), (2.0, 0.001, 2.0), (1.0, 0.3, 1.0), (1.0, 0.4, 2.0), (6.0, 0.3, 6.0), (60.0, 0.3, 1.5)],
)
def test_a_time_limit_stands_while_it_is_neither_near_nor_wide(limit, slowest, expected):
    [time, *_] = proposals(suite_of(cpu_time_s=limit), [figure(0, cpu_time_s=slowest)])

    assert (time.current, time.proposed) == (limit, expected)


@pytest.mark.parametrize(
    ("limit_mib", "used_mib", "expected_mib"),
    [(512, 1, 512), (64, 20, 64), (64, 40, 256), (4096, 1, 64), (4096, 200, 4096)],
)
def test_a_memory_limit_stands_while_it_is_neither_near_nor_wide(limit_mib, used_mib, expected_mib):
    suite = suite_of(memory_bytes=limit_mib * MIB)
    [_, memory, *_] = proposals(suite, [figure(0, memory_bytes=used_mib * MIB)])

    assert memory.proposed == expected_mib * MIB


def test_an_output_limit_that_is_near_is_raised():
    near = Figure(0, 0.01, 0.01, "x", 1, 1, output_bytes=1000)
    [_, _, output] = proposals(suite_of(output_bytes=2000), [near])

    assert (output.name, output.proposed) == ("output_bytes", 8192)


def test_the_figure_is_the_fastest_s_unless_the_slowest_would_not_be_paid_in_full():
    near = Figure(0, 0.10, 0.12, "x", 12 * MIB, 10 * MIB)
    far = Figure(0, 0.10, 0.40, "x", 40 * MIB, 10 * MIB)

    assert (near.cpu_time_s, near.reference_memory_bytes) == (0.1, 10 * MIB)
    assert (far.cpu_time_s, far.reference_memory_bytes) == (0.25, 25 * MIB)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("test_x.py::test_a #3", "test_x.py::test_a"),
        ("t.py::test_a[1-2]", "t.py::test_a"),
        ("line 7 (2)", "line 7 (2)"),
    ],
)
def test_all_parameters_of_a_test_share_its_function_s_figure(name, expected):
    assert function_of_test(name) == expected


def test_where_a_suite_was_calibrated_is_not_part_of_its_digest():
    plain = {"kind": "stdio", "cases": [{"stdout": "1"}]}
    calibrated = parse_suite(plain | {"calibration": {"machine_speed": 2.5, "python": "3.11"}})

    assert calibrated.digest == parse_suite(plain).digest
    assert calibrated.calibration.machine_speed == 2.5
    with pytest.raises(SuiteError, match="unknown key 'speed'; known keys are machine_speed, python"):
        parse_suite(plain | {"calibration": {"machine_speed": 2.5, "speed": 1}})
