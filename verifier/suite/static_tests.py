"""Which tests a pytest file holds, by reading it: for what must be known before anything runs, and for test code that
can't be loaded without a submission.

The rules are pytest's own: functions `test*` in files `test_*.py` and `*_test.py`, methods `test*` of classes `Test*`
and of `unittest.TestCase`s. Tests that only come about when the file runs are not found.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from verifier.suite.source import FunctionNode, SourceProblem, last_name, parse

_NEVER_TESTS = frozenset({"conftest.py", "__init__.py"})


@dataclass(slots=True)
class StaticTests:
    """Tests by name, such as `test_x.py::TestA::test_b`: a function, whatever its parameters."""

    names: dict[str, None] = field(default_factory=dict)
    """All of them, in order."""
    skipped: set[str] = field(default_factory=set)
    """Marked to be skipped, without a condition."""
    xfailed: set[str] = field(default_factory=set)
    """Marked as expected to fail, without a condition."""


def function_of(name: str) -> str:
    """The test function of a node id: without the brackets of its parameters."""
    return name.partition("[")[0]


def pytest_files(files: Iterable[str]) -> list[str]:
    """The paths that pytest takes for test files, sorted. A lone Python file beside a `conftest.py` or `__init__.py` is
    one whatever its name."""
    python = sorted(path for path in files if path.endswith(".py") and PurePosixPath(path).name not in _NEVER_TESTS)
    named = [path for path in python if _is_test_file(PurePosixPath(path).name)]
    return named or (python if len(python) == 1 else [])


def _is_test_file(name: str) -> bool:
    return name.startswith("test_") or name.endswith("_test.py")


def static_tests(files: Mapping[str, str]) -> StaticTests:
    """The tests of all files. Raises SourceProblem for a file that can't be read."""
    found = StaticTests()
    for path in pytest_files(files):
        tree = parse(files[path])
        _File(path, tree, found).read()
    return found


def holds_tests(text: str) -> bool:
    """Whether a text defines tests for pytest or unittest. False for one that isn't Python."""
    try:
        return bool(static_tests({"test_text.py": text}).names)
    except SourceProblem:
        return False


class _File:
    def __init__(self, path: str, tree: ast.Module, found: StaticTests) -> None:
        self._path = path
        self._tree = tree
        self._found = found
        self._classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}

    def read(self) -> None:
        marks = _marks_of_module(self._tree)
        for node in self._tree.body:
            if isinstance(node, FunctionNode):
                self._function(node, self._path, marks)
            elif isinstance(node, ast.ClassDef):
                self._class(node, self._path, marks)

    def _function(self, node: FunctionNode, prefix: str, marks: set[str]) -> None:
        if not node.name.startswith("test") or any(last_name(d) == "fixture" for d in node.decorator_list):
            return
        name = f"{prefix}::{node.name}"
        self._found.names[name] = None
        marks = marks | _marks(node.decorator_list)
        if "skip" in marks:
            self._found.skipped.add(name)
        if "xfail" in marks:
            self._found.xfailed.add(name)

    def _class(self, node: ast.ClassDef, prefix: str, marks: set[str]) -> None:
        line = self._ancestry(node)
        unittest = any(last_name(base).endswith("TestCase") for owner in line for base in owner.bases)
        if not (unittest or node.name.startswith("Test")) or _refuses(node):
            return
        prefix = f"{prefix}::{node.name}"
        marks = marks | _marks(node.decorator_list)
        seen: set[str] = set()
        for owner in line:
            for item in owner.body:
                if isinstance(item, FunctionNode) and item.name not in seen:
                    seen.add(item.name)
                    self._function(item, prefix, marks)
                elif isinstance(item, ast.ClassDef) and owner is node and not unittest:
                    self._class(item, prefix, marks)

    def _ancestry(self, node: ast.ClassDef) -> list[ast.ClassDef]:
        """The class and those of its bases that the file defines, nearest first."""
        line: list[ast.ClassDef] = []
        todo = [node]
        while todo:
            current = todo.pop(0)
            if current not in line:
                line.append(current)
                todo += [self._classes[name] for base in current.bases if (name := last_name(base)) in self._classes]
        return line


def _refuses(node: ast.ClassDef) -> bool:
    """Whether pytest passes the class over: `__test__ = False`."""
    return any(
        isinstance(item, ast.Assign)
        and any(isinstance(target, ast.Name) and target.id == "__test__" for target in item.targets)
        and isinstance(item.value, ast.Constant)
        and not item.value.value
        for item in node.body
    )


def _marks(decorators: Iterable[ast.expr]) -> set[str]:
    """Of `skip` and `xfail`, those that hold whatever happens: `@pytest.mark.skip(...)`, `@unittest.skip("...")`,
    `@pytest.mark.xfail(reason=...)` without a condition, `@unittest.expectedFailure`."""
    marks = set()
    for node in decorators:
        name = last_name(node)
        if name == "skip":
            marks.add("skip")
        elif name == "expectedFailure":
            marks.add("xfail")
        elif name == "xfail":
            conditional = isinstance(node, ast.Call) and (node.args or any(k.arg == "condition" for k in node.keywords))
            if not conditional:
                marks.add("xfail")
    return marks


def _marks_of_module(tree: ast.Module) -> set[str]:
    """Those of `pytestmark = pytest.mark.skip(...)`, or of a list of marks."""
    marks: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.Assign) and any(last_name(target) == "pytestmark" for target in node.targets):
            marks |= _marks(node.value.elts if isinstance(node.value, ast.List | ast.Tuple) else [node.value])
    return marks
