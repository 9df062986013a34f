"""Where in its files a part of a suite stands, for reports that an editor can follow."""

from __future__ import annotations

import ast
import re
from functools import cached_property

from verifier.suite.model import AssertsSuite, PytestSuite
from verifier.suite.package import ANSWERS_FILE, PROBLEM_FILE, SUBMISSIONS_FOLDER, Package, Submission
from verifier.suite.source import SourceProblem, parse
from verifier.suite.static_tests import function_of
from verifier.suite.store import CASES_FILE, SUITE_FILE, TESTS_FOLDER


class Places:
    """Of one package. Paths are relative to its folder."""

    suite = SUITE_FILE
    problem = PROBLEM_FILE
    submissions = SUBMISSIONS_FOLDER

    def __init__(self, package: Package) -> None:
        self._package = package

    def case(self, index: int, name: str = "") -> str:
        """Of a case by its number from 0, or, for suites that bring tests, by its name."""
        suite = self._package.suite
        if name and isinstance(suite, PytestSuite):
            return self.test(name)
        if name and isinstance(suite, AssertsSuite):
            return f"{SUITE_FILE}, {name}"
        lines = self._case_lines
        if index < len(lines):
            return f"{CASES_FILE if self._has_cases_file else SUITE_FILE}:{lines[index]}"
        return f"case {index}"

    def test(self, name: str) -> str:
        """Of a pytest test: its file and line."""
        path = name.partition("::")[0]
        line = self._test_lines.get(function_of(name).partition(" ")[0])
        return f"{TESTS_FOLDER}/{path}:{line}" if line else f"{TESTS_FOLDER}/{path}"

    def field(self, name: str) -> str:
        """Of a key or a table of suite.toml."""
        for number, line in enumerate(self._suite_text.split("\n"), 1):
            if re.match(rf"\s*(\[\s*{re.escape(name)}\s*\]|{re.escape(name)}\s*=)", line):
                return f"{SUITE_FILE}:{number}"
        return SUITE_FILE

    def answer(self, line: int) -> str:
        return f"{ANSWERS_FILE}:{line}"

    def submission(self, submission: Submission, line: int | None = None) -> str:
        path = f"{SUBMISSIONS_FOLDER}/{submission.name}"
        return f"{path}:{line}" if line else path

    # Lines

    @cached_property
    def _suite_text(self) -> str:
        return _read(self._package, SUITE_FILE)

    @cached_property
    def _has_cases_file(self) -> bool:
        return self._package.folder.joinpath(CASES_FILE).is_file()

    @cached_property
    def _case_lines(self) -> list[int]:
        if self._has_cases_file:
            lines = _read(self._package, CASES_FILE).split("\n")
            return [number for number, line in enumerate(lines, 1) if line.strip()]
        lines = self._suite_text.split("\n")
        return [number for number, line in enumerate(lines, 1) if re.match(r"\s*\[\[\s*cases\s*\]\]", line)]

    @cached_property
    def _test_lines(self) -> dict[str, int]:
        found: dict[str, int] = {}
        suite = self._package.suite
        if isinstance(suite, PytestSuite):
            for path, text in suite.files.items():
                if path.endswith(".py"):
                    try:
                        _add_functions(parse(text), path, found)
                    except SourceProblem:
                        continue
        return found


def _add_functions(node: ast.Module | ast.ClassDef, prefix: str, found: dict[str, int]) -> None:
    for inner in node.body:
        if isinstance(inner, ast.ClassDef):
            _add_functions(inner, f"{prefix}::{inner.name}", found)
        elif isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef):
            found[f"{prefix}::{inner.name}"] = inner.lineno


def _read(package: Package, name: str) -> str:
    try:
        return package.folder.joinpath(name).read_text(encoding="utf-8-sig", errors="replace")
    except OSError:
        return ""
