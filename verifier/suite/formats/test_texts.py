"""Rows whose tests are code: KodCode (pytest), AceCode (asserts), BigCodeBench (unittest), LeetCodeDataset."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from verifier.suite.formats.assert_texts import called_function
from verifier.suite.formats.base import Imported, Outcome
from verifier.suite.formats.contests import with_starter
from verifier.suite.formats.fields import TEST_FILE, find_suite
from verifier.suite.formats.humaneval import check_suite
from verifier.suite.formats.rows import (
    Row,
    Unfit,
    code_of,
    fenced,
    make_suite,
    named_solutions,
    row_importer,
    source_text,
)
from verifier.suite.formats.two_files import taken_apart
from verifier.suite.source import SourceProblem

ACECODE_ACCEPTED = 1.0
"""Pass rate of an inference that counts as right."""
_OF_FILES = frozenset("glob os pathlib shutil sqlite3 tempfile zipfile".split())


# KodCode


def _kodcode(row: Row, row_id: str) -> Outcome:
    test, code = source_text(row.needed_text("test")), row.text("solution")
    found = find_suite({"pytest": test}, "test")
    assert found is not None
    submissions = named_solutions("accepted", [code])
    statement = row.needed_text("question")
    notes = []
    info = row.any("test_info")
    named = [entry for entry in info if isinstance(entry, dict)] if isinstance(info, list) else []
    signatures = [str(entry["function_declaration"]) for entry in named if entry.get("function_declaration")]
    if signatures:
        statement = f"{statement.strip()}\n\nThe tests import from `solution`:\n\n{fenced(chr(10).join(signatures))}\n"
    else:
        notes.append("has no test_info, so the statement may not name what the tests import")
    return Imported(row_id, make_suite(found[1]), statement, submissions, tuple(notes))


# AceCode


def _acecode(row: Row, row_id: str) -> Outcome:
    asserts = [source_text(text) for text in row.texts("test_cases", "tests")]
    if not asserts:
        raise Unfit("has no 'test_cases'", "no tests")
    name = called_function(asserts)
    notes = [] if name else ["its asserts call no function in common, so which one is tested is not known"]
    suite: dict[str, object] = {"kind": "asserts", "asserts": asserts}
    if name:
        suite["entry_point"] = name
    submissions: dict[str, str] = {}
    inferences = row.any("inferences") or []
    if not isinstance(inferences, list):
        raise Unfit("'inferences' must be a list", "a field of the wrong type")
    for expected in ("accepted", "rejected"):
        codes = [code for code, right in _inferences(inferences) if right is (expected == "accepted")]
        submissions |= named_solutions(expected, codes, "inference")
    if not any(path.startswith("accepted/") for path in submissions):
        notes.append("no inference passes all asserts, so nothing proves them")
    return Imported(row_id, make_suite(suite), row.needed_text("question"), submissions, tuple(notes))


def _inferences(entries: list[object]) -> Iterator[tuple[str, bool]]:
    for entry in entries:
        if isinstance(entry, dict) and isinstance(entry.get("completion"), str):
            rate = entry.get("pass_rate")
            if isinstance(rate, int | float):
                yield code_of(entry["completion"]), rate >= ACECODE_ACCEPTED


# BigCodeBench


def _bigcodebench(row: Row, row_id: str) -> Outcome:
    code = source_text(row.text("code_prompt", "prompt_wo_doc", "complete_prompt", "prompt"))
    code += source_text(row.needed_text("canonical_solution"))
    tests = source_text(row.needed_text("test"))
    try:
        apart = taken_apart(code, tests)
    except SourceProblem as why:
        raise Unfit(f"its code is no Python: {why}", "tests that can't be used") from None
    suite = make_suite({"kind": "pytest", "files": {TEST_FILE: apart.tests}})
    foreign = sorted(apart.imported - sys.stdlib_module_names - {"solution"})
    notes = [f"needs packages: {', '.join(foreign)}"] if foreign else []
    if "open(" in code or apart.imported_by_solution & _OF_FILES:
        notes.append("its solution may work on files, which a submission does not share with the tests")
    problem = row.text("instruct_prompt", "instruction") or fenced(row.text("complete_prompt", "prompt"))
    return Imported(row_id, suite, problem, {"accepted/canonical.py": apart.solution}, tuple(notes))


# LeetCodeDataset


def _leetcode(row: Row, row_id: str) -> Outcome:
    helpers = source_text(row.needed_text("prompt"))  # imports, ListNode, TreeNode: the tests use them too
    suite = make_suite({**check_suite(row), "setup": helpers})
    submissions = {}
    if row.text("completion"):
        submissions["accepted/reference.py"] = f"{helpers}\n{source_text(row.text('completion'))}"
    statement = row.text("problem_description") or _question(row)
    notes = () if statement else ("has no statement",)
    starter = row.text("starter_code").strip()
    if not starter and isinstance(row.any("meta"), dict):
        starter = str(row.object("meta").get("lang_code") or "").strip()
    return Imported(row_id, suite, with_starter(statement, starter), submissions, notes)


def _question(row: Row) -> str:
    meta = row.any("meta")
    described = meta.get("question_content") if isinstance(meta, dict) else None
    return described if isinstance(described, str) else row.text("query")


KODCODE = row_importer(
    "kodcode", "rows with question_id, question, solution, test, test_info", ("question_id", "id"), _kodcode
)
ACECODE = row_importer("acecode", "rows with id, question, test_cases, inferences", ("id",), _acecode)
BIGCODEBENCH = row_importer(
    "bigcodebench",
    "rows with task_id, complete_prompt, instruct_prompt, canonical_solution, code_prompt, test",
    ("task_id",),
    _bigcodebench,
)
LEETCODE = row_importer(
    "leetcode", "LeetCodeDataset's rows with task_id, prompt, completion, entry_point, test", ("task_id",), _leetcode
)
