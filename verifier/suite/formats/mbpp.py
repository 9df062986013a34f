"""MBPP: a sentence that says what a function does, and a list of asserts; the sanitised edition has other names for
some fields."""

from __future__ import annotations

from verifier.suite.formats.assert_texts import called_function
from verifier.suite.formats.base import Imported, Outcome
from verifier.suite.formats.rows import Row, Unfit, make_suite, row_importer, source_text


def _mbpp(row: Row, row_id: str) -> Outcome:
    code = source_text(row.text("code"))
    asserts = [source_text(text) for text in (*row.texts("test_list"), *row.texts("challenge_test_list"))]
    if not asserts:
        raise Unfit("has no 'test_list'", "no tests")
    setup = "\n".join(source_text(text) for text in (*row.texts("test_setup_code"), *row.texts("test_imports")))
    name = called_function(asserts, code)
    notes = [] if name else ["its asserts call no function of the reference, so which one is tested is not known"]
    value: dict[str, object] = {"kind": "asserts", "asserts": asserts}
    if name:
        value["entry_point"] = name
    if setup.strip():
        value["setup"] = setup
    problem = row.needed_text("text", "prompt").strip()
    signature = next((line for line in code.splitlines() if name and line.startswith(f"def {name}")), "")
    problem += f"\n\nThe function: `{signature.strip().rstrip(':').rstrip()}`\n" if signature else "\n"
    submissions = {"accepted/reference.py": code} if code.strip() else {}
    return Imported(f"mbpp/{row_id}" if row_id.isdigit() else row_id, make_suite(value), problem, submissions,
                    tuple(notes))  # fmt: skip


MBPP = row_importer(
    "mbpp",
    "rows with task_id, text (or prompt), code, test_list, test_setup_code (or test_imports), challenge_test_list",
    ("task_id",),
    _mbpp,
)
