"""A submission and an interactor, joined by way of the keeper, from both beginnings to both ends.

        cell: the submission                    keeper                   tester: the interactor
            stdout  ------------------>  counts, keeps a transcript  ------------------>  stdin
            stdin   <------------------                              <------------------  stdout

The keeper passes on what each of them writes, as soon as the other one takes it. Pipes that join the two directly would
save two wake-ups for each message; but then nobody would count what the submission prints, nor know which of the two
is waiting for the other, nor what was said.
"""

from __future__ import annotations

import contextlib
import os
import select
import time
from collections.abc import Iterator
from contextlib import contextmanager

from verifier.errors import SandboxError
from verifier.sandbox.arbiters import (
    ACCEPTED_STATUS,
    KILLED_TWICE,
    ArbiterProcess,
    Arbiters,
    KilledByOthers,
    with_notes,
)
from verifier.sandbox.base import Arbiter, Killed, Ruling
from verifier.sandbox.processes import only_reads, waited_ns
from verifier.sandbox.transcript import Transcript
from verifier.sandbox.watch import TICK_S, Watch

MAX_BACKLOG_BYTES = 1 << 20
"""That one of them has said and the other hasn't read. Who says more has to wait."""

QUIET_LOOKS = 3
"""So many looks in a row must find that both wait for each other, and that nothing was said, before it is believed."""


class Conversation:
    """`hold` may be called again, where a submission has to be started anew: then all begins from the start."""

    def __init__(
        self, arbiters: Arbiters, arbiter: Arbiter, case: bytes, *, processor: int, deadline: float | None
    ) -> None:
        self._arbiters = arbiters
        self._arbiter = arbiter
        self._case = case
        self._processor = processor
        self._deadline = deadline
        self._kills = 0
        self._poller = select.poll()
        self.ruling = Ruling()
        self.transcript = Transcript()

    def begin(self) -> select.poll:
        """What the cell is to be watched by."""
        self._poller = select.poll()
        self.ruling = Ruling()
        self.transcript = Transcript()
        return self._poller

    def hold(self, cell: Watch, pid: int, stdin_fd: int) -> None:
        """Returns when both have ended. `cell` is watched by the poller of `begin`.

        Raises SandboxError; where it is not the cell's zygote that failed, its step says so."""
        talk = _Talk(cell, pid, stdin_fd, self.transcript)
        process: ArbiterProcess | None = None
        try:
            with self._of_interactor():
                process = self._started()
            while True:
                talk.join(process, self._processor)
                self._until_both_ended(talk, process)
                with self._of_interactor():
                    process.finish()
                    if not self._arbiters.learn(process):
                        break
                    process.close()
                    process = self._started()
            cell.finish()
            self.ruling = self._ruling_of(talk, process)
        finally:
            if process is not None:
                process.close()

    def _started(self) -> ArbiterProcess:
        process = self._arbiters.start(self._arbiter, poller=self._poller, deadline=self._deadline)
        process.say(self._case, more=False)
        return process

    def _until_both_ended(self, talk: _Talk, process: ArbiterProcess) -> None:
        cell = talk.cell
        while cell.ended is None or process.watch.ended is None:
            for fd, _ in self._poller.poll(TICK_S * 1000):
                cell.handle(fd)
                with self._of_interactor():
                    process.watch.handle(fd)
            with self._of_interactor():
                process.listen()
            if process.word.needs is not None and process.watch.ended is not None:
                return  # it has not begun, and the submission waits
            talk.step()
            if time.monotonic() - cell.looked_at >= TICK_S / 2 or cell.ended is not None:
                with self._of_interactor():
                    talk.look()
                cell.look()
                with self._of_interactor():
                    process.look()

    @contextmanager
    def _of_interactor(self) -> Iterator[None]:
        """What fails meanwhile is not the doing of the cell's zygote."""
        try:
            yield
        except SandboxError as error:
            self._arbiters.discard(self._arbiter)
            raise SandboxError("interactor", str(error)) from None

    def _ruling_of(self, talk: _Talk, process: ArbiterProcess) -> Ruling:
        if talk.is_over:
            return Ruling()  # the submission was ended, or never ran
        try:
            ruling = process.last_word()
        except KilledByOthers:
            self._kills += 1
            if self._kills < 2:
                raise
            return with_notes(KILLED_TWICE, process.notes)
        if ruling.accepted is not None and process.arbiter.form == "program":
            ruling = ruling._replace(heard_end=talk.had_ended)
        if ruling.failure and process.word.ruling is None:
            ruling = ruling._replace(involved=ruling.involved and talk.was_heard)
        return with_notes(ruling, process.notes)


