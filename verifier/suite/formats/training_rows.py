"""Rows as trainers feed them: PRIME, Eurus and verl; DeepCoder; open-r1's verifiable-coding-problems (SYNTHETIC-1).

The tests are in one of the forms of `verifier.suite.formats.fields`; printed answers are compared as for contest
problems.
"""

from __future__ import annotations

from collections.abc import Mapping

from verifier.suite.formats.base import Imported, Outcome
from verifier.suite.formats.contests import accepted, suite_of_tests, with_starter
from verifier.suite.formats.rows import Row, Unfit, code_of, make_suite, row_importer
from verifier.suite.formats.sources import load_text

_NO_CODE = ("math", "logic", "stem", "simulation", "table", "science")


def _outcome(
    row: Row, row_id: str, tests: object, path: str, statement: str, solutions: list[str], notes: list[str]
) -> Imported:
    suite, told = suite_of_tests(tests, statement, path)
    submissions, prefixed = accepted(solutions, suite)
    return Imported(row_id, make_suite(suite), statement, submissions, (*notes, *told, *prefixed))


# verl


def _verl(row: Row, row_id: str) -> Outcome:
    ability = row.text("ability").lower()
    if ability and any(ability.startswith(word) for word in _NO_CODE):
        raise Unfit(f"is no coding problem (ability {ability[:40]!r})", "no coding problem")
    tests = row.object("reward_model").get("ground_truth")
    path = "reward_model.ground_truth"
    if not tests:
        raise Unfit("has no reward_model.ground_truth", "no tests")
    statement, notes = _asked(row)
    extra = row.any("extra_info")
    extra_row = Row(extra, row.place) if isinstance(extra, dict) else None
    if row_id == row.place and extra_row is not None:
        split, index = extra_row.any("split"), extra_row.any("index", "id")
        if isinstance(index, int | str):
            row_id = "/".join(str(part) for part in (row.any("data_source"), split, index) if part is not None)
    solutions = [code_of(extra_row.text("solution", "reference"))] if extra_row is not None else []
    return _outcome(row, row_id, tests, path, statement, solutions, notes)


def _asked(row: Row) -> tuple[str, list[str]]:
    """What the user's turns of the prompt say."""
    prompt = row.any("prompt", "problem", "question")
    if isinstance(prompt, str):
        try:
            turns_of_text = load_text(prompt) if prompt.lstrip().startswith("[") else None
        except ValueError:
            turns_of_text = None  # "[INST] ..."
        if not isinstance(turns_of_text, list):
            return prompt, []
        prompt = turns_of_text
    if not isinstance(prompt, list):
        raise Unfit("has no prompt", "no prompt")
    turns = [(turn.get("role"), turn.get("content")) for turn in prompt if isinstance(turn, dict)]
    asked = [text for role, text in turns if role == "user" and isinstance(text, str)]
    if not asked:
        raise Unfit("its prompt has no turn of a user", "no prompt")
    others = sorted({str(role) for role, _ in turns if role != "user"})
    return "\n\n".join(asked), [f"turns of its prompt are left out: {', '.join(others)}"] if others else []


# DeepCoder


def _deepcoder(row: Row, row_id: str) -> Outcome:
    statement = row.needed_text("problem", "question")
    tests = row.parsed("tests")
    if not tests:
        raise Unfit("has no 'tests'", "no tests")
    name = row.object("metadata").get("func_name")
    if isinstance(name, str) and name and isinstance(tests, list):
        tests = [_named(test, name) for test in tests]
    statement = with_starter(statement, row.text("starter_code"))
    return _outcome(row, row_id, tests, "tests", statement, [code_of(text) for text in row.texts("solutions")], [])


def _named(test: object, name: str) -> object:
    """With the row's function, where the test is a call and names none."""
    if not isinstance(test, dict) or test.get("testtype", test.get("type")) not in ("functional", "function_call"):
        return test
    metadata = test.get("metadata")
    own = test.get("fn_name") or (metadata.get("func_name") if isinstance(metadata, dict) else None)
    return test if own else {**test, "fn_name": name}


# SYNTHETIC-1


def _synthetic(row: Row, row_id: str) -> Outcome:
    task = row.text("task_type")
    if task and task != "verifiable_code":
        raise Unfit(f"is no coding problem of tests (task_type {task[:40]!r})", "no coding problem")
    tests: Mapping[str, object] = row.object("verification_info")
    if not tests:
        raise Unfit("has no 'verification_info'", "no tests")
    statement = row.needed_text("prompt", "problem_statement", "problem")
    solutions = [code_of(row.text("gold_standard_solution"))]
    notes = [] if solutions[0].strip() else ["has no gold_standard_solution"]
    return _outcome(row, row_id, tests, "verification_info", statement, solutions, notes)


VERL = row_importer(
    "verl",
    "PRIME, Eurus, code-r1 and verl rows with prompt, reward_model.ground_truth, ability, extra_info",
    ("id", "uid"),
    _verl,
)
DEEPCODER = row_importer(
    "deepcoder",
    "rows with problem, tests, solutions, starter_code, metadata",
    ("id", "problem_id", "question_id"),
    _deepcoder,
)
SYNTHETIC = row_importer(
    "synthetic",
    "open-r1's verifiable-coding-problems and SYNTHETIC-1: rows with problem_id, prompt, verification_info, "
    "gold_standard_solution",
    ("problem_id", "in_source_id"),
    _synthetic,
)
