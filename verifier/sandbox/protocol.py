"""What is said between keeper, zygote and cell. Standard library only: this module runs inside the jail.

**Control**: a SOCK_SEQPACKET pair between keeper and zygote; a packet is a message. The first is a JSON object, the
others are words and decimal numbers between spaces, which cost a zygote less.

    zygote -> keeper  {"ready": {"version": "3.13.0", "packages": [..], "baseline_bytes": n, ..}}
                      once, when it can fork; {"failed": "step", "problem": "..", "errno": n} instead when it can't
    keeper -> zygote  fork UID CPU_S ADDRESS_BYTES PROCESSES [SCRATCH]        with five or six descriptors (see
                      CELL_FDS); UID is -1 where the zygote can't change user, the next three are resource limits
                      (PROCESSES beyond those that the zygote's user has anyway), SCRATCH is the directory that the
                      cell may work on files in
    zygote -> keeper  pid PID        when the cell runs, or: refused ERRNO        and no more
    keeper -> zygote  kill           at any time until "ended" has come; kills the cell's whole tree
    zygote -> keeper  ended STATUS CPU_US PEAK_BYTES LEFTOVERS BREAK_OUT [DENIED ..]      when the cell is reaped and
                      no descendant of it is left; STATUS is that of wait(2), LEFTOVERS counts descendants that were
                      found, BREAK_OUT is the number of the system call it was killed for, or -1, and DENIED are those
                      that it was refused

One cell at a time for each zygote. The keeper closing its end ends the zygote, which kills its cell first. Any error
on this socket means that the zygote is lost: the keeper kills it and starts another.

**Cell**: two pipes of frames, a length of four bytes (big endian) and that many bytes of payload.

    keeper -> cell    one JSON object: {"kind", "form", "share_bytecode", "entry_point", "result", "max_answer_bytes"};
                      the program: its source in UTF-8, or what an earlier cell shared (by "form"); in kind "function"
                      one frame a call, [args] or [args, kwargs] in the codec of `values`; the end of the pipe ends the
                      cell
    cell -> keeper    P + bytecode      its own form of the program, for the next cell of the same program; opaque to
                      the keeper, and sent before the submission runs
                      N + JSON list     stopped before the code ran: it imports these, which this zygote hasn't loaded
                      C + JSON [type, message]      it does not compile
                      R                 from here on the submission runs, and might have written what follows: the
                      frames above are believed only before this one
                      X + JSON [type, message]      it failed while loading (kind "function")
                      L                 loaded: the next is the answer to the first call
                      V + value         what a call returned
                      E + JSON [type, message]      what a call, or the program, raised
                      B                 the value is larger than max_answer_bytes or too deeply nested
                      Z + text          the cell could not be set up: our fault (step: reason)

In kind "module" nothing is said after R: what follows is between the cell and its tester, on the socket pair that joins
them (proxy/).

All of this comes from the submission's own process, so it is a claim and never more: the worst that a forged frame
can do is to be a wrong answer. Unasked-for, over-long or unreadable frames end the cell.

**Tester**: two pipes of such frames as well. It runs no code of a submission, and is believed.

    keeper -> tester  one JSON object: {"mode", "kind", "form", "modules", "entry_point", "done", "stop_early",
                      "max_bytes", "root", "texts"}. `mode` is "run" or "collect", `done` names tests that
                      are not to run any more, `root` is the tester's own folder, `max_bytes` what the cell may
                      send it between two tests;
                      a frame for each of the `texts`: files by path, or steps by the names of their cases. In form
                      "bytecode" the first of them is what M held, and only files that are no modules follow;
                      in mode "run" the process id of the cell, in decimal, once the submission's code runs
    tester -> keeper  Z + text          it could not be set up: our fault
                      N + JSON list     stopped: the tests import these, which this zygote hasn't loaded
                      M + bytecode      the compiled tests, for the next tester of the same suite
                      K + JSON {"names", "cpu_s"}             all tests, in the order in which they run; what the cell
                      had used by then
                      X + JSON [type, message, whether the submission raised it]    instead: they could not be loaded
                      T + JSON {"name", "outcome", "cpu_s", "wall_s"}, where there are any also "note", "raised":
                      [type, message] and "subtests": [[text, outcome, note], ..]     one test has ended
                      D                 the cell is gone; the test that was running is not reported
                      O                 the same, because it sent more than it may
                      Q                 all that were to run are reported

A tester with an **arbiter** (a checker or an interactor) has "kind" "arbiter" in its header, with "talks",
"arbiter_form", "answers", "flags" and "seed" (see base.Arbiter). After its code come frames: for a checker a case and
an answer, one pair after the other; for an interactor one case, while its stdin and stdout lead to the submission by
way of the keeper.

    tester -> keeper  Z, N, M, X as above
                      L                 the code is loaded; what fails from here on, an answer may have to do with
                      V + JSON [accepted, why, whether the submission's end was seen before]      a word that counts
                      F + JSON [how, whether anything of the submission was seen before]          it failed
                      U + JSON text     the answer is no plain data
                      J + JSON text     a note for the author
"""

