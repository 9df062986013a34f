"""One worker's sandbox: which environment a submission runs in, what is run again, and what each run tells."""

from __future__ import annotations

import contextlib
import math
import os
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace

from verifier.errors import SandboxError
from verifier.limits import Limits
from verifier.sandbox import protocol
from verifier.sandbox.arbiters import Arbiters
from verifier.sandbox.base import (
    LOST,
    NOT_RUN,
    Arbiter,
    Checking,
    Conversed,
    Facts,
    Isolation,
    Killed,
    Program,
    Stage,
    TestRun,
    Tests,
)
from verifier.sandbox.compiled import CompiledCache
from verifier.sandbox.conversation import Conversation
from verifier.sandbox.facts import (
    MAX_CONFIRMED,
    SPOILS_THE_LAST,
    any_lacks_module,
    asked_modules,
    attempts_of,
    bytes_of_answers,
    end_facts,
    is_borderline,
    is_slow,
    reports_of,
    shares,
    with_report,
)
from verifier.sandbox.folder import Folder
from verifier.sandbox.orphans import Orphans
from verifier.sandbox.pipes import close_all, open_pipes
from verifier.sandbox.policy import MAX_TASKS, Layer, Problem, isolation, place_of, policy_of
from verifier.sandbox.shortage import Shortage
from verifier.sandbox.tested import ADDRESS_HEADROOM_BYTES, TestedPrograms
from verifier.sandbox.turnstile import Turnstile
from verifier.sandbox.watch import GRACE, Watch
from verifier.sandbox.zygotes import SandboxOptions, Zygote, ZygotePool

MAX_ZYGOTES = 4
"""Environments that one slot keeps warm; the least recently used one goes first."""

MAX_TESTER_ZYGOTES = 4


@dataclass(frozen=True, slots=True)
class _Run:
    """Everything that one cell is asked to do."""

    program: Program
    limits: Limits
    calls: Sequence[bytes] = ()
    stdin: bytes = b""
    keep_bytes: int = 0
    max_answer_bytes: int = 0
    max_answers_bytes: int | None = None
    deadline: float | None = None
    talk: Conversation | None = None
    """What feeds its stdin and takes its stdout."""


@dataclass(slots=True)
class _Known:
    """What earlier cells of the same program told: the modules it needs, and its bytecode."""

    code: str = ""
    environment: frozenset[str] = frozenset()
    bytecode: bytes | None = None
    confirmed: Counter[Limits] = field(default_factory=Counter)
    """Borderline cases that were too slow by themselves too."""


