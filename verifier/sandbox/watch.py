"""Watches one cell from its fork to its end: feeds it, drains it, measures it, and kills it when a limit is passed.

`until_end` does all of it. Where a cell and its tester are watched in one loop (pair.py), they share a poller, and the
loop calls `handle`, `look` and `finish`.

Nothing here waits on the goodwill of what runs: pipes are read and written without blocking, the clocks are the
kernel's, and the end is what the zygote reports after it has reaped the process, never the end of a pipe.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from verifier.errors import SandboxError
from verifier.limits import Limits
from verifier.sandbox.answer_room import AnswerRoom
from verifier.sandbox.base import LOST, Killed
from verifier.sandbox.folder import is_over
from verifier.sandbox.orphans import end_orphans_of
from verifier.sandbox.processes import resident_bytes, state_of, waited_here_ns, waited_ns
from verifier.sandbox.protocol import SCRATCH_BYTES, SCRATCH_FILES, FrameReader, numbers

TICK_S = 0.02
"""How often a running cell is looked at. CPU and memory can pass a limit unseen for this long."""

GRACE = 1.25
"""A case is killed only at this multiple of its CPU limit. One that ends between the limit and that point is
borderline, and is run again alone; see keeper.py."""

KILL_S = 30.0
"""How long a cell may take to be gone after it is killed, its descendants too; then its zygote is lost."""

_CHUNK_BYTES = 1 << 18
_PIPE_BYTES = 1 << 20  # /proc/sys/fs/pipe-max-size, what an unprivileged process may ask for
_STDERR_TAIL_BYTES = 2048


@dataclass(slots=True)
class Mark:
    """By this moment, `frames` frames had come, and the cell had used this much."""

    frames: int
    cpu_s: float
    wall_s: float
    quiet_cpu_s: float
    """The same, at the last look before it that found none of those frames. What was used until then, the first of
    them used alone."""
    quiet_wall_s: float


@dataclass(slots=True)
class Ended:
    """What the zygote reported when the cell was reaped."""

    status: int
    cpu_s: float
    peak_bytes: int
    leftovers: int
    break_out: int
    """Number of the system call that it was killed for; -1 where there was none."""
    denied: tuple[int, ...]
    """Numbers of those it was refused, and that are told of."""


class Zygote(Protocol):
    baseline_bytes: int
    filters_calls: bool
    orphan_mark: bytes | None

    @property
    def pid(self) -> int: ...

    def fileno(self) -> int: ...

    def kill_cell(self) -> None: ...

    def receive(self) -> bytes: ...


class Watch:
    """One cell's run. After `until_end`, everything that is known is in the attributes."""

    def __init__(
        self,
        zygote: Zygote,
        pid: int,
        limits: Limits,
        *,
        keep_bytes: int,
        max_frame_bytes: int,
        expected_frames: int,
        deadline: float | None,
        poller: select.poll | None = None,
        max_frames_bytes: int | None = None,
    ) -> None:
        """`max_frames_bytes` is for all frames together: those beyond it that are not small become frames B."""
        self._zygote = zygote
        self._limits = limits
        self._clock = ((~pid) << 3) | 2  # the kernel's id of a process's CPU clock: clock_getcpuclockid(3)
        self._pid = pid
        self._began = self._looked = time.monotonic()
        self._deadline = deadline
        self._keep_bytes = keep_bytes
        self._expected_frames = expected_frames
        self._room = AnswerRoom(max_frames_bytes)
        self._reader = FrameReader(max_frame_bytes)
        self._poller = poller or select.poll()
        self._feeding: dict[int, memoryview] = {}
        self._unclosed: set[int] = set()
        self._stdout_fd = self._stderr_fd = self._answers_fd = -1
        self._answers_eof = False
        self._stdout_parts: list[bytes] = []
        self._printed_bytes = 0
        self.stdout_bytes = 0
        self.stderr_tail = b""
        self.frames: list[bytes] = []
        self.marks: list[Mark] = [Mark(0, 0.0, 0.0, 0.0, 0.0)]
        self._quiet = (0.0, 0.0)
        self._waited_before_ns = waited_here_ns()
        self._unwanted = False
        self.served_by = -1
        """Where another process has a part in what this one does, its id: then that one's waiting counts too."""
        self.others_s = 0.0
        """Wall time that another process has to answer for, which then is no idle time of this one."""
        self.on_output: Callable[[bytes], None] | None = None
        """Takes what is printed to stdout, in the place of keeping it."""
        self.stdout_ended = False
        self._is_held = False
        self.scratch = ""
        """The directory whose size is to be watched; one that is a file system of its own needs no watching."""
        self.killed: Killed | None = None
        self._killed_at = 0.0
        self.ended: Ended | None = None
        self.wall_s = 0.0
        self.baseline_bytes = zygote.baseline_bytes
        self.filters_calls = zygote.filters_calls
        self._poller.register(zygote.fileno(), select.POLLIN)

    # Descriptors; the watch owns what it is given, and closes it

    def feed(self, fd: int, data: bytes, *, more: bool = False) -> None:
        """Writes `data` to `fd` as the cell takes it, then closes it, unless there will be `more`."""
        if fd in self._unclosed:
            self._unclosed.discard(fd)
            data = bytes(self._feeding.get(fd, b"")) + data
        else:
            os.set_blocking(fd, False)
            if len(data) > 1 << 16:
                with contextlib.suppress(OSError):
                    fcntl.fcntl(fd, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        if more:
            self._unclosed.add(fd)
        self._feeding[fd] = memoryview(data)
        self._write(fd)
        if self._feeding.get(fd):
            self._poller.register(fd, select.POLLOUT)

    def read_output(self, stdout_fd: int, stderr_fd: int = -1) -> None:
        self._stdout_fd, self._stderr_fd = stdout_fd, stderr_fd
        for fd in (stdout_fd, stderr_fd):
            if fd >= 0:
                os.set_blocking(fd, False)
                self._poller.register(fd, select.POLLIN)

    def hold_output(self, held: bool) -> None:
        """Whether stdout is left unread for now, so that who prints has to wait."""
        if held == self._is_held or self.stdout_ended or self._stdout_fd < 0:
            return
        self._is_held = held
        if held:
            with contextlib.suppress(KeyError):
                self._poller.unregister(self._stdout_fd)
        else:
            self._poller.register(self._stdout_fd, select.POLLIN)

    def drain_output(self) -> None:
        """Reads what has been printed by now."""
        for fd in (self._stdout_fd, self._stderr_fd):
            while fd >= 0 and self._drain(fd):
                pass

    def backlog(self, fd: int) -> int:
        """Bytes given to `feed` that have not been taken yet."""
        return len(self._feeding.get(fd, b""))

    def read_answers(self, fd: int) -> None:
        """Answers are looked at on every tick and at the end, not as each comes: waking up for each of a hundred
        cheap calls would cost more than the calls. A pipe that holds them meanwhile is made large."""
        os.set_blocking(fd, False)
        with contextlib.suppress(OSError):
            fcntl.fcntl(fd, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        self._answers_fd = fd

    def read_answers_at_once(self, at_once: bool) -> None:
        """Whether to look at each as it comes."""
        if at_once and not self._answers_eof:
            self._poller.register(self._answers_fd, select.POLLIN)
        elif not at_once:
            with contextlib.suppress(KeyError):
                self._poller.unregister(self._answers_fd)

    def close(self) -> None:
        for fd in {*self._feeding, *self._unclosed, self._stdout_fd, self._stderr_fd, self._answers_fd} - {-1}:
            with contextlib.suppress(KeyError):
                self._poller.unregister(fd)
            os.close(fd)
        with contextlib.suppress(KeyError, ValueError):
            self._poller.unregister(self._zygote.fileno())
        self._feeding.clear()
        self._unclosed.clear()
        self._stdout_fd = self._stderr_fd = self._answers_fd = -1

    # The loop

    def until_end(self) -> None:
        """Returns when the cell is reaped. Raises SandboxError when the zygote is lost."""
        while self.ended is None:
            for fd, _ in self._poller.poll(TICK_S * 1000):
                self.handle(fd)
            if time.monotonic() - self._looked >= TICK_S / 2:
                self.look()
        self.finish()

    def handle(self, fd: int) -> None:
        """Something is to be done about a descriptor; one that is not of this cell is nobody's concern here."""
        if fd == self._zygote.fileno():
            if self.ended is None:
                self._take_end(self._zygote.receive())
        elif fd == self._stdout_fd or fd == self._stderr_fd:
            self._drain(fd)
        elif fd == self._answers_fd:
            self.take_answers()
        elif fd in self._feeding:
            self._write(fd)

    def finish(self) -> None:
        """After the end: what is left in the pipes."""
        self.drain_output()
        self.wall_s = time.monotonic() - self._began
        self._take_answers(self.end.cpu_s)

    @property
    def looked_at(self) -> float:
        return self._looked

    @property
    def end(self) -> Ended:
        assert self.ended is not None, "the cell has not ended"
        return self.ended

    @property
    def was_dismissed(self) -> bool:
        return self._unwanted

    @property
    def was_killed_by_others(self) -> bool:
        """Whether it got a SIGKILL that nobody here has sent: the kernel's, where memory is short, somebody's on this
        machine, or its own."""
        return (
            self.killed is None
            and not self._unwanted
            and os.WIFSIGNALED(self.end.status)
            and os.WTERMSIG(self.end.status) == signal.SIGKILL
            and self.end.break_out < 0
            and not self.end.leftovers
        )

    @property
    def stdout(self) -> bytes:
        return b"".join(self._stdout_parts)

    def _take_end(self, packet: bytes) -> None:
        try:
            told = numbers(packet, "ended", 5, or_more=True)
        except ValueError as error:
            raise SandboxError(LOST, str(error)) from None
        status, cpu_us, peak_bytes, leftovers, break_out, *denied = told
        self.ended = Ended(status, cpu_us / 1e6, peak_bytes, leftovers, break_out, tuple(denied))

    def kill(self, reason: Killed) -> None:
        """Ends the cell, for a reason that outranks whatever it says itself."""
        if self.killed is None:
            self.killed = reason
            if self.ended is None:
                self._end_it()

    def dismiss(self) -> None:
        """Ends the cell because nothing more is wanted of it."""
        if self.killed is None and self.ended is None and not self._unwanted:
            self._unwanted = True
            self._end_it()

    def _end_it(self) -> None:
        self._killed_at = time.monotonic()
        self._zygote.kill_cell()

    def mark(self, cpu_s: float) -> None:
        """The next case begins, when the cell has used so much."""
        now_s = time.monotonic() - self._began
        self._waited_before_ns = self._waited_ns()
        self.marks.append(Mark(len(self.frames), cpu_s, now_s, cpu_s, now_s))

    def look(self) -> None:
        """One tick: progress, then each limit."""
        if self.ended is not None:
            return
        now = self._looked = time.monotonic()
        if self.killed is not None or self._unwanted:
            if now - self._killed_at > KILL_S:
                raise SandboxError(LOST, f"the cell is not gone {KILL_S:g} s after it was killed")
            return
        cpu_s = self.cpu_s()
        if self._take_answers(cpu_s) and not self._answers_eof:
            # It takes longer than a tick and answers: from now on, take answers as they come.
            self._poller.register(self._answers_fd, select.POLLIN)
        last, limits = self.marks[-1], self._limits
        if cpu_s - last.cpu_s > limits.cpu_time_s * GRACE:
            self.kill(Killed.CPU_TIME)
        elif now - self._began - last.wall_s > limits.wall_time_s and self._idle_s(now, last) > limits.wall_time_s:
            if state_of(self._pid) == "Z":
                self.dismiss()  # it has ended, and its zygote, which sleeps, has not said so
            else:
                self.kill(Killed.WALL_TIME)
        elif resident_bytes(self._pid) - self._zygote.baseline_bytes > limits.memory_bytes:
            self.kill(Killed.MEMORY)
        elif self._has_children():
            self.kill(Killed.PROCESS)
        elif self.scratch and is_over(self.scratch, self._pid, SCRATCH_BYTES, SCRATCH_FILES):
            self.kill(Killed.OUTPUT)
        elif self._deadline is not None and now > self._deadline:
            self.kill(Killed.DEADLINE)

    def take_answers(self) -> bool:
        """Reads what answers there are; True where there were any."""
        return self._take_answers(self.cpu_s())

    def age_s(self) -> float:
        """Wall time since it began."""
        return time.monotonic() - self._began

    def cpu_s(self) -> float:
        try:
            return time.clock_gettime(self._clock)
        except OSError:
            return self.marks[-1].cpu_s  # it is being reaped: the end is on its way

    def _idle_s(self, now: float, last: Mark) -> float:
        """Wall time since the last progress, less what was spent waiting for a processor: by the cell, and by the
        keeper, for which the cell may have waited, to be read from or to be given more."""
        waited_s = (self._waited_ns() - self._waited_before_ns) / 1e9
        return now - self._began - last.wall_s - waited_s - self.others_s

    def _waited_ns(self) -> int:
        waited = waited_ns(self._pid) + waited_here_ns()
        return waited if self.served_by < 0 else waited + waited_ns(self.served_by)

    def _has_children(self) -> bool:
        """Whether the cell has a child, or left one behind: that its zygote inherited, or nobody did."""
        with contextlib.suppress(OSError):
            with open(f"/proc/{self._zygote.pid}/task/{self._zygote.pid}/children", "rb", buffering=0) as stream:
                if len(stream.read(64).split()) > 1:
                    return True
            for task in os.listdir(f"/proc/{self._pid}/task"):
                with open(f"/proc/{self._pid}/task/{task}/children", "rb", buffering=0) as stream:
                    if stream.read(16):
                        return True
        mark = self._zygote.orphan_mark
        return mark is not None and end_orphans_of(self._pid, mark)

    def _take_answers(self, cpu_s: float) -> bool:
        """Reads what answers there are; True where there were any. The time until now is theirs."""
        before = len(self.frames)
        try:
            while not self._answers_eof:
                data = os.read(self._answers_fd, _CHUNK_BYTES)
                if not data:
                    self._answers_eof = True
                    with contextlib.suppress(KeyError):
                        self._poller.unregister(self._answers_fd)
                self.frames += [f if self._room.takes(len(f)) else b"B" for f in self._reader.feed(data)]
                if len(self.frames) > self._expected_frames:
                    raise ValueError("more frames than were asked for")
        except BlockingIOError:
            pass
        except ValueError:
            del self.frames[self._expected_frames :]
            self._answers_eof = True
            self.kill(Killed.PROTOCOL)
        now_s = time.monotonic() - self._began
        if len(self.frames) > before:
            self.marks.append(Mark(len(self.frames), cpu_s, now_s, *self._quiet))
        self._quiet = (cpu_s, now_s)
        return len(self.frames) > before

    def _drain(self, fd: int) -> bool:
        """Reads once; False when there is nothing now or will never be more."""
        try:
            data = os.read(fd, _CHUNK_BYTES)
        except BlockingIOError:
            return False
        if not data:
            with contextlib.suppress(KeyError):
                self._poller.unregister(fd)
            self.stdout_ended = self.stdout_ended or fd == self._stdout_fd
            return False
        self._printed_bytes += len(data)
        if fd == self._stderr_fd:
            self.stderr_tail = (self.stderr_tail + data)[-_STDERR_TAIL_BYTES:]
        elif self.on_output is not None:
            self.stdout_bytes += len(data)
            self.on_output(data)
        else:
            room = self._keep_bytes - self.stdout_bytes
            if room > 0:
                self._stdout_parts.append(data[:room])
            if self.stdout_bytes == 0 and len(data) >= 1 << 16:
                with contextlib.suppress(OSError):
                    fcntl.fcntl(fd, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
            self.stdout_bytes += len(data)
        if self._printed_bytes > self._limits.output_bytes:
            self.kill(Killed.OUTPUT)
        return True

    def _write(self, fd: int) -> None:
        left = self._feeding[fd]
        try:
            while left:
                left = left[os.write(fd, left) :]
        except BlockingIOError:
            self._feeding[fd] = left
            return
        except BrokenPipeError:
            pass  # it doesn't read what it was given, which is its right
        del self._feeding[fd]
        with contextlib.suppress(KeyError):
            self._poller.unregister(fd)
        if fd not in self._unclosed:
            os.close(fd)
