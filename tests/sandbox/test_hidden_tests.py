"""Whole suites of kind pytest and asserts, judged as a user would: what was hard to get right in public test files."""

from __future__ import annotations

import textwrap

import pytest

from verifier.judging.judge import Judgement
from verifier.pipeline import Verifier
from verifier.suite.model import parse_suite
from verifier.verdict import Verdict


def judge(verifier: Verifier, code: str, tests: str) -> Judgement:
    files = {"test_solution.py": textwrap.dedent(tests)}
    return verifier.judge(textwrap.dedent(code), parse_suite({"kind": "pytest", "files": files}))


def passes(verifier: Verifier, code: str, tests: str) -> None:
    judgement = judge(verifier, code, tests)
    assert [(case.name, case.note) for case in judgement.cases if not case.passed] == []
    assert judgement.cases


EXCEPTIONS = """
import decimal, json, smtplib, subprocess
def catch(function, kind):
    try: function()
    except kind: return True
def fail(): raise subprocess.CalledProcessError(3, "x")
"""


@pytest.mark.parametrize(
    "error",
    [
        "subprocess.CalledProcessError(1, 'x')",
        "smtplib.SMTPAuthenticationError(1, 'x')",
        "json.JSONDecodeError('a', 'b', 0)",
        "decimal.InvalidOperation()",
        "UnicodeDecodeError('utf-8', b'a', 0, 1, 'r')",
    ],
)
def test_an_exception_of_the_library_is_caught_by_its_class_in_the_submission(verifier, error):
    tests = f"""
    import decimal, json, smtplib, subprocess
    import solution
    def test_caught():
        error = {error}
        def raises(): raise error
        assert solution.catch(raises, type(error))
    """
    passes(verifier, EXCEPTIONS, tests)


def test_an_exception_of_the_library_is_caught_by_its_class_in_the_tests(verifier):
    tests = """
    import subprocess, pytest, solution
    def test_raised():
        with pytest.raises(subprocess.CalledProcessError) as caught:
            solution.fail()
        assert caught.value.returncode == 3
    """
    passes(verifier, EXCEPTIONS, tests)


def test_a_path_is_a_value(verifier):
    code = """
    import pathlib
    def below(path): return path / "b"
    def exists(path): return pathlib.Path(path).exists()
    """
    tests = """
    from pathlib import Path
    import solution
    def test_below(): assert solution.below(Path("/a")) == Path("/a/b")
    def test_exists(): assert solution.exists("/nothing") is False
    """
    passes(verifier, code, tests)


def test_a_patch_that_is_imported_by_name_reaches_the_submission(verifier):
    code = "import os, socket\ndef names(path): return os.listdir(path)\ndef look(n): return socket.gethostbyname(n)"
    tests = """
    from unittest.mock import patch
    import solution
    @patch("os.listdir", return_value=["a"])
    def test_listdir(listdir):
        assert solution.names("x") == ["a"]
        listdir.assert_called_once_with("x")
    def test_host():
        with patch("socket.gethostbyname") as look:
            look.return_value = "1"
            assert solution.look("x") == "1"
    """
    passes(verifier, code, tests)


def test_a_submission_sees_the_parameters_of_a_callback_but_not_their_defaults(verifier):
    code = """
    import inspect
    def names(function): return list(inspect.signature(function).parameters)
    def default(function): return inspect.signature(function).parameters["b"].default
    """
    tests = """
    import solution
    def callback(a: int, b=7123, *args, c, d=5, **kwargs) -> str: ...
    def test_names(): assert solution.names(callback) == ["a", "b", "args", "c", "d", "kwargs"]
    def test_none(): assert solution.names(lambda: 0) == []
    def test_default(): assert solution.default(callback) is None
    """
    passes(verifier, code, tests)


def test_a_quotient_with_plain_data_may_be_compared_with_an_object(verifier):
    code = """
    class Number:
        def __init__(self, x): self.x = x
        def __truediv__(self, other): return Number(self.x / other + 1e-12)
        def __sub__(self, other): return Number(self.x - other.x)
        def __abs__(self): return abs(self.x)
    """
    tests = """
    import unittest
    from solution import Number
    class Test(unittest.TestCase):
        def test_quotient(self): self.assertAlmostEqual(Number(3) / 5, Number(0.6))
    """
    passes(verifier, code, tests)


