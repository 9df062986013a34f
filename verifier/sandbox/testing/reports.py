"""The frames from a tester to the keeper (protocol.py). Standard library only."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from typing import Any

from verifier.sandbox.protocol import ANSWERS_FD, REQUESTS_FD, frame, read_exactly, write_all


def read_frame() -> bytes:
    return read_exactly(REQUESTS_FD, int.from_bytes(read_exactly(REQUESTS_FD, 4), "big"))


class Reports:
    """Tells the keeper what became of each test, the moment it ended."""

    def __init__(self) -> None:
        self._clock = -1
        self._since = time.monotonic()

    def collected(self, names: Sequence[str]) -> None:
        """All tests; they begin now. Waits until the keeper has told the process id of the cell."""
        self._clock = _clock_of(int(read_frame() or b"0"))
        self._send(b"K", {"names": list(names), "cpu_s": self._cpu_s()})
        self._since = time.monotonic()

    def names_only(self, names: Sequence[str]) -> None:
        self._send(b"K", {"names": list(names), "cpu_s": 0.0})

    def ended(
        self,
        name: str,
        outcome: str,
        note: str,
        raised: BaseException | None = None,
        subtests: Sequence[tuple[str, str, str]] = (),
    ) -> None:
        """`raised` is the submission's exception where that ended the test."""
        now = time.monotonic()
        body: dict[str, Any] = {"name": name, "outcome": outcome, "cpu_s": self._cpu_s(), "wall_s": now - self._since}
        if note:
            body["note"] = note
        if raised is not None:
            body["raised"] = [type(raised).__name__, text_of(raised)[:500]]
        if subtests:
            body["subtests"] = subtests
        self._since = now
        self._send(b"T", body)

    def not_loaded(self, error: BaseException, *, by_submission: bool) -> None:
        self._send(b"X", [type(error).__name__, text_of(error)[:4096], by_submission])

    def code(self, data: bytes) -> None:
        write_all(ANSWERS_FD, frame(b"M" + data))

    def needs(self, names: Sequence[str]) -> None:
        self._send(b"N", list(names))

    def no_cell(self, *, overflowed: bool) -> None:
        write_all(ANSWERS_FD, frame(b"O" if overflowed else b"D"))

    # What an arbiter says

    def loaded(self) -> None:
        write_all(ANSWERS_FD, frame(b"L"))

    def ruled(self, accepted: bool, why: str, *, heard_end: bool) -> None:
        self._send(b"V", [accepted, why, heard_end])

    def failed(self, how: str, *, heard: bool = True) -> None:
        self._send(b"F", [how, heard])

    def unreadable(self, why: str) -> None:
        self._send(b"U", why)

    def noted(self, text: str) -> None:
        self._send(b"J", text)

    # Of all

    def all_done(self) -> None:
        write_all(ANSWERS_FD, frame(b"Q"))

    def fault(self, problem: str) -> None:
        write_all(ANSWERS_FD, frame(b"Z" + problem.encode(errors="replace")[:4096]))

    def _cpu_s(self) -> float:
        try:
            return time.clock_gettime(self._clock)
        except OSError:
            return 0.0  # it is gone: the keeper knows what it used

    def _send(self, kind: bytes, body: Any) -> None:
        write_all(ANSWERS_FD, frame(kind + json.dumps(body).encode()))


def text_of(error: BaseException) -> str:
    """Never raises."""
    try:
        return str(error)
    except BaseException as broken:
        return f"<its str raised {type(broken).__name__}>"


def _clock_of(pid: int) -> int:
    """The kernel's id of a process's CPU clock: clock_getcpuclockid(3)."""
    return ((~pid) << 3) | 2
