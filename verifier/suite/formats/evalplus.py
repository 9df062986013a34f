"""HumanEval+ and MBPP+, in both of the forms in which they are published.

The release has the inputs alone (`base_input`, `plus_input`): what is expected is what the reference returns. The
export (Hugging Face, "OriginFmt") has a `test`, a script with the inputs and the results written in it, which is read
and not run. A script that can't be read so becomes a suite of asserts as it is.

Expected floats, and lists of them, have EvalPlus's own tolerance of 1e-6; where a row has an `atol`, all numbers have
that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from verifier.suite.digest import digest
from verifier.suite.formats.assert_texts import asserted_calls, called_function
from verifier.suite.formats.base import Call, Imported, Outcome, Unanswered, has_floats
from verifier.suite.formats.evalplus_scripts import CannotRead, Script, read_script
from verifier.suite.formats.humaneval import completed, statement_of
from verifier.suite.formats.lost_types import typed_arguments
from verifier.suite.formats.rows import Row, Unfit, make_suite, row_importer, source_text
from verifier.suite.source import SourceProblem

REL_TOL = 1e-7
FLOAT_CHECKER: Mapping[str, object] = {"name": "exact", "abs_tol": 1e-6, "rel_tol": REL_TOL}

_POLYNOMIAL_CHECK = """\
def value_at(coefficients, x):
    return sum(coefficient * x**power for power, coefficient in enumerate(coefficients))

