"""What passes, what doesn't, and what it costs."""

from __future__ import annotations

import datetime
import math
import random
import time
import tracemalloc
from collections import deque
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from verifier.suite.checkers import check, check_output, check_value
from verifier.suite.model import Checker

NAN, INF = math.nan, math.inf


class AlwaysEqual:
    def __eq__(self, other: object) -> bool:
        return True

    def __ne__(self, other: object) -> bool:
        return False

    def __hash__(self) -> int:
        return hash("a")


class LyingInt(int):
    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = int.__hash__


def value(actual: object, expected: object, name: str = "exact", **options: Any) -> bool:
    return check_value(actual, expected, Checker.model_validate({"name": name, **options})).accepted


def printed(actual: str | bytes, expected: object, name: str = "tokens", **options: Any) -> bool:
    raw = actual.encode() if isinstance(actual, str) else actual
    return check_output(raw, expected, Checker.model_validate({"name": name, **options})).accepted


def deep(levels: int) -> list[object]:
    out: list[object] = []
    for _ in range(levels):
        out = [out]
    return out


def looped() -> list[object]:
    out: list[object] = []
    out.append(out)
    return out


# Values ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        (None, None), (1, 1.0), (1.0, 1), (True, 1), (1, True), (0.1 + 0.2, 0.3), ([[0.1 + 0.2]], [[0.3]]),
        ((1, 2), [1, 2]), ([(1, 2)], [[1, 2]]), ({"a": (1,)}, {"a": [1]}), (range(3), [0, 1, 2]),
        ({1, 2}, frozenset({2, 1})), ({0.1 + 0.2}, {0.3}), ({(1, 0.1 + 0.2)}, {(1, 0.3)}),
        (NAN, NAN), ([NAN], [NAN]), (INF, INF), (-0.0, 0.0), (1e300, 1e300 * (1 + 1e-9)),
        (Decimal("1.5"), 1.5), (Decimal("0.3"), 0.1 + 0.2), (Fraction(1, 3), 1 / 3), (Fraction(2, 2), 1),
        (Decimal("NaN"), NAN), (1 + 0j, 1.0), (1 + 1e-12j, 1 + 0j), (complex(NAN, 1), complex(NAN, 1)),
        (b"a", b"a"), (datetime.date(2024, 1, 1), datetime.date(2024, 1, 1)), (deque([1]), [1]),
        (10**400, 10**400), ({1: "a"}, {1.0: "a"}), (range(10**30), range(10**30)), ("", ""), ([], ()),
    ],
)  # fmt: skip
def test_equal_values_pass(actual: object, expected: object) -> None:
    assert value(actual, expected)


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        (None, False), (0, None), (None, 0), ("", None), ([], None), ("1", 1), (1, "1"), ("ab", ["a", "b"]),
        (b"a", "a"),
        ([1], [1, 2]), ([1, 2, 3], [1, 2]), ([], [1]), ([1], []), ([[1, 2], [3]], [[1, 2]]), ([2, 1], [1, 2]),
        (1.0000001, 1), (0.9999999, True), (1000001, 1000000), (1.00001, 1.0), (0.0004, 0.0), (NAN, 1.0), (1.0, NAN),
        (INF, 1.0), (1.0, INF), (-INF, INF), (INF, 1e308), (10**400, 1e308), (10**400, INF), (NAN, INF), (NAN, 0),
        ({1, 2}, [1, 2]), ([1, 2], {1, 2}), ({1}, {1, 2}), ({"a": 1}, {"b": 1}), ({"a": 1, "b": 2}, {"a": 1}),
        ({}, []), ({"1": 2}, {1: 2}), ("A", "a"), (Decimal("sNaN"), 1), (Decimal("sNaN"), 1.0), (1, Decimal("sNaN")),
        (datetime.datetime(2024, 1, 1), datetime.date(2024, 1, 1)), (Decimal("1E+999999"), 1.0), ({0.31}, {0.3}),
        (AlwaysEqual(), 1), (AlwaysEqual(), "a"), ([AlwaysEqual()], [1]), ({AlwaysEqual()}, {"a"}), (LyingInt(3), 4),
        ({AlwaysEqual(): 1}, {"a": 1}), (object(), None), (range(10**30), [1]), (complex(1, 1), 1.0),
        (complex(1e308, 1e308), complex(-1e308, -1e308)), (2**53 + 1, 2.0**53 + 1e12),
    ],
)  # fmt: skip
def test_different_values_fail(actual: object, expected: object) -> None:
    assert not value(actual, expected)


