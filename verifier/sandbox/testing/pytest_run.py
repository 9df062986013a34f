"""Kind "pytest": collects and runs test files in a session that the zygote prepared.

pytest itself decides what a test is, what it is given and what became of it. Left out is all that it does beyond that:
no reports with tracebacks, no terminal, no files.
"""

from __future__ import annotations

import copy
import sys
import time
import types
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from _pytest._code import ExceptionInfo
from _pytest.config import parse_warning_filter
from _pytest.main import Dir
from _pytest.nodes import Collector, Item
from _pytest.outcomes import Skipped
from _pytest.python import Module, Package
from _pytest.reports import TestReport
from _pytest.runner import CallInfo
from _pytest.skipping import xfailed_key
from _pytest.tmpdir import tmppath_result_key

from verifier.sandbox.proxy.tester import CellGone, Peer, is_proxy
from verifier.sandbox.testing import stand_in
from verifier.sandbox.testing.code import TestCode
from verifier.sandbox.testing.explain import note_of
from verifier.sandbox.testing.prepared import WARM_UP, Prepared
from verifier.sandbox.testing.reports import Reports
from verifier.sandbox.testing.suite_files import SuiteFiles, test_files

_SPECIAL = (
    "__test__ pytest_generate_tests pytest_plugins pytestmark setUpModule setup_function setup_module tearDownModule "
    "teardown_function teardown_module"
).split()
"""Names in a test module that pytest gives a meaning to: `from solution import *` must not bring them."""


def run_files(
    runner: Runner,
    files: SuiteFiles,
    code: TestCode,
    peer: Peer | None,
    reports: Reports,
    header: dict[str, Any],
    folder: str,
) -> None:
    """Raises what a test module raises while it is loaded."""
    prepared = runner.prepared
    prepared.begin(folder, code.fixtures, stand_in.is_stand_in if peer is None else is_proxy)
    runner.peer = peer
    items = _Collection(prepared, files, Path(folder)).items()
    runner.look_for_hooks()
    names = [item.nodeid for item in items]
    if peer is None:
        reports.names_only(names)
        reports.all_done()
        return
    if peer.gone:
        raise CellGone
    reports.collected(names)
    done = frozenset(header["done"])
    left = [item for item in items if item.nodeid not in done]
    for position, item in enumerate(left):
        result = runner.run(item, left[position + 1] if position + 1 < len(left) else None)
        if peer.gone:
            raise CellGone
        reports.ended(item.nodeid, result.outcome, result.note, result.raised, result.subtests)
        outcomes = [result.outcome, *(outcome for _, outcome, _ in result.subtests)]
        if header["stop_early"] and not {"failed", "raised"}.isdisjoint(outcomes):
            break
    reports.all_done()


class _Collection:
    def __init__(self, prepared: Prepared, files: SuiteFiles, root: Path) -> None:
        self._prepared = prepared
        self._files = files
        self._root = root
        self._folders: dict[str, Collector] = {"": prepared.session}

    def items(self) -> list[Item]:
        config, session = self._prepared.config, self._prepared.session
        paths = self._files.paths()
        conftests = [path for path in paths if path.rpartition("/")[2] == "conftest.py"]
        for path in sorted(conftests, key=lambda path: path.count("/")):
            self._add_conftest(path)
        found: list[Item] = []
        for path in test_files(paths):
            try:
                module = self._files.load(path)
            except Skipped as error:
                if not error.allow_module_level:
                    raise
                continue
            for name in _SPECIAL:
                if self._prepared.is_foreign(vars(module).get(name)):
                    delattr(module, name)
            node = _TestFile.from_parent(self._folder(path.rpartition("/")[0]), path=self._root / path)
            node.module_of_file = module
            found += _items_of(node)
        found = [item for item in found if not self._is_foreign(item)]
        session.items = found
        session.testscollected = len(found)
        config.hook.pytest_collection_modifyitems(session=session, config=config, items=found)
        config.hook.pytest_collection_finish(session=session)
        return found

    def _is_foreign(self, item: Item) -> bool:
        """A class can have the submission's function as an attribute that is named like a test."""
        called = getattr(item, "obj", None)
        return self._prepared.is_foreign(getattr(called, "__func__", called))

    def _folder(self, path: str) -> Collector:
        node = self._folders.get(path)
        if node is None:
            parent = self._folder(path.rpartition("/")[0])
            kind = _SuitePackage if self._files.is_package(path) else Dir
            node = self._folders[path] = kind.from_parent(parent, path=self._root / path)
        return node

    def _add_conftest(self, path: str) -> None:
        config, session = self._prepared.config, self._prepared.session
        module = self._files.load(path)
        config.pluginmanager.register(module, name=str(self._root / path))
        if hasattr(module, "pytest_addoption"):
            config.option = config._parser.parse_known_args([], namespace=config.option)
        if hasattr(module, "pytest_sessionstart"):
            module.pytest_sessionstart(session)
        manager = session._fixturemanager
        pending = getattr(manager, "_pending_conftests", {})  # from pytest 9.1 on: until the folder is collected
        if pending.pop((self._root / path).parent, None) is not None:
            manager.parsefactories(holder=module, node=self._folder(path.rpartition("/")[0]))


