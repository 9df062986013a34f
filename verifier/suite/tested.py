"""Suites that bring test code of their own: the kinds `pytest` and `asserts`.

The test code runs in a *tester*, a process without any code of the submission, and gets at the submission by
`import solution`. Each test, and each assert of a script, is a case.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from functools import cached_property
from keyword import iskeyword
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from verifier.suite.base import MAX_CASES, AnySuite, Case, entry_point_name, file_text, problem
from verifier.suite.script import Step, list_steps, script_steps, setup_steps
from verifier.suite.source import SourceProblem, parse
from verifier.suite.static_tests import StaticTests, function_of, pytest_files, static_tests

MAX_TEXT_BYTES = 8 << 20
"""Of all test code and data of a suite together."""
MAX_FILES = 1000
MAX_MODULES = 16
MAX_PATH_CHARS = 200
MAX_NAME_BYTES = 255

_TESTERS_OWN = frozenset(
    "pytest _pytest pluggy iniconfig packaging pygments exceptiongroup tomli conftest verifier __main__ sitecustomize "
    "usercustomize".split()
)
"""Top-level names that mean something else in the tester."""

_FileText: TypeAlias = Annotated[str, AfterValidator(file_text)]


class NamedCase(Case):
    """What one test counts; the test itself is code."""

    test: str = Field(min_length=1)
    """Kind `pytest`: `test_x.py::test_a[1]`, or a function without parameters, `test_x.py::TestA::test_a`, for each of
    its tests. Kind `asserts`: the case's name, such as `line 7` or `assert 3`."""


class _TestedSuite(AnySuite):
    cases: tuple[NamedCase, ...] = Field((), strict=False, max_length=MAX_CASES)
    """Weights, groups and references of those cases that have any; a case that is not named here has weight 1."""

    @model_validator(mode="after")
    def _cases_differ(self) -> Self:
        seen: set[str] = set()
        for index, case in enumerate(self.cases):
            if case.test in seen:
                raise problem(("cases", index, "test"), f"{case.test!r} is named twice; keep one of them")
            seen.add(case.test)
        return self

    @cached_property
    def _by_name(self) -> Mapping[str, NamedCase]:
        return {case.test: case for case in self.cases}

    def case_of(self, name: str) -> NamedCase:
        """What a test counts. A case of its own name goes before one of its function."""
        named = self._by_name
        return named.get(name) or named.get(function_of(name)) or NamedCase(test=name)


# Kind `pytest`


def _module_names(value: object) -> object:
    return (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list) else value


def _importable(names: tuple[str, ...]) -> tuple[str, ...]:
    if not 1 <= len(names) <= MAX_MODULES:
        raise ValueError(f"must be a module's name, or a list of 1 to {MAX_MODULES} of them")
    for name in names:
        parts = name.split(".")
        if not all(part.isidentifier() and not iskeyword(part) for part in parts):
            raise ValueError("must be a name as in `import`, such as 'solution' or 'package.solution'")
        if parts[0] in sys.stdlib_module_names or parts[0] in _TESTERS_OWN:
            raise ValueError(f"{parts[0]!r} is a module of the tests' own; call the submission something else")
    if len(set(names)) < len(names):
        raise ValueError("names a module twice")
    return names