def test_zero_tolerance_is_equality_even_where_floats_are_coarse() -> None:
    assert not value(2**53 + 1, 2.0**53, abs_tol=0, rel_tol=0)
    assert value(2**53, 2.0**53, abs_tol=0, rel_tol=0)


def test_strict_policies_ask_for_the_same_type() -> None:
    assert not value((1,), [1], sequences="strict")
    assert not value([(1,)], [[1]], sequences="strict")
    assert not value(1, 1.0, numbers="strict")
    assert not value(True, 1, numbers="strict")
    assert not value({1}, {True}, numbers="strict")
    assert value([1, (2.0,)], [1, (2.0,)], sequences="strict", numbers="strict")


def test_ignore_case_folds_values_and_not_keys() -> None:
    assert value(["Straße"], ["STRASSE"], ignore_case=True)
    assert value({"A"}, {"a"}, ignore_case=True)
    assert not value({"A": 1}, {"a": 1}, ignore_case=True)
    assert not value("ab", "abc", ignore_case=True)


def test_float_tolerates_integers_and_scales_by_the_expected_value() -> None:
    assert value([1.0000004], [1], "float")
    assert value(10**9 + 10, 10**9, "float")
    assert not value(1.1, 1, "float")
    assert not value(0.5, True, "float")
    assert not value(10, 1, "float", rel_tol=0.9)
    assert value(1.4, 1, "float", abs_tol=0.5)
    assert not value(INF, 1.0, "float", rel_tol=1e308)


@pytest.mark.parametrize("hostile", [deep(2000), looped(), [deep(2000)], {frozenset()}, [AlwaysEqual()]])
@pytest.mark.parametrize("name", ["exact", "float", "unordered", "set", "any_of", "json", "tokens", "lines"])
def test_hostile_values_are_refused_and_never_crash(hostile: object, name: str) -> None:
    for expected in ([1], [[1]], [[[0.5]]], deep(400), "x", {1}):
        assert not value(hostile, expected, name)


def test_a_value_that_contains_itself_equals_nothing() -> None:
    assert not value(looped(), looped())
    assert not value([looped()], [looped()], "unordered")


def test_values_within_the_nesting_limit_are_compared() -> None:
    assert value(deep(450), deep(450))
    assert not value(deep(450), deep(449))


# Order-free ------------------------------------------------------------------------------------------------------


def test_unordered_is_a_multiset_of_the_outermost_elements() -> None:
    assert value([[2, 1], [3]], [[3], [2, 1]], "unordered")
    assert not value([[1, 2], [3]], [[3], [2, 1]], "unordered")
    assert not value([1, 1, 2], [1, 2, 2], "unordered")
    assert not value([1, 2], [1, 2, 2], "unordered")
    assert not value({1, 2}, [1, 2], "unordered")
    assert value([2.0, 0.1 + 0.2, "a"], ["a", 0.3, 2], "unordered")
    assert value([{"x": [0.1 + 0.2]}, {"x": [1]}], [{"x": [1.0]}, {"x": [0.3]}], "unordered")
    assert not value([0.3, 0.3], [0.3, 0.4], "unordered")
    for wanted, wrong in ((["a", "b"], ["a", "c"]), ([b"a"], [b"b"]), ([{"a": 1}], [{"b": 1}]), ([None], [False])):
        assert not value(wrong, wanted, "unordered")
        assert not value(wrong, wanted, "set")
    assert not value({"a"}, {"b"})
    assert not value([datetime.date(2024, 1, 1)], [datetime.date(2024, 1, 2)], "unordered")
    assert not value((1,), [1], "unordered", sequences="strict")


