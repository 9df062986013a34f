"""The tests' side: `import solution` gives a proxy, and what tests replace here is replaced over there too."""

from __future__ import annotations

import functools
import importlib
import os
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from verifier.sandbox.proxy import errors, told
from verifier.sandbox.proxy.link import Gone as CellGone
from verifier.sandbox.proxy.link import Link
from verifier.sandbox.proxy.proxies import Member, RemoteModule, is_proxy
from verifier.sandbox.proxy.serve import OPERATIONS

FILE_NAME = "solution.py"
__all__ = ["CellGone", "Peer", "is_proxy"]

_STREAMS = frozenset({"stdin", "stdout", "stderr"})
_OWN_STATE = frozenset({"warnings", "logging", "gc", "threading", "faulthandler", "linecache", "importlib"})
"""Modules whose names tests replace for their own interpreter's sake."""
_OF_SYS = frozenset({"argv", "exit", "platform", "version_info", "maxsize", "byteorder"})
_NOT_BOUND = ("__", "pytestmark", "test", "Test", "pytest_", "setup", "setUp", "teardown", "tearDown", "load_tests")
"""What `from solution import *` doesn't bind: pytest would take it for tests or hooks."""


_Environ = dict[bytes, bytes]


class Peer:
    """The submission, as the tests see it. `fd` is the socket to its cell; the other arguments are those of `set_up`,
    for who has them from the start."""

    def __init__(
        self,
        fd: int,
        modules: Sequence[str] = (),
        mentioned: frozenset[str] = frozenset(),
        max_bytes: int = 0,
        library: frozenset[str] = frozenset(),
    ) -> None:
        self._link = link = Link(fd, guarded=True)
        self._module: RemoteModule | None = None
        self._is_hooked = self._is_installed = False
        link.on_output = _print
        link.operations = {**OPERATIONS, "stdin": _read_stdin, "warn": told.warn, "log": told.log}
        link.free_operations = frozenset({"stdin", "warn", "log"})
        link.before_request = self._send_environ
        link.public_names = self._public_names  # type: ignore[method-assign]
        self.set_up(modules, mentioned, max_bytes, library)

    def set_up(
        self, modules: Sequence[str], mentioned: frozenset[str], max_bytes: int, library: frozenset[str]
    ) -> None:
        """What differs from one suite to another: `modules` are the names under which the tests import the submission,
        `mentioned` the names that the tests' code holds anywhere; `max_bytes` is what the cell may send in all between
        two calls of `begin`; `library` are names that mean modules of the standard library in the tests' code."""
        self._names = list(modules)
        self._library = library
        self._link.mentioned = mentioned
        self._link.max_bytes = max_bytes
        self._environ: _Environ = os.environ._data.copy()  # type: ignore[attr-defined]
        self._told = _told_of(self._environ)

    @property
    def gone(self) -> bool:
        """Whether the cell died: whatever test ran since the last report has failed, whatever pytest says."""
        return bool(self._link.gone)

    @property
    def overflowed(self) -> bool:
        """Whether it is gone because it sent more than it may."""
        return self._link.overflowed

    @property
    def failed_assert(self) -> BaseException | None:
        """An assert that failed in a callback since `begin`: it fails its test, even if the submission swallowed it."""
        return self._link.failed_assert

    def begin(self) -> None:
        """A test begins: bounds and records start anew."""
        self._link.received_bytes = 0
        self._link.failed_assert = None

    @staticmethod
    def raised_in_cell(error: BaseException) -> bool:
        """Whether this exception came from the submission."""
        return bool(errors.has(error, errors.RAISED))

    def hook(self) -> None:
        """The hooks into what is loaded already and tests use or replace. They do nothing before `install`, so that a
        zygote can do this for all its testers."""
        self._is_hooked = True
        self._hook_threads()
        self._hook_seed()
        if "_pytest.monkeypatch" in sys.modules:
            self._hook_monkeypatch()

    def install(self) -> None:
        """Import hook and the hooks into what tests replace. Once in a process."""
        self._is_installed = True
        sys.meta_path.insert(0, _Finder(self, self._names))
        if not self._is_hooked:
            self.hook()
        if "unittest.mock" in sys.modules or any("mock" in name for name in self._link.mentioned):
            self._hook_mock()

    def module(self) -> ModuleType:
        """The submission's module, which is loaded now if it has not been. Raises what it raises while loading."""
        if self._module is None:
            module = self._link.request("load", self._names)
            if type(module) is not RemoteModule:
                raise CellGone("loaded no module")
            super(RemoteModule, module).__setattr__("__file__", FILE_NAME)
            self._module = self._link.main_module = module
        return self._module

    def reload(self) -> None:
        self._link.request("reload")

    def names(self, wanted: Sequence[str]) -> dict[str, Any]:
        """Those of the names that the submission's module has. Modules of the standard library are this side's own."""
        self.module()
        found = {}
        for name, value, is_module in self._link.request("names", list(wanted)):
            if name not in wanted:
                continue
            if name in self._library:
                found[str(name)] = importlib.import_module(str(name))  # and no object that says yes in its place
            elif is_module:
                if str(value).partition(".")[0] in sys.stdlib_module_names:
                    found[str(name)] = importlib.import_module(str(value))
            else:
                found[str(name)] = self._link.name(value, str(name))
        return found

    def resolve(self, path: str) -> Any:
        """What an entry point such as `Solution().f` names."""
        self.module()
        return self._link.request("resolve", path)

    def _public_names(self, module: Any) -> list[str]:
        names, modules = self._link.request("public", module)
        hidden = {*vars(sys.modules["builtins"]), *_bound_by_importer()}
        free = [
            name
            for name in map(str, names)
            if name.isidentifier() and name not in hidden and not name.startswith(_NOT_BOUND)
        ]
        # `import *` asks for these next. What the submission imported is for the tests their own interpreter's.
        from_library = {str(n): str(m) for n, m in modules if str(m).partition(".")[0] in sys.stdlib_module_names}
        from_library |= {name: name for name in free if name in self._library}
        mentioned = self._link.mentioned
        self._link.from_star = {n: from_library[n] for n in free if n in from_library and n in mentioned}
        return [name for name in free if name not in from_library or name in mentioned]

    def _send_environ(self) -> None:
        environ: _Environ = os.environ._data  # type: ignore[attr-defined]
        if environ != self._environ:
            self._environ = environ.copy()
            told = _told_of(environ)
            if told != self._told:
                self._told = told
                self._link.request("environ", {os.fsdecode(name): os.fsdecode(value) for name, value in told.items()})

    # Hooks

    def _hook_threads(self) -> None:
        start = threading.Thread.start

        @functools.wraps(start)
        def announced(thread: threading.Thread) -> None:
            if self._is_installed and not self.gone:
                self._link.use_threads()
            start(thread)

        threading.Thread.start = announced  # type: ignore[method-assign,assignment]

    def _hook_seed(self) -> None:
        random = sys.modules.get("random")
        if random is None:
            return
        seed = random.seed

        @functools.wraps(seed)
        def seed_both(*args: Any, **kwargs: Any) -> None:
            seed(*args, **kwargs)
            values = [*args, *kwargs.values()][:1]
            if self._is_installed and all(v is None or isinstance(v, int | float | str | bytes) for v in values):
                self._link.request("seed", values)

        random.seed = seed_both  # type: ignore[attr-defined]

    def _hook_mock(self) -> None:
        from unittest import mock

        patcher: Any = mock._patch
        enter, leave = patcher.__enter__, patcher.__exit__

        @functools.wraps(enter)
        def entered(patch: Any) -> Any:
            result = enter(patch)
            self._announce(patch.target, patch.attribute)
            return result

        @functools.wraps(leave)
        def left(patch: Any, *info: Any) -> Any:
            target, attribute = patch.target, patch.attribute
            result = leave(patch, *info)
            self._withdraw(target, attribute)
            return result

        patcher.__enter__, patcher.__exit__ = entered, left
        library: Any = mock
        autospec = library.create_autospec

        @functools.wraps(autospec)
        def specified(spec: Any, *args: Any, **kwargs: Any) -> Any:
            if isinstance(spec, Member):  # what mock found in the class's namespace
                spec = getattr(spec.owner, spec.name)
            return autospec(spec, *args, **kwargs)

        library.create_autospec = specified

    def _hook_monkeypatch(self) -> None:
        patcher: Any = sys.modules["_pytest.monkeypatch"].MonkeyPatch

        def wrap(name: str) -> None:
            original = getattr(patcher, name)

            @functools.wraps(original)
            def wrapped(patch: Any, *args: Any, **kwargs: Any) -> Any:
                result = original(patch, *args, **kwargs)
                if patch._setattr:
                    self._announce(patch._setattr[-1][0], patch._setattr[-1][1])
                return result

            setattr(patcher, name, wrapped)

        wrap("setattr")
        wrap("delattr")
        undo = patcher.undo

        @functools.wraps(undo)
        def undone(patch: Any) -> None:
            replaced = [(target, name) for target, name, _ in patch._setattr]
            undo(patch)
            for target, name in replaced:
                self._withdraw(target, name)

        patcher.undo = undone

    def _announce(self, target: Any, name: str) -> None:
        place = _place(target, name) if self._is_installed else None
        if place is not None and hasattr(target, name):
            self._link.request("patch", *place, name, getattr(target, name))

    def _withdraw(self, target: Any, name: str) -> None:
        place = _place(target, name) if self._is_installed else None
        if place is not None and not self.gone:
            self._link.request("unpatch", *place, name)


