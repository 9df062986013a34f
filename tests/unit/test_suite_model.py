"""Suites as people write them, right and wrong; literals; the digest."""

from __future__ import annotations

import datetime
import json
import math
import os
import random
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from verifier.errors import SuiteError
from verifier.limits import Limits
from verifier.suite.literals import MAX_LITERAL_CHARS, ValueProblem, decode_value, load_json, parse_literal
from verifier.suite.model import FunctionSuite, StdioSuite, parse_suite


def function(case: dict[str, object] | None = None, /, **more: Any) -> dict[str, Any]:
    case = {"args": [1], "expected": 1} if case is None else case
    return {"kind": "function", "entry_point": "f", "cases": [case], **more}


def stdio(case: dict[str, object] | None = None, /, **more: Any) -> dict[str, Any]:
    return {"kind": "stdio", "cases": [case or {"stdin": "1", "stdout": "1"}], **more}


def test_the_smallest_suites() -> None:
    suite = parse_suite(function({"expected": None}))
    assert isinstance(suite, FunctionSuite)
    assert (suite.checker.name, suite.result, suite.limits, suite.scratch) == ("exact", "auto", Limits(), False)
    case = suite.cases[0]
    assert (case.args, case.kwargs, case.expected, case.weight, case.group) == ([], {}, None, 1.0, None)
    program = parse_suite(stdio())
    assert isinstance(program, StdioSuite)
    assert program.checker.name == "tokens"


def test_everything_that_can_be_written() -> None:
    text = json.dumps(
        function(
            {"args": [1], "kwargs": {"k": 2}, "expected": [math.nan, math.inf], "weight": 2, "group": "g",
             "reference_cpu_time_s": 0.1, "reference_memory_bytes": 5},
            checker={"abs_tol": 0, "numbers": "strict"}, limits={"cpu_time_s": 2, "memory_bytes": 1 << 25},
            reward={"policy": "power", "power": 3, "groups": "all_or_nothing"}, scratch=True, early_stop=True,
            result="args[0]", title="t", id="i",
        )
    )  # fmt: skip
    for form in (text, text.encode(), b"\xef\xbb\xbf" + text.encode(), json.loads(text)):
        suite = parse_suite(form)
        assert isinstance(suite, FunctionSuite)
        assert suite.checker.name == "exact" and suite.checker.abs_tol == 0
        assert suite.limits == Limits(cpu_time_s=2.0, memory_bytes=1 << 25)
        assert suite.reward.power == 3 and suite.cases[0].weight == 2


def test_a_checker_may_be_a_bare_name() -> None:
    assert parse_suite(stdio(checker="lines")).checker.name == "lines"


@pytest.mark.parametrize("name", ["f", "Solution.f", "Solution().f", "a.b.C().d", "größe"])
def test_entry_points(name: str) -> None:
    assert parse_suite(function(entry_point=name))


@pytest.mark.parametrize(
    "name", ["", "f()", "f(1)", "a..b", "Solution()f", "1f", "f; x", "lambda", "f\n", ".f", "A()().f"]
)
def test_bad_entry_points(name: str) -> None:
    with pytest.raises(SuiteError, match=r"^entry_point: must be a name"):
        parse_suite(function(entry_point=name))