def test_unordered_with_ties_and_noise_in_the_leading_number() -> None:
    wanted = [(1.0, float(i)) for i in range(100)]
    answer = [(1.0 + (i % 7) * 1e-9, float(i)) for i in range(100)]
    assert value(answer, wanted, "unordered")
    assert not value([*answer[:-1], (1.0, 500.0)], wanted, "unordered")
    # Paired in sorted order the first two fit and the others don't; crosswise all do.
    assert value([[0.0, 0.05], [0.01, 0.2]], [[0.0, 0.1], [0.1, 0.0]], "unordered", abs_tol=0.15)


def test_set_ignores_repetition_and_kind_of_collection() -> None:
    for answer in ([3, 1, 2, 2], (1, 2, 3), {1, 2, 3}, frozenset({1, 2, 3})):
        assert value(answer, [1, 2, 3, 3], "set")
    assert value([0.3, 0.1 + 0.2], [0.3], "set")
    assert not value([1, 2], [1, 2, 3], "set")
    assert not value([1, 2, 3, 4], [1, 2, 3], "set")
    assert not value([0.3, 0.4], [0.3], "set")
    assert not value([], [0.3], "set")
    assert not value("abc", ["a", "b", "c"], "set")


def test_any_of() -> None:
    assert value([2], [[1], [2]], "any_of")
    assert not value([1, 2], [1, 2], "any_of")
    assert value(5, 5, "any_of")
    assert not value(3, [1, 2], "any_of")


def test_json_values() -> None:
    assert value('{"b": [1.0], "a": 2}', {"a": 2, "b": [1]}, "json")
    assert value('{"a": 1 }', '{"a":1}', "json")
    assert value({"a": 1}, {"a": 1}, "json")
    for bad in ('{"a":1} {"a":1}', "", "{", '{"a":1,"a":1}', "NaN", "[" * 10**5, "1" * 10**5):
        assert not value(bad, '{"a":1}', "json")


def test_keys_that_can_not_be_ordered_are_only_different() -> None:
    for one, other in ((Decimal("NaN"), Decimal("NaN")), (complex("nan"), complex(0, math.nan))):
        hostile = {one: 1, other: 2, (one,): 3, (other,): 4}
        for name in ("unordered", "set"):
            assert not value([hostile], [3], name)
            assert not value([[hostile]], [[{1: 1, 2: 2}]], name)


def test_an_element_is_looked_at_no_further_than_the_expected_ones_reach() -> None:
    """What is short on the wire can be long as a key: these would be gigabytes."""
    ranges, ratios = [range(100)] * 200_000, [Decimal("1E4999")] * 200_000
    tracemalloc.start()
    try:
        for large in (ranges, ratios, [ranges], {1: ratios}, [{2: ranges}]):
            for name in ("unordered", "set"):
                assert not value([large, 4], [[3], 4], name)
        assert not value({tuple(ratios)}, {(1, 2)})
        assert tracemalloc.get_traced_memory()[1] < 50 << 20
    finally:
        tracemalloc.stop()


def test_ranges_and_decimals_as_elements() -> None:
    assert value([range(3), [5]], [[5], [0, 1, 2]], "unordered")
    assert value([[0, 1, 2], (5,)], [range(5, 6), range(3)], "unordered")
    assert value([range(10**9)], [range(10**9)], "unordered")
    assert not value([range(10**9)], [range(10**9 + 1)], "unordered")
    assert value([{1: {2, 3}}, [[], {}]], [[[], {}], {1: {3, 2}}], "unordered")
    assert value([Decimal("1E400"), Decimal("0E999")], [0, 10**400], "unordered")
    assert value([Decimal("10E4999"), 7], [7, Decimal("1E5000")], "unordered")
    assert not value([Decimal("-1E5000")], [Decimal("1E5000")], "unordered")


