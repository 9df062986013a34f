"""Runs of a suite's tests: what ends them early, what is started again, what the facts of each test are."""

from __future__ import annotations

import os
import signal
import tempfile
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from verifier.limits import Limits
from verifier.sandbox.base import Facts, Killed, Outcome, Program, Stage, TestFacts, TestRun, Tests
from verifier.sandbox.pair import Pair
from verifier.sandbox.policy import place_of
from verifier.sandbox.shortage import Shortage
from verifier.sandbox.zygotes import ENVIRONMENT

LIMITS = Limits(cpu_time_s=0.5, wall_time_s=10.0, memory_bytes=64 << 20, output_bytes=1 << 20)

Run = Callable[..., TestRun]


@pytest.fixture(scope="module")
def run(verifier) -> Run:
    """run(code, tests, limits=LIMITS, files={}, **options): `tests` is the text of test_x.py."""

    def run(code: str, tests: str, limits: Limits = LIMITS, files: dict[str, str] | None = None, **options) -> TestRun:
        asked = pytest_suite(tests, files)
        with verifier._keeper.slot() as slot:
            return slot.run_tests(Program(textwrap.dedent(code), "module"), asked, limits, **options)

    return run


def pytest_suite(tests: str, files: dict[str, str] | None = None) -> Tests:
    texts = {"test_x.py": tests, **(files or {})}
    return Tests("pytest", ("solution",), files=tuple((path, textwrap.dedent(text)) for path, text in texts.items()))


@pytest.fixture(scope="module")
def run_asserts(verifier) -> Run:
    """run_asserts(code, steps, entry_point=""): a step is its text, the name of its case is its number."""

    def run(code: str, steps: list[str], entry_point: str = "", **options) -> TestRun:
        named = tuple(("" if step.startswith("#") else str(n), textwrap.dedent(step)) for n, step in enumerate(steps))
        tests = Tests("asserts", ("solution",), steps=named, entry_point=entry_point)
        with verifier._keeper.slot() as slot:
            return slot.run_tests(Program(textwrap.dedent(code), "module"), tests, LIMITS, **options)

    return run


def outcomes(run: TestRun) -> dict[str, str]:
    assert run.failure is None, (run.failure, run.note)
    return {test.name.partition("::")[2] or test.name: _word(test) for test in run.tests}


def _word(test: TestFacts) -> str:
    return str(test.outcome or test.facts.killed or test.facts.fault or "died")


def facts_of(run: TestRun, name: str) -> Facts:
    [facts] = [test.facts for test in run.tests if test.name.endswith(name)]
    return facts


DYING = """
import os, sys, time
def ok(): return 1
def die(): os._exit(3)
def abort(): os.abort()
def leave(): sys.exit(0)
def spin():
    while True: pass
def sleep(): time.sleep(1000)
def grow():
    kept = []
    while True: kept.append(bytearray(1 << 20))
def large(): return "x" * (3 << 20)
def print_much():
    while True: os.write(1, b"x" * 100000)
def hang_up(): os.close(5)
def scribble(): os.write(5, b"\\0\\0\\0\\5hello"); time.sleep(100)
"""

IN_THE_MIDST = """
import solution
def test_first(): assert solution.ok() == 1
def test_middle(): solution.{}()
def test_last(): assert solution.ok() == 1
"""


# What ends a cell ends one test


@pytest.mark.parametrize(("first", "runs"), [("solution.ok() == 1", 2), ("solution.ok() == 2", 1)])
def test_who_learnt_of_a_failed_test_gets_no_second_run_by_dying(run, monkeypatch, first, runs):
    """Where memory has run out, a cell that was killed runs again; one that may have had its reasons does not."""
    code = "import os, signal\ndef ok(): return 1\ndef die(): os.kill(os.getpid(), signal.SIGKILL)"
    tests = f"import solution\ndef test_first(): assert {first}\ndef test_die(): solution.die()"
    whole, pairs = Pair.run, []
    monkeypatch.setattr(Shortage, "was", lambda shortage: True)
    monkeypatch.setattr(Pair, "run", lambda pair: pairs.append(pair) or whole(pair))
    assert outcomes(run(code, tests))["test_die"] == "died"
    assert len(pairs) == runs


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("die", "died"),
        ("abort", "died"),
        ("spin", "cpu time"),
        ("grow", "memory"),
        ("large", "output"),
        ("print_much", "output"),
        ("hang_up", "died"),
        ("scribble", "protocol"),
    ],
)
def test_what_kills_a_cell_costs_the_running_test_only(run, name, word):
    found = run(DYING, IN_THE_MIDST.format(name))
    assert outcomes(found) == {"test_first": "passed", "test_middle": word, "test_last": "passed"}


