"""What two suites judge differently, and what is told of one, without running anything."""

from __future__ import annotations

import errno
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from verifier.authoring.differences import Difference, differences
from verifier.authoring.overview import overview
from verifier.authoring.skeleton import SKELETONS, TEXTS, make_suite
from verifier.cli import main
from verifier.errors import RequestError, SuiteError
from verifier.suite.model import parse_suite
from verifier.suite.package import read_package

PLAIN = {
    "kind": "function",
    "entry_point": "f",
    "cases": [{"args": [1], "expected": 2}, {"args": [2], "expected": 3}, {"args": [2], "expected": 3}],
}
SCRIPT = {"kind": "asserts", "entry_point": "f", "code": "assert f(1) == 2\nassert f(2) == 3\n"}
TESTS = {"kind": "pytest", "files": {"test_a.py": "from solution import f\n\n\ndef test_a():\n    assert f(1) == 2\n"}}


def between(old, new):
    return differences(parse_suite(old), parse_suite(new))


def test_suites_of_another_name_and_title_judge_alike():
    assert between(PLAIN, PLAIN | {"id": "x", "title": "y", "calibration": {"machine_speed": 1.5}}) == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"entry_point": "g"}, [Difference("field", "entry_point", '"f" -> "g"')]),
        ({"limits": {"memory_bytes": 1 << 20}}, [Difference("field", "limits.memory_bytes", "536870912 -> 1048576")]),
        ({"checker": {"name": "float"}}, [Difference("field", "checker.name", '"exact" -> "float"')]),
        ({"reward": {"policy": "power"}}, [Difference("field", "reward.policy", '"fraction" -> "power"')]),
        ({"cases": PLAIN["cases"][:2]}, [Difference("removed", "case 2", '{"args": [2]}')]),
        ({"cases": PLAIN["cases"][1:]}, [Difference("removed", "case 0", '{"args": [1]}')]),
        (
            {"cases": [*PLAIN["cases"], {"args": [5], "kwargs": {"a": 1}, "expected": 2}]},
            [Difference("added", "case 3", '{"args": [5], "kwargs": {"a": 1}}')],
        ),
        (
            {"cases": [PLAIN["cases"][0], {"args": [2], "expected": 3.5, "weight": 2}, PLAIN["cases"][2]]},
            [Difference("changed", "case 1", what) for what in ("expected: 3 -> 3.5", "weight: null -> 2.0")],
        ),
    ],
)  # fmt: skip
def test_each_difference_is_told_where_it_is(change, expected):
    assert between(PLAIN, PLAIN | change) == expected


def test_tests_differ_as_text():
    new = {"kind": "pytest", "files": {"test_a.py": TESTS["files"]["test_a.py"].replace("== 2", "== 3")}}

    [found] = between(TESTS, new)
    assert (found.sort, found.where) == ("text", "tests/test_a.py")
    assert "-    assert f(1) == 2\n+    assert f(1) == 3" in found.what


def test_a_script_and_its_named_cases_differ():
    found = between(SCRIPT, SCRIPT | {"code": "assert f(1) == 2\n", "cases": [{"test": "line 1", "weight": 3}]})

    assert [(one.sort, one.where) for one in found] == [("text", "code"), ("added", "case 0 (line 1)")]


def test_suites_of_two_kinds_differ_in_their_kind_first():
    assert between(PLAIN, SCRIPT)[0] == Difference("field", "kind", '"function" -> "asserts"')


# The commands


def suite_command(*arguments):
    return CliRunner().invoke(main, ["suite", *map(str, arguments)])


@pytest.mark.parametrize(("kind", "own_checker"), SKELETONS)
def test_a_new_suite_is_whole(tmp_path, kind, own_checker):
    options = ["--kind", kind, *(["--checker", "custom"] if own_checker else [])]
    shown = suite_command("new", "first-one", *options, "--suites", tmp_path / "suites")

    assert shown.exit_code == 0
    package = read_package(tmp_path / "suites" / "first-one")
    assert package.suite.kind == kind
    assert len(package.references) == 2
    assert f"made {package.folder / 'suite.toml'}" in shown.output
    assert (package.folder / "checker.py").exists() is own_checker


def test_only_what_is_checked_can_have_a_checker_of_its_own(tmp_path):
    shown = suite_command("new", "a", "--kind", "pytest", "--checker", "custom", "--suites", tmp_path)

    assert shown.exit_code == 2
    assert "has no skeleton with a checker of its own; kinds are function, stdio" in shown.output
    assert list(tmp_path.iterdir()) == []


