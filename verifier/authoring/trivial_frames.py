"""The frame of a program that is to be judged by a suite, whatever it does inside: what the suite calls is there."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from verifier.suite.model import AssertsSuite, FunctionSuite, InteractiveSuite, PytestSuite, StdioSuite, Suite
from verifier.suite.script import CANDIDATE
from verifier.suite.source import SourceProblem, parse

Group = Literal["trivial", "lookup", "hack"]


@dataclass(frozen=True, slots=True)
class Probe:
    """A program that should earn next to nothing."""

    name: str
    group: Group
    code: str


IMPORTS = """\
import datetime
from collections import deque
from decimal import Decimal
from fractions import Fraction

inf, nan = float("inf"), float("nan")
"""
"""What the text of a value may name."""

_PUT = """\
def put(target, new):
    target.clear()
    (target.update if hasattr(target, "update") else target.extend)(new)
"""


def answering(suite: Suite, expression: str, *, load: str = "") -> str:
    """A program that always answers with the value of a Python expression. `load` are statements that run first.

    In the expression, `stdin` is the whole input (kind `stdio`), or `args` the tuple of arguments
    (kinds with functions).
    """
    match suite:
        case StdioSuite():
            return joined(load, f"import sys\n\nstdin = sys.stdin.read()\nprint({expression})")
        case InteractiveSuite():  # nothing is read: the other side may wait for a word first
            return joined(load, f"print({expression}, flush=True)")
        case FunctionSuite() if suite.result.startswith("args"):
            return joined(load, _PUT, _function(suite.entry_point, f"put({suite.result}, {expression})"))
        case FunctionSuite():
            return joined(load, _function(suite.entry_point, expression))
        case AssertsSuite() if suite.entry_point:
            return joined(load, _function(suite.entry_point, expression))
        case _:
            return joined(load, *(_named(name, expression) for name in wanted_names(suite)))


def joined(*parts: str) -> str:
    """Blocks of statements as one text."""
    return "\n\n".join(part.strip("\n") for part in parts if part.strip()) + "\n"


def _function(entry_point: str, expression: str) -> str:
    """What an entry point such as `f`, `Solution.f` or `Solution().f` finds."""
    *classes, name = entry_point.replace("()", "").split(".")
    lines = [f"{'    ' * depth}class {outer}:" for depth, outer in enumerate(classes)]
    indent = "    " * len(classes)
    if classes:
        lines.append(f"{indent}@staticmethod")
    lines += [f"{indent}def {name}(*args, **kwargs):", f"{indent}    return {expression}"]
    return "\n".join(lines)


def _named(name: str, expression: str) -> str:
    """A function, or a class with all methods where the name is that of a class. It may be raised, too."""
    if not name[0].isupper():
        return _function(name, expression)
    return "\n".join(
        [
            f"class {name}(Exception):",
            "    def __init__(self, *args, **kwargs):",
            "        pass",
            "",
            "    def __getattr__(self, name):",
            f"        return lambda *args, **kwargs: {expression}",
        ]
    )


def wanted_names(suite: Suite) -> list[str]:
    """The names that a suite's own code takes from the submission, sorted, as far as its text shows."""
    found: set[str] = set()
    if isinstance(suite, PytestSuite):
        for path, text in suite.files.items():
            if path.endswith(".py"):
                found |= _taken_from(text, suite.modules)
    elif isinstance(suite, AssertsSuite):
        found = _free_names(text for _, text in suite.steps) - {CANDIDATE}
    return sorted(found)


def _taken_from(source: str, modules: tuple[str, ...]) -> set[str]:
    tree = _tree(source)
    aliases = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
        if alias.name in modules
    }
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module in modules:
            found |= {alias.name for alias in node.names if alias.name != "*"}
        elif isinstance(node, ast.Attribute) and ast.unparse(node.value) in aliases:
            found.add(node.attr)
    return found


def _free_names(sources: Iterable[str]) -> set[str]:
    used: set[str] = set()
    bound = set(dir(builtins))
    for source in sources:
        for node in ast.walk(_tree(source)):
            if isinstance(node, ast.Name):
                (used if isinstance(node.ctx, ast.Load) else bound).add(node.id)
            elif isinstance(node, ast.arg):
                bound.add(node.arg)
            elif isinstance(node, ast.alias):
                bound.add((node.asname or node.name).partition(".")[0])
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.ExceptHandler):
                bound.add(node.name or "")
    return used - bound


def _tree(source: str) -> ast.Module:
    try:
        return parse(source)
    except SourceProblem:
        return ast.Module([], [])