class PytestSuite(_TestedSuite):
    """Test files for pytest (unittest's run too), which import the submission as `module`."""

    kind: Literal["pytest"]
    module: Annotated[tuple[str, ...], BeforeValidator(_module_names), AfterValidator(_importable)] = ("solution",)
    """The name, or names, by which the tests import the submission."""
    files: dict[str, _FileText]
    """Path to text. Files `test_*.py` and `*_test.py` hold tests, or else a lone .py file of any name. The tests may
    import other .py files and read all of them."""
    skips: Literal["fail", "pass", "ignore"] = "fail"
    """What a test counts that the suite's own code skips while it runs, or that fails as the suite expects it to
    (xfail): as failed, as passed, or as no case at all.

    A submission can't raise a skip, but may well decide whether a condition of the suite holds:
    `skipif(not hasattr(solution, "g"))`, or `except NotImplementedError: pytest.skip()`. With `ignore` a submission
    without `g` earns as much as one that has it, so failing is the default. It costs no right answer where a skip says
    nothing of the submission: a test that is marked `@pytest.mark.skip`, `@unittest.skip`, `@unittest.expectedFailure`
    or `@pytest.mark.xfail` without a condition is never a case, except that with `pass` the last two count when they
    fail as expected. A suite whose conditions look at nothing but its surroundings (`sys.version_info`) may say
    `ignore`. Where no test at all really ran and passed, skips count as failed whatever is said here.

    A test that passes though it was expected to fail has passed; one that is `strict` has failed, as in pytest."""

    @property
    def modules(self) -> tuple[str, ...]:
        return self.module

    @model_validator(mode="after")
    def _files_fit(self) -> Self:
        if len(self.files) > MAX_FILES:
            raise problem(("files",), f"must hold at most {MAX_FILES} files")
        if sum(len(text.encode("utf-8", "surrogatepass")) for text in self.files.values()) > MAX_TEXT_BYTES:
            raise problem(("files",), f"must hold at most {MAX_TEXT_BYTES >> 20} MiB of text in all")
        for path, text in self.files.items():
            wrong = self._wrong_with(path) or _wrong_with_text(path, text)
            if wrong:
                raise problem(("files", path[:MAX_PATH_CHARS]), wrong)
        if not pytest_files(self.files):
            raise problem(("files",), "must hold a test file: name it test_*.py or *_test.py")
        return self

    def _wrong_with(self, path: str) -> str:
        if not path or len(path) > MAX_PATH_CHARS or not path.isprintable():
            return f"must be a printable path of 1 to {MAX_PATH_CHARS} characters"
        if any(sign in path for sign in ("\\", ":", "[")):
            return "must be a path without '\\', ':' and '['; folders are separated by '/'"
        parts = path.split("/")
        if any(part in ("", ".", "..") for part in parts):
            return "must be a path inside the suite, such as 'test_x.py' or 'data/x.json'"
        if any(len(part.encode()) > MAX_NAME_BYTES for part in parts):
            return f"has a name of more than {MAX_NAME_BYTES} bytes, which no file can"
        if any(part.startswith(".") or part == "__pycache__" for part in parts):
            return "is hidden, or a cache of Python's: a store leaves such files out; give it another name"
        if any("/".join(parts[:i]) in self.files for i in range(1, len(parts))):
            return "lies in a folder that is a file too"
        modules = {name.replace(".", "/") for name in self.modules}
        if path.removesuffix(".py") in modules or path.removesuffix("/__init__.py") in modules:
            return "stands in the submission's place: the tests would import it instead of the submission"
        return ""

    @model_validator(mode="after")
    def _cases_are_there(self) -> Self:
        python = [text for path, text in self.files.items() if path.endswith(".py")]
        for index, case in enumerate(self.cases):
            path, _, inside = case.test.partition("::")
            at = ("cases", index, "test")
            if path not in self.files or not inside:
                raise problem(at, f"must begin with one of the suite's files, as {pytest_files(self.files)[0]}::test_a")
            function = function_of(inside).rpartition("::")[2]
            if not any(function in text for text in python):
                raise problem(at, f"no file of the suite holds a test {function[:80]!r}")
        if self.static_tests.names and not set(self.static_tests.names) - self.left_out:
            raise problem(("files",), "mark all tests to be skipped or to fail, so they would judge nothing")
        return self

    @cached_property
    def static_tests(self) -> StaticTests:
        return static_tests(self.files)

    @cached_property
    def left_out(self) -> frozenset[str]:
        """Test functions that are no cases, by their marks (see `skips`)."""
        found = self.static_tests
        return frozenset(found.skipped | (found.xfailed if self.skips != "pass" else set()))

    @cached_property
    def static_cases(self) -> tuple[NamedCase, ...]:
        """A case for each test function that can be found by reading the files, then those of `cases` that name none
        of these."""
        functions = [name for name in self.static_tests.names if name not in self.left_out]
        found = tuple(self.case_of(name).model_copy(update={"test": name}) for name in functions)
        return found + tuple(case for case in self.cases if case.test not in self.static_tests.names)

    @property
    def known_cases(self) -> Sequence[NamedCase]:
        """Which tests there are is only known when pytest has collected them; until then a function is one case."""
        return self.static_cases or (NamedCase(test="tests"),)


def _wrong_with_text(path: str, text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        return "holds half a surrogate pair, which no UTF-8 text can"
    if path.endswith(".py"):
        try:
            parse(text)
        except SourceProblem as why:
            return f"is not Python: {why}"
    return ""


# Kind `asserts`


class AssertsSuite(_TestedSuite):
    """A script of asserts: HumanEval's `check(candidate)`, MBPP's list, or statements one after the other. How it is
    taken apart into cases is told in `verifier.suite.script`. The names that the submission defines are there."""

    kind: Literal["asserts"]
    entry_point: Annotated[str, AfterValidator(lambda name: entry_point_name(name) if name else name)] = ""
    """What `check(candidate)` is called with, and what the name `candidate` means: as for kind `function`."""
    code: _FileText = ""
    """A script. Either this or `asserts`."""
    asserts: tuple[str, ...] = Field((), strict=False, max_length=MAX_CASES)
    """A list of asserts."""
    setup: _FileText = ""
    """Statements that run before: imports, helpers, data."""

    @model_validator(mode="after")
    def _holds_cases(self) -> Self:
        if bool(self.code.strip()) == bool(self.asserts):
            raise problem(("code",), "give either 'code', a script of asserts, or 'asserts', a list of them")
        if sum(map(len, (self.code, self.setup, *self.asserts))) > MAX_TEXT_BYTES:
            raise problem(("code",), f"must be at most {MAX_TEXT_BYTES >> 20} MiB of text in all")
        names = {name for name, _ in self.steps}
        for index, case in enumerate(self.cases):
            if case.test not in names:
                known = next(name for name, _ in self.steps if name)
                raise problem(("cases", index, "test"), f"is no case of this suite; its first is {known!r}")
        return self

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        try:
            setup, checking = setup_steps(self.setup)
        except SourceProblem as why:
            raise problem(("setup",), str(why)) from None
        try:
            if self.asserts:
                return (*setup, *list_steps(self.asserts, checking=checking))
            has_entry_point = bool(self.entry_point)
            return (*setup, *script_steps(self.code, called_with_entry_point=has_entry_point, checking=checking))
        except SourceProblem as why:
            at: tuple[str | int, ...] = ("asserts",) if self.asserts else ("code",)
            raise problem(at if why.index is None else (*at, why.index), str(why)) from None

    @cached_property
    def known_cases(self) -> Sequence[NamedCase]:
        return [self.case_of(name) for name, _ in self.steps if name]
