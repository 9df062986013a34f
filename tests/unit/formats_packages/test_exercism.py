"""Exercises in the form of Exercism's Python track, written here."""

from __future__ import annotations

import json
from typing import Any

import pytest

from verifier.suite.formats.base import Imported, Refused
from verifier.suite.formats.registry import FORMATS
from verifier.suite.model import PytestSuite

FILES = {"solution": ["two_fer.py"], "test": ["two_fer_test.py"], "example": [".meta/example.py"]}
TESTS = """\
import unittest

from two_fer import two_fer
from words import YOU


class TwoFerTest(unittest.TestCase):
    def test_no_name(self):
        self.assertEqual(two_fer(), f"One for {YOU}, one for me.")

    def test_a_name(self):
        self.assertEqual(two_fer("Bo"), "One for Bo, one for me.")
"""
EXERCISE: dict[str, str | bytes] = {
    ".meta/config.json": json.dumps({"files": FILES}),
    ".meta/example.py": 'def two_fer(name="you"):\n    return f"One for {name}, one for me."\n',
    ".meta/tests.toml": '[a]\ndescription = "x"\n\n[b]\ndescription = "y"\ninclude = false\n',
    ".docs/instructions.md": "# Instructions\n\nShare it.\n",
    ".approaches/introduction.md": "spoilers",
    "HELP.md": "Ask.\n",
    "two_fer.py": "def two_fer(name):\n    pass\n",
    "two_fer_test.py": TESTS,
    "words.py": 'YOU = "you"\n',
}


def changed(**files: list[str]) -> str:
    return json.dumps({"files": {**FILES, **files}})


def test_an_exercise_accepts_its_example_and_not_its_stub(imported: Any, prove: Any) -> None:
    problem = imported("exercism", EXERCISE)

    assert isinstance(problem.suite, PytestSuite)
    assert problem.suite.module == ("two_fer",)
    assert set(problem.suite.files) == {"two_fer_test.py", "words.py"}
    assert set(problem.submissions) == {"accepted/example.py", "rejected/stub.py"}
    prove(problem)


def test_the_statement_is_the_instructions_with_the_stub(imported: Any) -> None:
    problem = imported("exercism", EXERCISE)

    assert problem.problem.startswith("# Instructions\n\nShare it.\n\nBegin with:\n\n```python\ndef two_fer(name):")
    assert "spoilers" not in problem.problem


def test_cases_that_the_track_leaves_out_are_told(imported: Any) -> None:
    [note] = imported("exercism", EXERCISE).notes
    assert note.endswith("(tests.toml, include = false): 1")


def test_a_concept_exercise_has_an_exemplar(imported: Any, prove: Any) -> None:
    files = {path: text for path, text in EXERCISE.items() if path != ".meta/example.py"}
    files[".meta/exemplar.py"] = EXERCISE[".meta/example.py"]
    listed = {key: paths for key, paths in FILES.items() if key != "example"} | {"exemplar": [".meta/exemplar.py"]}

    prove(imported("exercism", {**files, ".meta/config.json": json.dumps({"files": listed})}))


def test_data_that_is_no_text_is_told(imported: Any) -> None:
    problem = imported("exercism", {**EXERCISE, "picture.png": b"\xff\xd8"})

    assert any("picture.png" in note for note in problem.notes)


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({".meta/config.json": "{"}, "a file that can't be read"),
        ({".meta/config.json": "[]"}, "a field of the wrong type"),
        ({".meta/config.json": '{"files": {"test": "x"}}'}, "a field of the wrong type"),
        ({".meta/config.json": changed(example=[])}, "no example file"),
        ({".meta/config.json": changed(solution=["a.py", "b.py"])}, "a solution of several files"),
        ({".meta/config.json": changed(solution=["two_fer.rs"])}, "no Python"),
        ({".meta/config.json": changed(example=["../../outside.py"])}, "a file that can't be read"),
        ({".meta/tests.toml": "= broken"}, "a file that can't be read"),
        ({"two_fer_test.py": "def broken(:\n"}, "tests that can't be used"),
        ({"two_fer_test.py": b"\xff"}, "binary data"),
    ],
)
def test_an_exercise_that_can_not_be_carried_over_is_refused(
    refused: Any, change: dict[str, str | bytes], kind: str
) -> None:
    assert refused("exercism", {**EXERCISE, **change}).kind == kind


def test_a_track_is_read_whole(write: Any) -> None:
    track = write(
        {f"exercises/practice/two-fer/{path}": text for path, text in EXERCISE.items()}
        | {"exercises/practice/broken/.meta/config.json": "{}", "concepts/bools/.meta/config.json": "{}"}
    )

    broken, good = FORMATS["exercism"].read(track)

    assert isinstance(broken, Refused) and broken.id == "broken"
    assert isinstance(good, Imported) and good.id == "two-fer"
