"""EvalPlus's exported test scripts are read, not run; what can't be read is kept as a script."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from verifier.suite.formats import evalplus_scripts
from verifier.suite.formats.base import Imported, Outcome, Unanswered
from verifier.suite.formats.evalplus_scripts import CannotRead, read_script
from verifier.suite.formats.registry import FORMATS
from verifier.suite.model import AssertsSuite, FunctionSuite
from verifier.suite.source import parse

ASSERTION = "def assertion(out, exp, atol):\n    assert out == exp\n"
HEAD = f"import numpy as np\n\ndef is_floats(x):\n    return False\n\n{ASSERTION}\n"
LOOP = "for i, (inp, exp) in enumerate(zip(inputs, results)):\n    assertion(f(*inp), exp, {tolerance})\n"


@pytest.fixture(autouse=True)
def _known(monkeypatch: pytest.MonkeyPatch) -> None:
    """The real scripts' texts are not ours to copy: one of our own is known here instead."""
    [function] = parse(ASSERTION).body
    known = {evalplus_scripts.digest_of(ASSERTION, function): ""}
    monkeypatch.setattr(evalplus_scripts, "_COMPARISONS", known)


def script(inputs: str = "[[1, (2, 3)], [-inf, {4}]]", results: str = "[1, nan]", tolerance: str = "0") -> str:
    return f"{HEAD}inputs = {inputs}\nresults = {results}\n{LOOP.format(tolerance=tolerance)}"


def test_inputs_and_results_are_read_as_literals() -> None:
    found = read_script(script(), "f")

    assert found.inputs == [(1, (2, 3)), (-math.inf, {4})]
    assert found.results is not None and found.results[0] == 1 and math.isnan(found.results[1])  # type: ignore[arg-type]
    assert found.tolerance == 0.0
    assert read_script(script(tolerance="0.0001"), "f").tolerance == 0.0001


def test_the_script_of_a_check_is_read_alike() -> None:
    body = f"inputs = [[1]]\nresults = [2]\n{LOOP.format(tolerance=0)}".replace("f(*", "candidate(*")
    indented = "".join(f"    {line}\n" for line in body.splitlines())

    assert read_script(f"{HEAD}def check(candidate):\n{indented}", "f").inputs == [(1,)]


def test_a_reference_in_the_script_is_found() -> None:
    loop = "for i, inp in enumerate(inputs):\n    assertion(f(*inp), ref_func(*inp), 0)\n"
    text = f"{HEAD}def helper(x):\n    return x\n\ndef ref_func(x):\n    return helper(x)\n\ninputs = [[1]]\n{loop}"

    found = read_script(text, "f")

    assert found.results is None and found.reference_name == "ref_func"
    assert "helper" in found.reference
    assert not any(word in found.reference for word in ("numpy", "assertion", "inputs", "is_floats"))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (script(inputs="[[open('x')]]"), "'inputs' are no literals"),
        (script(inputs="g()"), "'inputs' are no list"),
        (script(inputs="[1, 2]"), "no lists of arguments"),
        (script(results="[1]"), "as many results"),
        (script(results="[1, print()]"), "'results' are no literals"),
        (script().replace("out == exp", "out != exp"), "not one of the known ones"),
        (script().replace("def assertion", "def another"), "no function 'assertion'"),
        (script().replace("f(*inp)", "g(*inp)"), "loop is not the known one"),
        (script().replace("inputs =", "ins ="), "no list 'inputs'"),
        (script() + "(", "no Python"),
    ],
)
def test_what_is_of_another_form_is_not_read(text: str, reason: str) -> None:
    with pytest.raises(CannotRead, match=reason):
        read_script(text, "f")


def outcome(tmp_path: Path, format_name: str, test: str) -> Outcome:
    row: dict[str, Any] = {"task_id": 3, "prompt": "def f(*a):\n", "entry_point": "f", "test": test}
    row |= {"canonical_solution": "    return 1\n", "code": "def f(*a):\n    return 1\n", "test_list": ["assert f(1)"]}
    if format_name == "mbppplus":
        del row["canonical_solution"], row["entry_point"]
    (tmp_path / "rows.jsonl").write_text(json.dumps(row))
    [found] = FORMATS[format_name].read(tmp_path / "rows.jsonl")
    return found


@pytest.mark.parametrize("format_name", ["humanevalplus", "mbppplus"])
def test_a_script_with_results_is_a_suite_of_calls(format_name: str, tmp_path: Path) -> None:
    found = outcome(tmp_path, format_name, script(results="[1, 0.5]"))

    assert isinstance(found, Imported) and isinstance(found.suite, FunctionSuite)
    assert found.suite.cases[0].args == [1, (2, 3)]
    assert (found.suite.checker.name, found.suite.checker.abs_tol) == ("exact", 1e-6)
    with_tolerance = outcome(tmp_path, format_name, script(results="[1, 2]", tolerance="0.001"))
    assert isinstance(with_tolerance, Imported) and isinstance(with_tolerance.suite, FunctionSuite)
    assert (with_tolerance.suite.checker.name, with_tolerance.suite.checker.abs_tol) == ("float", 0.001)


@pytest.mark.parametrize("format_name", ["humanevalplus", "mbppplus"])
def test_a_script_that_cannot_be_read_is_kept_and_told(format_name: str, tmp_path: Path) -> None:
    found = outcome(tmp_path, format_name, "assert f(1) == 1\n")

    assert isinstance(found, Imported) and isinstance(found.suite, AssertsSuite)
    assert "taken as it is" in found.notes[0]


def test_a_script_with_a_reference_waits_for_its_answers(tmp_path: Path) -> None:
    loop = "for i, inp in enumerate(inputs):\n    assertion(f(*inp), ref_func(*inp), 0)\n"
    found = outcome(tmp_path, "mbppplus", f"{HEAD}def ref_func(x):\n    return x\n\ninputs = [[1]]\n{loop}")

    assert isinstance(found, Unanswered)
    assert (found.entry_point, [call.args for call in found.calls]) == ("ref_func", [(1,)])
