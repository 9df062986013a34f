"""A tester finds the tests that plain pytest finds, by the same names, and they end as they end there.

The suite below uses what test files use. Plain pytest runs it once, with the submission's file lying among the tests.
"""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from verifier.limits import Limits
from verifier.sandbox.base import Outcome, Program, Tests

SOLUTION = """
class Account:
    def __init__(self, balance=0):
        self.balance = balance
    def deposit(self, amount):
        if amount <= 0:
            raise ValueError("amount must be positive")
        self.balance += amount

def add(a, b):
    return a + b

def shout(text):
    print(text.upper())

def read(path):
    return path
"""

FILES = {
    "conftest.py": """
        import pytest
        LOADED = []
        def pytest_configure(config):
            config.addinivalue_line("markers", "own: of this suite")
        def pytest_addoption(parser):
            parser.addoption("--how", default="well")
        @pytest.fixture
        def account():
            from solution import Account
            return Account(10)
        @pytest.fixture(scope="session", autouse=True)
        def started():
            LOADED.append(1)
            yield
        @pytest.fixture(params=["x", "y"], ids=["first", "second"])
        def letter(request):
            return request.param
        @pytest.fixture
        def how(request):
            return request.config.getoption("--how")
    """,
    "helpers.py": """
        from solution import add
        def twice(x):
            return add(x, x)
    """,
    "data/numbers.json": "[1, 2, 3]",
    "test_functions.py": """
        import json, os, pathlib, sys, tempfile
        import pytest
        import solution
        from solution import add
        from helpers import twice
        import conftest

        pytestmark = pytest.mark.anything

        def test_passes(): assert add(1, 2) == 3
        def test_fails(): assert add(1, 2) == 4
        def test_helper(): assert twice(4) == 8
        def test_raises():
            with pytest.raises(ValueError, match="positive"):
                solution.Account().deposit(0)
        def test_does_not_raise():
            with pytest.raises(ValueError):
                solution.Account().deposit(1)
        def test_error(): solution.Account().deposit(-1)
        def test_fixture(account): assert account.balance == 10
        def test_letter(letter, account): assert letter in "xy"
        def test_how(how): assert how == "well"
        def test_started(): assert conftest.LOADED == [1]
        @pytest.mark.parametrize("a", [1, 2])
        @pytest.mark.parametrize(("b", "c"), [(1, "x"), pytest.param(2, "y", id="two"), pytest.param(3, 3.5)])
        def test_many(a, b, c): assert add(a, b) < 5
        @pytest.mark.parametrize("value", [None, True, 1.5, "a b", b"x", [1], {}, add, len, pytest.raises])
        def test_ids(value): pass
        @pytest.mark.skip(reason="not now")
        def test_skipped(): assert False
        @pytest.mark.skipif("sys.version_info > (3,)", reason="always")
        def test_skipped_if(): assert False
        def test_skips_itself(): pytest.skip("here")
        @pytest.mark.xfail(reason="known")
        def test_expected_to_fail(): assert add(1, 1) == 3
        @pytest.mark.xfail
        def test_passes_unexpectedly(): assert add(1, 1) == 2
        @pytest.mark.xfail(strict=True)
        def test_passes_strictly(): assert add(1, 1) == 2
        @pytest.mark.xfail(raises=KeyError)
        def test_fails_otherwise(): assert add(1, 1) == 3
        @pytest.mark.xfail(run=False)
        def test_not_run(): sys.exit(1)
        def test_xfails_itself(): pytest.xfail("here")
        def test_fails_itself(): pytest.fail("here")
        def test_tmp_path(tmp_path, tmp_path_factory):
            (tmp_path / "a.txt").write_text("hi")
            assert (tmp_path / "a.txt").read_text() == "hi" and tmp_path_factory.mktemp("b").is_dir()
        def test_tempfile():
            with tempfile.TemporaryDirectory() as folder, tempfile.NamedTemporaryFile() as file:
                assert os.path.isdir(folder) and file.name
        def test_data():
            folder = pathlib.Path(__file__).parent / "data"
            assert json.loads((folder / "numbers.json").read_text()) == [1, 2, 3]
        def test_working_folder(): assert json.load(open("data/numbers.json")) == [1, 2, 3]
        def test_capsys(capsys):
            print("out"); print("err", file=sys.stderr)
            assert capsys.readouterr() == ("out\\n", "err\\n")
        def test_capfd(capfd):
            os.write(1, b"raw\\n")
            assert capfd.readouterr().out == "raw\\n"
        def test_printed_by_the_submission(capsys):
            solution.shout("hello")
            assert capsys.readouterr().out == "HELLO\\n"
        def test_caplog(caplog):
            import logging
            logging.getLogger("a").warning("careful")
            assert caplog.messages == ["careful"]
        def test_monkeypatch(monkeypatch):
            monkeypatch.setenv("A_NAME", "value")
            monkeypatch.setattr(os.path, "exists", lambda path: True)
            assert os.environ["A_NAME"] == "value" and os.path.exists("/no/such")
        def test_monkeypatch_is_undone(): assert "A_NAME" not in os.environ and not os.path.exists("/no/such")
        def test_warns():
            import warnings
            with pytest.warns(UserWarning, match="ca"):
                warnings.warn("careful")
        def test_recwarn(recwarn):
            import warnings
            warnings.warn("careful")
            assert len(recwarn) == 1
        @pytest.mark.filterwarnings("error")
        def test_warnings_as_errors():
            import warnings
            warnings.warn("careful")
        def test_approx(): assert add(0.1, 0.2) == pytest.approx(0.3)
        def test_importorskip(): pytest.importorskip("no_such_module_at_all")
        def test_unknown_fixture(no_such_fixture): pass
        def test_system_exit():
            with pytest.raises(SystemExit): sys.exit(3)
        def test_mentions(request): assert request.node.name == "test_mentions" and request.config.rootpath
        def helper_test(): assert False
        class TestGroup:
            value = 0
            @classmethod
            def setup_class(cls): cls.made = 1
            def setup_method(self): self.mine = 2
            def test_made(self): assert self.made == 1 and self.mine == 2
            def test_state(self): self.value = 7
            def test_state_is_fresh(self): assert self.value == 0
            @pytest.mark.parametrize("n", range(3))
            def test_each(self, n): assert n < 2
            @staticmethod
            def test_static(): pass
            class TestInner:
                def test_deep(self): pass
        class TestWithInit:
            def __init__(self): pass
            def test_not_collected(self): assert False
        class NotATest:
            def test_not_collected(self): assert False
        """,
    "test_scopes.py": """
        import pytest
        ORDER = []
        def setup_module(module): ORDER.append("setup_module")
        def setup_function(function): ORDER.append("setup_function")
        def teardown_function(function): ORDER.append("teardown_function")
        @pytest.fixture(scope="module")
        def one():
            ORDER.append("one")
            yield 1
            ORDER.append("one ends")
        @pytest.fixture(scope="class")
        def each_class(): ORDER.append("class")
        @pytest.fixture(autouse=True)
        def always(): ORDER.append("always")
        @pytest.fixture
        def broken(): raise RuntimeError("no")
        @pytest.fixture
        def broken_end():
            yield
            raise RuntimeError("no")
        @pytest.fixture(scope="module", params=[1, 2])
        def number(request): return request.param
        def test_a(one): assert ORDER == ["setup_module", "one", "always", "setup_function"] or ORDER
        def test_order(one): assert ORDER.count("one") == 1 and ORDER.count("always") == 2
        @pytest.mark.usefixtures("each_class")
        class TestA:
            def test_one(self): assert ORDER.count("class") == 1
            def test_two(self): assert ORDER.count("class") == 1
        def test_setup_fails(broken): pass
        def test_teardown_fails(broken_end): pass
        def test_number(number): assert number
        def test_number_again(number): assert number
        def test_override(always): pass
        def test_dynamic(request): assert request.getfixturevalue("one") == 1
    """,
    "test_with_unittest.py": """
        import unittest
        from unittest import mock
        from solution import Account, add
        STATE = []
        def setUpModule(): STATE.append("module")
        class TestAccount(unittest.TestCase):
            @classmethod
            def setUpClass(cls): cls.shared = Account(5)
            def setUp(self): self.account = Account(); self.addCleanup(STATE.append, "cleaned")
            def tearDown(self): self.account = None
            def test_deposit(self):
                self.account.deposit(3)
                self.assertEqual(self.account.balance, 3)
            def test_wrong(self): self.assertEqual(add(1, 1), 3)
            def test_lists(self): self.assertEqual([1, 2], [1, 3])
            def test_raises(self):
                with self.assertRaisesRegex(ValueError, "positive"): self.account.deposit(-1)
            def test_error(self): self.account.deposit(-1)
            def test_state(self): self.assertIn("module", STATE)
            def test_skip(self): self.skipTest("no")
            @unittest.skip("never")
            def test_marked(self): self.fail()
            @unittest.expectedFailure
            def test_expected(self): self.fail()
            @unittest.expectedFailure
            def test_unexpected(self): pass
            def test_mock(self):
                with mock.patch("os.getcwd", return_value="/there"):
                    import os
                    self.assertEqual(os.getcwd(), "/there")
            def test_logs(self):
                import logging
                with self.assertLogs("a", level="INFO"): logging.getLogger("a").info("x")
            def helper(self): self.fail()
        class TestBroken(unittest.TestCase):
            def setUp(self): raise RuntimeError("no")
            def test_never(self): pass
        class TestBrokenClass(unittest.TestCase):
            @classmethod
            def setUpClass(cls): raise RuntimeError("no")
            def test_one(self): pass
            def test_two(self): pass
        @unittest.skip("all")
        class TestSkipped(unittest.TestCase):
            def test_one(self): self.fail()
        class AnyName(unittest.TestCase):
            def runTest(self): pass
        class TestAsync(unittest.IsolatedAsyncioTestCase):
            async def test_async(self): self.assertEqual(add(1, 2), 3)
        class Base:
            def test_inherited(self): self.assertTrue(self.value)
        class TestDerived(Base, unittest.TestCase): value = 1
        class TestDerivedToo(Base, unittest.TestCase): value = 0
    """,
    "test_rough.py": """
        import sys, pytest
        def test_before(): pass
        def test_exits(): sys.exit(0)
        def test_base_exception(): raise BaseException("x")
        def test_generator_exit(): raise GeneratorExit
        async def test_async(): pass
        def test_after(): pass
    """,
    "test_imported_away.py": """
        import pytest
        pytest.importorskip("no_such_module_at_all")
        def test_never(): assert False
    """,
    "sub/conftest.py": """
        import pytest
        @pytest.fixture
        def account(): return "another"
        @pytest.fixture(autouse=True, scope="package")
        def here(): yield
    """,
    "sub/test_below.py": """
        from own import VALUE
        def test_account(account): assert account == "another"
        def test_own(letter): assert VALUE == 1
    """,
    "sub/own.py": "VALUE = 1",
    "pkg/__init__.py": "",
    "pkg/inner/__init__.py": "",
    "pkg/inner/tools.py": "def three(): return 3",
    "pkg/inner/test_relative.py": """
        from . import tools
        from .tools import three
        from pkg.inner.tools import three as same
        def test_three(account): assert tools.three() == three() == same() == 3 and account.balance == 10
    """,
    "other_test.py": "def test_named_otherwise(): assert __name__ == 'other_test'",
    "not_collected.py": "def test_no(): assert False",
}

