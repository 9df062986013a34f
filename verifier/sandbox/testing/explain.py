"""Why an assert failed, for the author of a suite.

`rewrite` gives each plain `assert` a message that is made only when it fails: its text and the values that were
compared. pytest's own rewriting would do the same at ten times the length, and would need pytest where kind "asserts"
does not. Differences of large values are not worked out: that can take longer than the test.

Standard library only.
"""

from __future__ import annotations

import ast
import builtins
import reprlib
from collections.abc import Callable
from typing import Any

from verifier.sandbox.testing.reports import text_of

EXPLAIN = "@explain"
"""How rewritten code calls `_explain`: among the builtins, by a name that no source text can use."""

MAX_NOTE_CHARS = 4096
MAX_TEXT_CHARS = 300
MAX_VALUE_CHARS = 1000

_OPERATORS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Is: "is",
    ast.IsNot: "is not",
    ast.In: "in",
    ast.NotIn: "not in",
}


def install(is_foreign: Callable[[object], bool]) -> None:
    """Makes `_explain` known to rewritten code. Of objects that `is_foreign` knows only the type is told: their repr
    would run the submission's code once more."""
    _short.is_foreign = is_foreign
    vars(builtins)[EXPLAIN] = _explain


def rewrite(tree: ast.Module, source: str) -> None:
    """Changes `tree` in place."""
    lines = source.encode("utf-8", "surrogatepass").splitlines(keepends=True)
    stack: list[ast.AST] = [tree]
    while stack:
        node = stack.pop()
        for name in ("body", "orelse", "finalbody"):
            statements = getattr(node, name, None)
            if isinstance(statements, list):
                setattr(node, name, _rewritten(statements, lines))
                stack += statements
        stack += getattr(node, "handlers", [])
        stack += getattr(node, "cases", [])


def _rewritten(statements: list[ast.stmt], lines: list[bytes]) -> list[ast.stmt]:
    found: list[ast.stmt] = []
    for statement in statements:
        found.append(statement)
        if isinstance(statement, ast.Assert) and statement.msg is None:
            kept: list[str] = []
            statement.msg = _message(statement, lines, kept)
            if kept:
                # What was kept for the message must not live on: tests look at weak references.
                clear = ast.Assign([ast.Name(name, ast.Store()) for name in kept], ast.Constant(None))
                found.append(ast.copy_location(clear, statement))
            for node in found[-2:]:
                ast.fix_missing_locations(node)
    return found


def _message(statement: ast.Assert, lines: list[bytes], kept: list[str]) -> ast.expr:
    """The message of a statement, whose test is changed to keep what the message tells."""

    def keep(expression: ast.expr) -> tuple[ast.expr, ast.expr]:
        """(what to evaluate instead, how to read its value again)"""
        if isinstance(expression, ast.Constant | ast.Name):
            return expression, expression
        name = f"@{len(kept)}"
        kept.append(name)
        kept_value = ast.NamedExpr(ast.Name(name, ast.Store()), expression)
        return ast.copy_location(kept_value, expression), ast.Name(name, ast.Load())

    test = statement.test
    values: list[ast.expr]
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        operator = _OPERATORS[type(test.ops[0])]
        test.left, left = keep(test.left)
        [test.comparators[0], right] = keep(test.comparators[0])
        values = [left, right]
    elif isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        operator = ""
        test.operand, value = keep(test.operand)
        values = [value]
    else:
        operator, values = "", []
    arguments = [ast.Constant(_text(statement, lines)), ast.Constant(operator), *values]
    return ast.Call(ast.Name(EXPLAIN, ast.Load()), arguments, [])


def _text(statement: ast.stmt, lines: list[bytes]) -> str:
    """The statement as it is written, on one line."""
    own = lines[statement.lineno - 1 : statement.end_lineno]
    if own:
        own[-1] = own[-1][: statement.end_col_offset]
        own[0] = own[0][statement.col_offset :]
    return cut(" ".join(line.decode(errors="replace").strip() for line in own), MAX_TEXT_CHARS)


def _explain(text: str, operator: str, *values: object) -> str:
    if operator:
        return f"{text}\n  where it is: {short(values[0])} {operator} {short(values[1])}"
    if values:
        return f"{text}\n  where it is: not {short(values[0])}"
    return text


class _Short(reprlib.Repr):
    """A bounded repr that never runs the submission's code."""

    def __init__(self) -> None:
        super().__init__()
        self.maxlevel = 6
        self.maxtuple = self.maxlist = self.maxdict = self.maxset = self.maxfrozenset = self.maxarray = 50
        self.maxdeque = 50
        self.maxstring = self.maxlong = self.maxother = MAX_VALUE_CHARS
        self.is_foreign: Callable[[object], bool] = lambda value: False

    def repr1(self, x: Any, level: int) -> str:
        if self.is_foreign(x):
            return f"<{type(x).__name__} of the submission>"
        return super().repr1(x, level)


_short = _Short()


def short(value: object) -> str:
    """Never raises: what the repr of a test's own object does is not the tester's concern."""
    try:
        return cut(_short.repr(value), MAX_VALUE_CHARS)
    except BaseException as error:
        return f"<{type(value).__name__}, whose repr raised {type(error).__name__}>"


def note_of(error: BaseException) -> str:
    """The note of a test that `error` ended. Never raises."""
    text = text_of(error)
    if not isinstance(error, AssertionError):
        text = f"{type(error).__name__}: {text}" if text else type(error).__name__
    return cut(text, MAX_NOTE_CHARS)


def cut(text: str, size: int) -> str:
    return text if len(text) <= size else text[: size - 2] + ".."