def test_a_sleeper_is_killed_by_wall_time(run):
    limits = Limits(cpu_time_s=0.5, wall_time_s=0.7)
    found = run(DYING, IN_THE_MIDST.format("sleep"), limits)
    assert outcomes(found)["test_middle"] == "wall time"


def test_the_exit_status_is_a_fact(run):
    assert facts_of(run(DYING, IN_THE_MIDST.format("die")), "middle").exit_status == 3
    assert facts_of(run(DYING, IN_THE_MIDST.format("abort")), "middle").signal == signal.SIGABRT


def test_a_submission_that_exits_has_not_passed(run):
    tests = """
    import pytest, solution
    def test_a():
        try: solution.leave()
        except BaseException: pass
    def test_b(): solution.die()
    def test_c():
        with pytest.raises(BaseException): solution.die()
    """
    found = outcomes(run(DYING, tests))
    assert found["test_b"] == found["test_c"] == "died"


def test_death_in_a_fixture_costs_the_tests_that_use_it(run):
    tests = """
    import pytest, solution
    @pytest.fixture
    def dead(): solution.die()
    def test_a(dead): pass
    def test_b(): assert solution.ok() == 1
    """
    assert outcomes(run(DYING, tests)) == {"test_a": "died", "test_b": "passed"}


def test_time_is_that_of_the_cell_and_of_each_test(run):
    code = """
    import time
    def work(seconds):
        end = time.process_time() + seconds
        while time.process_time() < end: pass
    """
    tests = """
    import solution, time
    def test_long(): solution.work(0.3)
    def test_short(): solution.work(0.05)
    def test_tester():
        end = time.process_time() + 0.3
        while time.process_time() < end: pass
    """
    found = run(code, tests)
    times = [test.facts.cpu_time_s for test in found.tests]
    assert 0.28 < times[0] < 0.45 and 0.04 < times[1] < 0.2 and times[2] < 0.1


def test_each_test_has_the_whole_limit(run):
    code = """
    import time
    def work():
        end = time.process_time() + 0.35
        while time.process_time() < end: pass
    """
    tests = "import pytest, solution\n@pytest.mark.parametrize('n', range(4))\ndef test_a(n): solution.work()"
    assert set(outcomes(run(code, tests)).values()) == {"passed"}


def test_borderline_time_is_measured_again_alone(run):
    code = """
    import time
    def work():
        end = time.process_time() + 0.55
        while time.process_time() < end: pass
        return 1
    """
    tests = "import solution\ndef test_a(): assert solution.work() == 1\ndef test_b(): pass"
    found = run(code, tests)
    assert outcomes(found) == {"test_a": "passed", "test_b": "passed"}
    assert facts_of(found, "test_a").cpu_time_s > 0.5 and facts_of(found, "test_a").killed is None


def test_memory_that_nobody_saw_is_found_in_the_test_that_took_it(run):
    code = "def take(size): return len(bytearray(size))"
    tests = """
    import solution
    def test_a(): assert solution.take(10) == 10
    def test_b(): assert solution.take(6 << 20) == 6 << 20
    def test_c(): assert solution.take(11) == 11
    """
    found = run(code, tests, Limits(memory_bytes=4 << 20))
    words = {test.name[-1]: test.facts.killed for test in found.tests}
    assert words == {"a": None, "b": Killed.MEMORY, "c": None}
    assert found.tests[1].facts.peak_memory_bytes > 4 << 20


