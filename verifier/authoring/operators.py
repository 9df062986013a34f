"""What a programmer might have written instead: the small changes of which mutants are made.

Each operator looks at one node of a syntax tree and yields changes of it; nothing is ever run. The names of the
operators, as reports show them:

| name | change |
|---|---|
| `comparison` | another bound (`<` to `<=`) and the opposite (`<` to `>=`), `==`/`!=`, `is`/`is not`, `in`/`not in` |
| `arithmetic` | `+`/`-`, `*`/`/`, `//`/`%`, `&`/`|`, `<<`/`>>`; of `x += y` also `x = y` |
| `boolean` | `and`/`or`, one operand alone, `not` and unary `-` and `~` left out |
| `constant` | a number one more and one less, `True`/`False`, text emptied (empty text filled), a display emptied |
| `condition` | of `if`, of a conditional expression or of a comprehension: always true, always false |
| `loop` | a loop that never begins, `break`/`continue` |
| `return` | `None` returned or yielded, and by a lambda |
| `removal` | a statement, a decorator, or what an `except` block does |
| `slice` | a bound, or the step, left out; a bound that is no constant one nearer |
| `argument` | the first two swapped, the last or a named one left out; a `range` one longer and one shorter |
| `call` | `min`/`max`, `any`/`all`, `lower`/`upper` and the like; calls that are easily forgotten: `sorted`, `abs` |
"""

from __future__ import annotations

import ast
import math
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple


class Change(NamedTuple):
    """One node of a tree, and the text that stands in its place."""

    operator: str
    target: ast.expr | ast.stmt
    text: str
    until: ast.stmt | None = None
    """Where all statements from the target to this one are replaced together."""


_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_ARITHMETIC: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div, ast.Add),
    ast.Div: (ast.Mult, ast.FloorDiv),
    ast.FloorDiv: (ast.Div, ast.Mod),
    ast.Mod: (ast.FloorDiv,),
    ast.Pow: (ast.Mult,),
    ast.LShift: (ast.RShift,),
    ast.RShift: (ast.LShift,),
    ast.BitAnd: (ast.BitOr,),
    ast.BitOr: (ast.BitAnd,),
    ast.BitXor: (ast.BitAnd,),
    ast.MatMult: (ast.Mult,),
}


def _pairs(text: str) -> dict[str, str]:
    words = [pair.split("/") for pair in text.split()]
    return {name: other for a, b in words for name, other in ((a, b), (b, a))}


_FUNCTIONS = _pairs("min/max any/all bisect_left/bisect_right insort_left/insort_right ceil/floor") | {
    "sorted": "list",
    "set": "list",
    "bisect": "bisect_left",
}
_METHODS = _pairs(
    "lower/upper lstrip/rstrip startswith/endswith find/rfind index/rindex partition/rpartition append/appendleft "
    "union/intersection add/discard keys/values bisect_left/bisect_right ceil/floor islower/isupper pop/popleft "
    "rotate/extend"
) | {"strip": "rstrip", "setdefault": "get", "bisect": "bisect_left"}
_MAX_INT_BITS = 10_000
"""Beyond that Python writes no decimal number."""
_SYMMETRIC_FUNCTIONS = frozenset({"min", "max", "gcd", "lcm", "hypot"})
"""Whose arguments may stand in any order."""
_TRANSPARENT_FUNCTIONS = frozenset({"abs", "round", "int", "float", "reversed", "sorted", "iter", "floor", "ceil"})
"""A call with one argument may be forgotten, and the argument still be of use."""
_TRANSPARENT_METHODS = frozenset({"strip", "lstrip", "rstrip", "lower", "upper", "copy", "casefold"})
_SKIPPED_FIELDS = frozenset({"annotation", "returns", "format_spec", "type_params", "ctx", "type_comment"})


def changes(tree: ast.Module, *, runs_as_main: bool) -> Iterator[Change]:
    """Every change, node after node. What can't matter is left alone: docstrings, annotations, and the block under
    `if __name__ == "__main__":` unless the program `runs_as_main`."""
    stored = Counter(n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store))
    yield from _below(tree, None, stored, runs_as_main)


