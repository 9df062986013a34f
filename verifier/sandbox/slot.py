"""One worker's sandbox: which environment a submission runs in, what is run again, and what each run tells."""

from __future__ import annotations

import contextlib
import itertools
import json
import math
import os
import signal
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from verifier.errors import SandboxError
from verifier.limits import Limits
from verifier.sandbox import protocol
from verifier.sandbox.base import Facts, Isolation, Killed, Program, Stage
from verifier.sandbox.facts import end_facts, is_borderline, shares, with_report
from verifier.sandbox.policy import isolation, slot_uid
from verifier.sandbox.turnstile import Turnstile
from verifier.sandbox.watch import GRACE, Ended, Watch
from verifier.sandbox.zygotes import SandboxOptions, Zygote

ADDRESS_HEADROOM_BYTES = 1 << 30
"""Address space beyond the memory limit: threads reserve stacks that they don't touch. What is touched is limited by
watching it."""

PROCESSES = 256
"""Tasks a cell's user may have, threads included; the zygote's own user counts those of the keeper too."""

MAX_ZYGOTES = 4
"""Environments that one slot keeps warm; the least recently used one goes first."""


@dataclass(slots=True)
class _Cell:
    """One finished cell: its watch, and how it began."""

    watch: Watch
    ended: Ended
    needs: frozenset[str] | None = None


