"""QuixBugs: a right and a buggy program for each of forty algorithms.

Most have their cases as JSON lines, `[arguments, expected]`, and a test file that says how they are compared: a plain
call becomes a suite of kind `function`; a generator, and an answer near enough, one of asserts. The graph programs'
tests are code, and are taken as they are.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from verifier.suite.formats.base import Imported, Importer, Outcome, SourceError
from verifier.suite.formats.packages import Files, FolderFiles, counted, outcome_of_package
from verifier.suite.formats.rows import Unfit, make_suite
from verifier.suite.formats.sources import load_text
from verifier.suite.source import SourceProblem, parse

_TESTS, _CASES, _RIGHT, _BUGGY = "python_testcases", "json_testcases", "correct_python_programs", "python_programs"
_CPU_TIME_S = 10.0
_CONFTEST = "import pytest\n\npytest.use_correct = True\npytest.run_slow = False\n"
"""In the place of the repository's, which takes both from its command line. Both names of the program are the
submission's."""
_HELPERS = ("node", "load_testdata")


class _Case(NamedTuple):
    args: list[object]
    expected: object


def _read(source: Path) -> Iterator[Outcome]:
    files = FolderFiles(source, source)
    tests = [path for path in files.below(_TESTS) if re.fullmatch(rf"{_TESTS}/test_\w+\.py", path)]
    if not tests:
        raise SourceError(f"{source}: holds no {_TESTS}/test_*.py; give the repository's folder")
    for path in tests:
        name = path.removeprefix(f"{_TESTS}/test_").removesuffix(".py")
        yield outcome_of_package(name, files, _program)


def _program(name: str, files: Files) -> Outcome:
    for folder, what in ((_RIGHT, "right"), (_BUGGY, "buggy")):
        if f"{folder}/{name}.py" not in files:
            raise Unfit(f"has no {what} program ({folder}/{name}.py)", f"no {what} program")
    right, buggy = files.source(f"{_RIGHT}/{name}.py"), files.source(f"{_BUGGY}/{name}.py")
    test = files.source(f"{_TESTS}/test_{name}.py")
    notes: list[str] = []
    head = {"title": name, "limits": {"cpu_time_s": _CPU_TIME_S}}
    if f"{_CASES}/{name}.json" in files:
        cases = _without_skipped(_json_cases(files, f"{_CASES}/{name}.json"), test, notes)
        suite = {**head, **_of_cases(name, cases, test, notes)}
    else:
        texts = {"conftest.py": _CONFTEST, f"{_TESTS}/test_{name}.py": test}
        for helper in _HELPERS:
            if re.search(rf"(?m)^\s*(from|import) {helper}\b", test):
                texts[f"{_TESTS}/{helper}.py"] = files.source(f"{_TESTS}/{helper}.py")
        modules = [f"{_RIGHT}.{name}", f"{_BUGGY}.{name}"]
        suite = {**head, "kind": "pytest", "module": modules, "files": texts}
    submissions = {"accepted/correct.py": right, "rejected/buggy.py": buggy}
    return Imported(name, make_suite(suite), _statement(name, buggy), submissions, tuple(notes))


def _json_cases(files: Files, path: str) -> list[_Case]:
    cases = []
    for number, line in enumerate(files.text(path).splitlines(), start=1):
        if not line.strip():
            continue
        try:
            value = load_text(line)
        except ValueError as error:
            raise Unfit(f"{path}:{number}: {error}", "tests that can't be used") from None
        if not isinstance(value, list) or len(value) != 2:
            raise Unfit(f"{path}:{number} must be a list of the arguments and the result", "tests that can't be used")
        args, expected = value
        cases.append(_Case(args if isinstance(args, list) else [args], expected))
    return cases


def _without_skipped(cases: list[_Case], test: str, notes: list[str]) -> list[_Case]:
    """Without those that the test file itself skips, by their arguments."""
    skipped = []
    for node in ast.walk(_parsed(test)):
        match node:
            case ast.If(test=ast.Compare(left=ast.Name("input_data"), ops=[ast.Eq()], comparators=[value]), body=body):
                if "pytest.skip" in ast.unparse(ast.Module(body, [])):
                    skipped.append(ast.literal_eval(value))
    kept = [case for case in cases if case.args not in skipped]
    if len(kept) < len(cases):
        notes.append(f"{counted(len(cases) - len(kept), 'case')} left out that its tests skip as too slow")
    return kept


def _of_cases(name: str, cases: list[_Case], test: str, notes: list[str]) -> dict[str, object]:
    """The part of a suite that says what is called, and how its result is compared."""
    compared = [
        ast.unparse(node.test)
        for node in ast.walk(_parsed(test))
        if isinstance(node, ast.Assert) and "expected" in ast.unparse(node)
    ]
    call = f"{name}(*input_data)"
    if compared == [f"{call} == expected"]:
        values = [{"args": case.args, "expected": case.expected} for case in cases]
        return {"kind": "function", "entry_point": name, "result": "return", "cases": values}
    if compared == [f"list({call}) == expected"]:
        asserts = [f"assert list({name}(*{c.args!r})) == {c.expected!r}" for c in cases]
        notes.append("its results are generators, made lists by asserts")
    elif compared == [f"{call} == pytest.approx(expected, abs=input_data[-1])"]:
        asserts = [f"assert abs({name}(*{c.args!r}) - {c.expected!r}) <= {c.args[-1]!r}" for c in cases]
        notes.append("each result may be off by its last argument, as its tests say")
    else:
        raise Unfit(f"its test compares in a way that is not known here: {compared[:1]}", "tests that can't be used")
    return {"kind": "asserts", "asserts": asserts}


def _parsed(test: str) -> ast.Module:
    try:
        return parse(test)
    except SourceProblem as why:
        raise Unfit(f"its test file is no Python: {why}", "tests that can't be used") from None


def _statement(name: str, buggy: str) -> str:
    """The description stands in the buggy program, after it."""
    texts = [text for statement in _statements(buggy) if (text := _text(statement))]
    return "\n\n".join(map(str.strip, texts)) + f"\n\nThe function is called `{name}`.\n"


def _statements(code: str) -> list[ast.stmt]:
    try:
        return parse(code).body
    except SourceProblem:
        return []


def _text(statement: ast.stmt) -> str:
    match statement:
        case ast.Expr(value=ast.Constant(value=str(text))):
            return text
    return ""


QUIXBUGS = Importer(
    "quixbugs",
    "QuixBugs: the repository, with python_programs/, correct_python_programs/, python_testcases/, json_testcases/",
    _read,
)