def _below(node: ast.AST, template: ast.JoinedStr | None, stored: Counter[str], runs_as_main: bool) -> Iterator[Change]:
    """Of the node and what it holds. Positions inside an f-string are none of the file's before Python 3.12, so there
    the whole `template` is replaced."""
    if isinstance(node, ast.JoinedStr) and template is None:
        template = node
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return
    if isinstance(node, ast.If) and _is_main_guard(node):
        for inner in node.body if runs_as_main else ():
            yield from _below(inner, template, stored, runs_as_main)
        return
    for change in _of_node(node, stored):
        yield change if template is None or change.target is template else _in_template(template, change)
    for name, value in ast.iter_fields(node):
        if name in _SKIPPED_FIELDS:
            continue
        for inner in value if isinstance(value, list) else [value]:
            if isinstance(inner, ast.AST):
                yield from _below(inner, template, stored, runs_as_main)


def _is_main_guard(node: ast.If) -> bool:
    test = node.test
    names = [test.left, *test.comparators] if isinstance(test, ast.Compare) else []
    return any(isinstance(name, ast.Name) and name.id == "__name__" for name in names)


def _in_template(template: ast.JoinedStr, change: Change) -> Change:
    assert isinstance(change.target, ast.expr)
    with replaced(template, change.target, ast.parse(change.text, mode="eval").body):
        return Change(change.operator, template, ast.unparse(template))


@contextmanager
def replaced(root: ast.AST, target: ast.AST, new: ast.AST) -> Iterator[None]:
    """While the block runs, `new` stands in the tree where `target` does else."""
    for node in ast.walk(root):
        for name, value in ast.iter_fields(node):
            if value is target:
                setattr(node, name, new)
                try:
                    yield
                finally:
                    setattr(node, name, target)
                return
            if isinstance(value, list):
                for index, item in enumerate(value):
                    if item is target:
                        value[index] = new
                        try:
                            yield
                        finally:
                            value[index] = target
                        return
    raise ValueError("the tree doesn't hold that node")


def _of_node(node: ast.AST, stored: Counter[str]) -> Iterator[Change]:
    match node:
        case ast.stmt():
            yield from _statement(node, stored)
        case ast.Compare():
            for index, op in enumerate(node.ops):
                for other in _COMPARISONS[type(op)]:
                    ops = [*node.ops[:index], other(), *node.ops[index + 1 :]]
                    yield _expression("comparison", node, ast.Compare(node.left, ops, node.comparators))
        case ast.BinOp():
            for operator in _ARITHMETIC[type(node.op)]:
                yield _expression("arithmetic", node, ast.BinOp(node.left, operator(), node.right))
        case ast.BoolOp():
            swapped: ast.boolop = ast.Or() if isinstance(node.op, ast.And) else ast.And()
            yield _expression("boolean", node, ast.BoolOp(swapped, node.values))
            for index in range(len(node.values)):
                rest = node.values[:index] + node.values[index + 1 :]
                yield _expression("boolean", node, rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest))
        case ast.UnaryOp(op=ast.Not() | ast.USub() | ast.Invert(), operand=operand):
            yield _expression("boolean", node, operand)
        case ast.Constant():
            for value in _other_constants(node.value):
                yield Change("constant", node, repr(value))
        case ast.List(elts=[_, *_], ctx=ast.Load()):
            yield Change("constant", node, "[]")
        case ast.Set():
            yield Change("constant", node, "set()")
        case ast.Dict(keys=[_, *_]):
            yield Change("constant", node, "{}")
        case ast.IfExp():
            yield from _stuck(node.test)
        case ast.comprehension():
            for test in node.ifs:
                yield from _stuck(test)
            yield Change("loop", node.iter, "()")
        case ast.match_case(guard=ast.expr() as guard):
            yield from _stuck(guard)
        case ast.Lambda():
            yield Change("return", node.body, "None")
        case ast.Yield(value=ast.expr() as value):
            yield Change("return", value, "None")
        case ast.ExceptHandler():
            yield Change("removal", node.body[0], "raise", node.body[-1])
        case ast.Subscript(slice=ast.Slice() as part):
            yield from _slice(node, part)
        case ast.Call():
            yield from _call(node)


def _expression(operator: str, target: ast.expr, new: ast.expr) -> Change:
    return Change(operator, target, ast.unparse(new))


def _stuck(test: ast.expr) -> Iterator[Change]:
    yield Change("condition", test, "True")
    yield Change("condition", test, "False")