def test_tests_parametrised_by_the_submission_are_one_case_a_function(verifier):
    code = "import enum\nclass Colour(enum.Enum):\n  RED = 1\n  BLUE = 2\ndef f(c): return c.value"
    tests = """
    import pytest
    from solution import Colour, f
    @pytest.mark.parametrize("colour", list(Colour))
    def test_value(colour): assert f(colour) in (1, 2)
    """
    judgement = judge(verifier, code, tests)
    assert [(case.name, case.verdict) for case in judgement.cases] == [("test_solution.py::test_value", Verdict.AC)]


def test_a_failed_assert_that_comes_back_to_the_tests_is_theirs_to_expect(verifier):
    code = "def each(items, call):\n  for item in items: call(item)"
    tests = """
    import pytest, solution
    def test_callback():
        def call(n): assert n > 9
        with pytest.raises(AssertionError):
            solution.each([2], call)
    """
    passes(verifier, code, tests)


def test_a_set_of_the_submissions_own_class_is_asked_by_its_content(verifier):
    code = """
    class Items(set):
        def issuperset(self, other): return True
    def f(): return Items({1, 2})
    """
    tests = """
    from solution import f
    def test_holds(): assert f().issuperset({1, 2})
    def test_lacks(): assert not f().issuperset({3})
    """
    passes(verifier, code, tests)


def test_warnings_and_log_records_reach_the_tests(verifier):
    code = """
    import logging, warnings
    def warn(): warnings.warn("old", DeprecationWarning)
    def log(): logging.getLogger("x").warning("low")
    """
    tests = """
    import unittest, warnings, pytest, solution
    def test_recorded():
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            solution.warn()
        assert [str(w.message) for w in caught] == ["old"]
    def test_warns():
        with pytest.warns(DeprecationWarning, match="old"): solution.warn()
    class Test(unittest.TestCase):
        def test_logged(self):
            with self.assertLogs("x") as logs: solution.log()
            self.assertEqual(logs.output, ["WARNING:x:low"])
    """
    passes(verifier, code, tests)


CLASSES = {
    "a class with a lower-case name": (
        """
        class vector:
            def __init__(self, x, y): self.x, self.y = x, y
            def __mul__(self, k): return vector(self.x * k, self.y * k)
            __rmul__ = __mul__
            def __sub__(self, k): return vector(self.x - k, self.y - k)
            def __eq__(self, other): return (self.x, self.y) == (other.x, other.y)
        """,
        """
        from solution import vector
        def test_product(): assert vector(1, 2) * 3 == 3 * vector(1, 2) == vector(3, 6)
        def test_difference(): assert vector(1, 2) - 1 == vector(0, 1)
        """,
    ),
    "a lower-case container that only says what it holds": (
        """
        class stack:
            def __init__(self): self.items = []
            def push(self, item): self.items.append(item)
            def __contains__(self, item): return item in self.items
        """,
        """
        from solution import stack
        def test_holds():
            numbers = stack()
            numbers.push(3)
            assert 3 in numbers and 4 not in numbers
        """,
    ),
    "a class that only a function hands out": (
        """
        class Trie:
            def __init__(self): self.words = []
            def insert(self, word): self.words.append(word)
            def startswith(self, part): return any(word.startswith(part) for word in self.words)
            def __contains__(self, word): return word in self.words
        def make(): return Trie()
        """,
        """
        from solution import make
        def test_words():
            trie = make()
            trie.insert("apple")
            assert trie.startswith("app") and "apple" in trie and "app" not in trie
        """,
    ),
    "the amount of a difference": (
        """
        class Money:
            def __init__(self, cents): self.cents = cents
            def __sub__(self, cents): return Money(self.cents - cents)
            def __int__(self): return self.cents
        """,
        "from solution import Money\ndef test_amount(): assert int(Money(5) - 3) == 2",
    ),
}


@pytest.mark.parametrize("name", CLASSES)
def test_a_class_of_the_submission_works_where_the_tests_know_it_as_one(verifier, name):
    passes(verifier, *CLASSES[name])