def test_hostile_answers_cost_little() -> None:
    n = 30_000  # squared, this takes minutes
    colliding = [k * (2**61 - 1) for k in range(n)]
    unhashable = [[i] for i in range(n)]
    floats = [i + 0.5 for i in range(n)]
    ties = [(1.0, float(i)) for i in range(n)]
    noisy = [(1.0 + 1e-9 * random.Random(i).random(), i + 0.3) for i in range(n)]
    start = time.process_time()
    assert value(unhashable[::-1], unhashable, "unordered")
    assert not value(colliding, unhashable, "unordered")
    assert not value(colliding[::-1], [*colliding[:-1], 7], "unordered")
    assert value(floats[::-1], floats, "unordered")
    assert not value([f + 0.01 for f in floats], floats, "unordered")
    assert not value(noisy, ties, "unordered")
    assert not value(noisy, ties, "set")
    assert not value([1 << 5_000_000], [Decimal(5)])
    assert not value([Decimal("1E+99999999")], [5], "unordered")
    assert not value(range(10**15), [0.5], "set")
    assert not value([range(10**15)], [[0.5]], "set")
    assert not value(["x"] * n, [1.5], "set")
    assert time.process_time() - start < 60


# Printed text ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        ("1 2\n", "1 2"), ("1\n2", "1 2\n"), ("  1\r\n2 \n\n", "1\n2\n"), ("\ufeff5", "5"), ("5.0", "5"),
        ("-5.000", "-5"),
        ("0.333333", "0.333333333333"), ("0.30000000000000004", "0.3"), ("1e-7", "1E-7"),
        ("100000000.05", "1.0000000005e8"),
        ("3", "3.0"), ("-0.0", "0.0"), ("", ""), (" \n", ""), ("1", "1.000000"), ("nan", "nan"), ("Héé", "Héé"),
    ],
)  # fmt: skip
def test_tokens_that_pass(actual: str, expected: str) -> None:
    assert printed(actual, expected)


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        ("", "1"), ("\n", "1"), ("1", ""), ("1 2", "1 2 3"), ("1 2 3 4", "1 2 3"), ("0101", "101"), ("101", "0101"),
        ("5.1", "5"), ("5.0000001", "5"), ("0.0004", "0.0000"), ("3.14159", "3.14"), ("nan", "1.0"), ("inf", "1e308"),
        ("1_0.0", "10.0"), ("1e400", "1e308"), ("yes", "YES"), ("1 2", "12"), ("12", "1 2"), ("1000001", "1000000"),
        ("9007199254740993", "9007199254740992"), ("5.", "5"), ("0x5", "5"), ("٥", "5"), ("5.0.0", "5"), ("+5", "5"),
    ],
)  # fmt: skip
def test_tokens_that_fail(actual: str, expected: str) -> None:
    assert not printed(actual, expected)


def test_token_options() -> None:
    assert printed("YES no", "yes NO", ignore_case=True)
    assert not printed("0.1200005", "0.12")
    assert printed("0.1200005", "0.12000")
    assert not printed("0.1200005", "0.12000", abs_tol=0)
    assert printed("3.15", "3.14", abs_tol=0.02)
    assert not printed("3.17", "3.14", abs_tol=0.02)
    assert printed("1010.0", "1000.0", rel_tol=0.02)
    assert not printed("6", "5", abs_tol=2)
    assert printed("6", "5", "float", abs_tol=2)
    assert printed("x 1000000.5", "x 1000000", "float")
    assert not printed("y 1000000.5", "x 1000000", "float")
    assert not printed("nan", "0", "float", abs_tol=1e300)


