"""Small changes of a solution, each of which makes a submission that some of the tests should see through."""

from __future__ import annotations

import ast
import copy
import random
from collections.abc import Callable, Iterator

from benchmarks.testfiles.problem import Submission

Change = Callable[[ast.AST], None]

_FLIPPED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}


def mutations(code: str, count: int, seed: str) -> tuple[Submission, ...]:
    """Up to `count` different ones, of as many kinds as there are; always the same for a seed."""
    tree = ast.parse(code)
    chance = random.Random(seed)
    places: dict[str, list[tuple[int, Change]]] = {}
    for position, node in enumerate(ast.walk(tree)):
        for kind, change in _changes(node):
            places.setdefault(kind, []).append((position, change))
    for found in places.values():
        chance.shuffle(found)
    kinds = sorted(places)
    chance.shuffle(kinds)
    made: dict[str, str] = {}
    while len(made) < count and any(places.values()):
        for kind in kinds:
            if not places[kind] or len(made) == count:
                continue
            position, change = places[kind].pop()
            mutant = copy.deepcopy(tree)
            node = list(ast.walk(mutant))[position]
            change(node)
            text = ast.unparse(ast.fix_missing_locations(mutant)) + "\n"
            try:
                compile(text, "mutation", "exec")
            except (SyntaxError, ValueError):
                continue
            made.setdefault(text, f"{kind} in line {getattr(node, 'lineno', 0)}")
    return tuple(Submission(f"mutation {n}: {what}", text) for n, (text, what) in enumerate(made.items(), 1))


def _changes(node: ast.AST) -> Iterator[tuple[str, Change]]:
    match node:
        case ast.Compare(ops=[operator]) if type(operator) in _FLIPPED:
            yield "comparison", _flip
        case ast.Constant(value=value) if type(value) is int:
            yield "one more", _one_more
            yield "one less", _one_less
        case ast.Return(value=ast.expr()):
            yield "return without value", _forget
        case ast.BinOp(op=ast.Add() | ast.Sub()) | ast.AugAssign(op=ast.Add() | ast.Sub()):
            yield "plus and minus", _swap
        case ast.If():
            yield "negated if", _negate


def _flip(node: ast.AST) -> None:
    assert isinstance(node, ast.Compare)
    node.ops = [_FLIPPED[type(node.ops[0])]()]


def _one_more(node: ast.AST) -> None:
    assert isinstance(node, ast.Constant)
    node.value += 1


def _one_less(node: ast.AST) -> None:
    assert isinstance(node, ast.Constant)
    node.value -= 1


def _forget(node: ast.AST) -> None:
    assert isinstance(node, ast.Return)
    node.value = None


def _swap(node: ast.AST) -> None:
    assert isinstance(node, ast.BinOp | ast.AugAssign)
    node.op = ast.Sub() if isinstance(node.op, ast.Add) else ast.Add()


def _negate(node: ast.AST) -> None:
    assert isinstance(node, ast.If)
    node.test = ast.UnaryOp(ast.Not(), node.test)
