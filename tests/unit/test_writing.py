"""Suites that are written are read back as they were."""

from __future__ import annotations

import datetime
import math
import tomllib
from collections import deque
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.errors import SuiteError
from verifier.suite.digest import digest
from verifier.suite.literals import decode_value
from verifier.suite.model import parse_suite
from verifier.suite.store import DirectoryStore
from verifier.suite.writing import encode_value, suite_value, toml_of, write_suite

TESTSUITES = Path(__file__).parents[2] / "testsuites"
IDS = DirectoryStore(TESTSUITES).ids()

_leaves = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.binary(), st.complex_numbers(),
    st.fractions(), st.decimals(allow_nan=False), st.dates(), st.datetimes(), st.timedeltas(), st.times(),
    st.integers(0, 99).map(range),
)  # fmt: skip
_hashable = st.one_of(st.integers(), st.text(), st.tuples(st.integers(), st.text()), st.booleans(), st.none())
_values = st.recursive(
    _leaves,
    lambda inner: st.one_of(
        st.lists(inner), st.lists(inner).map(tuple), st.lists(inner).map(deque), st.sets(_hashable),
        st.frozensets(_hashable), st.dictionaries(st.text(), inner), st.dictionaries(_hashable, inner),
    ),
    max_leaves=20,
)  # fmt: skip


@given(_values)
def test_a_value_is_read_back_as_it_was(value):
    assert digest([decode_value(encode_value(value))]) == digest([value])


@pytest.mark.parametrize(
    "value",
    [
        math.nan, -math.inf, 10**5000, [10**5000, (1,)], (), set(), frozenset(), {"$py": 1}, {1: {"a": (1, [2])}},
        {(): 1},
        Decimal("NaN"), Fraction(1, 3), deque([1, (2,)]), datetime.datetime(2024, 1, 2, tzinfo=datetime.UTC),
        datetime.timezone(datetime.timedelta(hours=2)), -1j, complex(math.inf, math.nan), {frozenset({1}): None},
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_a_value_that_is_odd_is_read_back_as_it_was(value):
    assert digest([decode_value(encode_value(value))]) == digest([value])


@pytest.mark.parametrize("name", IDS)
def test_an_example_suite_is_read_back_with_its_digest(name, tmp_path):
    suite = DirectoryStore(TESTSUITES).get(name)
    write_suite(tmp_path / name, suite)
    again = DirectoryStore(tmp_path).get(name)
    assert (again.digest, again.title) == (suite.digest, suite.title)
    assert parse_suite(suite_value(suite)).digest == suite.digest


def test_what_is_default_is_not_written_and_comments_stand_above_their_keys():
    suite = parse_suite({"kind": "asserts", "code": "assert f() == 1\nassert f()", "limits": {"cpu_time_s": 2.0}})
    text = toml_of(suite, {"limits": "of each case", "limits.cpu_time_s": "twice\nthe reference"})
    assert text.partition("# of each case\n")[2].strip() == "[limits]\n# twice\n# the reference\ncpu_time_s = 2.0"
    assert tomllib.loads(text) == {
        "kind": "asserts",
        "code": "assert f() == 1\nassert f()",
        "limits": {"cpu_time_s": 2.0},
    }


@pytest.mark.parametrize(
    "value",
    [
        {"kind": "pytest", "files": {"test_a.py": "def test_a():\r\n    pass\r", "data.txt": "\ufeffa\rb\r\n"}},
        {"kind": "asserts", "code": "\ufeffassert f() == 1\r\nassert f()\r", "setup": "import math\r\nx = 1\r"},
        {"kind": "asserts", "asserts": ["assert f() == '''a\r\nb'''", "\ufeffassert f()"]},
    ],
    ids=["files", "script", "asserts"],
)
def test_line_ends_and_byte_order_marks_are_read_back_with_the_same_digest(value, tmp_path):
    suite = parse_suite(value)
    write_suite(tmp_path / "own", suite)
    assert DirectoryStore(tmp_path).get("own").digest == suite.digest


@pytest.mark.parametrize("name", [".hidden", "data/.hidden/x", "__pycache__/x.py", "é" * 190])
def test_a_file_that_would_not_be_read_back_is_refused(name):
    with pytest.raises(SuiteError, match=r"a store leaves such files out|more than 255 bytes"):
        parse_suite({"kind": "pytest", "files": {"test_a.py": "def test_a(): pass", name: ""}})