def test_after_so_many_timeouts_the_rest_is_not_run(run):
    tests = "import pytest, solution\n@pytest.mark.parametrize('n', range(5))\ndef test_a(n): solution.spin()"
    assert len(run(DYING, tests, max_timeouts=2).tests) == 2


def test_stopping_early_leaves_out_what_follows_the_first_failure(run):
    tests = "import solution\ndef test_a(): pass\ndef test_b(): assert solution.ok() == 2\ndef test_c(): pass"
    assert outcomes(run(DYING, tests, stop_early=True)) == {"test_a": "passed", "test_b": "failed"}
    tests = "import solution\ndef test_a(): solution.die()\ndef test_b(): pass"
    assert outcomes(run(DYING, tests, stop_early=True)) == {"test_a": "died"}


def test_a_deadline_ends_the_run(run):
    found = run(DYING, IN_THE_MIDST.format("sleep"), deadline=time.monotonic() + 1)
    assert found.tests[-1].facts.killed is Killed.DEADLINE


# Loading


@pytest.mark.parametrize(
    ("code", "stage", "word"),
    [
        ("def f(:", Stage.COMPILE, "SyntaxError"),
        ("1 / 0", Stage.LOAD, "ZeroDivisionError"),
        ("import no_such_module", Stage.LOAD, "ModuleNotFoundError"),
        ("import os; os._exit(0)", Stage.LOAD, "None"),
        ("while True: pass", Stage.LOAD, "cpu time"),
        ("x = bytearray(200 << 20); import time; time.sleep(1)", Stage.LOAD, "memory"),
        ("import sys; sys.exit(0)", Stage.LOAD, "None"),
        ("raise KeyboardInterrupt", Stage.LOAD, "None"),
    ],
)
def test_a_submission_that_can_not_be_loaded_fails_as_a_whole(run, code, stage, word):
    found = run(code, "from solution import f\ndef test_a(): pass")
    assert found.tests == () and found.failure is not None
    assert found.failure.stage is stage
    if word != "None":
        assert word in (str(found.failure.killed), str(found.failure.raised and found.failure.raised.type_name))


def test_a_compile_error_needs_no_import_of_the_submission(run):
    found = run("def f(:", "def test_a(): pass")
    assert found.failure is not None and found.failure.stage is Stage.COMPILE and found.failure.killed is None


def test_a_name_that_the_submission_lacks_is_told_to_the_author(run):
    found = run("x = 1", "from solution import f\ndef test_a(): pass")
    assert found.failure is not None and found.failure.stage is Stage.LOAD
    assert "cannot import name 'f'" in found.note


def test_tests_that_do_not_compile_are_not_the_submissions_fault(run, verifier):
    found = run("x = 1", "def test_a(:")
    assert found.failure is not None and found.failure.raised is None and "SyntaxError" in found.note
    with verifier._keeper.slot() as slot:
        assert slot.collect(pytest_suite("def test_a(:"), LIMITS) is None


def test_a_submission_that_is_not_imported_at_the_top_is_loaded_by_the_test_that_imports_it(run):
    tests = "def test_a(): pass\ndef test_b(): import solution\ndef test_c(): import solution"
    assert outcomes(run("1 / 0", tests)) == {"test_a": "passed", "test_b": "raised", "test_c": "raised"}


def test_other_environments_are_found_for_submission_and_tests(run):
    code = "import decimal, numpy\ndef f(): return decimal.Decimal(1), int(numpy.int64(2))"
    tests = """
    import decimal, sqlite3, xml.dom.minidom
    import numpy as np
    from solution import f
    def test_a(): assert f() == (decimal.Decimal(1), np.int64(2)) and sqlite3.connect(":memory:")
    """
    assert outcomes(run(code, tests)) == {"test_a": "passed"}


# Outcomes


