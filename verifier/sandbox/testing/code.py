"""A suite's test code: compiled once, and handed on as bytecode from tester to tester.

Standard library only.
"""

from __future__ import annotations

import ast
import importlib
import marshal
import symtable
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from types import CodeType

from verifier.sandbox.modules import Environment, code_objects
from verifier.sandbox.testing import explain

FIXTURES = frozenset({"capsys", "capsysbinary", "capfd", "capfdbinary", "capteesys", "caplog"})
"""Fixtures whose plugins have a part in every test, and are only there for suites that use them."""


@dataclass(frozen=True, slots=True)
class TestCode:
    """Everything that is worked out from the text of the tests."""

    parts: tuple[tuple[str, CodeType], ...]
    """Of kind pytest: (path, module code). Of kind asserts: (name of the case or "", code of the step)."""
    mentioned: frozenset[str]
    """All names and short strings in the code."""
    fixtures: frozenset[str] = frozenset()
    """Of kind pytest: those of `FIXTURES` that the code names anywhere."""
    wanted: frozenset[str] = frozenset()
    """Of kind asserts: names that the steps use and don't bind."""
    library: frozenset[str] = frozenset()
    """Names by which the code means modules of the standard library, whoever imports them: all that it does with one is
    to use attributes which the module has."""

    def dumps(self) -> bytes:
        return marshal.dumps((self.parts, *map(sorted, (self.mentioned, self.fixtures, self.wanted, self.library))))

    @classmethod
    def loads(cls, data: bytes) -> TestCode:
        parts, *names = marshal.loads(data)  # written by another tester of the same suite
        return cls(parts, *map(frozenset, names))


class TestSource:
    """Test code as text: files by path, or steps by name. Raises SyntaxError or ValueError, as `compile` does."""

    def __init__(self, texts: Sequence[tuple[str, str]]) -> None:
        self._texts = texts
        self._trees = [ast.parse(text, name or "<setup>") for name, text in texts]

    def needs(self, environment: Environment) -> list[str]:
        """As `modules.needs`, of all parts together."""
        missing: set[str] = set()
        for tree in self._trees:
            for name in _imported(tree):
                top = name.partition(".")[0]
                if top in sys.stdlib_module_names:
                    if not environment.whole_stdlib and not _is_loaded(name):
                        missing.add("stdlib")
                elif top in environment.allowed and top not in environment.packages and top not in sys.modules:
                    missing.update(("stdlib", top))
        return sorted(missing)

    def compile_files(self) -> TestCode:
        parts = []
        library = _of_library(self._trees)
        for (path, text), tree in zip(self._texts, self._trees, strict=True):
            explain.rewrite(tree, text)
            parts.append((path, compile(tree, path, "exec", dont_inherit=True)))
        codes = [code for _, code in parts]
        mentioned = _mentioned(codes)
        arguments = {name for code in codes for part in code_objects(code) for name in part.co_varnames}
        return TestCode(tuple(parts), mentioned, FIXTURES & (mentioned | arguments), library=library)

    def compile_steps(self) -> TestCode:
        library, wanted = _of_library(self._trees), self.unbound()
        parts = []
        for (name, text), tree in zip(self._texts, self._trees, strict=True):
            explain.rewrite(tree, text)
            parts.append((name, compile(tree, "<asserts>", "exec", dont_inherit=True)))
        mentioned = _mentioned(code for _, code in parts)
        return TestCode(tuple(parts), mentioned, wanted=wanted, library=library)

    def unbound(self) -> frozenset[str]:
        """Of steps: names that they use and don't bind. Builtins are among them."""
        used: set[str] = set()
        bound: set[str] = set()
        for name, text in self._texts:
            _free_names(symtable.symtable(text, name or "<setup>", "exec"), used, bound)
        return frozenset(used - bound)


def _imported(tree: ast.Module) -> Iterator[str]:
    """Dotted names of what the code imports, `a.b` too for `from a import b`, and "asyncio" where it has coroutines."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            yield node.module
            for alias in node.names:
                if alias.name != "*":
                    yield f"{node.module}.{alias.name}"
        elif isinstance(node, ast.AsyncFunctionDef) or (
            isinstance(node, ast.Attribute) and node.attr == "IsolatedAsyncioTestCase"
        ):
            yield "asyncio"


def _is_loaded(name: str) -> bool:
    """Whether it is a module that is loaded, or an attribute of one. What is only held in memory may need an extension
    module that isn't mapped."""
    if name in sys.modules or name in sys.builtin_module_names:
        return True
    owner, _, attribute = name.rpartition(".")
    return owner in sys.modules and attribute in vars(sys.modules[owner])


def _of_library(trees: Iterable[ast.Module]) -> frozenset[str]:
    attributes: dict[str, set[str]] = {}
    others: set[str] = set()
    for tree in trees:
        owners = set()
        for node in ast.walk(tree):  # an attribute comes before its owner
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                attributes.setdefault(node.value.id, set()).add(node.attr)
                owners.add(id(node.value))
            elif isinstance(node, ast.Name) and id(node) not in owners:
                others.add(node.id)
    return frozenset(name for name, used in attributes.items() if name not in others and _has_all(name, used))


def _has_all(module: str, attributes: set[str]) -> bool:
    if module not in sys.stdlib_module_names or module in ("antigravity", "this"):
        return False
    try:
        return attributes <= vars(importlib.import_module(module)).keys()
    except Exception:  # a lean interpreter may lack it
        return False


def _free_names(table: symtable.SymbolTable, used: set[str], bound: set[str]) -> None:
    is_module = table.get_type() == "module"
    for symbol in table.get_symbols():
        name = symbol.get_name()
        if is_module or symbol.is_global():
            if symbol.is_assigned() or symbol.is_imported():
                bound.add(name)
            if symbol.is_referenced():
                used.add(name)
    for child in table.get_children():
        _free_names(child, used, bound)


def _mentioned(codes: Iterable[CodeType]) -> frozenset[str]:
    found: set[str] = set()
    for code in codes:
        for part in code_objects(code):
            found.update(part.co_names)
            for constant in part.co_consts:
                _add_strings(constant, found)
    return frozenset(found)


def _add_strings(constant: object, found: set[str]) -> None:
    if type(constant) is str:
        if len(constant) <= 200:
            found.add(constant)
    elif type(constant) is tuple or type(constant) is frozenset:
        for part in constant:
            _add_strings(part, found)
