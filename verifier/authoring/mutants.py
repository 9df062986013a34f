"""Mutants of a program's source text: each differs from it in one place, and not only in its text.

A mutant is made by replacing a stretch of the text, so that its diff shows one line and the author's own layout.
Nothing is run: texts are parsed and compiled, and those that compile to what is there already, but for its line
numbers, are left out.
"""

from __future__ import annotations

import ast
import difflib
import dis
import random
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from types import CodeType

from verifier.authoring.operators import Change, changes, replaced
from verifier.errors import SuiteError
from verifier.suite.source import SourceProblem, parse

Form = tuple[object, ...]
"""What two texts have in common that compile to the same."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """A program that differs from a right one in one place."""

    of: str
    """The submission's name, `accepted/loop.py`."""
    operator: str
    """Name of the kind of change, as in `verifier.authoring.operators`."""
    line: int
    """Where it begins in the original, from 1."""
    code: str
    diff: str
    """Unified, one line of context."""

    @property
    def changed_lines(self) -> tuple[str, ...]:
        """The diff's lines that are removed or added: what tells this mutant from others wherever it moves in its
        file."""
        return changed_lines(self.diff)


def changed_lines(diff: str) -> tuple[str, ...]:
    """The lines of a unified diff that are removed or added, with their sign and without blanks at their ends."""
    heads = ("---", "+++")
    return tuple(
        line.rstrip() for line in diff.splitlines() if line.startswith(("-", "+")) and not line.startswith(heads)
    )


def mutants_of(name: str, code: str, *, runs_as_main: bool) -> list[Mutant]:
    """All mutants of a program, by their place in it. `runs_as_main` says whether the block under
    `if __name__ == "__main__":` runs.

    Raises SuiteError, whose path is `name`, for a text that is no Python.
    """
    text = code.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    try:
        tree = parse(text)
        text.encode()
    except (SourceProblem, UnicodeEncodeError) as problem:
        raise SuiteError(f"is no Python that could be changed: {problem}", path=name) from None
    seen = {_form_of(text)}
    found = []
    for change in list(changes(tree, runs_as_main=runs_as_main)):
        changed = _edited(text, tree, change)
        form = None if changed is None else _form_of(changed)
        if changed is None or form is None or form in seen:
            continue
        seen.add(form)
        found.append(Mutant(name, change.operator, change.target.lineno, changed, _diff(name, text, changed)))
    return sorted(found, key=lambda mutant: (mutant.line, mutant.operator, mutant.code))


def sample(mutants: Sequence[Mutant], most: int, seed: int) -> list[Mutant]:
    """At most so many, in their order. The same for the same seed, on any machine."""
    if len(mutants) <= most:
        return list(mutants)
    chosen = random.Random(seed).sample(range(len(mutants)), most)
    return [mutants[index] for index in sorted(chosen)]


def _edited(text: str, tree: ast.Module, change: Change) -> str | None:
    """The text with the change. Parentheses are set where it would mean something else without. None where there is no
    such text."""
    lines = text.encode().splitlines(keepends=True)  # a node's columns count bytes
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    first, last = change.target, change.until or change.target
    assert last.end_lineno is not None and last.end_col_offset is not None
    start = starts[first.lineno - 1] + first.col_offset
    end = starts[last.end_lineno - 1] + last.end_col_offset
    if not change.text:  # a decorator, whose @ is not part of it
        start, end = starts[first.lineno - 1], starts[last.end_lineno]
    whole = b"".join(lines)
    for form in (change.text, f"({change.text})"):
        edited = (whole[:start] + form.encode() + whole[end:]).decode()
        if _means(edited, tree, change):
            return edited
    return None


def _means(edited: str, tree: ast.Module, change: Change) -> bool:
    """Whether the text is the tree with that change, and not one where the replacement joined what stands beside it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            after = ast.parse(edited)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    if isinstance(change.target, ast.stmt) or not change.text:
        return True
    wanted = ast.parse(change.text, mode="eval").body
    with replaced(tree, change.target, wanted):
        return ast.dump(after) == ast.dump(tree)


def _form_of(text: str) -> Form | None:
    """None for a text that Python refuses to compile."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _form(compile(text, "<mutant>", "exec", dont_inherit=True))
    except (SyntaxError, ValueError, OverflowError, RecursionError, MemoryError):
        return None


def _form(code: CodeType) -> Form:
    """What a code object does: not its lines, nor constants that stand in it and are never loaded."""
    steps = (
        (step.opname, _constant(step.argval) if step.opcode in dis.hasconst else step.argrepr or step.arg)
        for step in dis.get_instructions(code)
    )
    return (
        tuple(steps),
        code.co_exceptiontable,
        code.co_flags,
        (code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount),
        (code.co_varnames, code.co_cellvars, code.co_freevars),
    )


def _constant(value: object) -> Form:
    """Tells 1, 1.0 and True apart, and 0.0 from -0.0."""
    if isinstance(value, CodeType):
        return _form(value)
    if isinstance(value, tuple):
        return ("tuple", *map(_constant, value))
    if isinstance(value, frozenset):
        return ("frozenset", *sorted(map(repr, value)))
    return (type(value).__name__, repr(value))


def _diff(name: str, before: str, after: str) -> str:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), name, "mutant", n=1, lineterm="")
    return "\n".join(lines)