def test_lines() -> None:
    assert printed("a b  \r\nc\n\n\n", "a b\nc", "lines")
    assert printed("", "\n \n", "lines")
    assert printed("\na", "\na\n", "lines")
    assert printed("A", "a", "lines", ignore_case=True)
    assert printed("1.01 x", "1.0 x", "lines", abs_tol=0.1)
    for wrong in ("a  b\nc", "a b c", "a b\n\nc", "a b", "a b\nc\nd", "", "\n\n", "a b\nc\n\n\nx"):
        assert not printed(wrong, "a b\nc", "lines")
    assert not printed("1.0", "1.00", "lines")
    assert not printed("x", "", "lines")


def test_exact_text() -> None:
    assert printed("a \r\nb", "a \nb\n", "exact")
    assert printed("a\n", "a", "exact")
    assert not printed("a", "a ", "exact")
    assert not printed("a\n\n", "a", "exact")
    assert not printed("A", "a", "exact")
    assert printed("A", "a", "exact", ignore_case=True)


def test_unordered_and_set_of_lines() -> None:
    assert printed("b 2\na  1\n\n", "a 1\nb 2", "unordered")
    assert printed("0.30000000001\n5.0", "5\n0.3", "unordered")
    assert not printed("1 a\nb 2", "a 1\nb 2", "unordered")
    assert not printed("a\na\nb", "a\nb\nb", "unordered")
    assert not printed("a", "a\nb", "unordered")
    assert printed("a\nb\na", "b\na", "set")
    assert not printed("a", "a\nb", "set")
    assert not printed("a\nb\nc", "a\nb", "set")
    assert not printed("", "a", "set")
    assert not printed("", "a", "unordered")
    assert printed("B\na", "A\nb", "unordered", ignore_case=True)
    assert not printed("5 5\n1", "# 5\n1", "unordered")
    assert not printed("a b c d\n1", "a b\n1", "set")


def test_any_of_texts_and_json_text() -> None:
    assert printed("2\n", ["1", "2"], "any_of")
    assert printed("2\n", "2", "any_of")
    assert not printed("3", ["1", "2"], "any_of")
    assert printed(' {"b":1.0,\n"a":[]}', '{"a":[],"b":1}', "json")
    assert not printed('{"a":[]} 1', '{"a":[]}', "json")
    assert not printed("Infinity", "1", "json")
    assert not printed("", "null", "json")
    assert not printed("[" + "[]," * 10**6 + "1]", "[]", "json")


def test_text_checkers_in_a_function_suite_compare_text_only() -> None:
    assert value("1  2", "1 2", "tokens")
    assert value("1 2 ", "1 2", "lines")
    assert not value(["1", "2"], "1 2", "tokens")
    assert not value(b"1", "1", "tokens")
    assert not value(None, "", "lines")


def test_output_that_is_not_text() -> None:
    outcome = check_output(b"\xff", "1", Checker(name="tokens"))
    assert not outcome.accepted and outcome.reason == "output is not UTF-8"
    assert not check(None, "1", Checker(name="tokens"), kind="stdio").accepted
    assert check(b"1", "1", Checker(name="tokens"), kind="stdio").accepted
    assert check(b"1", b"1", Checker(name="exact"), kind="function").accepted


@pytest.mark.parametrize("name", ["exact", "tokens", "lines", "float", "unordered", "set", "any_of", "json"])
def test_floods_of_output_cost_little(name: str) -> None:
    start = time.process_time()
    for flood in (
        "a " * 2 * 10**6,
        "a\n" * 2 * 10**6,
        "\n" * 2 * 10**6,
        " " * 2 * 10**6,
        "1" * 2 * 10**6,
        " \n" * 2 * 10**6,
        "[" * 2 * 10**6,
    ):
        assert not printed(flood, "12\n3.5\n[]" if name != "json" else "[12]", name)
    assert time.process_time() - start < 60


