"""Suites that bring test code of their own: what may be written, what is refused, and which cases they have."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from verifier.errors import SuiteError
from verifier.suite.model import AssertsSuite, PytestSuite, parse_suite
from verifier.suite.static_tests import function_of, holds_tests, pytest_files, static_tests
from verifier.suite.store import DirectoryStore

TEST = "from solution import f\n\ndef test_a():\n    assert f(1) == 1\n\ndef test_b():\n    assert f(2) == 2\n"


def of_files(files: dict[str, str] | None = None, /, **more: Any) -> dict[str, Any]:
    return {"kind": "pytest", "files": {"test_x.py": TEST} if files is None else files, **more}


def asserts(**more: Any) -> dict[str, Any]:
    return {"kind": "asserts", "code": "assert f(1) == 1\nassert f(2) == 2", **more}


def pytest_suite(*args: Any, **more: Any) -> PytestSuite:
    suite = parse_suite(of_files(*args, **more))
    assert isinstance(suite, PytestSuite)
    return suite


def test_the_smallest_suites() -> None:
    suite = pytest_suite()
    assert (suite.modules, suite.skips, suite.cases, suite.scratch) == (("solution",), "fail", (), False)
    assert [(case.test, case.weight) for case in suite.known_cases] == [
        ("test_x.py::test_a", 1.0), ("test_x.py::test_b", 1.0),
    ]  # fmt: skip
    script = parse_suite(asserts())
    assert isinstance(script, AssertsSuite)
    assert [case.test for case in script.known_cases] == ["line 1", "line 2"]
    assert script.steps == (("line 1", "assert f(1) == 1"), ("line 2", "assert f(2) == 2"))


def test_all_forms_of_asserts() -> None:
    for form in (
        {"asserts": ["assert f(1) == 1"], "setup": "import math"},
        {"code": "def check(candidate):\n    assert candidate(1)", "entry_point": "Solution().f"},
        {"code": "assert f(1)", "setup": "", "asserts": []},
    ):
        assert len(parse_suite({"kind": "asserts", **form}).known_cases) == 1
    helped = {"kind": "asserts", "setup": "def same(a, b):\n    assert a == b", "code": "same(f(1), 1)"}
    assert [case.test for case in parse_suite(helped).known_cases] == ["line 1"]
    listed = {**helped, "code": "", "asserts": ["same(f(1), 1)"]}
    assert [case.test for case in parse_suite(listed).known_cases] == ["assert 1"]


@pytest.mark.parametrize("module", ["solution", "pkg.solution", ["solution", "main"], "größe"])
def test_modules(module: Any) -> None:
    assert pytest_suite(module=module).modules == tuple([module] if isinstance(module, str) else module)


@pytest.mark.parametrize(
    ("value", "path", "problem"),
    [
        ({"kind": "pytest"}, ".files", "is required"),
        ({"kind": "tests"}, ".kind", "must be one of 'function', 'stdio', 'pytest', 'asserts'"),
        (of_files(fiels={}), ".fiels", "known keys are calibration, cases, early_stop, files"),
        (of_files({}), ".files", "must hold a test file"),
        (of_files({"conftest.py": "", "__init__.py": "", "a.py": "", "b.py": ""}), ".files", "name it test_*.py"),
        (of_files({"conftest.py": ""}), ".files", "must hold a test file"),
        (of_files({"x.json": "{}"}), ".files", "must hold a test file"),
        (of_files({"test_x.py": 1}), ".files.test_x.py", "must be text"),
        (of_files([]), ".files", "must be an object"),
        (of_files({"test_x.py": "def f(:\n"}), ".files.test_x.py", "is not Python: line 1"),
        (of_files({"test_x.py": TEST, "a.py": "x\n  y"}), ".files.a.py", "is not Python: line 2"),
        (of_files({"test_x.py": "return"}), ".files.test_x.py", "outside function"),
        (of_files({"test_x.py": "x = '\ud800'"}), ".files.test_x.py", "surrogate"),
        (of_files({"test_x.py": TEST, "d": "x" * (8 << 20)}), ".files", "at most 8 MiB"),
        (of_files({"test_x.py": TEST, **{f"{i}.txt": "" for i in range(1000)}}), ".files", "at most 1000 files"),
        (of_files({"test_x.py": TEST, "solution.py": ""}), ".files.solution.py", "submission's place"),
        (of_files({"test_x.py": TEST, "p/s/__init__.py": ""}, module="p.s"), ".files.p/s/__init__.py", "submission's"),
        (of_files({"test_x.py": TEST, "a": "", "a/b": ""}), ".files.a/b", "a folder that is a file too"),
        (of_files(module="sys"), ".module", "'sys' is a module of the tests' own"),
        (of_files(module="os.path"), ".module", "'os' is a module"),
        (of_files(module=["solution", "pytest"]), ".module", "'pytest' is a module"),
        (of_files(module="conftest"), ".module", "'conftest' is a module"),
        (of_files(module="a b"), ".module", "a name as in `import`"),
        (of_files(module="class"), ".module", "a name as in `import`"),
        (of_files(module=""), ".module", "a name as in `import`"),
        (of_files(module=[]), ".module", "1 to 16"),
        (of_files(module=["a", "a"]), ".module", "twice"),
        (of_files(module=[1]), ".module[0]", "must be text"),
        (of_files(module=1), ".module", "must be a list"),
        (of_files(skips="maybe"), ".skips", "must be 'fail'"),
        (of_files(cases=[{"weight": 1}]), ".cases[0].test", "is required"),
        (of_files(cases=[{"test": "test_x.py::test_a", "expected": 1}]), ".cases[0].expected", "reference_cpu_time_s"),
        (of_files(cases=[{"test": "test_a"}]), ".cases[0].test", "as test_x.py::test_a"),
        (of_files(cases=[{"test": "test_x.py"}]), ".cases[0].test", "must begin with one of the suite's files"),
        (of_files(cases=[{"test": "test_x.py::test_c[1]"}]), ".cases[0].test", "holds a test 'test_c'"),
        (of_files(cases=[{"test": "test_x.py::test_a"}] * 2), ".cases[1].test", "named twice"),
        (of_files(cases=[{"test": "test_x.py::test_a", "weight": 0}]), ".cases[0].weight", "greater than 0"),
        (of_files({"test_x.py": "@skip\ndef test_a(): pass"}), ".files", "would judge nothing"),
        (asserts(asserts=["assert 1"]), ".code", "give either"),
        ({"kind": "asserts"}, ".code", "give either"),
        (asserts(code="x = 1"), ".code", "no assert"),
        (asserts(code="assert f("), ".code", "line 1"),
        (asserts(code="def test_a():\n    assert f(1)"), ".code", "use kind 'pytest'"),
        (asserts(code="def check(c):\n    assert c(1)"), ".code", "give 'entry_point'"),
        (asserts(setup="import"), ".setup", "line 1"),
        (asserts(entry_point="f()"), ".entry_point", "must be a name"),
        ({"kind": "asserts", "asserts": ["assert f(1)", "f(2)"]}, ".asserts[1]", "no assert"),
        ({"kind": "asserts", "asserts": "assert f(1)"}, ".asserts", "must be a list"),
        ({"kind": "asserts", "asserts": ["assert True"]}, ".asserts", "could fail"),
        (asserts(setup="#" * (8 << 20)), ".code", "at most 8 MiB"),
        (asserts(cases=[{"test": "line 9"}]), ".cases[0].test", "its first is 'line 1'"),
        (asserts(skips="fail"), ".skips", "unknown key"),
    ],
)
def test_what_is_wrong_is_named_with_its_path(value: object, path: str, problem: str) -> None:
    with pytest.raises(SuiteError) as caught:
        parse_suite(value, path="r")
    assert caught.value.path == "r" + path
    assert problem in caught.value.problem
    assert "more problem" not in caught.value.problem


@pytest.mark.parametrize(
    "path",
    ["", "/etc/x", "../x", "a/../x", "./x", "a//b", "a/", "a\\b", "C:x", "x::y", "a[1]", "a\x00b", "a\nb", "x" * 201],
)
def test_paths_that_lead_elsewhere(path: str) -> None:
    with pytest.raises(SuiteError, match=r"must be a (printable )?path"):
        pytest_suite({"test_x.py": TEST, path: ""})


def test_any_data_may_lie_beside_the_tests() -> None:
    files = {"tests/test_x.py": TEST, "tests/conftest.py": "", "data/größe.json": "{", "helper.py": "x = 1", "a b": "c"}
    assert pytest_suite(files).static_tests.names.keys() == {"tests/test_x.py::test_a", "tests/test_x.py::test_b"}


def test_warnings_of_the_test_code_are_its_own_business() -> None:
    assert pytest_suite({"test_x.py": "import re\ndef test_a():\n    assert re.match('\\d', '1') is 1"})


@pytest.mark.parametrize(
    "change",
    [
        {"files": {"test_x.py": TEST + "#"}}, {"files": {"test_y.py": TEST}}, {"files": {"test_x.py": TEST, "a": ""}},
        {"module": "main"}, {"module": ["solution", "main"]}, {"skips": "ignore"}, {"early_stop": True},
        {"cases": [{"test": "test_x.py::test_a", "weight": 2}]},
        {"cases": [{"test": "test_x.py::test_a"}]}, {"limits": {"cpu_time_s": 1}},
    ],
)  # fmt: skip
def test_the_digest_of_tests_covers_all_that_judges(change: dict[str, Any]) -> None:
    assert parse_suite({**of_files(), **change}).digest != pytest_suite().digest


def test_the_digest_passes_over_what_does_not_judge() -> None:
    files = {"test_x.py": TEST, "a": "1"}
    assert pytest_suite(files).digest == pytest_suite(dict(reversed(files.items()))).digest
    assert pytest_suite(module="solution").digest == pytest_suite(module=["solution"], id="x").digest


def test_the_digest_of_asserts_covers_all_that_judges() -> None:
    digests = {
        parse_suite(asserts(**change)).digest
        for change in (
            {}, {"code": "assert f(1)"}, {"setup": "import math"}, {"entry_point": "f"},
            {"code": "", "asserts": ["assert f(1)"]}, {"cases": [{"test": "line 1", "weight": 2}]},
        )
    }  # fmt: skip
    assert len(digests) == 6


def test_a_changed_copy_works_its_cases_out_again() -> None:
    suite = parse_suite(asserts())
    assert len(suite.known_cases) == 2 and isinstance(suite, AssertsSuite)
    copy = suite.model_copy(update={"code": "assert f(1)"})
    assert len(copy.known_cases) == len(copy.steps) == 1


# Cases ------------------------------------------------------------------------------------------------------------


def test_what_a_test_counts() -> None:
    """Its own entry goes before its function's; a test that isn't named has weight 1."""
    named = [
        {"test": "test_x.py::test_a", "weight": 2, "group": "g"},
        {"test": "test_x.py::test_a[1]", "weight": 3},
    ]
    suite = pytest_suite(cases=named)
    weights = [suite.case_of(f"test_x.py::{name}").weight for name in ("test_a[1]", "test_a[2]", "test_a", "test_b")]
    assert weights == [3, 2, 2, 1]
    assert [(case.test, case.weight, case.group) for case in suite.known_cases] == [
        ("test_x.py::test_a", 2, "g"), ("test_x.py::test_b", 1, None), ("test_x.py::test_a[1]", 3, None),
    ]  # fmt: skip
    assert not suite.calibrated
    assert pytest_suite(cases=[{"test": "test_x.py::test_a", "reference_cpu_time_s": 1}]).calibrated
    script = parse_suite(asserts(cases=[{"test": "line 2", "weight": 5}]))
    assert [case.weight for case in script.known_cases] == [1, 5]


def test_a_suite_always_has_a_case() -> None:
    """Also one whose tests only come about when it runs: a submission without code has to fail something."""
    suite = pytest_suite({"test_x.py": "from made import *"})
    assert suite.static_cases == ()
    assert [case.test for case in suite.known_cases] == ["tests"]


STATIC = """
import pytest, unittest
def test_one(): pass
async def test_two(): pass
def helper(): pass
@pytest.fixture
def test_data(): pass
class TestA:
    def test_m(self): pass
    def other(self): pass
    class TestInner:
        def test_i(self): pass