@pytest.mark.parametrize(
    ("value", "path", "problem"),
    [
        ([], "", "must be an object"),
        ("[", "", "not valid JSON"),
        (b"\xff", "", "not UTF-8"),
        ('{"kind":"stdio","kind":"function"}', "", "'kind' is given twice"),
        ({}, ".kind", "is required"),
        ({"kind": "pytests"}, ".kind", "must be one of 'function', 'stdio', 'pytest', 'asserts'"),
        ({"kind": ["stdio"]}, ".kind", "must be one of 'function', 'stdio'"),
        (function(timeout=3), ".timeout", "unknown key 'timeout'; known keys are calibration, cases, checker"),
        (stdio(entry_point="f"), ".entry_point", "unknown key"),
        (function({"args": [], "expected": 1, "wieght": 2}), ".cases[0].wieght", "keys are args, expected, group"),
        (function({"args": []}), ".cases[0].expected", "is required"),
        (function({"expected": 1, "weight": 0}), ".cases[0].weight", "greater than 0"),
        (function({"expected": 1, "weight": math.inf}), ".cases[0].weight", "not inf"),
        (function({"expected": 1, "weight": math.nan}), ".cases[0].weight", "not nan"),
        (function({"expected": 1, "weight": "1"}), ".cases[0].weight", "valid number"),
        (function({"expected": 1, "weight": True}), ".cases[0].weight", "valid number"),
        (function({"expected": 1, "args": (1,)}), ".cases[0].args", "must be a list"),
        (function({"expected": 1, "args": [{"x": {"$py": "f()"}}]}), ".cases[0].args[0]['x']", "can't call 'f'"),
        (function({"expected": object()}), ".cases[0].expected", "type object can't be part"),
        (function(cases=[]), ".cases", "at least one case"),
        (function(cases={}), ".cases", "must be a list"),
        (function(checker="fuzzy"), ".checker.name", "must be 'exact'"),
        (function(checker={"name": "float", "tol": 1}), ".checker.tol", "known keys are abs_tol"),
        (function(checker={"name": "float", "abs_tol": -1}), ".checker.abs_tol", "greater than or equal to 0"),
        (function(checker="tokens"), ".cases[0].expected", "must be text"),
        (function({"expected": []}, checker="any_of"), ".cases[0].expected", "at least one answer"),
        (function(limits={"cpu_time_s": 1e9}), ".limits.cpu_time_s", "must be between 0.01 and 600.0"),
        (function(limits={"memory_bytes": 0.5}), ".limits.memory_bytes", "integer"),
        (function(limits={"wall_time": 1}), ".limits.wall_time", "known keys are cpu_time_s, memory_bytes"),
        (function(limits=5), ".limits", "must be an object"),
        (function(result="args[1]"), ".cases[0].args", "no position 1"),
        (function(result="stdout"), ".result", "must be 'auto'"),
        (function(reward={"time_weight": 0.8, "memory_weight": 0.3}), ".reward", "not add up to more than 1"),
        (function(reward={"threshold": 0}), ".reward.threshold", "greater than 0"),
        (function(reward={"policy": "best"}), ".reward.policy", "must be 'fraction'"),
        (stdio({"stdin": "", "stdout": ["1"]}), ".cases[0].stdout", "needs the checker 'any_of'"),
        (stdio({"stdin": "", "stdout": []}, checker="any_of"), ".cases[0].stdout", "at least one output"),
        (stdio({"stdin": "", "stdout": 1}), ".cases[0].stdout", "must be text"),
        (stdio({"stdin": "\ud800", "stdout": "1"}), ".cases[0].stdin", "surrogate"),
        (stdio({"stdin": "", "stdout": "{"}, checker="json"), ".cases[0].stdout", "one JSON document"),
        (stdio(checker={"name": "exact", "abs_tol": 1}), ".checker", "has no tolerance"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_path(value: object, path: str, problem: str) -> None:
    with pytest.raises(SuiteError) as caught:
        parse_suite(value, path="[3].reference_answer")
    assert caught.value.path == "[3].reference_answer" + path
    assert problem in caught.value.problem
    assert "more problem" not in caught.value.problem


def test_text_that_would_hurt_is_refused() -> None:
    with pytest.raises(SuiteError, match="nested"):
        parse_suite('{"kind": ' + "[" * 100_000)
    with pytest.raises(SuiteError, match="nested"):
        parse_suite(json.dumps(function()).replace("[1]", "[" * 700 + "]" * 700))
    with pytest.raises(SuiteError, match="too many digits"):
        parse_suite('{"a": ' + "1" * 5000 + "}")


def test_the_other_problems_are_counted() -> None:
    with pytest.raises(SuiteError, match=r"\(and 2 more problems\)"):
        parse_suite(function({"args": 3}, tiemout=1))


def test_a_value_that_contains_itself_is_refused() -> None:
    loop: list[object] = []
    loop.append(loop)
    with pytest.raises(SuiteError, match="nested deeper"):
        parse_suite(function({"expected": loop}))


def test_a_suite_is_frozen_and_owns_its_values() -> None:
    expected = [[1]]
    suite = parse_suite(function({"expected": expected}))
    expected[0].append(2)
    assert suite.cases[0].expected == [[1]]  # type: ignore[union-attr]
    with pytest.raises(ValidationError):
        suite.scratch = True  # type: ignore[misc]


# Literals --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("(1, 2)", (1, 2)), ("{(1, 2)}", {(1, 2)}), ("set()", set()), ("frozenset({1})", frozenset({1})), ("-1", -1),
        ("b'x'", b"x"), ("1-2j", 1 - 2j), ("-2j", -2j), ("{1: 'a'}", {1: "a"}), ("inf", math.inf), ("-inf", -math.inf),
        ("float('inf')", math.inf), ("range(1, 5, 2)", range(1, 5, 2)), ("Decimal('1.5')", Decimal("1.5")),
        ("decimal.Decimal('1E+9')", Decimal("1E+9")), ("Fraction(1, 3)", Fraction(1, 3)),
        ("Fraction('1/3')", Fraction(1, 3)),
        ("datetime.date(2024, 1, 31)", datetime.date(2024, 1, 31)), ("date(2024, 1, 31)", datetime.date(2024, 1, 31)),
        ("datetime.datetime(2024, 1, 31, tzinfo=datetime.timezone.utc)", datetime.datetime(2024, 1, 31,
        tzinfo=datetime.UTC)),
        ("datetime.time(1, 2)", datetime.time(1, 2)), ("timedelta(days=1)", datetime.timedelta(1)), ("None", None),
        ("deque([1, 2], maxlen=2)", deque([1, 2], maxlen=2)), (" [True] ", [True]),
        ("'a' 'b'", "ab"), ("()", ()),
    ],
)  # fmt: skip
def test_literals(text: str, value: object) -> None:
    found = parse_literal(text)
    assert found == value and type(found) is type(value)


def test_long_integers_are_written_in_base_16() -> None:
    assert parse_literal("0x" + "f" * 9000) == 16**9000 - 1


def test_nan_literals() -> None:
    for text in ("nan", "float('nan')", "math.nan"):
        assert isinstance(x := parse_literal(text), float) and math.isnan(x)


@pytest.mark.parametrize(
    "text",
    [
        "", "x", "f()", "__import__('os').system('true')", "(1).real", "[x for x in y]", "1 + 1", "2 ** 9",
        "f'{1}'", "{**{}}",
        "[*[]]", "...", "lambda: 1", "{[]}", "{[]: 1}", "Fraction('1e999999999')", "Fraction(1, 0)", "Decimal('x')",
        "os.Decimal('1')", "OrderedDict()", "Counter()", "date(2024, 13, 1)", "set(range(10**12))", "\x00",
        "\ud800", "-'a'",
        "1 + 2", "range(1.5)", "range(*[1])", "date(**{})", "a.b.c.utc", "set(5)", "not True", "~1",
    ],
)  # fmt: skip
def test_what_is_no_literal_is_refused(text: str) -> None:
    with pytest.raises(ValueProblem):
        parse_literal(text)


def test_literals_that_would_hurt_are_refused() -> None:
    brackets, signs, sums = "(" * 5000 + ")" * 5000, "-" * 50_000 + "1", "1" + "+1" * 100_000
    for text in (brackets, signs, sums, "[" * 150 + "x" + "]" * 150, "1" * 5000, " " * (MAX_LITERAL_CHARS + 1)):
        with pytest.raises(ValueProblem):
            parse_literal(text)


def test_marked_objects_have_one_key_and_text() -> None:
    assert decode_value({"a": [{"$py": "(1,)"}]}) == {"a": [(1,)]}
    for bad in ({"$py": "1", "x": 1}, {"$py": 1}, {"$py": None}):
        with pytest.raises(ValueProblem):
            decode_value(bad)


def test_json_constants_can_be_refused() -> None:
    assert load_json("[Infinity]") == [math.inf]
    with pytest.raises(ValueError, match="is not JSON"):
        load_json("[Infinity]", constants=False)


# Digest ----------------------------------------------------------------------------------------------------------


def test_the_digest_tells_values_of_other_types_apart() -> None:
    distinct: list[object] = [
        1, 1.0, True, "1", None, "None", [1], (1,), {1}, frozenset({1}), {"1": 1}, {1: 1}, b"1", 1j,
        Decimal(1), Decimal("1.0"),
        Fraction(1), range(1), range(0, 1, 2), deque([1]), 0.0, -0.0, math.nan, math.inf, "NaN", datetime.date(1, 1, 1),
        datetime.datetime(1, 1, 1), 10**5000, 10**5000 + 1, [], (), {}, set(), {"$x": 1}, ["py"], [[1]], [1,
        1], "\ud800", "é",
    ]  # fmt: skip
    digests = {parse_suite(function({"expected": value})).digest for value in distinct}
    assert len(digests) == len(distinct)


@pytest.mark.parametrize(
    "change",
    [
        {"entry_point": "g"}, {"checker": "float"}, {"checker": {"abs_tol": 1}}, {"limits": {"cpu_time_s": 1}},
        {"reward": {"power": 3}}, {"scratch": True}, {"early_stop": True}, {"result": "return"},
        {"cases": [{"args": [1], "expected": 1, "weight": 2}]}, {"cases": [{"args": [1], "expected": 1, "group": "g"}]},
        {"cases": [{"args": [1], "expected": 1}] * 2}, {"cases": [{"args": [1, 2], "expected": 1}]},
        {"cases": [{"args": [1], "kwargs": {"a": 1}, "expected": 1}]},
        {"cases": [{"args": [1], "expected": 1, "reference_cpu_time_s": 1}]},
    ],
)  # fmt: skip
def test_the_digest_covers_all_that_judges(change: dict[str, object]) -> None:
    assert parse_suite(function(**change)).digest != parse_suite(function()).digest


def test_the_digest_passes_over_what_does_not_judge() -> None:
    plain = parse_suite(function())
    assert parse_suite(function(id="x", title="y")).digest == plain.digest
    assert parse_suite(function(checker="exact", limits={}, reward={}, scratch=False)).digest == plain.digest
    assert parse_suite(dict(reversed(function().items()))).digest == plain.digest
    assert plain.digest.startswith("sha256:") and len(plain.digest) == 71
    assert parse_suite(stdio()).digest != plain.digest


def test_a_changed_copy_has_a_digest_of_its_own() -> None:
    suite = parse_suite(function())
    before = suite.digest
    assert suite.model_copy(update={"scratch": True}).digest != before


def test_the_digest_is_the_same_in_every_process() -> None:
    code = (
        "from verifier.suite.model import parse_suite\n"
        "case = {'expected': {'$py': \"{'a', 'b', 'c', (1,)}\"}}\n"
        "print(parse_suite({'kind': 'function', 'entry_point': 'f', 'cases': [case]}).digest)"
    )
    found = set()
    for seed in "123":
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)}
        found.add(subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=True).stdout)
    assert len(found) == 1


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=15,
)


