"""Suites whose own code judges, custom checkers and interactors: as they are written, kept and digested."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from verifier.errors import SuiteError
from verifier.limits import MIB
from verifier.suite.checkers import check_output, check_value
from verifier.suite.model import FunctionSuite, InteractiveSuite, StdioSuite, parse_suite
from verifier.suite.store import DirectoryStore
from verifier.suite.writing import suite_value, toml_of, write_suite

CHECK = "def check(case, answer):\n    return answer == case.expected\n"
INTERACT = "def interact(case, submission):\n    return True\n"
SCRIPT = "import sys\nsys.exit(42)\n"


def function(**checker: Any) -> dict[str, Any]:
    return {
        "kind": "function",
        "entry_point": "f",
        "checker": {"name": "custom", "code": CHECK, **checker},
        "cases": [{"expected": 1}],
    }


def stdio(**checker: Any) -> dict[str, Any]:
    return {"kind": "stdio", "checker": {"name": "custom", **checker}, "cases": [{"stdout": "1"}]}


def interactive(**interactor: Any) -> dict[str, Any]:
    return {"kind": "interactive", "interactor": {"code": INTERACT, **interactor}, "cases": [{"input": "5"}]}


def refusal(value: dict[str, Any]) -> SuiteError:
    with pytest.raises(SuiteError) as caught:
        parse_suite(value)
    return caught.value


# As they are written


def test_a_custom_checker() -> None:
    suite = parse_suite(function(cpu_time_s=3.0, memory_bytes=128 * MIB, max_answer_bytes=100))

    assert isinstance(suite, FunctionSuite)
    checker = suite.checker
    assert (checker.is_custom, checker.code, checker.form, checker.flags) == (True, CHECK, "function", ())
    assert (checker.limits.cpu_time_s, checker.limits.memory_bytes, checker.max_answer_bytes) == (3, 128 * MIB, 100)


def test_a_checker_that_is_a_program() -> None:
    suite = parse_suite(stdio(code=SCRIPT, form="program", flags=["float_tolerance", "1e-6"]))

    assert isinstance(suite, StdioSuite)
    assert (suite.checker.form, suite.checker.flags) == ("program", ("float_tolerance", "1e-6"))


def test_an_interactive_suite() -> None:
    suite = parse_suite(interactive(cpu_time_s=2.0))

    assert isinstance(suite, InteractiveSuite)
    assert (suite.interactor.code, suite.interactor.limits.cpu_time_s) == (INTERACT, 2)
    assert [(case.input, case.expected, case.weight) for case in suite.cases] == [("5", "", 1)]


@pytest.mark.parametrize(
    "code",
    [
        CHECK,
        "check = lambda case, answer: True",
        "from os import getcwd as check",
        "if True:\n    def check(case, answer): ...",
        "\ufeffdef check(case, answer): ...\r\n",
    ],
)
def test_all_ways_to_define_the_function(code: str) -> None:
    parse_suite(function(code=code))


@pytest.mark.parametrize(
    ("value", "path", "problem"),
    [
        (function(code=""), "checker.code", "is required: its text, or the file checker.py"),
        (function(code=" \n"), "checker.code", "is required"),
        (function(code="def check(:"), "checker.code", "is not Python: line 1"),
        (function(code="x = 1"), "checker.code", "must define check()"),
        (function(code="def f():\n    def check(case, answer): ..."), "checker.code", "must define check()"),
        (function(code="#" * (1 << 20) + CHECK), "checker.code", "at most 1 MiB"),
        (function(code=SCRIPT, form="program"), "checker.form", "is for printed text"),
        (function(flags=["x"]), "checker.flags", "are for form 'program' only"),
        (function(abs_tol=1.0), "checker.abs_tol", "means nothing to checker 'custom'"),
        (function(ignore_case=False), "checker.ignore_case", "means nothing"),
        (function(name="exact"), "checker.code", "is for checker 'custom' only, and this is 'exact'"),
        (function(cpu_time_s=0.0), "checker.cpu_time_s", "greater than or equal to 0.01"),
        (function(memory_bytes=1), "checker.memory_bytes", "greater than or equal to"),
        (function(max_answer_bytes=0), "checker.max_answer_bytes", "greater than or equal to 1"),
        (function(form="script"), "checker.form", "must be 'function' or 'program'"),
        (stdio(code=SCRIPT, form="program", flags=["a\nb"]), "checker.flags[0]", "printable"),
        ({**stdio(code=CHECK), "cases": [{"stdout": ["1"]}]}, "cases[0].stdout", "needs the checker 'any_of'"),
        (interactive(code=""), "interactor.code", "or the file interactor.py"),
        (interactive(code=CHECK), "interactor.code", "must define interact()"),
        (interactive(max_answer_bytes=5), "interactor.max_answer_bytes", "known keys are code, cpu_time_s, flags"),
        ({**interactive(), "interactor": "x"}, "interactor", "must be an object"),
        ({"kind": "interactive", "cases": [{}]}, "interactor", "is required"),
        ({**interactive(), "cases": []}, "cases", "must hold at least one case"),
        ({**interactive(), "cases": [{"stdin": "1"}]}, "cases[0].stdin", "known keys are expected, group, input"),
        ({**interactive(), "cases": [{"input": "\ud800"}]}, "cases[0].input", "half a surrogate pair"),
        ({**interactive(), "checker": "custom"}, "checker", "unknown key 'checker'"),
    ],
)
def test_what_is_wrong_is_named_with_its_path(value: dict[str, Any], path: str, problem: str) -> None:
    error = refusal(value)
    assert error.path == path
    assert problem in error.problem


@pytest.mark.parametrize("code", [CHECK, SCRIPT])
def test_code_is_never_run_where_it_is_read(code: str, tmp_path: Path) -> None:
    bomb = f"open({str(tmp_path / 'ran')!r}, 'w')\n{code}"
    parse_suite(function(code=bomb) if code is CHECK else stdio(code=bomb, form="program"))
    assert not (tmp_path / "ran").exists()


def test_no_answer_is_compared_here_for_a_custom_checker() -> None:
    suite = parse_suite(function())
    assert isinstance(suite, FunctionSuite)
    with pytest.raises(ValueError, match="runs in a tester"):
        check_value(1, 1, suite.checker)
    with pytest.raises(ValueError, match="runs in a tester"):
        check_output(b"1", "1", suite.checker)


# Digests


def test_the_digest_is_of_all_that_judges() -> None:
    suites = [
        function(),
        function(code=CHECK + "\n"),
        function(cpu_time_s=1.0),
        function(memory_bytes=256 * MIB),
        function(max_answer_bytes=7),
        stdio(code=SCRIPT, form="program"),
        stdio(code=SCRIPT, form="program", flags=["a"]),
        stdio(code=SCRIPT, form="program", flags=["a", "b"]),
        interactive(),
        interactive(code=INTERACT + "\n"),
        interactive(code=INTERACT + "# 2\n", form="program"),
        {**interactive(), "cases": [{"input": "5", "expected": "6"}]},
    ]
    digests = [parse_suite(suite).digest for suite in suites]
    assert len(set(digests)) == len(digests)


def test_other_checkers_have_the_digests_that_they_always_had() -> None:
    suite = {"kind": "function", "entry_point": "f", "cases": [{"args": [1], "expected": 2}]}
    assert parse_suite(suite).digest == "sha256:8064a8cf5b8c0e7c13269eab884e7f9ed57d3f5176a26308a40432e517db8617"
    assert (
        parse_suite({**suite, "checker": {"name": "float", "abs_tol": 0.5}}).digest
        == "sha256:cd6022264e148a31bbea09ce0427a05c885f418c0e14f6759748facdc20766ee"
    )


# In directories


def folder(root: Path, toml: str, **files: str) -> Path:
    place = root / "a"
    place.mkdir(parents=True, exist_ok=True)
    (place / "suite.toml").write_text(toml)
    for name, text in files.items():
        (place / name.replace("_", ".")).write_bytes(text.encode())
    return root


FUNCTION = 'kind = "function"\nentry_point = "f"\ncases = [{expected = 1}]\n'
INTERACTIVE = 'kind = "interactive"\ncases = [{input = "5"}]\n'


@pytest.mark.parametrize("says", ['checker = "custom"', '[checker]\nname = "custom"'])
def test_the_code_of_a_checker_lies_in_its_file(tmp_path: Path, says: str) -> None:
    suite = DirectoryStore(folder(tmp_path, FUNCTION + says, checker_py=CHECK.replace("\n", "\r\n"))).get("a")
    assert isinstance(suite, FunctionSuite)
    assert suite.checker.code == CHECK
    assert suite.digest == parse_suite(function()).digest


def test_the_code_of_an_interactor_lies_in_its_file(tmp_path: Path) -> None:
    suite = DirectoryStore(folder(tmp_path, INTERACTIVE, interactor_py=INTERACT)).get("a")
    assert suite.digest == parse_suite(interactive()).digest
    suite = DirectoryStore(
        folder(tmp_path, INTERACTIVE + "[interactor]\ncpu_time_s = 2.0", interactor_py=INTERACT)
    ).get("a")
    assert suite.digest == parse_suite(interactive(cpu_time_s=2.0)).digest


def test_a_change_of_the_code_is_seen(tmp_path: Path) -> None:
    store = DirectoryStore(folder(tmp_path, INTERACTIVE, interactor_py=INTERACT))
    before = store.get("a").digest
    folder(tmp_path, INTERACTIVE, interactor_py=INTERACT + "# more")
    assert store.get("a").digest != before


@pytest.mark.parametrize(
    ("toml", "files", "path", "problem"),
    [
        (FUNCTION, {"checker_py": CHECK}, "a/checker.py", 'suite.toml doesn\'t say: checker = "custom"'),
        (FUNCTION + 'checker = "float"', {"checker_py": CHECK}, "a/checker.py", 'checker = "custom"'),
        (FUNCTION + 'checker = "custom"', {}, "a.checker.code", "or the file checker.py"),
        (FUNCTION + f'[checker]\nname = "custom"\ncode = """{CHECK}"""', {"checker_py": CHECK}, "a", "keep one"),
        (FUNCTION + 'checker = "custom"', {"checker_py": "def"}, "a.checker.code", "is not Python"),
        (FUNCTION + 'checker = "custom"', {"checker_py": "\udcff"}, "a/checker.py", "not UTF-8"),
        (FUNCTION, {"interactor_py": INTERACT}, "a/interactor.py", "is for kind 'interactive', and this is 'function'"),
        (INTERACTIVE, {}, "a.interactor", "is required"),
        (INTERACTIVE, {"checker_py": CHECK, "interactor_py": INTERACT}, "a/checker.py", "'function' or 'stdio'"),
        ('kind = "asserts"\ncode = "assert f()"', {"checker_py": CHECK}, "a/checker.py", "and this is 'asserts'"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_directory_is_named(
    tmp_path: Path, toml: str, files: dict[str, str], path: str, problem: str
) -> None:
    folder(tmp_path, toml)
    for name, text in files.items():
        (tmp_path / "a" / name.replace("_", ".")).write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(SuiteError) as caught:
        DirectoryStore(tmp_path).get("a")
    assert caught.value.path == path
    assert problem in caught.value.problem


@pytest.mark.parametrize(
    "value",
    [
        function(),
        function(cpu_time_s=3.0, max_answer_bytes=9),
        stdio(code=SCRIPT, form="program", flags=["case_sensitive", "a b"]),
        interactive(),
        interactive(code=SCRIPT, form="program", flags=["x"], memory_bytes=256 * MIB),
    ],
)
def test_a_suite_is_read_back_as_it_was_written(tmp_path: Path, value: dict[str, Any]) -> None:
    suite = parse_suite(value)
    write_suite(tmp_path / "a", suite)
    [code] = [path.name for path in (tmp_path / "a").glob("*.py")]

    assert DirectoryStore(tmp_path).get("a").digest == suite.digest
    assert parse_suite(suite_value(suite)).digest == suite.digest
    assert "code" not in toml_of(suite)
    assert code == ("interactor.py" if suite.kind == "interactive" else "checker.py")