def _items_of(node: Collector) -> Iterator[Item]:
    for child in node.collect():
        if isinstance(child, Item):
            yield child
        else:
            yield from _items_of(child)


class _TestFile(Module):
    module_of_file: types.ModuleType

    def _getobj(self) -> types.ModuleType:
        return self.module_of_file


class _SuitePackage(Package):
    def setup(self) -> None:
        """pytest would import `__init__.py` here, for its `setup_module`; it is imported already."""


class _Result(NamedTuple):
    outcome: str
    note: str = ""
    raised: BaseException | None = None
    subtests: Sequence[tuple[str, str, str]] = ()


class _Phase(NamedTuple):
    """What became of setup, call or teardown."""

    report: Any
    error: BaseException | None


class Runner:
    """Runs a test, and is the plugin that is asked for reports of it. Made in the zygote: to make a plugin known costs
    more than a test."""

    def __init__(self, prepared: Prepared) -> None:
        self.prepared = prepared
        self.peer: Peer | None = None
        self._hook = prepared.config.hook
        self._error: BaseException | None = None
        self._subtests: list[tuple[str, str, str]] = []
        prepared.config.pluginmanager.register(self, "verifier")
        self._reports_wanted = False

    def look_for_hooks(self) -> None:
        """After conftest.py files are loaded: one of them may look at reports."""
        own = {"verifier", "runner", "skipping", "unittest", "tmpdir"}
        names = {impl.plugin_name for impl in self._hook.pytest_runtest_makereport.get_hookimpls()}
        self._reports_wanted = not names <= own

    def run(self, item: Item, nextitem: Item | None) -> _Result:
        self._subtests = []
        self.prepared.skip_cause = None
        if self.peer is not None:
            self.peer.begin()
        item.stash[tmppath_result_key] = {}
        if any(True for _ in item.iter_markers(name="filterwarnings")):
            with warnings.catch_warnings():
                for mark in item.iter_markers(name="filterwarnings"):
                    for filter_text in mark.args:
                        warnings.filterwarnings(*parse_warning_filter(filter_text, escape=False))
                phases = self._phases(item, nextitem)
        else:
            phases = self._phases(item, nextitem)
        return self._result(phases)

    def _phases(self, item: Any, nextitem: Item | None) -> list[_Phase]:
        """Those of the three phases of which there is anything to say."""
        hook = self._hook
        if hasattr(item, "_request") and not item._request:
            item._initrequest()
        told = []
        setup = self._phase(item, "setup", lambda: hook.pytest_runtest_setup(item=item))
        if setup is None or setup.report.passed:
            told.append(self._phase(item, "call", lambda: hook.pytest_runtest_call(item=item)))
        if self.peer is None or not self.peer.gone:
            told.append(
                self._phase(item, "teardown", lambda: hook.pytest_runtest_teardown(item=item, nextitem=nextitem))
            )
        item._request = False
        item.funcargs = None
        return [phase for phase in (setup, *told) if phase is not None]

    def _phase(self, item: Any, when: Any, run: Callable[[], object]) -> _Phase | None:
        """None where it passed, and that is all."""
        error: BaseException | None = None
        try:
            run()
        except BaseException as raised:  # pytest.exit and KeyboardInterrupt too: the next test runs
            error = raised
        if self.peer is not None and self.peer.gone:
            return None
        nothing_to_tell = error is None and not getattr(item, "_excinfo", None)
        if nothing_to_tell and item.stash.get(xfailed_key, None) is None and not self._reports_wanted:
            return None
        info = None if error is None else ExceptionInfo.from_exception(error)
        now = time.time()
        call: CallInfo[None] = CallInfo(None, info, start=now, stop=now, duration=0.0, when=when, _ispytest=True)
        self._error = None
        report = self._hook.pytest_runtest_makereport(item=item, call=call)
        return _Phase(report, self._error)

    def _result(self, phases: Sequence[_Phase]) -> _Result:
        subtests = self._subtests
        for report, error in phases:
            if report.failed:
                raised = self._if_raised_in_cell(error)
                return _Result("failed" if raised is None else "raised", str(report.longrepr), raised, subtests)
        swallowed = None if self.peer is None else self.peer.failed_assert
        if swallowed is not None:
            return _Result("failed", note_of(swallowed), None, subtests)
        for report, error in phases:
            if report.skipped:
                raised = self._if_raised_in_cell(self.prepared.skip_cause or error)
                if raised is not None:
                    return _Result("raised", note_of(raised), raised, subtests)
                xfailed = hasattr(report, "wasxfail")
                reason = report.wasxfail if xfailed else report.longrepr
                return _Result("xfailed" if xfailed else "skipped", str(reason), None, subtests)
        expected_to_fail = any(hasattr(report, "wasxfail") for report, _ in phases)
        return _Result("xpassed" if expected_to_fail else "passed", "", None, subtests)

    def _if_raised_in_cell(self, error: BaseException | None) -> BaseException | None:
        if error is not None and self.peer is not None and self.peer.raised_in_cell(error):
            return error
        return None

    # Hooks

    @pytest.hookimpl(tryfirst=True)
    def pytest_pycollect_makeitem(self, collector: Any, name: str, obj: Any) -> list[Item] | None:
        """An empty list: nothing there."""
        if type(obj) is staticmethod or type(obj) is classmethod:
            obj = obj.__func__
        if self.prepared.is_foreign(obj):
            return []
        if type(obj) is types.FunctionType and not name.startswith("test") and "__test__" not in vars(obj):
            return []
        return None

    @pytest.hookimpl
    def pytest_runtest_makereport(self, item: Item, call: CallInfo[None]) -> TestReport:
        """In the place of pytest's own, which makes a text of the traceback. The wrappers around it decide about skips
        and expected failures."""
        error = None if call.excinfo is None else call.excinfo.value
        self._error = error
        outcome, note = "passed", None
        if error is not None:
            skipped = isinstance(error, Skipped)
            outcome, note = ("skipped", str(error)) if skipped else ("failed", note_of(error))
        return TestReport(item.nodeid, ("", None, ""), {}, outcome, note, call.when)  # type: ignore[arg-type]

    @pytest.hookimpl
    def pytest_runtest_logreport(self, report: Any) -> None:
        """Comes for subtests only."""
        describe = getattr(report, "_sub_test_description", None) or getattr(report, "sub_test_description", None)
        if describe is None:
            return
        outcome = "xfailed" if hasattr(report, "wasxfail") else report.outcome
        if outcome != "passed" and self._if_raised_in_cell(self._error) is not None:
            outcome = "raised"
        note = "" if report.longrepr is None else str(report.longrepr)
        self._subtests.append((describe(), outcome, note))