class Slot:
    """The sandbox of one worker. See `base.Sandbox`."""

    def __init__(
        self,
        number: int,
        options: SandboxOptions,
        turnstile: Turnstile,
        compiled: CompiledCache,
        problems: Mapping[Layer, Problem],
    ) -> None:
        """`problems` are those of the keeper's own layers."""
        self._policy = policy_of(options.policy)
        self._own_problems = problems
        place = place_of(number, self._policy)
        self._uid = place.cell_uid
        self._processor = place.processor
        self._scratch = Folder(place.cell_uid)
        self._attempts: dict[str, None] = {}
        self._turnstile = turnstile
        self._zygotes = ZygotePool(options, "zygote", MAX_ZYGOTES)
        self._orphans = Orphans(os.getuid() if self._uid is None else self._uid)
        self._pid = -1
        self._shortage = Shortage()
        self._known = _Known()
        self._alone = False
        self._isolation = NOT_RUN
        self._testers = ZygotePool(options, "tester_zygote", MAX_TESTER_ZYGOTES)
        self._arbiters = Arbiters(self._testers, compiled, place, self._among_others)
        self._tested = TestedPrograms(
            self._zygote,
            self._zygotes.discard,
            self._testers,
            compiled,
            place,
            self._scratch,
            self._attempts,
            self._orphans,
            self._among_others,
            self._by_itself,
        )

    @property
    def isolation(self) -> Isolation:
        return self._isolation

    def take_attempts(self) -> tuple[str, ...]:
        taken = tuple(self._attempts)
        self._attempts.clear()
        return taken

    def start(self) -> None:
        """Starts the zygote that most submissions use. Raises SandboxError."""
        self._zygote(frozenset())

    def close(self) -> None:
        self._zygotes.close()
        self._testers.close()
        self._tested.close()
        self._arbiters.close()
        self._orphans.settle()
        self._scratch.close()

    # What is asked of a sandbox

    def run_program(
        self, program: Program, stdin: bytes, limits: Limits, *, keep_bytes: int, deadline: float | None = None
    ) -> Facts:
        run = _Run(program, limits, stdin=stdin, keep_bytes=keep_bytes, deadline=deadline)
        facts = self._program_facts(run)
        if self._is_in_doubt(facts, limits):
            with self._by_itself():
                facts = self._program_facts(run)
            self._known.confirmed[limits] += is_slow(facts, limits)
        return facts

    def run_calls(
        self,
        program: Program,
        calls: Sequence[bytes],
        limits: Limits,
        *,
        max_answer_bytes: int,
        max_answers_bytes: int | None = None,
        stop_early: bool = False,
        max_timeouts: int | None = None,
        deadline: float | None = None,
    ) -> list[Facts]:
        run = _Run(program, limits, calls, max_answer_bytes=max_answer_bytes, deadline=deadline)
        done: list[Facts] = []
        while len(done) < len(calls):
            room = None if max_answers_bytes is None else max_answers_bytes - bytes_of_answers(done)
            done += self._call_facts(replace(run, calls=calls[len(done) :], max_answers_bytes=room))
            if len(done) < len(calls):
                timeouts = sum(facts.killed in (Killed.CPU_TIME, Killed.WALL_TIME) for facts in done)
                if stop_early or (max_timeouts is not None and timeouts >= max_timeouts):
                    break
        for position, facts in enumerate(done):
            if self._is_in_doubt(facts, limits):
                with self._by_itself():
                    [done[position]] = self._call_facts(replace(run, calls=[calls[position]]))
                self._known.confirmed[limits] += is_slow(done[position], limits)
        return done

    def _is_in_doubt(self, facts: Facts, limits: Limits) -> bool:
        """Whether it is to be measured again, with nobody else at work."""
        return is_borderline(facts, limits) and self._known.confirmed[limits] < MAX_CONFIRMED

    def collect(self, tests: Tests, limits: Limits, *, deadline: float | None = None) -> list[str] | None:
        return self._tested.collect(tests, limits, deadline=deadline)

    def run_tests(
        self,
        program: Program,
        tests: Tests,
        limits: Limits,
        *,
        stop_early: bool = False,
        max_timeouts: int | None = None,
        deadline: float | None = None,
    ) -> TestRun:
        return self._tested.run_tests(
            program, tests, limits, stop_early=stop_early, max_timeouts=max_timeouts, deadline=deadline
        )

    def checking(self, arbiter: Arbiter, *, deadline: float | None = None) -> AbstractContextManager[Checking]:
        return self._arbiters.checking(arbiter, deadline=deadline)

    def converse(
        self, program: Program, arbiter: Arbiter, case: bytes, limits: Limits, *, deadline: float | None = None
    ) -> Conversed:
        conversed = self._conversed(program, arbiter, case, limits, deadline)
        if self._is_in_doubt(conversed.facts, limits):
            with self._by_itself():
                conversed = self._conversed(program, arbiter, case, limits, deadline)
            self._known.confirmed[limits] += is_slow(conversed.facts, limits)
        return conversed

    def _conversed(
        self, program: Program, arbiter: Arbiter, case: bytes, limits: Limits, deadline: float | None
    ) -> Conversed:
        talk = Conversation(self._arbiters, arbiter, case, processor=self._processor, deadline=deadline)
        facts = self._program_facts(_Run(program, limits, deadline=deadline, talk=talk))
        return Conversed(facts, talk.ruling, talk.transcript.text())

    def _program_facts(self, run: _Run) -> Facts:
        watch = self._watched(run)
        if isinstance(watch, Facts):
            return watch
        end = self._end_facts(watch, run)
        if watch.was_dismissed:
            end = end._replace(exit_status=None, signal=None)  # that was us
        facts = end._replace(
            stdout=watch.stdout,
            stdout_bytes=watch.stdout_bytes,
            stderr_tail=watch.stderr_tail,
            cpu_time_s=watch.end.cpu_s,
            wall_time_s=watch.wall_s,
        )
        return with_report(facts, reports[0]) if (reports := reports_of(watch)) else facts

    def _call_facts(self, run: _Run) -> list[Facts]:
        """Facts of the first of the calls, at least one: as many as one cell could answer, and what ended it."""
        calls = run.calls
        watch = self._watched(run)
        if isinstance(watch, Facts):
            return [watch] * len(calls)
        end, spent = self._end_facts(watch, run), shares(watch)
        reports = reports_of(watch)
        loaded = bool(reports) and reports[0] == b"L"
        answers = reports[1:] if loaded else []
        if end.killed is Killed.MEMORY and loaded and len(calls) > 1:
            # At some moment there was too much, and calls had been answered: which of them it was shows one by one.
            return [self._call_facts(replace(run, calls=[call]))[0] for call in calls[: len(answers) + 1]]
        done = []
        for (cpu_s, wall_s), answer in zip(spent[2:], answers, strict=False):
            facts = Facts(
                answer=answer[1:] if answer[:1] == b"V" else None,
                cpu_time_s=cpu_s,
                wall_time_s=wall_s,
                peak_memory_bytes=end.peak_memory_bytes,
            )
            done.append(facts if facts.answer is not None else with_report(facts, answer))
        if len(done) == len(calls):
            if end.killed in SPOILS_THE_LAST:
                done[-1] = end._replace(cpu_time_s=done[-1].cpu_time_s, wall_time_s=done[-1].wall_time_s)
            return done
        cpu_s, wall_s = spent[-1]
        last = end._replace(cpu_time_s=cpu_s, wall_time_s=wall_s, stage=Stage.RUN if loaded else Stage.LOAD)
        if loaded:
            return [*done, last]
        # It failed before any call, as it would again for each of them.
        return [with_report(last, reports[0]) if reports else last] * len(calls)

    def _end_facts(self, watch: Watch, run: _Run) -> Facts:
        end = end_facts(watch, run.limits)
        self._attempts.update(dict.fromkeys(attempts_of(watch, end.killed)))
        return end

    # One cell

    @contextmanager
    def _by_itself(self) -> Iterator[None]:
        """A borderline time is measured again while no other cell of this keeper runs."""
        if self._alone:
            yield
            return
        with self._turnstile.alone():
            self._alone = True
            try:
                yield
            finally:
                self._alone = False

    def _among_others(self) -> AbstractContextManager[None]:
        return contextlib.nullcontext() if self._alone else self._turnstile.among_others()

    def _watched(self, run: _Run) -> Watch | Facts:
        """A finished cell, in the environment that the program needs; Facts where there was none to watch."""
        if run.program.code != self._known.code:
            self._known = _Known(run.program.code)
        lost = strikes = 0
        is_second = in_want_of_memory = False
        self._tested.settle()
        self._arbiters.settle()
        while True:
            if run.deadline is not None and time.monotonic() > run.deadline:
                return Facts(killed=Killed.DEADLINE)
            environment = self._known.environment
            self._pid = -1
            try:
                zygote = self._zygote(environment)
                with self._by_itself() if in_want_of_memory else self._among_others():
                    watch = self._one_cell(zygote, run)
            except SandboxError as error:
                self._zygotes.discard(environment)
                self._orphans.sweep(self._pid)
                lost += 1
                strikes += error.step == LOST
                if lost > 1:
                    if strikes < lost:
                        return Facts(fault=str(error))
                    self._attempts["zygote killed"] = None
                    return Facts(killed=Killed.ZYGOTE)
                continue
            except BaseException:
                self._zygotes.discard(environment)  # in the midst of a cell: nobody knows what it would say next
                raise
            # In a conversation it would be another guess, after what the interactor has said.
            if not self._learn(watch, zygote, may_start_anew=run.talk is None):
                if watch.was_killed_by_others and not is_second:
                    is_second = True  # if it was its own doing it will do it again; it gains nothing, knowing no answer
                    in_want_of_memory = self._shortage.was()  # for which others may be to blame
                    if run.talk is None or in_want_of_memory:
                        continue
                return watch
            if self._known.environment <= environment:
                return Facts(fault="environment: the submission keeps asking for modules that it has")

    def _learn(self, watch: Watch, zygote: Zygote, *, may_start_anew: bool) -> bool:
        """Takes out of the answers what is about the program and not about a case; True where it asks for another
        environment and has not run, or turned out to need one."""
        kind = watch.frames[0][:1] if watch.frames else b""
        if kind == b"P":
            self._known.bytecode = watch.frames.pop(0)[1:]
        elif kind == b"N":  # from our own code: the submission's would come after R
            asked = asked_modules(watch.frames[0]) & (zygote.packages | {"stdlib"})
            self._known.environment |= asked
        if may_start_anew and not self._known.environment and any_lacks_module(reports_of(watch)):
            self._known.environment = frozenset({"stdlib"})
            return True
        return kind == b"N"

    def _one_cell(self, zygote: Zygote, run: _Run) -> Watch:
        mine: list[int] = []
        theirs: list[int] = []
        is_function = run.program.kind == "function"
        try:
            pipes = open_pipes(mine, theirs, has_stdin=not is_function)
            scratch = zygote.scratch(self._scratch) if run.program.scratch else ""
            pid = self._pid = zygote.fork(self._confinement(zygote, run), theirs, scratch)
        except BaseException as error:
            close_all(mine)
            if isinstance(error, OSError):
                raise SandboxError("open pipes", error.strerror or "", errno=error.errno) from None
            raise
        finally:
            close_all(theirs)
        watch = Watch(
            zygote,
            pid,
            run.limits,
            keep_bytes=run.keep_bytes,
            max_frame_bytes=(run.max_answer_bytes if is_function else protocol.MAX_BYTECODE_BYTES) + 65_536,
            expected_frames=len(run.calls) + (2 if is_function else 3),
            deadline=run.deadline,
            poller=run.talk.begin() if run.talk is not None else None,
            max_frames_bytes=run.max_answers_bytes,
        )
        watch.scratch = "" if zygote.can_mount else scratch
        try:
            watch.read_answers(pipes["answers"])
            watch.read_output(pipes["stdout"], pipes.get("stderr", -1))
            watch.feed(pipes["requests"], self._requests(run))
            if run.talk is not None:
                run.talk.hold(watch, pid, pipes["stdin"])
            else:
                if not is_function:
                    watch.feed(pipes["stdin"], run.stdin)
                watch.until_end()
        finally:
            watch.close()
            if scratch:
                self._scratch.clear()
        if watch.frames and watch.frames[0][:1] == b"Z":
            raise SandboxError("set up cell", watch.frames[0][1:].decode(errors="replace"))
        return watch

    def _confinement(self, zygote: Zygote, run: _Run) -> tuple[int, int, int, int]:
        """What `protocol` calls UID CPU_S ADDRESS_BYTES PROCESSES."""
        return (
            -1 if self._uid is None else self._uid,
            math.ceil(run.limits.cpu_time_s * GRACE * (len(run.calls) + 1)) + 3,
            zygote.address_bytes + run.limits.memory_bytes + ADDRESS_HEADROOM_BYTES,
            MAX_TASKS,
        )

    def _requests(self, run: _Run) -> bytes:
        program, bytecode = run.program, self._known.bytecode
        header = {
            "kind": program.kind,
            "form": "source" if bytecode is None else "bytecode",
            "share_bytecode": program.kind == "stdio" and bytecode is None,
            "entry_point": program.entry_point,
            "result": program.result,
            "max_answer_bytes": run.max_answer_bytes,
        }
        text = program.code.encode("utf-8", "surrogatepass") if bytecode is None else bytecode
        return b"".join(map(protocol.frame, (protocol.pack(header), text, *run.calls)))

    def _zygote(self, environment: frozenset[str]) -> Zygote:
        zygote = self._zygotes.get(environment)
        if self._isolation is NOT_RUN:
            problems = {**zygote.problems, **self._own_problems}
            self._policy.check(problems)
            self._isolation = isolation(self._policy, problems)
        return zygote
