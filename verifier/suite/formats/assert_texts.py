"""What lists of asserts say, by reading them: which function they call, with which values, how they compare."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from verifier.suite.literals import ValueProblem, parse_literal
from verifier.suite.source import SourceProblem, parse

_COLLECTING = {"set": "set", "sorted": "unordered"}
"""Built-ins around the call under test that say how its answer is compared."""
_NONE = object()


@dataclass(slots=True)
class AssertedCalls:
    """Calls of one function that a list of asserts holds."""

    args: list[list[object]] = field(default_factory=list)
    """Positional arguments of each call whose arguments are literals."""
    checkers: list[str] = field(default_factory=list)
    """How each assert compares: `set`, `unordered`, `exact`, "" where it does something else."""

    @property
    def checker(self) -> str:
        """How all of them compare; "" where they differ."""
        return self.checkers[0] if len(set(self.checkers)) == 1 else ""


def defined_functions(code: str) -> list[str]:
    """Names of functions and classes at the top of a code, in order. Empty for what isn't Python."""
    try:
        tree = parse(code)
    except SourceProblem:
        return []
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return [node.name for node in tree.body if isinstance(node, kinds)]


def called_function(asserts: Sequence[str], code: str = "") -> str:
    """The function that a list of asserts tests: of those that `code` defines, the one that is called first; without
    code, the first name that every assert calls and that is no builtin. "" where there is none."""
    called = [list(_called_names(text)) for text in asserts]
    if code:
        defined = set(defined_functions(code))
        return next((name for names in called for name in names if name in defined), "")
    if not called:
        return ""
    in_all = set.intersection(*map(set, called))
    return next((name for name in called[0] if name in in_all and not hasattr(builtins, name)), "")


def _called_names(text: str) -> Iterator[str]:
    """From the outside in, and from left to right."""
    try:
        tree = parse(text)
    except SourceProblem:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield node.func.id


def asserted_calls(text: str, name: str) -> AssertedCalls:
    """The calls of `name` in a text of asserts. Raises SourceProblem for what isn't Python."""
    found = AssertedCalls()
    for statement in parse(text).body:
        if not isinstance(statement, ast.Assert):
            continue
        calls = [node for node in ast.walk(statement) if _is_call(node, name)]
        for call in calls:
            assert isinstance(call, ast.Call)
            values = [literal_of(arg) for arg in call.args]
            if _NONE not in values:
                found.args.append(values)
        found.checkers.append(_how(statement.test, name))
    return found


def _how(test: ast.expr, name: str) -> str:
    if not isinstance(test, ast.Compare) or not isinstance(test.ops[0], ast.Eq) or len(test.ops) > 1:
        return ""
    for side in (test.left, test.comparators[0]):
        if _is_call(side, name):
            return "exact"
        match side:
            case ast.Call(func=ast.Name(id=around), args=[inner], keywords=[]) if _is_call(inner, name):
                return _COLLECTING.get(around, "")
    return ""


def _is_call(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name


def literal_of(node: ast.expr) -> object:
    """The value of a literal; a marker that equals nothing where it is none."""
    try:
        return ast.literal_eval(node)  # builds data alone, and is quick
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        pass
    try:
        return parse_literal(ast.unparse(node))  # inf, Decimal("1.5") and the like
    except (ValueProblem, RecursionError):
        return _NONE


def is_literal(value: object) -> bool:
    """Whether `literal_of` found a value."""
    return value is not _NONE