class Base(unittest.TestCase):
    def test_base(self): pass
class Derived(Base):
    def test_derived(self): pass
class Plain:
    def test_no(self): pass
class TestOff:
    __test__ = False
    def test_no(self): pass
class TestB(Plain):
    def test_b(self): pass
class Rows(sqltest.MyTestCase):
    def testRows(self): pass
def test_one(): pass
"""


def test_tests_are_found_by_reading() -> None:
    assert [name.removeprefix("test_x.py::") for name in static_tests({"test_x.py": STATIC}).names] == [
        "test_one", "test_two", "TestA::test_m", "TestA::TestInner::test_i", "Base::test_base", "Derived::test_derived",
        "Derived::test_base", "TestB::test_b", "TestB::test_no", "Rows::testRows",
    ]  # fmt: skip


MARKED = """
@pytest.mark.skip
def test_1(): pass
@pytest.mark.skip(reason="x")
def test_2(): pass
@unittest.skip("x")
class TestC(unittest.TestCase):
    def test_3(self): pass
@pytest.mark.xfail
def test_4(): pass
@pytest.mark.xfail(reason="x", strict=True)
def test_5(): pass
class TestD(unittest.TestCase):
    @unittest.expectedFailure
    def test_6(self): pass
@pytest.mark.skipif(not hasattr(solution, "x"), reason="x")
def test_7(): pass
@pytest.mark.xfail(sys.platform == "win32", reason="x")
def test_8(): pass
@pytest.mark.xfail(condition=1, reason="x")
def test_9(): pass
"""


def test_what_is_always_skipped_is_no_case() -> None:
    """Marks without a condition say the same of every submission; those with one may not."""
    for skips, left in (("fail", "789"), ("ignore", "789"), ("pass", "456789")):
        suite = pytest_suite({"test_x.py": MARKED}, skips=skips)
        assert "".join(case.test[-1] for case in suite.known_cases) == left
    for marks in ("pytest.mark.skip('x')", "[pytest.mark.skip]"):
        found = static_tests({"test_x.py": f"pytestmark = {marks}\ndef test_a(): pass"})
        assert found.skipped == {"test_x.py::test_a"}


def test_which_files_hold_tests() -> None:
    assert pytest_files(["test_b.py", "a_test.py", "x.py", "test_c.txt"]) == ["a_test.py", "test_b.py"]
    assert pytest_files(["check.py", "conftest.py", "data.json"]) == ["check.py"]
    assert function_of("test_x.py::test_a[x::[1]]") == "test_x.py::test_a"
    assert holds_tests("def test_a(): pass") and not holds_tests("def test_a(:") and not holds_tests("assert f(1)")


# In a directory ---------------------------------------------------------------------------------------------------


def store(tmp_path: Path, toml: str, **files: str) -> Path:
    folder = tmp_path / "suites" / "x"
    for name, text in {"suite.toml": toml, **files}.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return folder


def test_test_files_lie_in_their_folder(tmp_path: Path) -> None:
    """`tests/` holds the files; what Python and editors leave there is passed over, and changes are seen."""
    folder = store(tmp_path, 'kind = "pytest"\n', **{
        "tests/test_x.py": TEST, "tests/data/a.json": "{}", "tests/__pycache__/a.pyc": "x", "tests/.hidden": "x",
    })  # fmt: skip
    suites = DirectoryStore(folder.parent)
    suite = suites.get("x")
    assert isinstance(suite, PytestSuite)
    assert suite.files == {"test_x.py": TEST, "data/a.json": "{}"}
    assert suites.get("x") is suite
    (folder / "tests/test_y.py").write_text(TEST)
    assert len(suites.get("x").known_cases) == 4
    (folder / "tests/test_y.py").unlink()
    assert len(suites.get("x").known_cases) == 2


def test_cases_of_tests_in_lines(tmp_path: Path) -> None:
    folder = store(
        tmp_path, 'kind = "pytest"\n', **{
            "tests/test_x.py": TEST, "cases.jsonl": '{"test": "test_x.py::test_a", "weight": 2}\n{"test": "nope"}\n',
        }
    )  # fmt: skip
    with pytest.raises(SuiteError) as caught:
        DirectoryStore(folder.parent).get("x")
    assert caught.value.path == "x/cases.jsonl:2.test"


def test_test_files_that_are_refused(tmp_path: Path) -> None:
    both = store(tmp_path, 'kind = "pytest"\n[files]\n"test_y.py" = "x"\n', **{"tests/test_x.py": TEST})
    with pytest.raises(SuiteError, match="keep one of them"):
        DirectoryStore(both.parent).get("x")
    (both / "suite.toml").write_text('kind = "pytest"\n')
    (both / "tests/link.py").symlink_to("/etc/passwd")
    with pytest.raises(SuiteError, match="leads out of the store"):
        DirectoryStore(both.parent).get("x")
    (both / "tests/link.py").unlink()
    (both / "tests/data").write_bytes(b"\xff")
    with pytest.raises(SuiteError, match="not UTF-8"):
        DirectoryStore(both.parent).get("x")


def test_asserts_in_a_directory(tmp_path: Path) -> None:
    folder = store(tmp_path, 'kind = "asserts"\ncode = """\nassert f(1) == 1\n"""\n')
    assert len(DirectoryStore(folder.parent).get("x").known_cases) == 1