def _place(target: Any, name: str) -> tuple[str, str] | None:
    """Module and path of what the tests replace a name in; None where that is none of the submission's business."""
    if is_proxy(target) or type(name) is not str:
        return None
    if isinstance(target, ModuleType):
        module, path = target.__name__, ""
    elif isinstance(target, type):
        module, path = target.__module__, target.__qualname__
    else:
        return None
    top = module.partition(".")[0]
    if top not in sys.stdlib_module_names or top in _OWN_STATE or (top == "sys" and name not in _OF_SYS):
        return None
    return module, path


def _bound_by_importer() -> set[str]:
    """Names that the file binds which says `from solution import *`, or has from the suite's other files by now."""
    import dis

    frame: Any = sys._getframe(1)
    while frame is not None and "/verifier/sandbox/proxy/" in frame.f_code.co_filename:
        frame = frame.f_back
    if frame is None:
        return set()
    bound = {
        str(part.argval) for part in dis.get_instructions(frame.f_code) if part.opname in ("STORE_NAME", "STORE_GLOBAL")
    }
    return bound | _of_suite(dict(frame.f_locals))


def _of_suite(names: Mapping[str, Any]) -> set[str]:
    """Those of the names that are bound to what a module of the suite has under them, by `import *` of that."""
    modules = [module for module in list(sys.modules.values()) if type(module) is ModuleType]
    found = [vars(m) for m in modules if getattr(vars(m).get("__loader__"), "is_of_suite", False)]
    own = names.get("__name__")
    others = [other for other in found if other.get("__name__") != own]
    return {name for name, value in names.items() if any(other.get(name, names) is value for other in others)}