PLUGIN = """
import json, pytest
found, order = {}, []
def pytest_collection_finish(session): order.extend(item.nodeid for item in session.items)
@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    found.setdefault(item.nodeid, []).append((report.outcome, hasattr(report, "wasxfail")))
def pytest_sessionfinish():
    with open("found.json", "w") as stream: json.dump([order, found], stream)
"""


def by_plain_pytest(folder: Path, files: dict[str, str]) -> dict[str, str]:
    for path, text in {**files, "solution.py": SOLUTION, "recorder.py": PLUGIN}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(textwrap.dedent(text))
    (folder / "pytest.ini").write_text("[pytest]\n")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "recorder", "-p", "no:cacheprovider", "-p", "no:randomly"]
    subprocess.run([*command, "."], cwd=folder, capture_output=True, check=False, timeout=120)
    order, found = json.loads((folder / "found.json").read_text())
    return {name: _outcome(found.get(name, [])) for name in order}


def _outcome(phases: list[list[object]]) -> str:
    outcomes = [outcome for outcome, _ in phases]
    expected = any(wasxfail for _, wasxfail in phases)
    if "failed" in outcomes or not outcomes:
        return "failed"
    if "skipped" in outcomes:
        return "xfailed" if expected else "skipped"
    return "xpassed" if expected else "passed"


