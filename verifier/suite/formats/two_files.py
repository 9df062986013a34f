"""A solution and its tests that stand in one file, the solution first, as two files that import what they need of each
other."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from verifier.suite.source import parse


@dataclass(frozen=True, slots=True)
class Apart:
    solution: str
    """With those imports of the tests that it relies on."""
    tests: str
    """With imports of what they find before them in the one file."""
    imported: frozenset[str]
    """Top-level modules that either of them imports."""
    imported_by_solution: frozenset[str]


def taken_apart(code: str, tests: str) -> Apart:
    """Raises SourceProblem for what is not Python."""
    solution, checks = parse(code), parse(tests)
    head = "\n".join(dict.fromkeys(["from solution import *", *_found_before(solution, checks)]))
    own = _imported(solution)
    return Apart(_borrowed(solution, checks) + code, f"{head}\n\n{tests}\n", own | _imported(checks), own)


def _found_before(solution: ast.Module, tests: ast.Module) -> Iterator[str]:
    """Imports of what the tests use of the solution's: modules, and names that `import *` does not bring."""
    wanted = _mentioned(tests) - _bound(tests.body) - set(dir(builtins))
    for statement in solution.body:
        names = _bound([statement]) & wanted
        if isinstance(statement, ast.Import | ast.ImportFrom):
            if names:
                yield ast.unparse(statement)
        else:
            yield from (f"from solution import {name}" for name in sorted(names))


def _borrowed(solution: ast.Module, tests: ast.Module) -> str:
    """Imports of the tests that the solution needs: a few name modules that only their tests import."""
    missing = _mentioned(solution) - _bound(solution.body) - _stored(solution) - set(dir(builtins))
    imports = [node for node in tests.body if isinstance(node, ast.Import | ast.ImportFrom)]
    return "".join(f"{ast.unparse(node)}\n" for node in imports if _bound([node]) & missing)


def _mentioned(module: ast.Module) -> set[str]:
    return {node.id for node in ast.walk(module) if isinstance(node, ast.Name)}


def _stored(module: ast.Module) -> set[str]:
    return {node.id for node in ast.walk(module) if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)}


def _bound(statements: Sequence[ast.stmt]) -> set[str]:
    """The names that statements at the top of a module bind."""
    names: set[str] = set()
    for statement in statements:
        match statement:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.AsyncFunctionDef(name=name):
                names.add(name)
            case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
                names |= {alias.asname or alias.name.partition(".")[0] for alias in aliases}
            case _:
                names |= _stored(ast.Module([statement], []))
    return names


def _imported(module: ast.Module) -> frozenset[str]:
    names: set[str] = set()
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return frozenset(names)
