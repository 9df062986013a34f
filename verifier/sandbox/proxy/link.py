"""The conversation between two interpreters: one Link on each side. See the package's text for the messages."""

from __future__ import annotations

import functools
import importlib
import sys
import types
from collections.abc import Callable
from typing import Any

from verifier.sandbox.proxy import MAX_NESTED, about, codec, errors, exchange, serve
from verifier.sandbox.proxy.borrowed import Borrowed
from verifier.sandbox.proxy.channel import UNREADABLE, Channel, Gone
from verifier.sandbox.proxy.describe import QUERIES
from verifier.sandbox.proxy.exchange import Served
from verifier.sandbox.proxy.kept import Kept
from verifier.sandbox.proxy.loops import Loops
from verifier.sandbox.proxy.names import BASE
from verifier.sandbox.proxy.proxies import BoundMethod, Proxy, ProxyClass, RemoteModule, content_of
from verifier.sandbox.proxy.shared import Shared
from verifier.sandbox.values import NotPlain

__all__ = ["Gone", "Link"]

_STOPPING = frozenset({"__next__", "__anext__", "send", "throw", "asend", "athrow", "await", "pump"})
_OF_PLAIN_DATA = QUERIES.union(*map(dir, (str, bytes, int, float, complex, tuple, frozenset)))
_OF_PLAIN_DATA |= {"keys", "values", "items", "get", "copy", "sort", "reverse"}
"""What tests may ask of plain data that they got, other than to change it."""
_FRAMES = 50
"""So many calls deep goes what is done for a request."""


def _find_room(frames: int) -> None:
    """Raises RecursionError here where it would else come up in the middle of a message."""
    if frames:
        _find_room(frames - 1)