@pytest.fixture(scope="module")
def both(tmp_path_factory, verifier):
    plain = by_plain_pytest(tmp_path_factory.mktemp("plain"), FILES)
    files = tuple((path, textwrap.dedent(text)) for path, text in FILES.items())
    tests = Tests("pytest", ("solution",), files=files, digest="as-pytest")
    with verifier._keeper.slot() as slot:
        collected = slot.collect(tests, Limits())
        run = slot.run_tests(Program(SOLUTION, "module"), tests, Limits(cpu_time_s=2))
    assert run.failure is None, run.note
    return plain, collected, {test.name: test for test in run.tests if not test.part_of}


def test_the_same_tests_are_found_in_the_same_order(both):
    plain, collected, _ = both
    assert list(plain) == collected


def test_each_test_ends_as_under_pytest(both):
    plain, _, ours = both
    as_plain = {name: "failed" if test.outcome is Outcome.RAISED else str(test.outcome) for name, test in ours.items()}
    differing = {
        name: (outcome, as_plain.get(name), ours[name].note if name in ours else "")
        for name, outcome in plain.items()
        if as_plain.get(name) != outcome
    }
    assert differing == {}
    assert list(ours) == list(plain)


def test_what_the_submission_raised_is_told_apart(both):
    _, _, ours = both
    raised = {name for name, test in ours.items() if test.outcome is Outcome.RAISED}
    assert raised == {"test_functions.py::test_error", "test_with_unittest.py::TestAccount::test_error"}


def test_the_note_holds_the_values_of_a_failed_assert(both):
    _, _, ours = both
    assert ours["test_functions.py::test_fails"].note.split() == "assert add(1, 2) == 4 where it is: 3 == 4".split()
    assert "2 != 3" in ours["test_with_unittest.py::TestAccount::test_wrong"].note