@given(json_values, st.randoms(use_true_random=False))
def test_json_text_and_dict_make_the_same_suite(value: object, rng: random.Random) -> None:
    def shuffled(x: object) -> object:
        if isinstance(x, dict):
            items = [(k, shuffled(v)) for k, v in x.items()]
            rng.shuffle(items)
            return dict(items)
        return [shuffled(v) for v in x] if isinstance(x, list) else x

    whole = function({"args": [value], "expected": value})
    again = shuffled(whole)
    assert parse_suite(json.dumps(again)).digest == parse_suite(whole).digest


def test_two_hundred_cases_are_read_in_a_blink() -> None:
    text = json.dumps(
        {
            "kind": "function",
            "entry_point": "f",
            "cases": [{"args": [[i, 2, 3], "x"], "expected": [i]} for i in range(200)],
        }
    )
    best = math.inf
    for _ in range(5):
        start = time.process_time()
        assert parse_suite(text).digest
        best = min(best, time.process_time() - start)
    assert best < 0.05


def test_values_that_are_nested_too_deeply_are_refused_where_the_suite_is_read() -> None:
    """Not later, where a batch is put together and a RecursionError would cost all of it."""

    def suite(wrap: Callable[[Any], Any], levels: int) -> Any:
        value: Any = 1
        for _ in range(levels):
            value = wrap(value)
        return parse_suite(function(cases=[{"args": [], "expected": value}]), path="x")

    for wrap in (lambda v: [v], lambda v: {"a": v}):
        assert suite(wrap, 495).digest.startswith("sha256:")
    assert suite(lambda v: (v,), 100).digest.startswith("sha256:")
    with pytest.raises(SuiteError, match="x: holds values that are nested too deeply"):
        suite(lambda v: (v,), 495)