"""


def _humaneval_plus(row: Row, row_id: str) -> Outcome:
    entry_point, prompt = row.needed_text("entry_point"), row.needed_text("prompt")
    code = completed(row, row.needed_text("canonical_solution"))
    submissions = {"accepted/canonical.py": code}
    problem = statement_of(prompt)
    if row.any("base_input") is None:
        return _from_script(row, row_id, entry_point, problem, submissions)
    calls = _each_once(_calls(row))
    if entry_point == "find_zero":
        return _find_zero(row_id, calls, problem, submissions)
    head = _head(row, entry_point)
    return Unanswered(row_id, head, calls, code, entry_point, FLOAT_CHECKER, problem, submissions)


def _mbpp_plus(row: Row, row_id: str) -> Outcome:
    code = source_text(row.needed_text("canonical_solution", "code"))
    submissions = {"accepted/canonical.py": code}
    if row.any("base_input") is None:
        tests = row.texts("test_list")
        entry_point = row.text("entry_point") or called_function(tests, code)
        if not entry_point:
            raise Unfit("its asserts call no function of the reference", "no function to test")
        problem = _mbpp_statement(row.needed_text("prompt"), entry_point)
        return _from_script(row, row_id, entry_point, problem, submissions)
    entry_point = row.needed_text("entry_point")
    try:
        asserted = asserted_calls(row.text("assertion"), entry_point)
    except SourceProblem as why:
        raise Unfit(f"'assertion' is no Python: {why}", "tests that can't be used") from None
    head = _head(row, entry_point)
    notes = []
    if asserted.checker == "set":
        head["checker"] = {"name": "set"}
    if asserted.checkers and not asserted.args:
        notes.append("the types of its arguments are those of JSON: no assert shows others")
    calls = _each_once(Call(typed_arguments(call.args, asserted.args), call.group) for call in _calls(row))
    problem = _mbpp_statement(row.needed_text("prompt"), entry_point)
    return Unanswered(row_id, head, calls, code, entry_point, FLOAT_CHECKER, problem, submissions, tuple(notes))


def _mbpp_statement(prompt: str, entry_point: str) -> str:
    """The release wraps it in a docstring, together with its asserts, which would tell the answers."""
    text = prompt.strip().strip('"').strip()
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("assert ")]
    return "\n".join(lines).strip() + f"\n\nThe function is called `{entry_point}`.\n"


def _head(row: Row, entry_point: str) -> dict[str, object]:
    head: dict[str, object] = {"kind": "function", "entry_point": entry_point, "result": "return"}
    tolerance = row.any("atol")
    if tolerance:
        if not isinstance(tolerance, int | float):
            raise Unfit("'atol' must be a number", "a field of the wrong type")
        head["checker"] = _tolerant(tolerance)
    return head


def _tolerant(tolerance: float) -> dict[str, object]:
    return {"name": "float", "abs_tol": float(tolerance), "rel_tol": REL_TOL}


def _calls(row: Row) -> list[Call]:
    calls = []
    for key, group in (("base_input", "base"), ("plus_input", "plus")):
        inputs = row.any(key) or []  # one problem has {} for none
        if not isinstance(inputs, list) or not all(isinstance(args, list) for args in inputs):
            raise Unfit(f"'{key}' must be a list of lists of arguments", "a field of the wrong type")
        calls += [Call(tuple(args), group) for args in inputs]
    return calls


def _each_once(calls: Iterable[Call]) -> list[Call]:
    """The release repeats some inputs, and a case that is there twice only weighs more."""
    found: dict[str, Call] = {}
    for call in calls:
        found.setdefault(digest([call.args]), call)
    return list(found.values())


def _find_zero(row_id: str, calls: Sequence[Call], problem: str, submissions: Mapping[str, str]) -> Outcome:
    """Any root is right, so the polynomial is tried at it instead."""
    asserts = []
    for call in calls:
        if len(call.args) != 1:
            raise Unfit("an input of find_zero must be one list", "a field of the wrong type")
        asserts.append(f"assert abs(value_at({call.args[0]!r}, find_zero({call.args[0]!r}))) <= 1e-4")
    value = {"kind": "asserts", "entry_point": "find_zero", "asserts": asserts, "setup": _POLYNOMIAL_CHECK}
    notes = ("any root is right: the polynomial's value at the answer must be within 1e-4 of 0",)
    return Imported(row_id, make_suite(value), problem, submissions, notes)


# The export


def _from_script(row: Row, row_id: str, entry_point: str, problem: str, submissions: Mapping[str, str]) -> Outcome:
    test = source_text(row.needed_text("test"))
    if entry_point == "find_zero":
        return _find_zero(row_id, [Call(args) for args in _inputs_of(test)], problem, submissions)
    try:
        script = read_script(test, entry_point)
    except CannotRead as why:
        value = {"kind": "asserts", "entry_point": entry_point, "code": test}
        note = f"its test is taken as it is, a script of asserts that needs numpy: {why}"
        return Imported(row_id, make_suite(value), problem, submissions, (note,))
    head: dict[str, object] = {"kind": "function", "entry_point": entry_point, "result": "return"}
    if script.collecting == "set":
        head["checker"] = {"name": "set"}
    elif script.tolerance:
        head["checker"] = _tolerant(script.tolerance)
    if script.results is None:
        calls = [Call(args) for args in script.inputs]
        code, name = script.reference, script.reference_name
        return Unanswered(row_id, head, calls, code, name, FLOAT_CHECKER, problem, submissions)
    if "checker" not in head and any(map(has_floats, script.results)):
        head["checker"] = FLOAT_CHECKER
    cases = [{"args": list(a), "expected": e} for a, e in zip(script.inputs, script.results, strict=True)]
    return Imported(row_id, make_suite({**head, "cases": cases}), problem, submissions)


def _inputs_of(test: str) -> list[tuple[object, ...]]:
    try:
        return Script.inputs_of(test)
    except CannotRead as why:
        raise Unfit(f"its test can't be read: {why}", "tests that can't be used") from None


HUMANEVAL_PLUS = row_importer(
    "humanevalplus",
    "rows with task_id, prompt, entry_point, canonical_solution, and base_input, plus_input, atol or test",
    ("task_id",),
    _humaneval_plus,
)
MBPP_PLUS = row_importer(
    "mbppplus",
    "rows with task_id, prompt, entry_point, canonical_solution, base_input, plus_input, atol, assertion; or prompt, "
    "code, test_list, test",
    ("task_id",),
    _mbpp_plus,
)