def test_what_the_submission_raises_can_not_look_like_a_skip(run):
    code = """
    import unittest
    def f(): raise unittest.SkipTest("no")
    class Skipped(Exception): pass
    Skipped.__module__ = "_pytest.outcomes"
    def g(): raise Skipped("no")
    """
    tests = """
    import unittest, pytest, solution
    def test_a(): solution.f()
    def test_b(): solution.g()
    class TestC(unittest.TestCase):
        def test_c(self): solution.f()
        def test_d(self):
            with self.subTest(n=1): solution.f()
    @pytest.fixture
    def fixture(): solution.f()
    def test_e(fixture): pass
    """
    found = outcomes(run(code, tests))
    assert "skipped" not in found.values()
    assert [found[n] for n in ("test_a", "test_b", "TestC::test_c", "test_e")] == ["raised"] * 4


@pytest.mark.parametrize(
    "error", ["KeyboardInterrupt", "SystemExit", "GeneratorExit", "BaseException", "StopIteration"]
)
def test_whatever_is_raised_the_next_test_runs(run, error):
    code = f"def f(): raise {error}"
    tests = f"""
    import pytest, solution
    def test_a(): solution.f()
    def test_b(): raise {error}
    def test_c(): pytest.exit("enough")
    @pytest.fixture
    def fixture(): raise {error}
    def test_d(fixture): pass
    def test_e(): pass
    """
    found = outcomes(run(code, tests))
    assert found["test_a"] in ("raised", "died")
    assert [found[f"test_{n}"] for n in "bcde"] == ["failed", "failed", "failed", "passed"]


def test_subtests_have_outcomes_of_their_own(run):
    tests = """
    import unittest, pytest, solution
    class TestA(unittest.TestCase):
        def test_a(self):
            for n in range(3):
                with self.subTest("odd", n=n): self.assertEqual(solution.ok(), n)
            with self.subTest(): solution.boom()
    """
    found = run(DYING + "def boom(): raise ValueError('no')", tests)
    assert outcomes(found) == {
        "TestA::test_a": "passed",
        "TestA::test_a [odd] (n=0)": "failed",
        "TestA::test_a [odd] (n=1)": "passed",
        "TestA::test_a [odd] (n=2)": "failed",
        "TestA::test_a (<subtest>)": "raised",
    }
    assert {test.part_of for test in found.tests[1:]} == {"test_x.py::TestA::test_a"}
    assert found.tests[1].note == "1 != 0 : [odd] (n=0)" or "1 != 0" in found.tests[1].note


def test_the_fixture_for_subtests_works_where_pytest_has_it(run):
    pytest.importorskip("_pytest.subtests")
    tests = """
    import solution
    def test_a(subtests):
        for n in range(2):
            with subtests.test(n=n): assert solution.ok() == n
    """
    assert outcomes(run(DYING, tests)) == {
        "test_a": "passed",
        "test_a (n=0)": "failed",
        "test_a (n=1)": "passed",
    }


def test_names_of_the_submission_are_neither_tests_nor_fixtures_nor_hooks(run):
    code = """
    def test_mine(): pass
    class TestMine:
        def test_it(self): pass
    def pytest_generate_tests(metafunc): raise ValueError
    def setup_module(module): raise ValueError
    def setup_function(function): raise ValueError
    def account(): return 1
    pytestmark = None
    __all__ = ["test_mine", "TestMine", "pytest_generate_tests", "setup_module", "setup_function", "account", "ok"]
    def ok(): return 1
    """
    tests = """
    from solution import *
    from solution import test_mine, TestMine, setup_module
    import solution
    class TestX:
        test_foreign = solution.test_mine
        test_static = staticmethod(solution.test_mine)
        def test_own(self): assert solution.ok() == 1
    def test_a(): pass
    """
    assert outcomes(run(code, tests)) == {"TestX::test_own": "passed", "test_a": "passed"}


# The tester's own jail