def test_many_tokens_are_compared_quickly() -> None:
    expected = " ".join(str(i / 7) for i in range(200_000))
    answer = " ".join(f"{i / 7:.9f}" for i in range(200_000))
    start = time.process_time()
    assert printed(answer, expected)
    assert printed(expected, expected)
    assert time.process_time() - start < 3


# Laws ------------------------------------------------------------------------------------------------------------

scalars = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.binary(max_size=8)
    | st.complex_numbers() | st.decimals(allow_nan=False) | st.fractions() | st.dates() | st.timedeltas()
)  # fmt: skip
hashable = st.recursive(scalars, lambda inner: st.tuples(inner, inner) | st.frozensets(inner, max_size=3), max_leaves=6)
values = st.recursive(
    scalars | st.frozensets(hashable, max_size=4),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.lists(inner, max_size=5).map(tuple)
        | st.dictionaries(st.text(max_size=3) | st.integers(), inner, max_size=4)
    ),
    max_leaves=20,
)
texts = st.text(alphabet=st.sampled_from("ab01.-e \n\té"), max_size=30)
every_text_checker = st.sampled_from(["exact", "tokens", "lines", "float", "unordered", "set", "any_of"])


@given(values, st.sampled_from(["exact", "float", "unordered", "set"]))
def test_every_value_equals_itself(x: object, name: str) -> None:
    assert value(x, x, name)
    assert value([x], [x], name, numbers="strict", sequences="strict")


@given(st.lists(values, min_size=1, max_size=6), values, st.sampled_from(["exact", "float", "unordered"]))
def test_prefixes_and_extras_never_pass(items: list[object], extra: object, name: str) -> None:
    assert not value(items[:-1], items, name)
    assert not value([*items, extra], items, name)
    assert not value([], items, name)


@given(st.lists(values, max_size=8), st.randoms(use_true_random=False))
def test_a_shuffle_passes_unordered(items: list[object], rng: random.Random) -> None:
    shuffled = items[:]
    rng.shuffle(shuffled)
    assert value(shuffled, items, "unordered")
    assert value(shuffled, items, "set")


@given(st.lists(st.integers(), min_size=2, max_size=8, unique=True))
def test_exact_keeps_order(items: list[int]) -> None:
    assert not value(items[::-1], items)
    assert value(items[::-1], items, "unordered")


@given(st.lists(st.floats(-1e9, 1e9), max_size=30), st.randoms(use_true_random=False))
def test_noise_within_tolerance_passes_in_any_order(items: list[float], rng: random.Random) -> None:
    noisy = [x * (1 + rng.uniform(-4e-7, 4e-7)) for x in items]
    assert value(noisy, items)
    rng.shuffle(noisy)
    assert value(noisy, items, "unordered")
    assert value(noisy, items, "set")


@given(texts, every_text_checker)
def test_every_text_equals_itself_and_nothing_never_stands_for_something(text: str, name: str) -> None:
    assert printed(text, text, name)
    if text.strip():
        assert not printed("", text, name)
        assert not printed(" \n\t\n", text, name)


@given(texts, texts, every_text_checker)
def test_more_or_less_text_never_passes(text: str, extra: str, name: str) -> None:
    assume(text.strip() and extra.strip())
    if name != "set":
        assert not printed(f"{text}\n{extra}", text, name)
        assert not printed(text, f"{text}\n{extra}", name)


@given(values, values, st.sampled_from(["exact", "float", "unordered", "set", "any_of", "json", "tokens", "lines"]))
def test_reasons_tell_nothing_of_the_expected_value(actual: object, expected: object, name: str) -> None:
    reason = check_value(actual, expected, Checker.model_validate({"name": name})).reason
    for word in reason.removeprefix("element ").split(": ")[-1].split():
        assert word in VOCABULARY


VOCABULARY = set(
    "type length value elements keys differs differ none of the accepted answers not one JSON document no output "
    "token line 1 2 3 more fewer tokens lines than expected nested too deeply is long".split()
)