def prepare() -> Runner:
    """Runs in the zygote: pytest as a tester needs it, when it has run tests of all usual kinds and has forgotten them
    again."""
    prepared = Prepared()
    runner = Runner(prepared)
    _run_once(runner)
    return runner


def _run_once(runner: Runner) -> None:
    prepared = runner.prepared
    name = "@warm_up"  # no file of a suite is called that
    module = types.ModuleType(name)
    exec(compile(WARM_UP, f"/{name}.py", "exec"), vars(module))
    sys.modules[name] = module
    manager = prepared.session._fixturemanager
    known = {key: _copied(value) for key, value in vars(manager).items() if isinstance(value, dict | set)}
    node = _TestFile.from_parent(prepared.session, path=Path(f"/{name}.py"))
    node.module_of_file = module
    items = list(_items_of(node))
    prepared.config.hook.pytest_collection_modifyitems(session=prepared.session, config=prepared.config, items=items)
    for position, item in enumerate(items):
        runner.run(item, items[position + 1] if position + 1 < len(items) else None)
    for key, value in known.items():
        container = getattr(manager, key)
        container.clear()
        container.update(value)
    del sys.modules[name]


def _copied(container: Any) -> Any:
    """Two levels deep: names to lists, or to dicts."""
    if isinstance(container, dict):
        return {key: copy.copy(value) for key, value in container.items()}
    return set(container)
