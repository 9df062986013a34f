"""What is read out of statements and asserts, and the types that JSON lost."""

from __future__ import annotations

from typing import Any

import pytest

from verifier.suite.formats.assert_texts import asserted_calls, called_function
from verifier.suite.formats.lost_types import typed_arguments
from verifier.suite.formats.statements import comparison


@pytest.mark.parametrize(
    ("statement", "checker"),
    [
        ("Print the sum.", {}),
        ("absolute or relative error does not exceed 10^{-6}.", {"abs_tol": 1e-6, "rel_tol": 1e-6}),
        ("Your answer is correct if its error is at most 10^-9", {"abs_tol": 1e-9, "rel_tol": 1e-9}),
        ("with an absolute error less than 1e-5", {"abs_tol": 1e-5, "rel_tol": 1e-5}),
        ("answers within 0.001 of the accurate one; a tolerance of 0.001", {"abs_tol": 1e-3, "rel_tol": 1e-3}),
        ("the precision of 10 ^ { - 4 }", {"abs_tol": 1e-4, "rel_tol": 1e-4}),
        ("There are 10^5 errors. a_i >= -10.", {}),
        ("You can print each letter in any case (upper or lower).", {"ignore_case": True}),
        ("Print YES in any register.", {"ignore_case": True}),
        ("print the answer in arbitrary case", {"ignore_case": True}),
        ("In any case, print -1 last.", {}),
    ],
)
def test_tolerance_and_case_of_letters(statement: str, checker: dict[str, object]) -> None:
    assert comparison(statement)[0] == checker


@pytest.mark.parametrize(
    ("statement", "note"),
    [
        ("If there are multiple answers, print any of them.", "several answers"),
        ("If several solutions exist, output any.", "several answers"),
        ("Return any valid order.", "several answers"),
        ("Print the sum. Do not print any extra spaces.", ""),
        ("Print any case you like? No.", ""),
        ("See <image> below.", "picture"),
    ],
)
def test_what_else_a_statement_tells_is_a_note(statement: str, note: str) -> None:
    told = comparison(statement)[1]

    assert [note in text for text in told] == ([True] if note else [])


@pytest.mark.parametrize(
    ("asserts", "code", "name"),
    [
        (["assert f(1) == 2"], "def f(x): pass", "f"),
        (["assert set(f(1)) == set([g(2)])"], "def g(): pass\ndef f(x): pass", "f"),
        (["assert math.isclose(f(1), 2)", "assert f(2)"], "", "f"),
        (["assert len(f(1)) == 2", "assert len(f(2)) == 3"], "", "f"),
        (["assert f(1)", "assert g(1)"], "", ""),
        (["assert (", "assert f(1)"], "def f(x): pass", "f"),
        (["assert C().m() == 1"], "class C: pass", "C"),
        ([], "", ""),
    ],
)
def test_the_function_that_asserts_test(asserts: list[str], code: str, name: str) -> None:
    assert called_function(asserts, code) == name


def test_how_asserts_compare() -> None:
    found = asserted_calls("assert set(f((1, 2), x)) == {1}\nassert {2} == set(f([3]))", "f")

    assert found.args == [[[3]]]  # x is no literal
    assert found.checker == "set"
    assert asserted_calls("assert f(1) == 1\nassert sorted(f(2)) == [1]", "f").checker == ""
    assert asserted_calls("assert f(1)", "f").checker == ""
    assert asserted_calls("assert sorted(f(2)) == [1]", "f").checker == "unordered"


@pytest.mark.parametrize(
    ("args", "examples", "expected"),
    [
        ([[1, 2]], [[(3, 4)]], ((1, 2),)),
        ([[[1, 2], [3]]], [[[(9, 9)]]], ([(1, 2), (3,)],)),
        ([[1]], [[{5}]], ({1},)),
        ([[]], [[{}]], ({},)),
        ([{"1": [2]}], [[{4: (5,)}]], ({1: (2,)},)),
        (["1.5"], [[2]], (1.5,)),
        (["1+2j"], [[1j]], (1 + 2j,)),
        (["x"], [[1j]], ("x",)),
        ([[1], 2], [], ([1], 2)),
        ([[["a", 1]]], [[[("b", 2)]]], ([("a", 1)],)),
        ([[1, [2, [3]]]], [[(4, (5, 6))]], ((1, (2, (3,))),)),
    ],
)
def test_types_come_back_by_example(args: list[Any], examples: list[list[Any]], expected: tuple[Any, ...]) -> None:
    found = typed_arguments(args, examples)

    assert found == expected
    assert [type(value) for value in found] == [type(value) for value in expected]
