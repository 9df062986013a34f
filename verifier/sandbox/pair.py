"""A cell and a tester joined by a socket pair, from the forks to both ends.

The keeper watches both in one loop. What the tester says is believed, since it runs no code of a submission; what the
cell says of itself only until its code runs. Whichever ends first, the other one follows: the tester because its
proxies meet the end of the socket, the cell because nothing more is wanted of it.
"""

from __future__ import annotations

import contextlib
import errno
import os
import select
import signal
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from verifier.errors import SandboxError
from verifier.limits import Limits
from verifier.sandbox import protocol
from verifier.sandbox.base import Killed
from verifier.sandbox.folder import Folder
from verifier.sandbox.pipes import close_all, open_pipes, open_tester_pipes
from verifier.sandbox.policy import MAX_TASKS, Place
from verifier.sandbox.processes import state_of
from verifier.sandbox.told import Told
from verifier.sandbox.watch import TICK_S, Watch
from verifier.sandbox.zygotes import Zygote

TESTER_MEMORY_BYTES = 1 << 30
"""Address space of a tester beyond what its zygote has."""

TESTER_CPU_S = 3600
"""Backstop only: a test that takes long is ended by what its cell may take."""

TESTER_END_S = 5.0
"""How long a tester may take to end once its cell has."""

SILENCE_S = 2.0
"""How long a cell may live after its tester has given it up. It is dying, as a rule."""

MAX_TESTER_FRAME_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class Order:
    """What a pair is asked to do. Of the tester, `header` is its first frame but for what the pair adds, and `texts`
    the frames that follow."""

    limits: Limits
    header: dict[str, Any]
    texts: Sequence[bytes]
    cell_requests: bytes
    deadline: float | None = None


class Tester:
    """A tester from its fork to its end. Raises SandboxError where that can't be had."""

    def __init__(self, order: Order, folder: Folder, poller: select.poll, peer_fd: int) -> None:
        """`peer_fd` is the tester's end of the socket pair, and stays the caller's."""
        self.told = Told()
        self._order = order
        self._poller = poller
        self._peer_fd = peer_fd
        self._watch: Watch | None = None
        self._pid = -1
        self._folder = folder
        self._pipes: dict[str, int] = {}
        self._mine: list[int] = []
        self._was_full = False

    def ask(self, zygote: Zygote, uid: int | None) -> None:
        self._zygote = zygote
        theirs: list[int] = []
        try:
            self._root = self._folder.get()
            self._pipes = open_tester_pipes(self._mine, theirs)
            confinement = (
                -1 if uid is None else uid,
                TESTER_CPU_S,
                zygote.address_bytes + TESTER_MEMORY_BYTES,
                MAX_TASKS,
            )
            zygote.ask_fork(confinement, [*theirs, self._peer_fd])
        except OSError as error:
            raise SandboxError("start tester", error.strerror or "", errno=error.errno) from None
        finally:
            close_all(theirs)

    def begin(self, *, pid_follows: bool) -> None:
        self._pid = self._zygote.forked()
        order = self._order
        watch = self._watch = Watch(
            self._zygote,
            self._pid,
            order.limits,
            keep_bytes=0,
            max_frame_bytes=MAX_TESTER_FRAME_BYTES,
            expected_frames=1 << 60,
            deadline=None,
            poller=self._poller,
        )
        self._mine.clear()
        watch.read_answers(self._pipes["answers"])
        header = protocol.pack({**order.header, "root": self._root})
        watch.feed(self._pipes["requests"], b"".join(map(protocol.frame, (header, *order.texts))), more=pid_follows)

    @property
    def pid(self) -> int:
        return self._pid

    @property
    def has_ended(self) -> bool:
        return self._watch is not None and self._watch.ended is not None

    @property
    def watch(self) -> Watch:
        assert self._watch is not None, "not begun"
        return self._watch

    def tell_pid(self, pid: int) -> None:
        self.watch.feed(self._pipes["requests"], protocol.frame(b"%d" % pid))

    def listen(self) -> int:
        """Takes what it told meanwhile; the number of frames."""
        watch = self.watch
        watch.take_answers()
        count = len(watch.frames)
        for payload in watch.frames:
            self.told.take(payload)
        watch.frames.clear()
        return count

    def finish(self) -> None:
        """After its end. Raises SandboxError where it ended before its work did, or had no place for its files."""
        self.look_at_disk()
        self.watch.finish()
        self.listen()
        if not self.told.is_complete and self.watch.killed is None:
            status = os.waitstatus_to_exitcode(self.watch.end.status)
            raise SandboxError("tester", f"ended before its tests did, with status {status}")
        if self._was_full and (self.told.not_loaded or any(test.outcome != "passed" for test in self.told.ended)):
            raise SandboxError("tester", "no space left for its files", errno=errno.ENOSPC)

    def look_at_disk(self) -> None:
        """A test that fails on a full disk says nothing about the submission."""
        self._was_full = self._was_full or self._folder.is_full()

    def abandon(self) -> None:
        """In the midst of its work, with nobody left to ask for its end."""
        if self._pid > 0 and not self.has_ended:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGKILL)

    def close(self) -> None:
        close_all(self._mine)
        if self._watch is not None:
            self._watch.close()
        if self.has_ended:
            self._folder.clear()
        else:
            self._folder.close()


