"""EvalPlus's test scripts, read and not run: a list of inputs, a list of results or a reference that gives them, a
function `assertion` that compares, and a loop over both. How `assertion` compares is known by its text; a script with
another one can't be read."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from verifier.suite.formats.assert_texts import is_literal, literal_of
from verifier.suite.source import SourceProblem, parse

_COMPARISONS = {
    "c29f2279ac256c1ab553ec377988ca71": "",  # HumanEval+
    "b1d8ce641aaebfda54e7523984347afa": "",  # MBPP+
    "a526f7a3b13f23d60fe09f075abce558": "set",
}
"""First half of the SHA-256 of `assertion`'s text without white space, and what is made of both sides first."""


class CannotRead(Exception):
    """Why a script is not of the known form."""


@dataclass(frozen=True, slots=True)
class Script:
    inputs: list[tuple[object, ...]]
    results: list[object] | None
    """None where they come from a reference."""
    collecting: str
    """`set` where both sides are made sets first."""
    tolerance: float
    """Absolute, of every number; 0 where floats alone have one."""
    reference: str = ""
    """Code that defines the reference."""
    reference_name: str = ""

    @staticmethod
    def inputs_of(text: str) -> list[tuple[object, ...]]:
        """The inputs alone. Raises CannotRead."""
        return _arguments(_assigned(_nodes(text), "inputs"))


def read_script(text: str, entry_point: str) -> Script:
    """Raises CannotRead."""
    nodes = _nodes(text)
    assertion = next((n for n in nodes if isinstance(n, ast.FunctionDef) and n.name == "assertion"), None)
    if assertion is None:
        raise CannotRead("it defines no function 'assertion'")
    collecting = _COMPARISONS.get(digest_of(text, assertion))
    if collecting is None:
        raise CannotRead("its function 'assertion' is not one of the known ones")
    inputs = _arguments(_assigned(nodes, "inputs"))
    loop = nodes[-1]
    expected, tolerance = _compared(loop, entry_point)
    if isinstance(expected, ast.Name):
        results = _literals(_assigned(nodes, "results"), "results")
        if len(results) != len(inputs):
            raise CannotRead("it has not as many results as inputs")
        return Script(inputs, results, collecting, tolerance)
    if not (isinstance(expected, ast.Call) and isinstance(expected.func, ast.Name)):
        raise CannotRead("its loop compares with something unknown")
    reference = "\n".join(ast.unparse(n) for n in nodes if _belongs_to_reference(n, assertion))
    return Script(inputs, None, collecting, tolerance, reference + "\n", expected.func.id)


def digest_of(text: str, function: ast.FunctionDef) -> str:
    """By which a function is known, whatever its indentation."""
    source = "\n".join(text.split("\n")[function.lineno - 1 : function.end_lineno])
    return hashlib.sha256("".join(source.split()).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _nodes(text: str) -> list[ast.stmt]:
    """The statements of the script, with those of HumanEval's `check` in its place."""
    try:
        body = parse(text).body
    except SourceProblem as why:
        raise CannotRead(f"it is no Python: {why}") from None
    nodes: list[ast.stmt] = []
    for node in body:
        nodes += node.body if isinstance(node, ast.FunctionDef) and node.name == "check" else [node]
    return nodes


def _assigned(nodes: Sequence[ast.stmt], name: str) -> ast.expr:
    for node in nodes:
        match node:
            case ast.Assign(targets=[ast.Name(id=found)], value=value) if found == name:
                return value
    raise CannotRead(f"it has no list '{name}'")


def _arguments(node: ast.expr) -> list[tuple[object, ...]]:
    arguments = []
    for args in _literals(node, "inputs"):
        if not isinstance(args, list | tuple):
            raise CannotRead("its 'inputs' are no lists of arguments")
        arguments.append(tuple(args))
    return arguments


def _literals(node: ast.expr, name: str) -> list[object]:
    if not isinstance(node, ast.List):
        raise CannotRead(f"its '{name}' are no list")
    values = [literal_of(element) for element in node.elts]  # one by one: there is a limit on a literal's length
    if not all(map(is_literal, values)):
        raise CannotRead(f"its '{name}' are no literals")
    return values


def _compared(loop: ast.stmt, entry_point: str) -> tuple[ast.expr, float]:
    """What the answer is compared with, and the tolerance."""
    match loop:
        case ast.For(body=[ast.Expr(value=ast.Call(func=ast.Name(id="assertion"), args=args))]):
            match args:
                case [
                    ast.Call(func=ast.Name(id=called), args=[ast.Starred()]),
                    ast.Name() | ast.Call() as expected,
                    ast.Constant(value=int() | float() as tolerance),
                ] if called in (entry_point, "candidate"):
                    return expected, float(tolerance)
    raise CannotRead("its loop is not the known one")


def _belongs_to_reference(node: ast.stmt, assertion: ast.stmt) -> bool:
    if isinstance(node, ast.Import | ast.ImportFrom):
        names = [alias.name for alias in node.names] + [getattr(node, "module", None) or ""]
        return not any(name.partition(".")[0] == "numpy" for name in names)  # is_floats alone uses it
    return isinstance(node, ast.FunctionDef) and node is not assertion and node.name != "is_floats"