def _told_of(environ: _Environ) -> _Environ:
    """What a submission may know: pytest keeps the name of the running test there."""
    return {name: value for name, value in environ.items() if not name.startswith(b"PYTEST_")}


def _print(stream: int, text: str) -> None:
    target: Any = sys.stdout if stream == 1 else sys.stderr
    if type(text) is not str:
        raise ValueError("printed what is no text")
    if target is not None:
        try:
            target.write(text)
        except Exception:  # a stream of the tests' own that is closed, or that doesn't take text
            pass


def _read_stdin(link: Link, how: str, size: int) -> str:
    if how not in ("read", "readline") or type(size) is not int:
        raise ValueError("no such way to read")
    read: Callable[[int], str] = getattr(sys.stdin, how)
    return read(size)


class _Finder:
    """Finds the submission under its names, and the packages that these are in."""

    def __init__(self, peer: Peer, names: Sequence[str]) -> None:
        self._peer = peer
        self._names = frozenset(names)
        self._packages = frozenset(n[:i] for n in names for i, c in enumerate(n) if c == ".")

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        if name in self._names:
            return ModuleSpec(name, _Loader(self._peer), origin="submission")  # type: ignore[arg-type]
        if name in self._packages:
            return ModuleSpec(name, None, is_package=True)
        return None


class _Loader:
    def __init__(self, peer: Peer) -> None:
        self._peer = peer
        self._is_first = False

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        self._is_first = True
        return self._peer.module()

    def exec_module(self, module: ModuleType) -> None:
        if not self._is_first:  # importlib.reload makes no module
            self._peer.reload()
        self._is_first = False