class Pair:
    """Runs one tester, and the cells that it needs: more than one where the first finds out what its submission
    imports."""

    def __init__(
        self,
        order: Order,
        *,
        cell_zygote: Zygote,
        tester_zygote: Zygote,
        cell_confinement: Callable[[Zygote], Sequence[int]],
        place: Place,
        folder: Folder,
        scratch: Folder | None,
        zygote_for: Callable[[Watch], Zygote | None],
    ) -> None:
        """`scratch` is for the cell, where it may work on files. `zygote_for` is given a cell that ended before its
        code ran, and gives the zygote for the next one; None where there is none to be."""
        self._order = order
        self._cell_zygote = cell_zygote
        self._tester_zygote = tester_zygote
        self._confinement = cell_confinement
        self._place = place
        self._folder = folder
        self._scratch = scratch
        self._watched_scratch = ""
        self._zygote_for = zygote_for
        self._poller = select.poll()
        self._pipes: dict[str, int] = {}
        self._mine: list[int] = []
        self._cell: Watch | None = None
        self._cell_runs = False
        self._given_up_at = 0.0
        self._ended_at = 0.0
        self.cell_pid = -1
        self.lost: Zygote | None = None
        """Whose fault it was, after a SandboxError."""

    def run(self) -> tuple[Watch, Told]:
        """The last cell, and what the tester told. Raises SandboxError."""
        try:
            cell_end, tester_end = socket.socketpair()
        except OSError as error:
            raise SandboxError("join cell and tester", error.strerror or "", errno=error.errno) from None
        self._cell_end: socket.socket | None = cell_end
        tester = Tester(self._order, self._folder, self._poller, tester_end.fileno())
        try:
            self.lost = self._tester_zygote
            tester.ask(self._tester_zygote, self._place.tester_uid)
            self._ask_cell()
            self.lost = self._tester_zygote
            tester.begin(pid_follows=True)
            tester_end.close()
            self._begin_cell(tester.pid)
            while self.cell.ended is None or not tester.has_ended:
                self._turn(tester)
            self.lost = self._cell_zygote
            self.cell.finish()
            self.lost = self._tester_zygote
            tester.finish()
            if tester.told.overflowed:
                self.cell.kill(Killed.OUTPUT)
            return self.cell, tester.told
        except BaseException:
            tester.abandon()
            raise
        finally:
            tester_end.close()
            self._close_cell_end()
            close_all(self._mine)
            if self._cell is not None:
                self._cell.close()
            tester.close()
            if self._scratch is not None:
                self._scratch.clear()

    @property
    def cell(self) -> Watch:
        assert self._cell is not None, "no cell yet"
        return self._cell

    # The cell

    def _ask_cell(self) -> None:
        self.lost = self._cell_zygote
        theirs: list[int] = []
        assert self._cell_end is not None
        try:
            self._pipes = open_pipes(self._mine, theirs, has_stdin=False)
            zygote = self._cell_zygote
            scratch = "" if self._scratch is None else zygote.scratch(self._scratch)
            zygote.ask_fork(self._confinement(zygote), [*theirs, self._cell_end.fileno()], scratch)
            self._watched_scratch = "" if zygote.can_mount else scratch
        except OSError as error:
            raise SandboxError("open pipes", error.strerror or "", errno=error.errno) from None
        finally:
            close_all(theirs)

    def _begin_cell(self, tester_pid: int) -> None:
        self.lost = self._cell_zygote
        pid = self.cell_pid = self._cell_zygote.forked()
        cell = self._cell = Watch(
            self._cell_zygote,
            pid,
            self._order.limits,
            keep_bytes=0,
            max_frame_bytes=65_536,
            expected_frames=1,
            deadline=self._order.deadline,
            poller=self._poller,
        )
        self._mine.clear()
        cell.served_by = tester_pid
        cell.scratch = self._watched_scratch
        cell.read_answers(self._pipes["answers"])
        cell.read_answers_at_once(True)
        cell.read_output(self._pipes["stdout"])
        cell.feed(self._pipes["requests"], self._order.cell_requests)

    def _close_cell_end(self) -> None:
        """From here on, the end of the cell is the end of the socket."""
        if self._cell_end is not None:
            self._cell_end.close()
            self._cell_end = None

    # The loop

    def _turn(self, tester: Tester) -> None:
        for fd, _ in self._poller.poll(TICK_S * 1000):
            self.lost = self._cell_zygote
            self.cell.handle(fd)
            self.lost = self._tester_zygote
            tester.watch.handle(fd)
        self.lost = self._cell_zygote
        if not self._cell_runs:
            self._listen_to_cell(tester)
        self.lost = self._tester_zygote
        if tester.listen():
            self._mark(tester.told)
        if tester.has_ended and not tester.told.no_cell:
            self.cell.dismiss()
        if time.monotonic() - self.cell.looked_at >= TICK_S / 2:
            self._look(tester)

    def _listen_to_cell(self, tester: Tester) -> None:
        """What the cell says before the submission's code runs."""
        cell = self.cell
        if cell.frames and cell.frames[0] == b"R":
            self._cell_runs = True
            _bind(self._place.processor, tester.pid, self.cell_pid)
            cell.read_answers_at_once(False)
            self._close_cell_end()
            tester.tell_pid(self.cell_pid)
        elif cell.ended is not None:
            cell.finish()
            zygote = None if tester.has_ended else self._zygote_for(cell)
            if zygote is None:
                self._cell_runs = True
                self._close_cell_end()
                tester.tell_pid(0)  # it may be waiting for it
                return
            cell.close()
            if self._scratch is not None:
                self._scratch.clear()
            self._cell_zygote = zygote
            self._ask_cell()
            self._begin_cell(tester.pid)

    def _mark(self, told: Told) -> None:
        """The next test's limits count from the end of the last."""
        if told.overflowed:
            self.cell.kill(Killed.OUTPUT)
        elif told.no_cell:
            self._given_up_at = self._given_up_at or time.monotonic()
        elif told.names is not None:
            self.cell.mark(told.last_cpu_s)

    def _look(self, tester: Tester) -> None:
        now = time.monotonic()
        cell = self.cell
        self.lost = self._cell_zygote
        tester.look_at_disk()
        cell.look()
        if cell.killed is Killed.WALL_TIME and state_of(tester.pid) == "T":
            self.lost = self._tester_zygote
            raise SandboxError("tester", "somebody has stopped it")
        if self._given_up_at and now - self._given_up_at > SILENCE_S:
            cell.kill(Killed.PROTOCOL)
        if cell.ended is not None and not tester.has_ended:
            self._ended_at = self._ended_at or now
            self.lost = self._tester_zygote
            if now - self._ended_at > TESTER_END_S:
                tester.watch.kill(Killed.DEADLINE)
            tester.watch.look()


def _bind(processor: int, *pids: int) -> None:
    for pid in pids:
        with contextlib.suppress(OSError):  # it has ended, or the processor is not ours any more
            os.sched_setaffinity(pid, {processor})
