"""Modules of the standard library that ask the system for what a cell hasn't got, though nobody needs it there: locks
and memory are shared between processes, and a cell is one. They are adapted when a submission imports them.

None of it confines: what a submission undoes, the jail refuses all the same. Standard library only.
"""

from __future__ import annotations

import _thread
import time
from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any


def _pools(module: ModuleType) -> None:
    """`ThreadPool` wakes a thread of its own through a pipe."""
    import _queue

    class Notifier(_queue.SimpleQueue):  # type: ignore[type-arg]
        @property
        def _reader(self) -> Notifier:
            return self

    def wait_for_updates(sentinels: object, notifier: Notifier, timeout: float | None = None) -> None:
        try:
            notifier.get(timeout=timeout)
            while True:
                notifier.get(block=False)
        except _queue.Empty:
            pass

    pool: Any = module.Pool
    thread_pool: Any = module.ThreadPool
    here = SimpleNamespace(SimpleQueue=Notifier)

    def start(self: Any, processes: int | None = None, initializer: Any = None, initargs: Any = ()) -> None:
        pool.__init__(self, processes, initializer, initargs, context=here)

    thread_pool.__init__ = start
    pool._wait_for_updates = staticmethod(wait_for_updates)


class SemLock:
    """Like `_multiprocessing.SemLock`, for the threads of one process."""

    SEM_VALUE_MAX = (1 << 31) - 1
    handle = 0
    name = None

    def __init__(self, kind: int, value: int, maxvalue: int, name: str = "", unlink: bool = True) -> None:
        import threading  # not by the zygote before it holds off what that does at each fork

        self.kind, self.maxvalue = kind, maxvalue
        self._is_recursive = kind == 0
        self._free = threading.Condition(threading.Lock())
        self._value = value
        self._taken = 0
        """By the thread that took it last, as often as it has not given it back."""
        self._owner = 0

    def acquire(self, block: bool = True, timeout: float | None = None) -> bool:
        me = _thread.get_ident()
        with self._free:
            if self._is_recursive and self._taken and self._owner == me:
                self._taken += 1
                return True
            until = None if timeout is None else time.monotonic() + timeout
            while self._value == 0:
                left = None if until is None else until - time.monotonic()
                if not block or (left is not None and left <= 0) or (not self._free.wait(left) and not self._value):
                    return False
            self._value -= 1
            self._owner = me
            self._taken += 1
            return True

    def release(self) -> None:
        with self._free:
            if self._is_recursive:
                if not self._taken or self._owner != _thread.get_ident():
                    raise AssertionError("attempt to release recursive lock not owned by thread")
                self._taken -= 1
                if self._taken:
                    return
            else:
                if self._value >= self.maxvalue:
                    raise ValueError("semaphore or lock released too many times")
                self._taken -= 1
            self._value += 1
            self._free.notify()

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *error: object) -> None:
        self.release()

    def _count(self) -> int:
        return self._taken

    def _is_mine(self) -> bool:
        return self._taken > 0 and self._owner == _thread.get_ident()

    def _get_value(self) -> int:
        return self._value

    def _is_zero(self) -> bool:
        return self._value == 0

    def _after_fork(self) -> None:
        """There is no fork."""


def _locks(module: ModuleType) -> None:
    """Locks for processes lie in a file too."""
    vars(module).update(_multiprocessing=SimpleNamespace(SemLock=SemLock))


def _shared_memory(module: ModuleType) -> None:
    """`Value` and `Array` lie in a file that processes map."""
    import mmap

    def start(self: Any, size: int, fd: int = -1) -> None:
        self.size, self.fd = size, -1
        self.buffer = mmap.mmap(-1, size)

    module.Arena.__init__ = start


_LIBRARIES = {"c": "libc.so.6", "m": "libm.so.6", "pthread": "libpthread.so.0"}


def _libraries(module: ModuleType) -> None:
    """`find_library` asks a compiler. An interpreter on Linux has the C library mapped, and may have others."""
    import ctypes

    def find_library(name: str) -> str | None:
        found = _LIBRARIES.get(name)
        try:
            return found and ctypes.CDLL(found)._name
        except OSError:
            return None

    vars(module).update(find_library=find_library)


ADAPTED: dict[str, Callable[[ModuleType], None]] = {
    "ctypes.util": _libraries,
    "multiprocessing.heap": _shared_memory,
    "multiprocessing.pool": _pools,
    "multiprocessing.synchronize": _locks,
}