def test_tests_reach_no_network_no_process_and_no_file_but_their_own(run):
    tests = f"""
    import os, pathlib, socket, subprocess, pytest
    def refused(call, *args):
        with pytest.raises(OSError): call(*args)
    def test_network():
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
            refused(lambda: socket.socket(socket.AF_INET, kind).connect(("127.0.0.1", 1)))
            refused(lambda: socket.socket(socket.AF_INET, kind).sendto(b"x", ("127.0.0.1", 1)))
            refused(lambda: socket.socket(socket.AF_INET, kind).bind(("127.0.0.1", 0)))
        refused(socket.getaddrinfo, "example.com", 80)
    def test_processes():
        refused(subprocess.run, ["/bin/true"])
        refused(os.system, "true")
        refused(os.fork)
        refused(os.execv, "/bin/true", ["true"])
        refused(os.kill, os.getppid(), 0)
    def test_files():
        for path in ("/etc/passwd", "{__file__}", "/proc/self/environ"):
            refused(open, path)
        refused(os.listdir, "/proc")
        refused(os.listdir, "{Path(__file__).parent}")
        refused(os.remove, "{__file__}")
        pathlib.Path("a").write_text("x")
        assert sorted(os.listdir(".")) == ["a", "tmp"]
    def test_root(): assert os.path.exists("/usr") == {os.geteuid() != 0}
    def test_user(): assert (os.getuid() in range(54_000, 59_000)) == {os.geteuid() == 0}
    def test_environment():
        of_the_keeper = {{name for name in os.environ if not name.startswith("PYTEST_")}} - set({sorted(ENVIRONMENT)})
        assert of_the_keeper <= {{"LC_CTYPE"}}
    """
    found = run("x = 1", tests)
    assert {test.name: (test.outcome, test.note) for test in found.tests if test.outcome != "passed"} == {}


def test_memory_of_a_tester_is_bounded(run):
    tests = "def test_a():\n    x = bytearray(3 << 30)\ndef test_b(): pass"
    assert outcomes(run("x = 1", tests)) == {"test_a": "failed", "test_b": "passed"}


def test_a_tester_has_a_user_of_its_own():
    if os.geteuid() != 0:
        pytest.skip("the keeper is not root")
    cells, testers = ({place_of(n)[user] for n in range(5000)} for user in (0, 1))
    assert not cells & testers and all(54_000 <= uid < 65_000 for uid in cells | testers)


def test_the_files_of_a_tester_are_gone_afterwards(run):
    """But for one, empty, which the next tester of the slot gets."""

    def files() -> list[Path]:
        folders = Path(tempfile.gettempdir()).glob(f"verifier-{os.getpid()}-*")
        return [path for folder in folders for path in folder.rglob("*") if path.name != "tmp"]

    tests = "import pathlib\ndef test_a(tmp_path):\n    pathlib.Path('b').mkdir()\n    (tmp_path / 'c').write_text('d')"
    run(DYING, tests, files={"data/a.txt": "x", "b.py": "y = 1"})
    assert files() == []


# Faults of ours


def zygotes_of_testers() -> list[psutil.Process]:
    return [p for p in psutil.Process().children() if "tester_zygote.py" in " ".join(p.cmdline())]


def test_a_lost_tester_zygote_is_replaced(run, verifier):
    tests = "import solution\ndef test_a(): assert solution.ok() == 1"
    run(DYING, tests)
    for process in zygotes_of_testers():
        process.kill()
    assert outcomes(run(DYING, tests)) == {"test_a": "passed"}


def test_a_tester_that_dies_is_a_fault_and_not_a_verdict(run, verifier):
    tests = "import os, solution\ndef test_a(): os._exit(1)\ndef test_b(): pass"
    found = run(DYING, tests)
    assert found.failure is not None and "tester" in str(found.failure.fault)


def test_without_pytest_the_error_says_so(verifier, tmp_path):
    import venv

    from verifier.errors import SandboxError
    from verifier.sandbox.keeper import Keeper, SandboxOptions

    venv.create(tmp_path / "bare", symlinks=True)
    with Keeper(1, SandboxOptions(python=str(tmp_path / "bare/bin/python"))) as keeper, keeper.slot() as slot:
        with pytest.raises(SandboxError, match="load pytest: No module named"):
            slot.collect(pytest_suite("def test_a(): pass"), LIMITS)
        found = slot.run_tests(Program("x = 1", "module"), pytest_suite("def test_a(): pass"), LIMITS)
        assert found.failure is not None and "load pytest" in str(found.failure.fault)
        # Asserts don't need it.
        tests = Tests("asserts", ("solution",), steps=(("a", "assert x == 1"),))
        assert outcomes(slot.run_tests(Program("x = 1", "module"), tests, LIMITS)) == {"a": "passed"}


