"""pytest, set up once in the zygote: a configuration and a session that every tester goes on with.

Starting pytest takes 300 ms, and the first run of each of its parts some more; a fork of what is set up here, and has
run tests of all usual kinds already, takes some 10 ms to the end of a small suite. Nothing is read from the environment
or from files. This module and pytest_run.py are the only ones that import pytest.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import sys
import types
import unittest.case
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from _pytest import fixtures
from _pytest.config import Config, get_config
from _pytest.main import Session
from _pytest.nodes import Node
from _pytest.unittest import TestCaseFunction

from verifier.sandbox.testing import explain

LEFT_OUT = (
    "assertion cacheprovider doctest faulthandler freeze_support junitxml legacypath pastebin pytester python_path "
    "setuponly setupplan stepwise terminal terminalprogress threadexception unraisableexception warnings"
).split()
"""Plugins of pytest's own. What `assertion` and `warnings` do for tests is done here, at a smaller cost; the others
have to do with the command line."""

_OPTIONS = ["--capture=no", "--noconftest", "-c", "/dev/null", "--rootdir=/"]


class Prepared:
    """A session without tests. One run uses it up, so each is of a process of its own."""

    def __init__(self) -> None:
        arguments = [*_OPTIONS, *itertools.chain.from_iterable(("-p", f"no:{name}") for name in LEFT_OUT)]
        with _only_own_plugins():
            self.config: Config = get_config(arguments)
            self.config.parse(arguments)
        self.config._do_configure()
        self.session: Session = Session.from_config(self.config)
        self.config.hook.pytest_sessionstart(session=self.session)
        self.is_foreign: Callable[[object], bool] = lambda value: False
        self._set_root(Path("/"))  # as most testers have it, see jail.confine
        self.skip_cause: BaseException | None = None
        """What made unittest skip the test that runs; it tells pytest the reason only."""
        hook = self.config.hook
        self.session.gethookproxy = lambda fspath: hook  # type: ignore[method-assign]
        self._optional: dict[str, Any] = {}
        self._set_aside("capturemanager")
        self._set_aside("logging-plugin")
        self._look_for_fixtures_less()
        self._keep_skip_causes()
        _set_filters()
        # Differences of what is not equal can take minutes to work out.
        unittest.case.difflib = unittest.case.pprint = _NoDifferences  # type: ignore[attr-defined]

    def begin(self, folder: str, fixture_names: frozenset[str], is_foreign: Callable[[object], bool]) -> None:
        """Runs in the tester. The session is now about tests in `folder`."""
        self.is_foreign = is_foreign
        if folder != "/":
            self._set_root(Path(folder))
        if "caplog" in fixture_names:
            self._bring_back("logging-plugin")
        if fixture_names - {"caplog"}:
            self._bring_back("capturemanager")

    def _set_root(self, root: Path) -> None:
        self.config._rootpath = root
        self.session.path = root
        self.config._tmp_path_factory._basetemp = root / "tmp"  # type: ignore[attr-defined]

    def _set_aside(self, name: str) -> None:
        """A plugin that does something around every test, for one fixture's sake."""
        self._optional[name] = self.config.pluginmanager.unregister(name=name)

    def _bring_back(self, name: str) -> None:
        self.config.pluginmanager.register(self._optional[name], name)

    def _look_for_fixtures_less(self) -> None:
        """pytest looks at every attribute of every module, class and instance for fixtures; most have none. And it must
        not look at those of the submission's objects."""
        manager = self.session._fixturemanager
        parse = manager.parsefactories

        def parsefactories(*args: Any, **kwargs: Any) -> None:
            holder = kwargs["holder"] if "holder" in kwargs else args[0]
            if len(args) == 1 and isinstance(holder, Node):
                holder = holder.obj  # type: ignore[attr-defined]
            if _has_fixtures(holder):
                parse(*args, **kwargs)

        marker = fixtures.getfixturemarker

        def getfixturemarker(obj: object) -> Any:
            return None if self.is_foreign(obj) else marker(obj)

        manager.parsefactories = parsefactories  # type: ignore[method-assign]
        manager._check_for_wrapped_fixture = lambda name, obj: None  # type: ignore[method-assign]  # it only warns
        fixtures.getfixturemarker = getfixturemarker
        fixtures.getfuncargnames = _names_of_arguments  # type: ignore[attr-defined]

    def _keep_skip_causes(self) -> None:
        add_skip = TestCaseFunction.addSkip

        def addSkip(function: Any, testcase: Any, reason: str, **kwargs: Any) -> None:  # noqa: N802
            self.skip_cause = sys.exc_info()[1]
            add_skip(function, testcase, reason, **kwargs)

        TestCaseFunction.addSkip = addSkip  # type: ignore[method-assign, assignment]