class _Talk:
    """What goes to and fro. Nothing does before both are ready: a submission that turns out to need another environment
    starts anew, and an interactor does too."""

    def __init__(self, cell: Watch, pid: int, stdin_fd: int, transcript: Transcript) -> None:
        self.cell = cell
        self._pid = pid
        self._stdin_fd = stdin_fd
        self._transcript = transcript
        self._to_interactor = bytearray()
        self._to_cell = bytearray()
        self._cell_runs = False
        self._stdin_is_open = True
        self._moved = 0
        self._seen = -1
        self._quiet_looks = 0
        self.is_over = False
        """Nothing more is wanted of the interactor: its word can't count any more."""
        self.had_ended = False
        """The interactor was told that the submission has ended, before it said its own last word."""
        self.was_heard = False
        """Anything of the submission was told to the interactor, its end too."""
        cell.read_answers_at_once(True)
        cell.on_output = self._heard_cell
        cell.feed(stdin_fd, b"", more=True)

    def join(self, process: ArbiterProcess, processor: int) -> None:
        self._process = process
        self._began = time.monotonic()
        self._nobody_listens()
        self._input_fd = process.pipes["stdin"]
        self._input_is_open = True
        process.watch.on_output = self._heard_interactor
        for pid in (process.pid, self._pid):
            with contextlib.suppress(OSError):  # it has ended, or the processor is not ours any more
                os.sched_setaffinity(pid, {processor})

    def _nobody_listens(self) -> None:
        """The interactor's process is being started, or loads its code: what has gone by till now is not the cell's."""
        self.cell.others_s = self._unready_s = self.cell.age_s()
        self._busy_s = self._busy_before_s = self._process_s()

    def _process_s(self) -> float:
        """That the interactor has used of a processor, or waited for one; less again once it has ended."""
        return self._process.watch.cpu_s() + waited_ns(self._process.pid) / 1e9

    def _heard_cell(self, data: bytes) -> None:
        self._transcript.add("submission", data)
        if self._input_is_open:
            self._to_interactor += data
            self._moved += len(data)

    def _heard_interactor(self, data: bytes) -> None:
        self._transcript.add("interactor", data)
        if self._stdin_is_open:
            self._to_cell += data
            self._moved += len(data)

    def step(self) -> None:
        """After something has happened."""
        cell, process = self.cell, self._process
        if not self._cell_runs and b"R" in cell.frames:
            self._cell_runs = True
            cell.read_answers_at_once(False)
        if cell.ended is not None and self._input_is_open:
            cell.finish()  # what it printed last
        self._pass_on()
        if process.word.ruling is not None or process.watch.ended is not None:
            self._interactor_is_done()
        if cell.ended is not None and (cell.killed is not None or not self._cell_runs):
            if process.watch.ended is None and process.word.ruling is None:
                self.is_over = True
            process.watch.dismiss()

    def _pass_on(self) -> None:
        cell, process = self.cell, self._process
        if self._to_interactor and process.word.is_loaded and self._input_is_open:
            process.watch.feed(self._input_fd, bytes(self._to_interactor), more=True)
            self._to_interactor.clear()
            self.was_heard = True
        held = len(self._to_interactor) + process.watch.backlog(self._input_fd)
        cell.hold_output(self._input_is_open and held > MAX_BACKLOG_BYTES)
        if (cell.stdout_ended or cell.ended is not None) and process.word.is_loaded and self._input_is_open:
            self._close_input()
        if self._to_cell and self._cell_runs and self._stdin_is_open:
            cell.feed(self._stdin_fd, bytes(self._to_cell), more=True)
            self._to_cell.clear()
        held = len(self._to_cell) + (cell.backlog(self._stdin_fd) if self._stdin_is_open else 0)
        process.watch.hold_output(self._stdin_is_open and held > MAX_BACKLOG_BYTES)
        if process.watch.stdout_ended and self._cell_runs and process.word.needs is None:
            self._close_stdin()

    def _interactor_is_done(self) -> None:
        """It has said its last word, or will never say one."""
        process = self._process
        if process.word.needs is not None:
            return
        if self._stdin_is_open and self._cell_runs:
            process.watch.hold_output(False)
            process.watch.drain_output()  # what it said before that word
            self._pass_on()
            self._close_stdin()
        self._input_is_open = False  # what the submission prints is counted, and nobody reads it
        ruling = process.word.ruling
        failed = ruling is not None and ruling.accepted is None
        refused = ruling is not None and ruling.accepted is False
        if process.watch.ended is not None and ruling is None:
            refused = not self._has_accepted()
        if failed or (refused and not self.cell.stdout_ended):  # one that says no more ends, and how it ends counts
            self.cell.dismiss()

    def _has_accepted(self) -> bool:
        process = self._process
        return process.watch.killed is None and process.exit_status == ACCEPTED_STATUS

    def _close_input(self) -> None:
        """The interactor finds the end of what the submission says, once it has read all of it."""
        self._process.watch.feed(self._input_fd, b"", more=False)
        self._input_is_open = False
        self.was_heard = True
        # An end that may have come of the interactor's own is no end before its word.
        self.had_ended = not self._process.watch.stdout_ended

    def _close_stdin(self) -> None:
        if self._stdin_is_open:
            self._stdin_is_open = False
            self.cell.feed(self._stdin_fd, b"", more=False)

    def look(self) -> None:
        """One tick: who waits for whom."""
        cell, process = self.cell, self._process
        now = time.monotonic()
        if process.word.is_loaded:
            self._busy_s = max(self._busy_s, self._process_s())
            cell.others_s = self._unready_s + self._busy_s - self._busy_before_s
        else:
            self._nobody_listens()
        if cell.ended is None:
            process.watch.others_s = now - self._began  # it may wait for the submission as long as that runs
        if self._moved != self._seen or cell.ended is not None or process.watch.ended is not None:
            self._seen, self._quiet_looks = self._moved, 0
            return
        waiting = self._input_is_open and self._stdin_is_open and self._nothing_is_left()
        if waiting and only_reads(self._pid, 0) and only_reads(process.pid, 0):
            self._quiet_looks += 1
            if self._quiet_looks >= QUIET_LOOKS:
                cell.kill(Killed.DEADLOCK)
        else:
            self._quiet_looks = 0

    def _nothing_is_left(self) -> bool:
        """Whether all that was said has been given to the other one."""
        left = len(self._to_cell) + len(self._to_interactor)
        return not left and not self.cell.backlog(self._stdin_fd) and not self._process.watch.backlog(self._input_fd)
