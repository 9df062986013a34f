"""`open` as it is in a cell. Behind the descriptor lock it could give nothing; what needs no new descriptor it gives.

The standard streams by their paths are descriptors that a program has already, and the null device is an object that
takes everything and gives nothing. Standard library only.
"""

from __future__ import annotations

import builtins
import errno
import functools
import io
import os
from typing import Any

STREAMS = {
    path: number
    for number, name in enumerate(("stdin", "stdout", "stderr"))
    for path in (f"/dev/{name}", f"/dev/fd/{number}", f"/proc/self/fd/{number}")
}


def install(*, filtered: bool) -> None:
    """Runs in the zygote. Not `filtered`: without a filter of system calls all paths fail for want of descriptors;
    programs that look for an input file expect that there is none, and catch no other error."""
    real = io.open

    @functools.wraps(real)
    def open_(file: Any, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
        path = file.__fspath__() if hasattr(type(file), "__fspath__") else file
        if type(path) is str:
            if path in STREAMS:
                file = STREAMS[path]
            elif path == os.devnull:
                return open_null(mode, *args, **kwargs)
        if filtered:
            return real(file, mode, *args, **kwargs)
        try:
            return real(file, mode, *args, **kwargs)
        except OSError as error:
            if error.errno != errno.EMFILE:
                raise
            code = errno.ENOENT if set(mode) <= set("rbtU") else errno.EACCES
            raise OSError(code, os.strerror(code), file) from None

    io.open = builtins.open = open_
    if not filtered:
        for name in ("listdir", "scandir"):
            _find_nothing(name)


def _find_nothing(name: str) -> None:
    real = getattr(os, name)

    @functools.wraps(real)
    def found(path: Any = ".") -> Any:
        try:
            return real(path)
        except OSError as error:
            if error.errno != errno.EMFILE:
                raise
            raise OSError(errno.ENOENT, os.strerror(errno.ENOENT), path) from None

    setattr(os, name, found)


class _Null(io.RawIOBase):
    """The null device. It has no descriptor."""

    name = os.devnull

    def __init__(self, mode: str) -> None:
        self._reads = "r" in mode or "+" in mode
        self._writes = "r" not in mode or "+" in mode

    def readable(self) -> bool:
        return self._reads

    def writable(self) -> bool:
        return self._writes

    def readinto(self, buffer: Any) -> int:
        return 0

    def write(self, data: Any) -> int:
        return memoryview(data).nbytes


def open_null(
    mode: str = "r",
    buffering: int = -1,
    encoding: str | None = None,
    errors: str | None = None,
    newline: str | None = None,
    closefd: bool = True,
    opener: Any = None,
) -> Any:
    """Like `io.open` for `os.devnull`. Raises ValueError where that does."""
    if not set(mode) <= set("rwaxbt+") or sum(mode.count(way) for way in "rwax") != 1 or {"b", "t"} <= set(mode):
        raise ValueError(f"invalid mode: {mode!r}")
    raw = _Null(mode)
    if "b" in mode and buffering == 0:
        return raw
    buffered: Any
    if "+" in mode:
        buffered = io.BufferedRWPair(raw, raw)
    else:
        buffered = io.BufferedReader(raw) if raw.readable() else io.BufferedWriter(raw)
    if "b" in mode:
        return buffered
    text: Any = io.TextIOWrapper(buffered, encoding or "utf-8", errors, newline, line_buffering=buffering == 1)
    text.mode = mode
    return text