@contextlib.contextmanager
def _only_own_plugins() -> Iterator[None]:
    """Without those that happen to be installed beside pytest: what a test means must not depend on them, and most take
    part in every test. (pytest has an option for it only from 8.4 on.)"""
    name = "PYTEST_DISABLE_PLUGIN_AUTOLOAD"
    os.environ[name] = "1"
    try:
        yield
    finally:
        del os.environ[name]


def _has_fixtures(holder: object) -> bool:
    if isinstance(holder, types.ModuleType):
        return any(map(_is_fixture, vars(holder).values()))
    kind = holder if isinstance(holder, type) else type(holder)
    return any(
        _is_fixture(value)
        for owner in kind.__mro__
        if owner is not object and owner is not unittest.TestCase
        for value in list(vars(owner).values())
    )


_FIXTURE_TYPE = getattr(fixtures, "FixtureFunctionDefinition", None)  # from pytest 8.4 on


def _is_fixture(value: object) -> bool:
    kind = type(value)
    if kind is staticmethod or kind is classmethod:
        value = value.__func__  # type: ignore[attr-defined]
        kind = type(value)
    if _FIXTURE_TYPE is not None:
        return kind is _FIXTURE_TYPE
    return kind is types.FunctionType and "_pytestfixturefunction" in vars(value)


def _set_filters() -> None:
    """As pytest sets them for each test. What is not caught is not shown: pytest would show it at the end."""
    warnings.filterwarnings("always", category=DeprecationWarning)
    warnings.filterwarnings("always", category=PendingDeprecationWarning)
    warnings.showwarning = lambda *args, **kwargs: None


_argument_names = fixtures.getfuncargnames  # type: ignore[attr-defined]


def _names_of_arguments(function: Any, **options: Any) -> tuple[str, ...]:
    """As pytest's own finds by the signature: those without a default, less what a method is bound to. Here for plain
    functions, by their code, as it is asked two or three times for each test."""
    if type(function) is not types.FunctionType or not vars(function).keys() <= {"pytestmark"}:
        return _argument_names(function, **options)
    code, owner = function.__code__, options.get("cls")
    if code.co_posonlyargcount or (owner and _is_static(owner, options.get("name") or function.__name__)):
        return _argument_names(function, **options)
    count = code.co_argcount
    by_keyword = code.co_varnames[count : count + code.co_kwonlyargcount]
    names = code.co_varnames[: count - len(function.__defaults__ or ())]
    names += tuple(name for name in by_keyword if name not in (function.__kwdefaults__ or {}))
    return names[1:] if owner else names


def _is_static(owner: type, name: str) -> bool:
    return isinstance(next((vars(cls)[name] for cls in owner.__mro__ if name in vars(cls)), None), staticmethod)


class _NoDifferences:
    """In the place of difflib and pprint, for unittest's messages."""

    @staticmethod
    def ndiff(*args: object, **kwargs: object) -> list[str]:
        return []

    unified_diff = ndiff

    @staticmethod
    def pformat(value: object, *args: object, **kwargs: object) -> str:
        return explain.short(value)


WARM_UP = """
import unittest
import pytest
@pytest.fixture
def number(): return 1
@pytest.fixture(scope="module")
def other():
    yield 2
class TestA(unittest.TestCase):
    @classmethod
    def setUpClass(cls): cls.x = 1
    def setUp(self): self.y = 1
    def test_a(self): self.assertEqual(self.x, self.y)
    def test_b(self): self.assertEqual([1], [2])
    def test_c(self):
        with self.assertRaises(ValueError): int("x")
    def test_d(self):
        with self.subTest(n=1): self.assertTrue(self.x)
    @unittest.skip("no")
    def test_e(self): pass
class TestB:
    def test_a(self, number): assert number == 1
@pytest.mark.parametrize(("a", "b"), [(1, 1), pytest.param(2, 2, id="two")])
def test_a(a, b, number, other): assert a == b
def test_b(): assert 1 + 1 == 3
def test_c(monkeypatch):
    with pytest.raises(ValueError, match="invalid"): int("x")
@pytest.mark.skipif(True, reason="no")
def test_d(): pass
@pytest.mark.xfail(reason="no")
def test_e(): assert pytest.approx(1.0) == 2.0
def test_f(): pytest.skip("no")
def test_g(tmp_path_factory): pass
"""
