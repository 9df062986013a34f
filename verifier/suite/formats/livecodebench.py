"""LiveCodeBench: programs, or methods of a class `Solution`. Its hidden tests are JSON, or JSON within pickle, zlib and
base64."""

from __future__ import annotations

import base64
import binascii
import pickletools
import zlib

from verifier.suite.formats.base import Imported, Outcome
from verifier.suite.formats.contests import suite_of_tests, with_starter
from verifier.suite.formats.rows import Row, Unfit, make_suite, row_importer
from verifier.suite.formats.sources import load_text

MAX_TESTS_BYTES = 256 << 20
"""Of the hidden tests of a problem, unpacked."""
_UNICODE = {"UNICODE", "SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8"}
_HARMLESS = {"PROTO", "FRAME", "MEMOIZE", "PUT", "BINPUT", "LONG_BINPUT", "STOP"}


def _livecodebench(row: Row, row_id: str) -> Outcome:
    tests = [*_listed(row, "public_test_cases", "public"), *_listed(row, "private_test_cases", "private")]
    if not tests:
        raise Unfit("has no tests", "no tests")
    name = row.object("metadata").get("func_name")
    if name is not None and not isinstance(name, str):
        raise Unfit("metadata.func_name must be text", "a field of the wrong type")
    if name:
        tests = [{**test, "fn_name": name} for test in tests]
    statement = row.needed_text("question_content")
    suite, notes = suite_of_tests(tests, statement, "tests", title=row.text("question_title"))
    cases = suite["cases"]
    assert isinstance(cases, list)
    suite["cases"] = [{**case, "group": test["group"]} for case, test in zip(cases, tests, strict=True)]
    return Imported(row_id, make_suite(suite), with_starter(statement, row.text("starter_code")), {}, tuple(notes))


def _listed(row: Row, key: str, group: str) -> list[dict[str, object]]:
    value = row.any(key)
    if isinstance(value, str):
        text = value.strip()
        try:
            value = load_text(text if text.startswith("[") else packed_text(text))
        except ValueError as error:
            raise Unfit(f"'{key}': {error}", f"'{key}' can't be read") from None
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(test, dict) for test in value):
        raise Unfit(f"'{key}' must be a list of tests", "a field of the wrong type")
    return [{**test, "group": group} for test in value]


def packed_text(text: str) -> str:
    """The text within base64, zlib and pickle.

    The pickle is not loaded: it is read as the list of instructions that it is, and must hold one text and nothing
    that could make anything else of it. Raises ValueError with the reason.
    """
    try:
        packed = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("is neither JSON nor base64") from None
    unpacker = zlib.decompressobj()
    try:
        pickled = unpacker.decompress(packed, MAX_TESTS_BYTES)
    except zlib.error as error:
        raise ValueError(f"can't be unpacked: {error}") from None
    if unpacker.unconsumed_tail or not unpacker.eof:
        what = f"holds more than {MAX_TESTS_BYTES >> 20} MiB" if unpacker.unconsumed_tail else "is cut off"
        raise ValueError(what)
    found: str | None = None
    try:
        for operation, argument, _ in pickletools.genops(pickled):
            if operation.name in _UNICODE and isinstance(argument, str):
                if found is not None:
                    raise ValueError("its pickle holds more than one text; one alone is allowed")
                found = argument
            elif operation.name not in _HARMLESS:
                raise ValueError(f"its pickle holds {operation.name}; one text alone is allowed")
    except ValueError as error:
        known = str(error).startswith("its pickle holds")
        raise error if known else ValueError("its pickle can't be read") from None
    if found is None:
        raise ValueError("its pickle holds no text; one alone is allowed")
    return found


LIVECODEBENCH = row_importer(
    "livecodebench",
    "rows with question_id, question_title, question_content, starter_code, public_test_cases, private_test_cases, "
    "metadata",
    ("question_id",),
    _livecodebench,
)