def test_a_new_suite_takes_nobody_s_place(tmp_path):
    suite_command("new", "a", "--kind", "stdio", "--suites", tmp_path)
    (tmp_path / "a" / "problem.md").write_text("mine", encoding="utf-8")

    shown = suite_command("new", "a", "--kind", "function", "--suites", tmp_path)
    assert shown.exit_code == 2
    assert "is there already" in shown.output
    assert (tmp_path / "a" / "problem.md").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("name", ["../a", "A", "a/b", "", "a@sha256:" + "0" * 64])
def test_a_new_suite_needs_an_id(tmp_path, name):
    with pytest.raises(RequestError):
        make_suite(tmp_path, name, "stdio")
    assert list(tmp_path.iterdir()) == []


def test_show_tells_what_judges_and_what_proves_it(tmp_path):
    folder = make_suite(tmp_path, "vowels", "function")
    found = json.loads(suite_command("show", folder, "--json").output)

    assert found == json.loads(json.dumps(overview(read_package(folder))))
    assert (found["id"], found["kind"], found["cases"], found["weight"]) == ("vowels", "function", 6, 7)
    assert found["checker"] == {"name": "exact"}
    assert found["submissions"] == {"accepted": 2, "run_time_error": 1, "wrong_answer": 3}
    assert found["calibration"]["cases"] == 0
    text = suite_command("show", "vowels", "--suites", tmp_path).output
    assert "function: count_vowels" in text
    assert "2 accepted, 1 run_time_error, 3 wrong_answer" in text


def test_list_names_every_suite_and_says_which_can_not_be_read(tmp_path):
    make_suite(tmp_path, "b", "stdio")
    make_suite(tmp_path, "a", "pytest").joinpath("suite.toml").write_text('kind = "asserts"\ncode = 5\n', "utf-8")

    shown = suite_command("list", tmp_path)
    assert shown.exit_code == 2
    told = [line.split() for line in shown.output.splitlines()]
    assert [words[1] for words in told if words[0] in ("a", "b")] == ["can't", "stdio"]
    entries = json.loads(suite_command("list", "--suites", tmp_path, "--json").output)["suites"]
    assert entries[0]["problem"] == "a.code: must be text"
    assert entries[1]["digest"] == read_package(tmp_path / "b").suite.digest


def test_digest_prints_the_reference_that_a_sample_may_use(tmp_path):
    folder = make_suite(tmp_path, "b", "stdio")

    assert suite_command("digest", folder).output == f"b@{read_package(folder).suite.digest}\n"


def test_diff_has_the_exit_status_of_diff(tmp_path):
    old, new = make_suite(tmp_path, "a", "pytest"), make_suite(tmp_path, "b", "pytest")

    assert suite_command("diff", old, new).output == "both judge alike\n"
    text = TEXTS["pytest"]["tests/test_solution.py"].replace("passed == 3", "passed == 4")
    (new / "tests" / "test_solution.py").write_text(text, encoding="utf-8")
    shown = suite_command("diff", old, new)
    assert shown.exit_code == 1
    assert "-    assert turnstile.passed == 3\n+    assert turnstile.passed == 4\n" in shown.output
    assert json.loads(suite_command("diff", old, new, "--json").output)["differences"][0]["where"] == (
        "tests/test_solution.py"
    )
    assert suite_command("diff", old, tmp_path / "c").exit_code == 2


def test_one_suite_is_asked_for_where_a_directory_holds_several(tmp_path):
    make_suite(tmp_path, "a", "pytest"), make_suite(tmp_path, "b", "pytest")

    for command in (["show", tmp_path], ["diff", tmp_path, tmp_path / "a"]):
        shown = suite_command(*command)
        assert shown.exit_code == 2
        assert "holds 2 suites; name one of them" in shown.output


def test_a_kind_without_a_skeleton_is_named(tmp_path):
    with pytest.raises(RequestError, match=r"kind 'x': has no skeleton; kinds are function, stdio, pytest, asserts"):
        make_suite(tmp_path, "a", "x")
    with pytest.raises(SuiteError):
        make_suite(tmp_path, "..", "stdio")


def test_a_suite_that_cannot_be_made_whole_is_not_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half of one would be in the way of the next try."""
    written: list[Path] = []
    write = Path.write_text

    def full(path: Path, text: str, **more: str) -> int:
        if len(written) == 3:
            raise OSError(errno.ENOSPC, "No space left on device")
        written.append(path)
        return write(path, text, **more)

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OSError, match="No space left"):
        make_suite(tmp_path, "half", "stdio")
    assert len(written) == 3 and list(tmp_path.iterdir()) == []
