"""HumanEval and HumanEvalPack: a function to be completed, and a text of asserts that checks it."""

from __future__ import annotations

import ast
import re

from verifier.suite.formats.base import Imported, Outcome
from verifier.suite.formats.rows import Row, Unfit, fenced, make_suite, row_importer, source_text
from verifier.suite.source import FunctionNode, SourceProblem, parse


def statement_of(prompt: str) -> str:
    return f"Complete this function.\n\n{fenced(prompt)}\n"


def completed(row: Row, solution: str) -> str:
    """A whole program: solutions of these sets go on where the prompt ends."""
    return source_text(row.needed_text("prompt") + solution)


def check_suite(row: Row, **more: object) -> dict[str, object]:
    """The suite of a text of asserts that calls or defines `check`."""
    test = source_text(row.needed_text("test"))
    return {"kind": "asserts", "entry_point": row.needed_text("entry_point"), "code": test, **more}


def _given(row: Row) -> dict[str, object]:
    """`setup`: what the prompt defines beside the function to be written, where the tests use it. Else they would ask
    the submission, which may define it as it likes."""
    try:
        statements = parse(source_text(row.needed_text("prompt"))).body
    except SourceProblem:
        return {}
    functions = [node for node in statements if isinstance(node, FunctionNode)]
    given = [node for node in functions if node.name != row.needed_text("entry_point")]
    if not any(re.search(rf"\b{node.name}\b", row.needed_text("test")) for node in given):
        return {}
    imports = [node for node in statements if isinstance(node, ast.Import | ast.ImportFrom)]
    return {"setup": "\n\n\n".join(map(ast.unparse, (*imports, *given))) + "\n"}


def _humaneval(row: Row, row_id: str) -> Outcome:
    suite = make_suite(check_suite(row, **_given(row)))
    submissions = {}
    if row.text("canonical_solution"):
        submissions["accepted/canonical.py"] = completed(row, row.text("canonical_solution"))
    return Imported(row_id, suite, statement_of(row.needed_text("prompt")), submissions)


def _humanevalpack(row: Row, row_id: str) -> Outcome:
    language = row_id.partition("/")[0]
    if "/" in row_id and language.lower() != "python":
        raise Unfit(f"is in {language}; only Python can be judged", "another language")
    suite = make_suite(check_suite(row, **_given(row)))
    submissions = {"accepted/canonical.py": completed(row, row.needed_text("canonical_solution"))}
    notes = []
    if row.text("buggy_solution"):
        submissions["rejected/buggy.py"] = completed(row, row.text("buggy_solution"))
    else:
        notes.append("has no buggy solution")
    return Imported(row_id, suite, statement_of(row.needed_text("prompt")), submissions, tuple(notes))


HUMANEVAL = row_importer(
    "humaneval",
    "rows with task_id, prompt, entry_point, canonical_solution, test",
    ("task_id",),
    _humaneval,
)
HUMANEVALPACK = row_importer(
    "humanevalpack",
    "rows with task_id, prompt, entry_point, canonical_solution, buggy_solution, test",
    ("task_id",),
    _humanevalpack,
)
