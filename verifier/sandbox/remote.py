"""A sandbox in another process, on another machine: an *executor* (verifier/executor.py).

        grader: suites, expected values, checkers          executor: nothing but the submission and its inputs
        RemoteKeeper -> RemoteSandbox  -- transport, JSON -->  handler -> Keeper -> Slot -> zygote -> cell

The grader then runs no foreign code at all, and what a submission could take over where it does run holds no answers.
A transport takes the bytes of a request, and when the caller gives up (by `time.monotonic`, None for never); it gives
the bytes of the answer, and raises SandboxError, or ExecutorDied.

Suites that bring their own tests are refused: their code holds the expected values, which would have to go along. So
are interactive ones, whose interactor would have to talk to the submission while it runs. A custom checker runs in a
tester on the grader's side: it is code of the suite, and is shown nothing but the answers.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Literal, NoReturn, Protocol

from verifier.errors import SandboxError
from verifier.limits import Limits
from verifier.sandbox.answer_room import AnswerRoom
from verifier.sandbox.base import (
    NOT_RUN,
    Arbiter,
    Checking,
    Conversed,
    Facts,
    Isolation,
    Killed,
    Program,
    Ruling,
    Sandbox,
    TestRun,
    Tests,
)
from verifier.sandbox.executor_wire import (
    MAX_CALLS,
    MAX_KEPT_BYTES,
    MAX_REQUEST_BYTES,
    Answer,
    Malformed,
    read_answer,
    write_request,
)
from verifier.sandbox.local_checkers import LocalCheckers
from verifier.sandbox.zygotes import SandboxOptions

Transport = Callable[[bytes, float | None], bytes]

_NO_INTERACTOR = "suites of kind interactive are not supported by one: their interactor holds answers"

LATE_S = 1.0
"""How long after the caller's deadline an answer is still waited for."""


class ExecutorDied(SandboxError):
    """The executor's process ended, or was ended for its time, in the midst of a request."""


class SandboxPool(Protocol):
    """What a Verifier asks of whatever holds its sandboxes: `Keeper`, or `RemoteKeeper`."""

    def start(self) -> None:
        """Raises SandboxError."""
        ...

    def slot(self) -> AbstractContextManager[Sandbox]:
        """A sandbox for the caller alone."""
        ...

    def close(self) -> None: ...


class RemoteKeeper:
    """Stands in for a `Keeper`: `Verifier(suites, workers=32, sandbox=RemoteKeeper(transport))`. A worker only waits,
    so there may be as many as executors may run at a time. `transport` is called from all of them. `options` are for
    the testers that custom checkers run in, which are here."""

    def __init__(self, transport: Transport, options: SandboxOptions | None = None) -> None:
        self._transport = transport
        self._checkers = LocalCheckers(options or SandboxOptions())

    def start(self) -> None:
        """Asks the executor whether it is there. Raises SandboxError."""
        RemoteSandbox(self._transport).hello()

    def close(self) -> None:
        """The executor stays."""
        self._checkers.close()

    @contextmanager
    def slot(self) -> Iterator[RemoteSandbox]:
        yield RemoteSandbox(self._transport, self._checkers)