# Asserts


def test_asserts_are_run_one_by_one(run_asserts):
    found = run_asserts(
        "import math\ndef f(x): return math.floor(x)\ndef g(): raise KeyError('x')",
        [
            "assert f(1.5) == 1",
            "assert f(2.5) == 3",
            "assert g()",
            "assert math.floor(3.5) == f(3.5)",
            "assert nothing",
        ],
    )
    assert outcomes(found) == {"0": "passed", "1": "failed", "2": "raised", "3": "passed", "4": "failed"}
    assert found.tests[1].note == "assert f(2.5) == 3\n  where it is: 2 == 3"
    assert str(found.tests[2].facts.raised) == "KeyError: 'x'"
    assert "nothing" in found.tests[4].note


def test_a_check_function_is_given_the_candidate(run_asserts):
    steps = ["#\ndef check(candidate):\n    assert candidate(1) == 2\n    assert candidate(2) == 3", "check(candidate)"]
    assert outcomes(run_asserts("def f(x): return x + 1", steps, "f")) == {"1": "passed"}
    assert outcomes(run_asserts("def f(x): return 2", steps, "f")) == {"1": "failed"}
    method = "class Solution:\n    def f(self, x): return x + 1"
    assert outcomes(run_asserts(method, steps, "Solution().f")) == {"1": "passed"}


def test_steps_share_names(run_asserts):
    found = run_asserts(
        "def f(x): return x", ["#\ny = f(3)\nimport json", "assert y == 3", "assert json.dumps(y) == '3'"]
    )
    assert outcomes(found) == {"1": "passed", "2": "passed"}


def test_after_a_step_without_name_that_failed_every_case_has(run_asserts):
    found = run_asserts("def f(): raise ValueError('x')", ["assert 1 == 1", "#\ny = f()", "assert 2 == 2", "assert 3"])
    assert outcomes(found) == {"0": "passed", "2": "raised", "3": "raised"}


def test_an_entry_point_that_is_missing_fails_all(run_asserts):
    found = run_asserts("x = 1", ["assert candidate(1)"], "f")
    assert found.failure is not None and found.failure.stage is Stage.LOAD


def test_an_entry_point_may_have_the_name_of_a_builtin(run_asserts):
    assert outcomes(run_asserts("def sum(x): return 7", ["assert sum([1]) == 7"], "sum")) == {"0": "passed"}


@pytest.mark.parametrize(("name", "word"), [("die", "died"), ("spin", "cpu time"), ("large", "output")])
def test_asserts_go_on_after_a_death(run_asserts, name, word):
    found = run_asserts(DYING, ["assert ok() == 1", f"assert {name}()", "assert ok() == 1"])
    assert outcomes(found) == {"0": "passed", "1": word, "2": "passed"}


def test_asserts_may_import_what_the_lean_environment_lacks(run_asserts):
    found = run_asserts(
        "def f(): return 1", ["#\nfrom decimal import Decimal\nimport numpy", "assert f() == Decimal(1)"]
    )
    assert outcomes(found) == {"1": "passed"}


# Collecting without a submission


def test_collecting_goes_on_with_stand_ins(verifier):
    tests = """
    import unittest, enum, abc, pytest
    import solution
    from solution import *
    from solution import (Account, add, NotThere as Missing, Error, deco, CASES, LIMIT, Base, TestThing, test_other)
    from solution.inner import deep
    pytestmark = pytest.mark.usefixtures()
    class TestA(unittest.TestCase, Base):
        account = Account(1, x=2)
        def test_a(self): self.assertEqual(add(1), 1)
    limit = LIMIT + 1 if LIMIT < 3 else LIMIT[0]
    class Mine(Base, abc.ABC): pass
    class MyError(Error): pass
    @deco
    def test_c(): pass
    @solution.mark("x")
    def test_d(): pass
    @pytest.mark.parametrize("kind", [Account, add, solution.other.thing])
    def test_e(kind): pass
    @pytest.mark.parametrize("n", [1, 2])
    @pytest.mark.xfail(raises=Error)
    def test_f(n): pass
    with solution.context(1) as c: c.x = 3
    c["a"] = 1; -c; c[1](2).y; len(CASES) + int(LIMIT)
    assert isinstance(Account(), Account) and issubclass(MyError, Exception)
    """
    with verifier._keeper.slot() as slot:
        names = slot.collect(pytest_suite(tests), LIMITS)
    assert names is not None
    assert [name.partition("::")[2] for name in names] == [
        "TestA::test_a",
        "test_c",
        "test_d",
        "test_e[Account]",
        "test_e[add]",
        "test_e[thing]",
        "test_f[1]",
        "test_f[2]",
    ]


