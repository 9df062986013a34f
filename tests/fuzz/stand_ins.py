"""Stand-ins for the processes that bytes come from: the bytes are all there before anybody reads."""

from __future__ import annotations

import _thread
import functools
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.sandbox.proxy.test_proxy_broken_peers import Written, described, use
from verifier.errors import SandboxError
from verifier.limits import Limits
from verifier.sandbox.base import Program
from verifier.sandbox.compiled import CompiledCache
from verifier.sandbox.protocol import frame
from verifier.sandbox.proxy.link import Link
from verifier.sandbox.slot import Slot, _Run
from verifier.sandbox.turnstile import Turnstile
from verifier.sandbox.watch import Ended, Watch
from verifier.sandbox.zygotes import SandboxOptions

MAX_PIPE_BYTES = 60_000
"""What a pipe holds without anybody reading."""
LIMITS = Limits()
ENDS = (
    Ended(0, 0.1, 0, 0, -1, ()),
    Ended(256, 0.1, 0, 0, -1, ()),  # exit status 1
    Ended(9, 0.1, 0, 0, -1, ()),  # SIGKILL
    Ended(0, 0.1, 1 << 40, 0, -1, ()),  # too much memory
    Ended(31, 0.1, 0, 0, 57, (41,)),  # a forbidden call
    Ended(0, 0.1, 0, 1, -1, ()),  # a child process
)


class _NoZygote:
    """Of a cell that has ended."""

    baseline_bytes = 0
    filters_calls = True
    packages = frozenset({"numpy"})
    pid = 0

    def fileno(self) -> int:
        return 0

    def kill_cell(self) -> None:
        raise AssertionError("it has ended")

    def receive(self) -> bytes:
        raise AssertionError("it has ended")


class _NothingLeft:
    """Of the processes of a cell."""

    def settle(self) -> None: ...

    def sweep(self, cell: int) -> int:
        return 0


class EndedCell(Slot):
    """A slot whose cells have answered and ended before it looks."""

    def __init__(self, answers: bytes, end: Ended) -> None:
        super().__init__(0, SandboxOptions(), Turnstile(), CompiledCache(), {})
        self._told, self._end = answers[:MAX_PIPE_BYTES], end
        self._orphans: Any = _NothingLeft()

    def _zygote(self, environment: frozenset[str]) -> Any:
        return _NoZygote()

    def _one_cell(self, zygote: Any, run: _Run) -> Watch:
        is_function = run.program.kind == "function"
        watch = Watch(
            zygote,
            os.getpid(),
            run.limits,
            keep_bytes=run.keep_bytes,
            max_frame_bytes=run.max_answer_bytes + 65_536,
            expected_frames=len(run.calls) + (2 if is_function else 3),
            deadline=None,
        )
        reading, writing = os.pipe()
        os.write(writing, self._told)
        os.close(writing)
        watch.read_answers(reading)
        watch.ended = self._end
        try:
            watch.finish()
        finally:
            watch.close()
        if watch.frames and watch.frames[0][:1] == b"Z":
            raise SandboxError("set up cell", watch.frames[0][1:].decode(errors="replace"))
        return watch

    def answered(self, calls: list[bytes]) -> list[Any]:
        run = _Run(Program("", "function", "f"), LIMITS, calls, max_answer_bytes=1 << 20)
        return self._call_facts(run)

    def printed(self) -> Any:
        return self._program_facts(_Run(Program("", "stdio"), LIMITS))


def told_by_cell(messages: list[bytes]) -> None:
    """A tester meets a cell that has written these, and uses it as tests do."""
    before = _thread._count()
    written = Written(raw=b"".join(map(frame, messages)))
    try:
        use(written.peer)
    finally:
        written._theirs.close()
        # Threads of the conversation: they must be gone before another one gets the same descriptor.
        while _thread._count() > before:
            time.sleep(0)
        os.close(written.fd)


class _Given:
    value = 5


CLASSES = [
    [1, described("C", own=["x"], special=[["__len__", True], ["__eq__", True]])],
    [2, described("E", bases=["ValueError"])],
    [3, described("T", bases=["tuple"])],
    [4, described("L", bases=["list"])],
]


@functools.cache
def _classes() -> dict[int, Any]:
    """They take longer to make than most inputs take to read. Objects of them have nobody to ask."""
    link = Link(-1, guarded=True)
    for number, description in CLASSES:
        link.borrowed.build(number, description)  # type: ignore[arg-type]
    return link.borrowed._classes


@contextmanager
def lone_link() -> Iterator[Link]:
    """A tester's end of a conversation in which nobody answers, and in which there are some objects and classes."""
    link = Link(-1, guarded=True)
    link.kept.add(_Given())
    link.kept.describe(_Given)
    link.borrowed._classes.update(_classes())
    try:
        yield link
    finally:
        link._broken("over")  # what is released from here on is told nobody


def frames_of(stream: bytes, bound: int) -> tuple[list[bytes], bool]:
    """All frames of a stream that comes in one piece, and whether it was refused then."""
    found: list[bytes] = []
    start = 0
    while len(stream) - start >= 4:
        size = int.from_bytes(stream[start : start + 4], "big")
        if size > bound:
            return found, True
        if len(stream) - start - 4 < size:
            break
        found.append(stream[start + 4 : start + 4 + size])
        start += 4 + size
    return found, False


def chunks(stream: bytes, size: int) -> list[bytes]:
    return [stream[at : at + size] for at in range(0, len(stream), size)]


def pieces(data: bytes) -> list[bytes]:
    """The lines of an input that has several parts."""
    return data.split(b"\n")
