"""From lists of asserts to cases, without running them.

`assert f(1, key=[2]) == 3` is a case. So are `assert math.isclose(f(1), 3, rel_tol=..)`, `assert abs(f(1) - 3) < tol`
and `assert set(f(1)) == set(..)`, which say how answers are compared. Anything else is not expressible as a function
suite, and says why.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.datasets import oracle
from benchmarks.datasets.trial import NotExpressible

_HARNESS = ("check", "test_check")
"""Functions that only hold the asserts, or only call the one that does."""
_COLLECTING = {"set": "set", "sorted": "unordered", "tuple": "exact", "list": "exact"}
"""Built-ins around a call under test that say how its answer is compared."""

Case = tuple[list[Any], dict[str, Any], Any]


@dataclass(slots=True)
class Assertions:
    """What a list of asserts says."""

    cases: list[Case] = field(default_factory=list)
    checker: dict[str, Any] | None = None


def read_asserts(code: str, names: Sequence[str], setup: str = "") -> Assertions:
    """The asserts of `code` on calls of one of `names`. `setup` is for expressions that are no literals."""
    try:
        module = ast.parse(code)
    except (SyntaxError, RecursionError) as error:
        raise NotExpressible(f"the tests can't be parsed: {error}") from None
    reader = _Reader(names)
    for statement in module.body:
        reader.statement(statement)
    if not reader.found:
        raise NotExpressible("no asserts")
    checkers = {tuple(sorted(checker.items())) for _, _, checker in reader.found}
    floats = [dict(items) for items in checkers if ("name", "float") in items]
    checkers -= {()} if floats else set()  # exact ones beside tolerant ones: the tolerance holds for all
    if len(checkers) > 1 and len(floats) == len(checkers):
        checkers = {tuple(sorted(max(floats, key=lambda c: max(c.get("abs_tol", 0), c.get("rel_tol", 0))).items()))}
    if len(checkers) > 1:
        raise NotExpressible("the asserts compare in different ways")
    checker = dict(checkers.pop())
    return Assertions(_evaluated([(call, expected) for call, expected, _ in reader.found], setup), checker or None)


class _Reader:
    def __init__(self, names: Sequence[str]) -> None:
        self.names = names
        self.found: list[tuple[ast.Call, ast.expr, dict[str, Any]]] = []

    def statement(self, node: ast.stmt) -> None:
        match node:
            case ast.Assert(test=test):
                self.compared(test)
            case ast.FunctionDef(name=name, body=body):
                if name == _HARNESS[0]:
                    for inner in body:
                        self.statement(inner)
                elif name not in _HARNESS:
                    raise NotExpressible("the tests define functions of their own")
            case ast.Expr(value=ast.Constant()) | ast.Import() | ast.ImportFrom() | ast.Pass():
                pass
            case ast.Assign(targets=[ast.Name(id="METADATA")]):
                pass
            case ast.Expr(value=ast.Call(func=ast.Name(id=name))) if name in (*_HARNESS, "print"):
                pass
            case _:
                raise NotExpressible(f"the tests hold more than asserts: {type(node).__name__}")

    def compared(self, test: ast.expr) -> None:
        match test:
            case ast.Constant(value=True):
                return
            case ast.Compare(left=left, ops=[ast.Eq()], comparators=[right]):
                if (call := self.call(left)) is not None:
                    self.found.append((call, right, {}))
                    return
                if (call := self.call(right)) is not None:
                    self.found.append((call, left, {}))
                    return
                if isinstance(left, ast.Call) and (how := _COLLECTING.get(ast.unparse(left.func))) and left.args:
                    call = self.call(left.args[0])
                    if call is not None and len(left.args) == 1 and not left.keywords:
                        self.found.append((call, right, {} if how == "exact" else {"name": how}))
                        return
            case ast.Compare(
                left=ast.Call(func=ast.Name(id="abs"), args=[ast.BinOp(left=left, op=ast.Sub(), right=right)]),
                ops=[ast.Lt() | ast.LtE()],
                comparators=[ast.Constant(value=tolerance)],
            ):
                if (call := self.call(left)) is not None:
                    self.found.append((call, right, {"name": "float", "abs_tol": tolerance, "rel_tol": 0.0}))
                    return
            case ast.Call(func=ast.Attribute(attr="isclose"), args=[left, right], keywords=keywords):
                if (call := self.call(left)) is not None:
                    tolerances = {k.arg: ast.literal_eval(k.value) for k in keywords if k.arg in ("abs_tol", "rel_tol")}
                    tolerances = {"abs_tol": 0.0, "rel_tol": 1e-9, **tolerances}
                    self.found.append((call, right, {"name": "float", **tolerances}))
                    return
        raise NotExpressible(_why_not(test))

    def call(self, node: ast.expr) -> ast.Call | None:
        """The node, where it is a call of what is tested."""
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in self.names:
            if any(isinstance(a, ast.Starred) for a in node.args) or any(k.arg is None for k in node.keywords):
                return None
            return node
        return None


def _why_not(test: ast.expr) -> str:
    names = {node.func.id for node in ast.walk(test) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    helpers = sorted(names & {"is_same_tree", "is_same_list", "tree_node", "list_node", "ListNode", "TreeNode"})
    if helpers:
        return f"tests use the helper {helpers[0]}"
    return f"an assert that is no comparison of one call with a value: {type(test).__name__}"


def _evaluated(found: list[tuple[ast.Call, ast.expr]], setup: str) -> list[Case]:
    """The cases by value: literals are read here, other expressions are worked out by the oracle, all at once."""
    later: list[str] = []

    def value(node: ast.expr) -> Callable[[list[Any]], Any]:
        try:
            known = ast.literal_eval(node)
        except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
            text = ast.unparse(node)
            called = {n.func.id for n in ast.walk(node) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)}
            helper = next((name for name in sorted(called) if name.lower().replace("_", "") in _HELPERS), None)
            if helper is not None:
                raise NotExpressible(f"tests use the helper {helper}") from None
            later.append(text)
            position = len(later) - 1
            return lambda worked_out: worked_out[position]
        return lambda _: known

    pending = [
        ([value(arg) for arg in call.args], {str(k.arg): value(k.value) for k in call.keywords}, value(expected))
        for call, expected in found
    ]
    worked_out = oracle.values_of(later, setup) if later else []
    return [
        ([get(worked_out) for get in args], {name: get(worked_out) for name, get in kwargs.items()}, get(worked_out))
        for args, kwargs, get in ((args, kwargs, expected) for args, kwargs, expected in pending)
    ]


_HELPERS = {"treenode", "listnode"}