class Slot:
    """The sandbox of one worker. See `base.Sandbox`."""

    def __init__(self, number: int, options: SandboxOptions, turnstile: Turnstile) -> None:
        self._options = options
        self._uid = slot_uid(number)
        self._turnstile = turnstile
        self._zygotes: OrderedDict[frozenset[str], Zygote] = OrderedDict()
        self._alone = False
        self._subreaper = True

    @property
    def isolation(self) -> Isolation:
        return isolation(uid=self._uid, subreaper=self._subreaper)

    def start(self) -> None:
        """Starts the zygote that most submissions use. Raises SandboxError."""
        self._zygote(frozenset())

    def close(self) -> None:
        while self._zygotes:
            self._zygotes.popitem()[1].close()

    # What is asked of a sandbox

    def run_program(
        self, program: Program, stdin: bytes, limits: Limits, *, keep_bytes: int, deadline: float | None = None
    ) -> Facts:
        facts = self._run_program(program, stdin, limits, keep_bytes, deadline)
        if is_borderline(facts, limits):
            with self._by_itself():
                facts = self._run_program(program, stdin, limits, keep_bytes, deadline)
        return facts

    def run_calls(
        self,
        program: Program,
        calls: Sequence[bytes],
        limits: Limits,
        *,
        max_answer_bytes: int,
        deadline: float | None = None,
    ) -> list[Facts]:
        done: list[Facts] = []
        while len(done) < len(calls):
            done += self._run_calls(program, calls[len(done) :], limits, max_answer_bytes, deadline)
        for position, facts in enumerate(done):
            if is_borderline(facts, limits):
                with self._by_itself():
                    call = calls[position : position + 1]
                    [done[position]] = self._run_calls(program, call, limits, max_answer_bytes, deadline)
        return done

    def _run_program(
        self, program: Program, stdin: bytes, limits: Limits, keep_bytes: int, deadline: float | None
    ) -> Facts:
        cell = self._cell(program, (), stdin, limits, keep_bytes, 0, deadline)
        if isinstance(cell, Facts):
            return cell
        watch = cell.watch
        facts = replace(
            end_facts(cell.watch, cell.ended, limits),
            stdout=watch.stdout,
            stdout_bytes=watch.stdout_bytes,
            stderr_tail=watch.stderr_tail,
            cpu_time_s=cell.ended.cpu_s,
            wall_time_s=watch.wall_s,
        )
        return with_report(facts, watch.frames[0]) if watch.frames else facts

    def _run_calls(
        self, program: Program, calls: Sequence[bytes], limits: Limits, max_answer_bytes: int, deadline: float | None
    ) -> list[Facts]:
        """Facts of the first of `calls`, at least one: as many as one cell could answer, and what ended it."""
        cell = self._cell(program, calls, b"", limits, 0, max_answer_bytes, deadline)
        if isinstance(cell, Facts):
            return [cell] * len(calls)
        watch, end = cell.watch, end_facts(cell.watch, cell.ended, limits)
        loaded = bool(watch.frames) and watch.frames[0] == b"L"
        answers = watch.frames[1:] if loaded else []
        spent = shares(watch, cell.ended)
        if end.killed is Killed.MEMORY and len(answers) == len(calls) and len(calls) > 1:
            # All answered, yet at some moment there was too much: which call it was shows one by one.
            return [self._run_calls(program, [call], limits, max_answer_bytes, deadline)[0] for call in calls]
        done = []
        for (cpu_s, wall_s), answer in zip(spent[1:], answers, strict=False):
            facts = Facts(
                answer=answer[1:] if answer[:1] == b"V" else None,
                cpu_time_s=cpu_s,
                wall_time_s=wall_s,
                peak_memory_bytes=end.peak_memory_bytes,
            )
            done.append(facts if facts.answer is not None else with_report(facts, answer))
        if len(done) == len(calls):
            if end.killed in (Killed.MEMORY, Killed.OUTPUT, Killed.PROTOCOL):
                done[-1] = replace(end, cpu_time_s=done[-1].cpu_time_s, wall_time_s=done[-1].wall_time_s)
            return done
        cpu_s, wall_s = spent[-1]
        last = replace(end, cpu_time_s=cpu_s, wall_time_s=wall_s, stage=Stage.RUN if loaded else Stage.LOAD)
        if loaded:
            return [*done, last]
        # It failed before any call, as it would again for each of them.
        return [with_report(last, watch.frames[0]) if watch.frames else last] * len(calls)

    # One cell

    @contextmanager
    def _by_itself(self) -> Iterator[None]:
        """A borderline time is measured again while no other cell of this keeper runs."""
        with self._turnstile.alone():
            self._alone = True
            try:
                yield
            finally:
                self._alone = False

    def _cell(
        self,
        program: Program,
        calls: Sequence[bytes],
        stdin: bytes,
        limits: Limits,
        keep_bytes: int,
        max_answer_bytes: int,
        deadline: float | None,
    ) -> _Cell | Facts:
        """Runs a cell in the environment that the submission needs; Facts where there is nothing more to know."""
        environment: frozenset[str] = frozenset()
        lost = 0
        for _ in range(8):
            try:
                zygote = self._zygote(environment)
                with contextlib.nullcontext() if self._alone else self._turnstile.among_others():
                    cell = self._one(zygote, program, calls, stdin, limits, keep_bytes, max_answer_bytes, deadline)
            except SandboxError as error:
                self._discard(environment)
                lost += 1
                if lost > 1:
                    if error.step == "zygote":
                        return Facts(killed=Killed.ZYGOTE)
                    return Facts(fault=str(error))
                continue
            if cell.needs is None:
                return cell
            environment |= cell.needs
        return Facts(fault="environment: the submission keeps asking for more modules")

    def _one(
        self,
        zygote: Zygote,
        program: Program,
        calls: Sequence[bytes],
        stdin: bytes,
        limits: Limits,
        keep_bytes: int,
        max_answer_bytes: int,
        deadline: float | None,
    ) -> _Cell:
        is_function = program.kind == "function"
        header = protocol.pack(
            {
                "kind": program.kind,
                "code": program.code,
                "entry_point": program.entry_point,
                "result": program.result,
                "max_answer_bytes": max_answer_bytes,
            }
        )
        requests = b"".join(itertools.chain([protocol.frame(header)], (protocol.frame(call) for call in calls)))
        confinement = {
            "uid": self._uid,
            "cpu_s": math.ceil(limits.cpu_time_s * GRACE * (len(calls) + 1)) + 3,
            "address_bytes": zygote.address_bytes + limits.memory_bytes + ADDRESS_HEADROOM_BYTES,
            "processes": PROCESSES + (zygote.processes if self._uid is None else 0),
        }
        mine: list[int] = []
        theirs: list[int] = []
        try:
            pipes = _open_pipes(mine, theirs, is_function)
            pid = zygote.fork(confinement, theirs)
        except BaseException as error:
            for fd in mine:
                os.close(fd)
            if isinstance(error, OSError):
                raise SandboxError("open pipes", error.strerror or "", errno=error.errno) from None
            raise
        finally:
            for fd in set(theirs):
                os.close(fd)
        watch = Watch(
            zygote,
            pid,
            limits,
            keep_bytes=keep_bytes,
            max_frame_bytes=max_answer_bytes + 65_536,
            expected_frames=len(calls) + 1,
            deadline=deadline,
        )
        try:
            watch.read_answers(pipes["answers"])
            watch.read_output(pipes["stdout"], pipes.get("stderr", -1))
            watch.feed(pipes["requests"], requests)
            if not is_function:
                watch.feed(pipes["stdin"], stdin)
            watch.until_end()
        except BaseException as error:
            if isinstance(error, SandboxError) or not isinstance(error, Exception):
                _kill_quietly(pid)
            raise
        finally:
            watch.close()
        assert watch.ended is not None
        cell = _Cell(watch, watch.ended)
        if watch.frames and watch.frames[0][:1] == b"N":
            cell.needs = _asked_for(watch.frames[0], zygote.packages)
        elif watch.frames and watch.frames[0][:1] == b"Z":
            raise SandboxError("set up cell", watch.frames[0][1:].decode(errors="replace"))
        return cell

    def _zygote(self, environment: frozenset[str]) -> Zygote:
        zygote = self._zygotes.get(environment)
        if zygote is None:
            while len(self._zygotes) >= MAX_ZYGOTES:
                self._zygotes.popitem(last=False)[1].close()
            zygote = self._zygotes[environment] = Zygote(self._options, environment)
            self._subreaper = zygote.subreaper
        self._zygotes.move_to_end(environment)
        return zygote

    def _discard(self, environment: frozenset[str]) -> None:
        zygote = self._zygotes.pop(environment, None)
        if zygote is not None:
            zygote.close()


def _open_pipes(mine: list[int], theirs: list[int], is_function: bool) -> dict[str, int]:
    """Our ends by name. `theirs` gets the cell's, in the order of CELL_FDS; both lists are filled as we go, so that
    the caller can close what was opened before a failure."""
    pipes: dict[str, int] = {}

    def pipe(name: str, *, cell_reads: bool) -> None:
        read, write = os.pipe()
        ours, its = (write, read) if cell_reads else (read, write)
        pipes[name] = ours
        mine.append(ours)
        theirs.append(its)

    if is_function:
        theirs.append(os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC))
        pipe("stdout", cell_reads=False)
        theirs.append(theirs[-1])
    else:
        pipe("stdin", cell_reads=True)
        pipe("stdout", cell_reads=False)
        pipe("stderr", cell_reads=False)
    pipe("requests", cell_reads=True)
    pipe("answers", cell_reads=False)
    return pipes


def _asked_for(frame: bytes, packages: frozenset[str]) -> frozenset[str]:
    """The environment that a cell asks for, of which it gets what there is: the cell's word may not be believed."""
    with contextlib.suppress(ValueError, TypeError):
        return frozenset(json.loads(frame[1:])) & (packages | {"stdlib"})
    return frozenset()


def _kill_quietly(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, signal.SIGKILL)