@pytest.mark.parametrize(
    "use",
    ["cases = [x for x in solution.CASES]", "@pytest.mark.parametrize('x', solution.CASES)\ndef test_a(x): pass"],
)
def test_names_that_only_a_submission_tells_are_not_guessed(verifier, use):
    tests = f"import pytest, solution\n{use}\ndef test_b(): pass"
    with verifier._keeper.slot() as slot:
        assert slot.collect(pytest_suite(tests), LIMITS) is None


def test_collected_names_are_those_of_the_run(run, verifier):
    tests = "import solution\ndef test_a(): pass\nclass TestB:\n    def test_b(self): pass"
    with verifier._keeper.slot() as slot:
        collected = slot.collect(pytest_suite(tests), LIMITS)
    assert collected == [test.name for test in run(DYING, tests).tests]


def test_test_code_that_can_not_be_loaded_without_the_submission_is_none(verifier):
    with verifier._keeper.slot() as slot:
        assert (
            slot.collect(pytest_suite("import solution\nassert solution.f() == 3\ndef test_a(): pass"), LIMITS) is None
        )


# What is read where it lies


def test_modules_of_a_suite_are_imported_from_its_folder(run):
    files = {
        "tools/__init__.py": "from .one import ONE",
        "tools/one.py": "ONE = 1",
        "plain/two.py": "TWO = 2",
        "data/x.txt": "hi",
        "tests/test_y.py": "from local import THREE\ndef test_y(): assert THREE == 3",
        "tests/local.py": "THREE = 3",
        "solution.py": "raise AssertionError('the submission is imported, not this')",
    }
    tests = """
    import pathlib, solution, tools, plain.two
    from tools.one import ONE
    def test_a(): assert tools.ONE == ONE == 1 and plain.two.TWO == 2
    def test_b():
        assert (pathlib.Path(__file__).parent / "data/x.txt").read_text() == "hi"
        assert (pathlib.Path(tools.__file__).parent).is_dir()
    def test_c(): assert solution.ok() == 1
    """
    assert set(outcomes(run(DYING, tests, files=files)).values()) == {"passed"}


def test_a_lone_file_of_any_name_is_the_test_file(run, verifier):
    tests = Tests(
        "pytest", ("solution",), files=(("checks.py", "import solution\ndef test_a(): assert solution.ok()"),)
    )
    with verifier._keeper.slot() as slot:
        assert outcomes(slot.run_tests(Program(DYING, "module"), tests, LIMITS)) == {"test_a": "passed"}


def test_results_of_many_slots_at_once(verifier):
    from concurrent.futures import ThreadPoolExecutor

    asked = pytest_suite(IN_THE_MIDST.format("ok"))

    def one(number: int) -> set[Outcome | None]:
        with verifier._keeper.slot() as slot:
            found = slot.run_tests(Program(DYING + f"\nn = {number}", "module"), asked, LIMITS)
            return {test.outcome for test in found.tests}

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(one, range(24))) == [{Outcome.PASSED}] * 24


def test_no_plugin_takes_part_that_happens_to_be_installed(run):
    """Hypothesis and xdist are, wherever these tests run."""
    tests = "def test_plugins(pytestconfig): assert pytestconfig.pluginmanager.list_plugin_distinfo() == []"
    assert outcomes(run("x = 1", tests)) == {"test_plugins": "passed"}
