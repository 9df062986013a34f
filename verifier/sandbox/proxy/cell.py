"""The submission's side: its module is loaded when the tests import it, and used as the tests use the proxies of it."""

from __future__ import annotations

import codecs
import io
import os
import sys
from collections.abc import Callable
from types import CodeType, ModuleType
from typing import Any

from verifier.sandbox.protocol import PEER_FD
from verifier.sandbox.proxy import told
from verifier.sandbox.proxy.link import Link
from verifier.sandbox.submitted import new_module

_MISSING = object()


_prepared: list[Link] = []


def prepare() -> None:
    """Runs in the zygote: an end of the conversation that none of its cells has to make."""
    _prepared[:] = [Link(PEER_FD, guarded=False)]


def serve_tests(code: CodeType, source: str | None = None) -> int:
    """Serves the tests until they have ended. Returns the process's exit status."""
    [link] = _prepared
    link.operations.update(operations(code, source, told.forward))
    _redirect(link)
    _announce_threads(link)
    told.forward(link)
    link.serve_main()
    return 0


def operations(code: CodeType, source: str | None, forward: Callable[[Link], None]) -> dict[str, Callable[..., Any]]:
    """What a tester asks for beyond what both sides do for each other; see `_Side`. `forward` is called once the
    submission is loaded."""
    side = _Side(code, source, forward)
    names = ("load", "reload", "names", "resolve", "patch", "unpatch", "seed", "environ")
    return {name: getattr(side, name) for name in names}


class _Side:
    """What a tester asks of a submission as a whole."""

    def __init__(self, code: CodeType, source: str | None, forward: Callable[[Link], None]) -> None:
        self._forward = forward
        self._source = source
        self._code = code
        self._module: ModuleType | None = None
        self._patched: dict[tuple[str, str, str], Any] = {}

    def load(self, link: Link, names: list[str]) -> ModuleType:
        """The submission's module, under all of these names."""
        if self._module is None:
            module = new_module(names[0], self._source, put=False)
            for name in names:
                _put_in_packages(name, module)
            try:
                exec(self._code, module.__dict__)
            except BaseException:
                for name in names:
                    sys.modules.pop(name, None)
                raise
            self._module = module
            self._forward(link)
        return self._module

    def reload(self, link: Link) -> None:
        assert self._module is not None
        exec(self._code, self._module.__dict__)

    def names(self, link: Link, wanted: list[str]) -> list[Any]:
        """[name, value, False] of those that the module has; [name, module's name, True] for modules of the library."""
        found: list[Any] = []
        held = vars(self._module)
        for name in wanted:
            value = held.get(name, _MISSING)
            if isinstance(value, ModuleType) and value is not self._module:
                found.append([name, value.__name__, True])
            elif value is not _MISSING:
                found.append([name, value, False])
        return found

    def resolve(self, link: Link, path: str) -> Any:
        """What an entry point such as `f`, `Solution.f` or `Solution().f` names."""
        from_module = self._module
        assert from_module is not None
        parts = path.split(".")
        if len(parts) == 1 and not hasattr(from_module, path) and hasattr(getattr(from_module, "Solution", None), path):
            parts = ["Solution()", path]
        value: Any = from_module
        for part in parts:
            value = getattr(value, part.removesuffix("()"))
            if part.endswith("()"):
                value = value()
        return value

    def patch(self, link: Link, module: str, path: str, name: str, value: Any) -> None:
        """A name of the standard library that the tests have replaced is replaced here too."""
        target = _target(module, path)
        if target is not None:
            self._patched.setdefault((module, path, name), vars(target).get(name, _MISSING))
            setattr(target, name, value)

    def unpatch(self, link: Link, module: str, path: str, name: str) -> None:
        before = self._patched.pop((module, path, name), None)
        target = _target(module, path)
        if target is None or before is None:
            return
        if before is _MISSING:
            delattr(target, name)
        else:
            setattr(target, name, before)

    def seed(self, link: Link, args: list[Any]) -> None:
        if "random" in sys.modules:
            sys.modules["random"].seed(*args)

    def environ(self, link: Link, values: dict[str, str]) -> None:
        os.environ.clear()
        os.environ.update(values)


def _put_in_packages(name: str, module: ModuleType) -> None:
    sys.modules[name] = module
    child: ModuleType = module
    while "." in name:
        name, _, last = name.rpartition(".")
        parent = sys.modules.get(name)
        if parent is None:
            parent = ModuleType(name)
            parent.__path__ = []
            sys.modules[name] = parent
        setattr(parent, last, child)
        child = parent


def _target(module: str, path: str) -> Any:
    """A module, or a class in it; None where this interpreter has no such thing."""
    try:
        __import__(module)
        found: Any = sys.modules[module]
        for part in path.split(".") if path else ():
            found = getattr(found, part)
    except (ImportError, AttributeError):
        return None
    return found


def _announce_threads(link: Link) -> None:
    """The link must know of a thread before it starts."""
    import threading

    start = threading.Thread.start

    def announced(self: threading.Thread) -> None:
        link.use_threads()
        start(self)

    announced.__name__ = announced.__qualname__ = "start"
    threading.Thread.start = announced  # type: ignore[method-assign]


# Standard streams


class _Forward(io.RawIOBase):
    """What is printed here is printed by the tests, so that capsys and redirect_stdout see it there."""

    def __init__(self, link: Link, stream: int) -> None:
        self._link = link
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        if not self._link.gone:
            self._link.send_output(self._stream, self._decoder.decode(bytes(data)))
        return len(data)

    def fileno(self) -> int:
        return self._stream


class _Lines(io.TextIOBase):
    """Reads what `sys.stdin` is for the tests."""

    def __init__(self, link: Link) -> None:
        self._link = link

    def readable(self) -> bool:
        return True

    def readline(self, size: int = -1) -> str:  # type: ignore[override]
        return str(self._link.request("stdin", "readline", size))

    def read(self, size: int | None = -1) -> str:
        return str(self._link.request("stdin", "read", -1 if size is None else size))


def _redirect(link: Link) -> None:
    written = []
    for name, stream in (("stdout", 1), ("stderr", 2)):
        # No line buffering: what is printed goes along with the next message.
        text = io.TextIOWrapper(io.BufferedWriter(_Forward(link, stream), 1 << 16), "utf-8", "surrogateescape", "\n")
        setattr(sys, name, text)
        setattr(sys, f"__{name}__", text)
        written.append(text)
    sys.stdin = sys.__stdin__ = _Lines(link)  # type: ignore[assignment,misc]

    def flush() -> None:
        for text in written:
            if not text.closed:
                text.flush()

    link.flush_output = flush