OWN_TESTS = """
import pytest
def add(a, b): return a + b
@pytest.fixture
def one(): return 1
@pytest.mark.parametrize("x", [1, 2])
def test_add(x, one): assert add(x, one) == 3
if __name__ == "__main__": pytest.main()
"""


def test_a_submission_may_import_pytest_and_bring_tests_of_its_own(verifier):
    tests = "from solution import *\nimport pytest\ndef test_sum():\n    assert add(1, 2) == 3"
    judgement = judge(verifier, OWN_TESTS, tests)
    assert [(case.name, case.verdict) for case in judgement.cases] == [("test_solution.py::test_sum", Verdict.AC)]


def test_a_script_of_asserts_may_use_pytest(verifier):
    code = "import pytest\nassert add(1, 2) == 3\nwith pytest.raises(TypeError):\n    add(1, None)"
    judgement = verifier.judge(OWN_TESTS, parse_suite({"kind": "asserts", "code": code}))
    assert [(case.name, case.verdict) for case in judgement.cases] == [("line 2", Verdict.AC), ("line 3", Verdict.AC)]


@pytest.mark.parametrize("ends", ["pytest.skip('x')", "pytest.exit('x', returncode=0)", "pytest.xfail('x')"])
def test_an_outcome_that_the_submission_raises_is_an_exception_as_any_other(verifier, ends):
    tests = "from solution import add\ndef test_a(): assert add(1, 2) == 3\ndef test_b(): assert add(1, 1) == 2"
    judgement = judge(verifier, f"import pytest\ndef add(a, b): {ends}", tests)
    assert [case.verdict for case in judgement.cases] == [Verdict.RTE, Verdict.RTE]


NUMBERS = """
import numpy as np
def whole(): return np.int64(3)
def single(): return np.float32(0.5)
def double(): return np.float64(0.1)
def truth(): return np.bool_(True)
def pair(): return np.uint8(1), [np.int32(-2)]
def day(): return np.datetime64("2024-01-02")
"""


def test_numbers_of_numpy_are_equal_to_plain_ones(verifier):
    """np.int64 is no int: without this, tests would compare an object of the submission's with a number."""
    pytest.importorskip("numpy")
    tests = """
    import solution
    def test_numbers():
        assert solution.whole() == 3 and 3 == solution.whole() and solution.whole() in [1, 3]
        assert solution.single() == 0.5 and solution.double() == 0.1 and str(solution.double().dtype) == "float64"
        assert solution.truth() and solution.pair() == (1, [-2])
        assert isinstance(solution.whole(), int)
    def test_what_is_no_number_stays_an_object():
        assert str(solution.day()) == "2024-01-02" and solution.day() != "2024-01-02"
    """
    passes(verifier, NUMBERS, tests)


def test_names_of_the_library_that_the_submission_imports(verifier):
    """It imports math for the tests, and defines a name that math has too, and one that is a module elsewhere."""
    code = """
    import math
    def gcd(a, b): return 7
    class Calendar:
        def holidays(self): return 3
    calendar = Calendar()
    def half(n): return n / 2
    """
    tests = """
    from math import *
    from solution import *
    def test_math(): assert math.isclose(half(1), 0.5)
    def test_gcd(): assert gcd(4, 6) == 7
    def test_calendar(): assert calendar.holidays() == 3
    """
    passes(verifier, code, tests)


def test_data_of_the_tests_objects_is_for_a_submission_to_change(verifier):
    code = """
    def visit(node):
        node.seen = True
        node.on_leave = lambda: 3
        node.size = 4
        del node.left
        try:
            node.close = lambda: 5
        except PermissionError:
            return "refused"
    """
    tests = """
    import solution
    class Node:
        on_leave = None
        def __init__(self): self.left, self.seen, self._size = 1, False, 0
        @property
        def size(self): return self._size
        @size.setter
        def size(self, value): self._size = value
        def close(self): return 2
    def test_node():
        node = Node()
        assert solution.visit(node) == "refused"
        assert (node.seen, node.on_leave(), node.size, hasattr(node, "left"), node.close()) == (True, 3, 4, False, 2)
    """
    passes(verifier, code, tests)
