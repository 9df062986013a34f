"""An asyncio event loop that opens no descriptor, so that `asyncio.run` works behind the descriptor lock.

The ordinary loop holds an epoll descriptor to wait on and a socket pair to be woken by. This one waits on a lock,
which other threads, signals and `call_soon_threadsafe` release. Descriptors that a program registers itself
(its stdin, say) are looked at with select(2), which the lock leaves alone; poll(2) it doesn't.

Standard library only: this module runs inside the jail.
"""

from __future__ import annotations

import asyncio
import concurrent.futures.thread  # noqa: F401 - run_in_executor imports it lazily
import contextlib
import select
import selectors
import signal
import threading
from collections.abc import Mapping
from typing import Any

_SLICE_S = 0.01
"""How often to look for a wake-up while waiting on descriptors."""


class _Wake:
    """Like threading.Event, but a signal handler may set it at any moment: it holds no lock of its own meanwhile."""

    def __init__(self) -> None:
        self._unset = threading.Lock()
        self._unset.acquire()

    def set(self) -> None:
        with contextlib.suppress(RuntimeError):  # it is set
            self._unset.release()

    def is_set(self) -> bool:
        return not self._unset.locked()

    def clear(self) -> None:
        self._unset.acquire(blocking=False)

    def wait(self, timeout: float | None) -> None:
        """Clears it too."""
        self._unset.acquire(timeout=-1 if timeout is None else min(timeout, threading.TIMEOUT_MAX))


class _Selector(selectors._BaseSelectorImpl):
    def __init__(self, woken: _Wake) -> None:
        super().__init__()
        self._woken = woken

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        keys: Mapping[Any, selectors.SelectorKey] = self.get_map()
        if not keys:
            if timeout is None or timeout > 0:
                self._woken.wait(timeout)
            else:
                self._woken.clear()
            return []
        left = float("inf") if timeout is None else max(0.0, timeout)
        while True:
            ready = self._ready(list(keys.values()), min(left, _SLICE_S))
            left -= _SLICE_S
            if ready or left <= 0 or self._woken.is_set():
                self._woken.clear()
                return ready

    @staticmethod
    def _ready(keys: list[selectors.SelectorKey], timeout: float) -> list[tuple[selectors.SelectorKey, int]]:
        readers = [k.fd for k in keys if k.events & selectors.EVENT_READ]
        writers = [k.fd for k in keys if k.events & selectors.EVENT_WRITE]
        readable, writable, _ = select.select(readers, writers, [], timeout)
        found = []
        for key in keys:
            events = (key.fd in readable and selectors.EVENT_READ) | (key.fd in writable and selectors.EVENT_WRITE)
            if events & key.events:
                found.append((key, events & key.events))
        return found


class EventLoop(asyncio.SelectorEventLoop):
    def __init__(self, selector: object = None) -> None:
        self._woken = _Wake()
        super().__init__(_Selector(self._woken))

    def _make_self_pipe(self) -> None:
        pass

    def _close_self_pipe(self) -> None:
        pass

    def _write_to_self(self) -> None:
        self._woken.set()

    def add_signal_handler(self, sig: int, callback: Any, *args: Any) -> None:  # type: ignore[override]
        """The ordinary loop has the kernel write to its socket pair."""
        if asyncio.iscoroutine(callback) or asyncio.iscoroutinefunction(callback):
            raise TypeError("coroutines cannot be used with add_signal_handler()")
        loop: Any = self  # these are no names of its interface
        loop._check_signal(sig)
        loop._check_closed()
        handle = asyncio.Handle(callback, args, self, None)
        try:
            signal.signal(sig, lambda number, frame: loop._handle_signal(sig))
        except (OSError, ValueError) as error:
            raise RuntimeError(f"sig {sig} cannot be caught: {error}") from None
        loop._signal_handlers[sig] = handle


class _Policy(asyncio.DefaultEventLoopPolicy):
    _loop_factory = EventLoop


def install() -> None:
    """The loops and policies that a program can name are these too, and `selectors` chooses the one of its selectors
    that needs no descriptor either."""
    selectors.DefaultSelector = selectors.SelectSelector  # type: ignore[assignment, misc]
    for module in (asyncio, asyncio.unix_events):
        for name in ("SelectorEventLoop", "_UnixSelectorEventLoop", "EventLoop"):
            if hasattr(module, name):
                setattr(module, name, EventLoop)
        for name in ("DefaultEventLoopPolicy", "_UnixDefaultEventLoopPolicy"):
            if hasattr(module, name):
                setattr(module, name, _Policy)
    asyncio.set_event_loop_policy(_Policy())