from __future__ import annotations

import json
import os
from typing import Any

CELL_FDS = ("stdin", "stdout", "stderr", "requests", "answers", "peer")
"""The descriptors that a cell or a tester owns, in this order from 0; all others are closed. Only a cell of kind
"module" and a tester have the last: a socket pair joins them."""
REQUESTS_FD, ANSWERS_FD, PEER_FD = 3, 4, 5

MAX_CONTROL_BYTES = 16_384
MAX_BYTECODE_BYTES = 4 << 20

SCRATCH_BYTES, SCRATCH_FILES = 64 << 20, 4096
"""What a scratch directory may hold: bytes in all, and files and directories."""


def pack(message: dict[str, Any]) -> bytes:
    return json.dumps(message, separators=(",", ":")).encode()


def unpack(packet: bytes) -> dict[str, Any]:
    """Raises ValueError for anything but one JSON object."""
    try:
        message = json.loads(packet)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(message, dict):
        raise ValueError("a control packet must be one JSON object")
    return message


def numbers(packet: bytes, word: str, count: int, *, or_more: bool = False) -> list[int]:
    """The numbers of a packet that must be `word` and so many of them. Raises ValueError."""
    head, *rest = packet.split()
    if head != word.encode() or len(rest) < count or (len(rest) > count and not or_more):
        raise ValueError(f"said {packet[:40]!r} where {word!r} and {count} numbers were due")
    return [int(part) for part in rest]


def frame(payload: bytes) -> bytes:
    return len(payload).to_bytes(4, "big") + payload


class FrameReader:
    """Takes frames out of what is fed to it piece by piece, and never holds more than one frame over its bound."""

    __slots__ = ("_buffer", "_max_bytes")

    def __init__(self, max_bytes: int) -> None:
        self._buffer = bytearray()
        self._max_bytes = max_bytes

    def feed(self, data: bytes) -> list[bytes]:
        """The frames that are now complete. Raises ValueError when a frame claims to be longer than the bound."""
        buffer = self._buffer
        if not buffer and len(data) >= 4 and int.from_bytes(data[:4], "big") == len(data) - 4 <= self._max_bytes:
            return [data[4:]]  # most often, one whole frame comes
        buffer += data
        frames, start, end = [], 0, len(buffer)
        while end - start >= 4:
            size = int.from_bytes(buffer[start : start + 4], "big")
            if size > self._max_bytes:
                raise ValueError(f"a frame of {size} bytes, where at most {self._max_bytes} are accepted")
            if end - start - 4 < size:
                break
            frames.append(bytes(buffer[start + 4 : start + 4 + size]))
            start += 4 + size
        del buffer[:start]
        return frames


def write_all(fd: int, data: bytes) -> None:
    """Blocking write of everything, for the cell's side."""
    written = os.write(fd, data)
    while written < len(data):
        written += os.write(fd, memoryview(data)[written:])


def read_exactly(fd: int, size: int) -> bytes:
    """Blocking read of `size` bytes; fewer only at the end of the pipe."""
    parts = []
    while size:
        part = os.read(fd, min(size, 1 << 20))
        if not part:
            break
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
