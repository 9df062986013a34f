"""open-r1/codeforces: stdio problems of Codeforces, with the tests that its site shows.

Where a problem has a `generated_checker`, that decides: it becomes the suite's own checker, in a frame that calls it as
the set's judge does.
"""

from __future__ import annotations

import ast

from verifier.limits import MIB
from verifier.suite.formats.base import Imported, Outcome
from verifier.suite.formats.contests import amount, time_and_memory
from verifier.suite.formats.rows import Row, Unfit, make_suite, row_importer, source_text
from verifier.suite.formats.statements import comparison
from verifier.suite.source import SourceProblem, parse

_FRAME = """\
# The set's own checker: it is given three files (input, right output, output) and prints 1 for a right answer.
import contextlib
import io
import os
import sys

CODE = {code}


def modules():
    # Of the code above: what a sandbox sees that a program imports is there for it.
{imports}


def score():
    output = os.path.join(sys.argv[3], "solution_output.txt")
    with open(output, "wb") as stream:
        stream.write(sys.stdin.buffer.read())
    sys.argv[:] = ["checker.py", sys.argv[1], sys.argv[2], output]
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            exec(compile(CODE, "generated_checker.py", "exec"), {{"__name__": "__main__"}})
    except SystemExit:
        pass  # what it printed counts
    # The number alone: what stands beside it may come from the output that is judged.
    return float(printed.getvalue())


found = score()
if not 0 <= found <= 1:
    raise ValueError("the checker printed no score from 0 to 1")
sys.exit(42 if found == 1 else 43)
"""
_PARTS = (
    ("description", ""),
    ("input_format", "Input"),
    ("output_format", "Output"),
    ("interaction_format", "Interaction"),
    ("note", "Note"),
)


def _codeforces(row: Row, row_id: str) -> Outcome:
    mode = row.text("input_mode")
    if mode not in ("", "stdio"):
        raise Unfit("reads input.txt and writes output.txt (input_mode 'file')", "reads or writes files")
    if row.text("interaction_format"):
        raise Unfit("is interactive, and the source has no interactor", "interactive")
    notes = []
    examples = _tests(row, "examples")
    tests = _tests(row, "official_tests")
    if not tests:
        if not examples:
            raise Unfit("has neither official_tests nor examples", "no tests")
        notes.append("has no official tests: its examples alone judge")
    elif row.value.get("official_tests_complete") is False:
        notes.append("its official tests are not complete: the site cuts long ones off")
    seen = {(test["stdin"], test["stdout"]) for test in examples}
    cases = [{**test, "group": "example"} for test in examples]
    cases += [{**test, "group": "official"} for test in tests if (test["stdin"], test["stdout"]) not in seen]
    statement = _statement(row, examples)
    checker, told = comparison(statement)
    own_checker = source_text(row.text("generated_checker"))
    if own_checker.strip():
        notes.append("its generated_checker decides, which was written for the set and is not the contest's own")
        told = tuple(note for note in told if "picture" in note)
    generated = row.any("generated_tests")
    if generated:
        notes.append(f"its {generated} generated tests are in files of their own, which are not read")
    limits, clamped = time_and_memory(
        amount(row.any("time_limit"), {"s": 1.0}, 1.0, "time_limit"),
        amount(row.any("memory_limit"), {"mb": MIB}, MIB, "memory_limit"),
    )
    suite: dict[str, object] = {"kind": "stdio", "title": row.text("title"), "cases": cases}
    if own_checker.strip():
        suite["checker"] = {"name": "custom", "form": "program", "code": _framed(own_checker)}
    elif checker:
        suite["checker"] = {"name": "tokens", **checker}
    if limits:
        suite["limits"] = limits
    return Imported(row_id, make_suite(suite), statement, {}, (*notes, *clamped, *told))


def _framed(checker: str) -> str:
    """Raises Unfit for a checker that is no Python."""
    try:
        tree = parse(checker)
    except SourceProblem as why:
        raise Unfit(f"its generated_checker is no Python: {why}", "a checker that can't be used") from None
    found = {
        ast.unparse(node)
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        or (isinstance(node, ast.ImportFrom) and node.names[0].name != "*" and node.module != "__future__")
    }
    return _FRAME.format(code=repr(checker), imports="\n".join(f"    {line}" for line in sorted(found)) or "    pass")


def _tests(row: Row, key: str) -> list[dict[str, str]]:
    tests = row.parsed(key) or []
    if not isinstance(tests, list):
        raise Unfit(f"'{key}' must be a list of tests", "a field of the wrong type")
    found = []
    for index, test in enumerate(tests):
        given = test.get("input") if isinstance(test, dict) else None
        printed = test.get("output") if isinstance(test, dict) else None
        if not isinstance(given, str) or not isinstance(printed, str):
            raise Unfit(f"{key}[{index}] must have an 'input' and an 'output', both text", "a field of the wrong type")
        found.append({"stdin": given, "stdout": printed})
    return found


def _statement(row: Row, examples: list[dict[str, str]]) -> str:
    parts = []
    if row.text("title"):
        parts.append(f"# {row.text('title')}")
    for key, heading in _PARTS:
        if row.text(key):
            parts += [f"## {heading}"] if heading else []
            parts.append(row.text(key).strip())
    for example in examples:
        parts.append(f"Example input:\n\n```\n{example['stdin'].strip()}\n```")
        parts.append(f"Example output:\n\n```\n{example['stdout'].strip()}\n```")
    return "\n\n".join(parts) + "\n"


CODEFORCES = row_importer(
    "codeforces",
    "open-r1's rows with id, title, description, official_tests, examples, time_limit, memory_limit",
    ("id",),
    _codeforces,
)