def _other_constants(value: object) -> tuple[object, ...]:
    if isinstance(value, bool):
        return (not value,)
    if isinstance(value, float):
        return (value + 1, value - 1) if math.isfinite(value) else ()
    if isinstance(value, int):
        return (value + 1, value - 1) if value.bit_length() < _MAX_INT_BITS else ()
    if isinstance(value, str):
        return ("",) if value else ("x",)
    if isinstance(value, bytes):
        return (b"",) if value else (b"x",)
    return ()


def _statement(node: ast.stmt, stored: Counter[str]) -> Iterator[Change]:
    match node:
        case ast.If():
            yield from _stuck(node.test)
        case ast.While():
            yield Change("loop", node.test, "False")
        case ast.For() | ast.AsyncFor():
            yield Change("loop", node.iter, "()")
        case ast.Break():
            yield Change("loop", node, "continue")
        case ast.Continue():
            yield Change("loop", node, "break")
        case ast.Return(value=ast.expr() as value):
            yield Change("return", value, "None")
        case ast.Return() | ast.Expr() | ast.Raise() | ast.Delete():
            yield Change("removal", node, "pass")
        case ast.AugAssign():
            for operator in _ARITHMETIC[type(node.op)]:
                changed = ast.AugAssign(node.target, operator(), node.value)
                yield Change("arithmetic", node, ast.unparse(changed))
            yield Change("arithmetic", node, f"{ast.unparse(node.target)} = {ast.unparse(node.value)}")
            yield Change("removal", node, "pass")
        case ast.Assign():
            names = [inner.id for target in node.targets for inner in ast.walk(target) if isinstance(inner, ast.Name)]
            places = all(isinstance(target, ast.Attribute | ast.Subscript) for target in node.targets)
            # A name that is bound nowhere else would only be missing.
            if places or all(stored[name] > 1 for name in names):
                yield Change("removal", node, "pass")
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            for decorator in node.decorator_list:
                yield Change("removal", decorator, "")


def _slice(node: ast.Subscript, part: ast.Slice) -> Iterator[Change]:
    for name in ("lower", "upper", "step"):
        bound = getattr(part, name)
        if bound is None:
            continue
        yield _expression("slice", node, _sliced(node, part, name, None))
        if name != "step" and not isinstance(bound, ast.Constant):
            nearer = ast.BinOp(bound, ast.Add() if name == "lower" else ast.Sub(), ast.Constant(1))
            yield _expression("slice", node, _sliced(node, part, name, nearer))


def _sliced(node: ast.Subscript, part: ast.Slice, name: str, bound: ast.expr | None) -> ast.Subscript:
    changed = ast.Slice(part.lower, part.upper, part.step)
    setattr(changed, name, bound)
    return ast.Subscript(node.value, changed, node.ctx)


def _call(node: ast.Call) -> Iterator[Change]:
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    method = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    plain = not any(isinstance(argument, ast.Starred) for argument in node.args)
    if plain and len(node.args) >= 2:
        first, second, *rest = node.args
        if not {name, method} & _SYMMETRIC_FUNCTIONS:
            yield _expression("argument", node, ast.Call(node.func, [second, first, *rest], node.keywords))
        yield _expression("argument", node, ast.Call(node.func, node.args[:-1], node.keywords))
    for index in range(len(node.keywords)):
        keywords = node.keywords[:index] + node.keywords[index + 1 :]
        yield _expression("argument", node, ast.Call(node.func, node.args, keywords))
    if name == "range" and plain:
        for argument in node.args[:2]:
            if not isinstance(argument, ast.Constant):
                for operator in (ast.Add(), ast.Sub()):
                    yield _expression("argument", argument, ast.BinOp(argument, operator, ast.Constant(1)))
    if name in _FUNCTIONS:
        yield Change("call", node.func, _FUNCTIONS[name])
    if method in _METHODS:
        assert isinstance(node.func, ast.Attribute)
        yield _expression("call", node.func, ast.Attribute(node.func.value, _METHODS[method], node.func.ctx))
    if len(node.args) == 1 and plain and not node.keywords and {name, method} & _TRANSPARENT_FUNCTIONS:
        yield _expression("call", node, node.args[0])
    if method in _TRANSPARENT_METHODS:
        assert isinstance(node.func, ast.Attribute)
        yield _expression("call", node, node.func.value)