class Link(Channel):
    """One end. `guarded` is the tester's: it believes nothing and serves only what is harmless."""

    def __init__(self, fd: int, *, guarded: bool, max_bytes: int = sys.maxsize) -> None:
        super().__init__(fd, guarded=guarded, max_bytes=max_bytes)
        self.names_functions = guarded
        self.operations = serve.OPERATIONS.copy()
        self.free_operations: frozenset[str] = frozenset()
        """Operations that are about no object."""
        self.before_request: Callable[[], None] | None = None
        self.mentioned: frozenset[str] = frozenset()
        """Names in the tests' code."""
        self.main_module: Any = None
        """The submission's own."""
        self._functions: set[str] = set()
        self.from_star: dict[str, str] = {}
        """Names whose next use is by `import *`, and the modules of the standard library that they get."""
        self.failed_assert: BaseException | None = None
        """An assert of the tests that failed in a callback, whatever became of it in the submission."""
        self.kept = Kept(self)
        self.borrowed = Borrowed(self)
        self.shared = Shared(1 if guarded else -1)
        self.loops = Loops(self)

    # Asking

    def request(self, op: str, *operands: Any) -> Any:
        """What the other side answers. Raises what it raised, and Gone."""
        if self.gone:
            raise Gone(self.gone)
        if self.before_request is not None and op != "environ":
            self.before_request()
        local = self._local
        depth = getattr(local, "depth", 0)
        if depth >= MAX_NESTED:
            raise RecursionError("too many calls back and forth between two interpreters")
        _find_room(_FRAMES)
        number = self._thread_number()
        served: Served | None = getattr(local, "served", None)
        encoder = codec.Encoder(self, served.home() if served is not None else None)
        state = None if served is None and not len(self.shared) else exchange.write(self.shared, encoder, served)
        message = ["q", number, None, None, None, op, *[encoder.encode(operand) for operand in operands]]
        if state is not None:
            message[4] = exchange.finish(self.shared, encoder, state, is_answer=False)
        self._send(message)
        local.depth = depth + 1
        try:
            answer = self._answer(number, encoder)
        except Gone:
            raise
        except BaseException:  # in the middle of a message, so what comes next would be misunderstood
            self._broken("interrupted")
            raise
        finally:
            local.depth = depth
        return self._read_answer(answer, encoder, op, operands)

    def _answer(self, number: int, encoder: codec.Encoder) -> list[Any]:
        while True:
            message = self._next(number)
            if message[0] != "q":
                if message[1] != number:
                    raise self._broken("an answer for another thread")
                return message
            self._serve(message, encoder.containers.found)

    def _read_answer(self, answer: list[Any], encoder: codec.Encoder, op: str, operands: tuple[Any, ...]) -> Any:
        kind, _, _, _, state, tree = answer
        if kind == "v" and state is None and (tree is None or type(tree) is str or type(tree) is bool):
            return tree
        asked = encoder.containers.found
        decoder = codec.Decoder(self, asked)
        name = operands[0] if op == "special" else operands[1] if op == "method" else op
        self._local.stop = name if type(name) is str and name in _STOPPING else ""
        try:
            if state is not None:
                exchange.read(self.shared, decoder, state, asked)
            value = decoder.decode(tree)
            if state is not None:
                exchange.read_own(self.shared, decoder, state)
        except (*UNREADABLE, RecursionError) as error:
            raise self._broken(f"an answer that can't be read: {error!r}") from None
        if kind == "v":
            return value
        if not isinstance(value, BaseException):
            raise self._broken("raised what is no exception")
        if not self.kept.is_mine(value) or errors.is_outcome(value):
            errors.mark_raised(value)
        if value is self.failed_assert:
            self.failed_assert = None  # the tests get it back
        raise value

    def may_stop(self) -> bool:
        """Whether what is being read answers something that ends by StopIteration."""
        return bool(getattr(self._local, "stop", ""))

    def attribute(self, owner: Any, name: str, *, is_called: bool = False) -> Any:
        """With `is_called`, it is a method or a function that is called next: then it is looked for as it is called, so
        that both are one request."""
        if self.guarded and name in QUERIES and not self._is_for_tests(owner):
            base = getattr(type(owner), BASE, None)
            if not hasattr(base, name):
                raise AttributeError(f"{name!r} is not asked of an object of the submission's own")
            return functools.partial(getattr(base, name), content_of(owner))
        if name in self.from_star:
            return importlib.import_module(self.from_star.pop(name))
        value = BoundMethod(self, owner, name) if is_called else self.request("getattr", owner, name)
        if isinstance(owner, Proxy) and name in self.mentioned and name not in _OF_PLAIN_DATA:
            self.borrowed.name(type(owner))  # they know that it is no plain data
        if owner is self.main_module and isinstance(value, types.FunctionType) and name not in _STOPPING:
            self._functions.add(name)
        return self.name(value, name)

    def is_function(self, module: Any, name: str) -> bool:
        """Whether the submission's module had a function under this name when that was asked for last."""
        return module is self.main_module and name in self._functions

    def forget_function(self, name: str) -> None:
        """A test puts something else in its place, which may be its own: that is called where it is."""
        self._functions.discard(name)

    def name(self, value: Any, name: str) -> Any:
        """`value`, which the tests got by this name: if it stands in their code, they name a class by it. (A class in
        the place of a function is none that they name.)"""
        if name in self.mentioned and not name.islower():
            self.borrowed.name(value)
        return value

    def _is_for_tests(self, owner: Any) -> bool:
        """Whether the tests name it, or its class."""
        if isinstance(owner, RemoteModule):
            return owner is self.main_module
        return self.borrowed.is_named(owner if isinstance(owner, ProxyClass) else type(owner))

    def public_names(self, module: Any) -> list[str]:
        """What `from module import *` binds."""
        names, _ = self.request("public", module)
        return [str(name) for name in names]

    def signature(self, function: Any) -> Any:
        return about.read_signature(self.request("signature", function))

    def subclass(self, cls: Any, bases: tuple[type, ...], namespace: dict[str, Any], options: dict[str, Any]) -> int:
        """The number of the class that the other side makes for `cls`, a class of this side made from one of theirs."""
        members = [
            [name, *serve.member(name, value)] for name, value in namespace.items() if name not in serve.NOT_MEMBERS
        ]
        told = tuple(self._base_there(base) for base in bases if base is not Proxy and base is not object)
        number = int(self.request("subclass", cls.__name__, told, members, options))
        self.borrowed.add_class(number, cls)
        return number

    def _base_there(self, base: Any) -> Any:
        """A base as the other side has it: its own, one of the standard library, or one that it makes for this side's
        and that is told by its number."""
        if isinstance(base, ProxyClass) or codec.Encoder.is_importable(base, base.__module__, base.__qualname__):
            return base
        number = self.borrowed.number_of_class(base)
        return self.subclass(base, base.__bases__, dict(vars(base)), {}) if number is None else number

    # Serving

    def serve_main(self) -> None:
        """Serves the other side's main thread until it is gone."""
        try:
            while True:
                self._serve(self._next(0), None)
        except Gone:
            pass

    def _serve_thread(self, number: int) -> None:
        self._local.number = number
        try:
            while True:
                self._serve(self._next(number), None)
        except Gone:
            pass

    def _serve(self, message: list[Any], asked: list[Any] | None) -> None:
        """`asked` are the containers of the request of this side's that waits for its answer meanwhile."""
        kind, number, _, _, state, op, *trees = message
        if kind != "q":
            raise self._broken("an answer where a request was due")
        decoder = codec.Decoder(self, asked)
        try:
            if state is not None:
                exchange.read(self.shared, decoder, state, asked)
            operands = [decoder.decode(tree) for tree in trees]
            if state is not None:
                exchange.read_own(self.shared, decoder, state)
        except (*UNREADABLE, RecursionError) as error:
            raise self._broken(f"a request that can't be read: {error!r}") from None
        except ImportError as error:  # of a kind of number; a cell that lacks it is to have another environment
            self._answer_with("e", number, [error], None)
            return
        served = Served(self.shared, decoder.containers, operands)
        local = self._local
        depth, outer = getattr(local, "depth", 0), getattr(local, "served", None)
        local.depth, local.served = depth + 1, served
        try:
            if depth >= MAX_NESTED:
                raise RecursionError("too many calls back and forth between two interpreters")
            if self.guarded:
                serve.check(self, op, operands)
            kind, value = "v", [self.operations[op](self, *operands)]
        except Gone:
            raise
        except BaseException as error:
            kind, value = "e", [error]
            if self.guarded and errors.is_verdict(error) and not errors.has(error, errors.RAISED):
                self.failed_assert = self.failed_assert or error
        finally:
            local.depth, local.served = depth, outer
        self._answer_with(kind, number, value, served)

    def _answer_with(self, kind: str, number: int, value: list[Any], served: Served | None) -> None:
        """`value` is in a list, so that nothing but that refers to it where nobody else has it."""
        encoder = codec.Encoder(self, served.home() if served is not None else None)
        try:
            encoder.keeps_iterators = sys.getrefcount(value[0]) > 2
            state = exchange.write(self.shared, encoder, served)
            tree = encoder.encode(value[0])
            if encoder.containers.found:
                state = exchange.finish(self.shared, encoder, state, is_answer=True)
            self._send([kind, number, None, None, state, tree])
        except Gone:
            raise
        except BaseException as error:
            if served is None:
                raise
            error = error if not isinstance(error, NotPlain) else ValueError(f"the answer can't be sent: {error}")
            self._answer_with("e", number, [error], None)