class RemoteSandbox:
    """See `base.Sandbox`. Where the executor fails or says what can't be, cases have a fault."""

    def __init__(self, transport: Transport, checkers: LocalCheckers | None = None) -> None:
        """Without `checkers`, suites with one of their own are judge errors."""
        self._transport = transport
        self._checkers = checkers
        self._isolation = NOT_RUN
        self._attempts: dict[str, None] = {}

    @property
    def isolation(self) -> Isolation:
        return self._isolation

    def take_attempts(self) -> tuple[str, ...]:
        taken = tuple(self._attempts)
        self._attempts.clear()
        return taken

    def hello(self, deadline: float | None = None) -> None:
        """Raises SandboxError where the executor doesn't answer."""
        try:
            answer = read_answer(self._transport(write_request("hello"), deadline), most=0, keep_bytes=0, do="hello")
        except Malformed as problem:
            raise SandboxError("executor", f"its answer can't be used: {problem}") from None
        self._isolation = answer.isolation

    def run_program(
        self, program: Program, stdin: bytes, limits: Limits, *, keep_bytes: int, deadline: float | None = None
    ) -> Facts:
        if keep_bytes > MAX_KEPT_BYTES:
            return Facts(fault="executor: so much output does not come back from one")
        request = write_request(
            "program", program, limits, stdin=stdin, keep_bytes=keep_bytes, time_limit_s=_remaining_s(deadline)
        )
        answer = self._asked(request, "program", 1, keep_bytes, deadline)
        return answer if isinstance(answer, Facts) else answer.facts[0]

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
        """As many requests as it takes: calls of one request share a process, those of two don't. An answer that is too
        much beside those before it is dropped here."""
        if max_answer_bytes > MAX_KEPT_BYTES:
            return [Facts(fault="executor: such large answers do not come back from one")] * len(calls)
        done: list[Facts] = []
        kept = AnswerRoom(max_answers_bytes)
        room = MAX_REQUEST_BYTES - len(write_request("calls", program, limits)) - 1024
        while len(done) < len(calls):
            count = _fitting(calls, len(done), room)
            if count == 0:
                done.append(Facts(fault="executor: the arguments are over the 6 MB that it takes"))
                continue
            timeouts = sum(facts.killed in (Killed.CPU_TIME, Killed.WALL_TIME) for facts in done)
            request = write_request(
                "calls",
                program,
                limits,
                calls=calls[len(done) : len(done) + count],
                keep_bytes=max_answer_bytes,
                stop_early=stop_early,
                max_timeouts=None if max_timeouts is None else max_timeouts - timeouts,
                time_limit_s=_remaining_s(deadline),
            )
            answer = self._asked(request, "calls", count, max_answer_bytes, deadline)
            if isinstance(answer, Facts):
                return [*done, *[answer] * (len(calls) - len(done))]
            done += _within(kept, answer.facts)
            # That it stopped is not the executor's to say: what it left out for other reasons is asked for again.
            timeouts = sum(facts.killed in (Killed.CPU_TIME, Killed.WALL_TIME) for facts in done)
            if (stop_early and _ended(done[-1])) or (max_timeouts is not None and timeouts >= max_timeouts):
                break
        return done

    def collect(self, tests: Tests, limits: Limits, *, deadline: float | None = None) -> list[str] | None:
        _refuse(tests)

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
        _refuse(tests)

    @contextmanager
    def checking(self, arbiter: Arbiter, *, deadline: float | None = None) -> Iterator[Checking]:
        if self._checkers is None:
            yield _NoChecking()
        else:
            yield self._checkers.checking(arbiter, deadline)

    def converse(
        self, program: Program, arbiter: Arbiter, case: bytes, limits: Limits, *, deadline: float | None = None
    ) -> Conversed:
        return Conversed(Facts(fault=f"executor: {_NO_INTERACTOR}"), Ruling())

    def _asked(
        self,
        request: bytes,
        do: Literal["program", "calls"],
        most: int,
        keep_bytes: int,
        deadline: float | None,
    ) -> Answer | Facts:
        """The answer; Facts where there is none to be had."""
        if len(request) > MAX_REQUEST_BYTES:
            return Facts(fault="executor: code and input are over the 6 MB that it takes")
        for last in (False, True):
            if deadline is not None and time.monotonic() > deadline:
                return Facts(killed=Killed.DEADLINE)
            try:
                sent = self._sent(request, deadline)
                if sent is None:
                    return Facts(killed=Killed.DEADLINE)
                answer = read_answer(sent, most=most, keep_bytes=keep_bytes, do=do)
            except ExecutorDied as error:
                if last:
                    return self._killer(str(error), deadline)
            except Malformed as problem:
                if last:
                    return Facts(fault=f"executor: its answer can't be used: {problem}")
            except SandboxError as error:
                if last:
                    return Facts(fault=str(error))
            else:
                self._attempts.update(dict.fromkeys(answer.attempts))
                self._isolation = answer.isolation
                return answer
        raise AssertionError("the last try returns")

    def _sent(self, request: bytes, deadline: float | None) -> bytes | None:
        """None where the answer doesn't come by the deadline: an executor may hang, and the caller must answer."""
        if deadline is None:
            return self._through(request, deadline)
        outcome: list[bytes | SandboxError] = []

        def send() -> None:
            try:
                outcome.append(self._through(request, deadline))
            except SandboxError as error:
                outcome.append(error)

        sender = threading.Thread(target=send, name="verifier-executor", daemon=True)
        sender.start()
        sender.join(max(0.0, deadline - time.monotonic()) + LATE_S)
        if not outcome:
            return None
        if isinstance(outcome[0], SandboxError):
            raise outcome[0]
        return outcome[0]

    def _through(self, request: bytes, deadline: float | None) -> bytes:
        try:
            return self._transport(request, deadline)
        except SandboxError:
            raise
        except Exception as error:
            raise SandboxError("call executor", f"{type(error).__name__}: {error}") from None

    def _killer(self, reason: str, deadline: float | None) -> Facts:
        """An executor that dies twice under the same submission, and answers without it, was killed by it: else a
        submission could choose to be our failure."""
        try:
            self.hello(deadline)
        except SandboxError:
            return Facts(fault=f"executor: {reason}")
        self._attempts["executor killed"] = None
        return Facts(killed=Killed.ZYGOTE)


class _NoChecking:
    def check(self, case: bytes, answer: bytes) -> Ruling:
        return Ruling(fault="executor: there are no testers for a custom checker on this side")


def _refuse(tests: Tests) -> NoReturn:
    raise SandboxError("executor", f"suites of kind {tests.kind} are not supported by one: their code holds answers")


def _fitting(calls: Sequence[bytes], start: int, room: int) -> int:
    """How many calls, from `start` on, fit into a request."""
    count = 0
    for call in calls[start : start + MAX_CALLS]:
        room -= 4 * (len(call) // 3 + 1) + 4
        if room < 0:
            break
        count += 1
    return count


def _within(room: AnswerRoom, facts: Sequence[Facts]) -> Iterator[Facts]:
    for one in facts:
        is_kept = one.answer is None or room.takes(len(one.answer))
        yield one if is_kept else one._replace(answer=None, answer_too_large=True)


def _ended(facts: Facts) -> bool:
    """Whether its process came to an end with it."""
    return facts.killed is not None or facts.exit_status is not None or facts.signal is not None


def _remaining_s(deadline: float | None) -> float | None:
    return None if deadline is None else max(0.0, deadline - time.monotonic())
