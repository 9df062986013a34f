"""Arbiters: code of a suite that says whether an answer is right, each in a tester of its own.

A checker gets one answer after the other, and the tester lives until it fails; one that is a program gets a tester for
each. An interactor gets a submission that runs (conversation.py). What a tester says here is believed, since it runs no
code of a submission; but it is said about what a submission chose, so each part is looked at.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import select
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

from verifier.errors import SandboxError
from verifier.sandbox import protocol
from verifier.sandbox.base import Arbiter, Checking, Killed, Ruling
from verifier.sandbox.compiled import CompiledCache, CompiledTests
from verifier.sandbox.facts import asked_modules
from verifier.sandbox.folder import Folder
from verifier.sandbox.pipes import close_all, open_arbiter_pipes
from verifier.sandbox.policy import MAX_TASKS, Place
from verifier.sandbox.watch import TICK_S, Watch
from verifier.sandbox.zygotes import Zygote, ZygotePool

ACCEPTED_STATUS, REFUSED_STATUS = 42, 43
"""With which a program of Kattis' form ends."""

BACKSTOP_CPU_S = 3600
"""That the kernel lets a tester use, in case that the keeper is gone."""

MAX_FRAME_BYTES = protocol.MAX_BYTECODE_BYTES + 65_536
MAX_NOTE_CHARS = 4096


class KilledByOthers(SandboxError):
    """A tester was killed by a signal that nobody here has sent."""


KILLED_TWICE = Ruling(failure="it was killed, and once more when all had begun anew", involved=True)
"""The machine's memory is short, or it was the submission, where no layer of the jail forbids that: that must be no way
to a judge error."""


@dataclass(slots=True)
class Word:
    """All that the tester of an arbiter told."""

    is_loaded: bool = False
    ruling: Ruling | None = None
    code: bytes | None = None
    needs: bytes | None = None
    notes: str = ""

    def take(self, payload: bytes) -> None:
        """Raises SandboxError for what the tester could not do, or told in no known form."""
        try:
            self._take(payload[:1], payload[1:])
        except (ValueError, TypeError, RecursionError) as error:
            raise SandboxError("tester", f"sent a frame that can't be read: {type(error).__name__}") from None

    def _take(self, kind: bytes, body: bytes) -> None:
        if kind == b"L":
            self.is_loaded = True
        elif kind == b"V":
            accepted, why, heard_end = json.loads(body)
            if type(accepted) is not bool or type(why) is not str or not self.is_loaded:
                raise ValueError
            self.ruling = Ruling(accepted, why[:MAX_NOTE_CHARS], heard_end=heard_end is True)
        elif kind == b"F":
            how, heard = json.loads(body)
            self.ruling = Ruling(failure=str(how)[:MAX_NOTE_CHARS], involved=heard is True)
        elif kind == b"U":
            self.ruling = Ruling(unreadable=True, why=str(json.loads(body))[:MAX_NOTE_CHARS])
        elif kind == b"X":
            name, message, _ = json.loads(body)
            self.ruling = Ruling(failure=f"it can't be loaded: {name}: {message}"[:MAX_NOTE_CHARS])
        elif kind == b"J":
            self.notes = f"{self.notes}\n{json.loads(body)}"[:MAX_NOTE_CHARS].lstrip("\n")
        elif kind == b"M":
            self.code = body
        elif kind == b"N":
            self.needs = kind + body
        elif kind == b"Z":
            raise SandboxError("tester", body.decode(errors="replace"))
        else:
            raise SandboxError("tester", f"sent a frame of kind {kind!r}")


class ArbiterProcess:
    """One tester with an arbiter, from its fork to its end. Raises SandboxError where that can't be had."""

    def __init__(
        self,
        arbiter: Arbiter,
        compiled: CompiledTests,
        zygote: Zygote,
        place: Place,
        folder: Folder,
        *,
        poller: select.poll,
        deadline: float | None,
    ) -> None:
        self.word = Word()
        self.arbiter = arbiter
        self.zygote = zygote
        self._talks = arbiter.role == "interactor"
        self._poller = poller
        self._folder = folder
        mine: list[int] = []
        theirs: list[int] = []
        limits = arbiter.limits
        try:
            root = folder.get()
            self.pipes = open_arbiter_pipes(mine, theirs, talks=self._talks)
            uid = -1 if place.tester_uid is None else place.tester_uid
            confinement = (uid, BACKSTOP_CPU_S, zygote.address_bytes + limits.memory_bytes, MAX_TASKS)
            self.pid = zygote.fork(confinement, theirs)
        except BaseException as error:
            close_all(mine)
            if isinstance(error, OSError):
                raise SandboxError("start tester", error.strerror or "", errno=error.errno) from None
            raise
        finally:
            close_all(theirs)
        self.watch = Watch(
            zygote,
            self.pid,
            limits,
            keep_bytes=0,
            max_frame_bytes=MAX_FRAME_BYTES,
            expected_frames=1 << 60,
            deadline=deadline,
            poller=poller,
        )
        self.watch.read_answers(self.pipes["answers"])
        self.watch.read_answers_at_once(True)
        self.watch.read_output(self.pipes.get("stdout", -1), self.pipes["stderr"])
        if self._talks:
            self.watch.feed(self.pipes["stdin"], b"", more=True)
        self.say(protocol.pack(_header(arbiter, compiled, root)), compiled.code or arbiter.code.encode())

    def ask(self, case: bytes, answer: bytes) -> None:
        """A checker: the next answer."""
        self.word.ruling, self.word.notes = None, ""
        self.watch.stderr_tail = b""
        self.watch.mark(self.watch.cpu_s())
        self.say(case, answer, more=self.arbiter.form == "function")

    def say(self, *frames: bytes, more: bool = True) -> None:
        self.watch.feed(self.pipes["requests"], b"".join(map(protocol.frame, frames)), more=more)

    def listen(self) -> None:
        """Takes what it told meanwhile. What its code used before it was loaded is not the first case's."""
        watch, was_loaded = self.watch, self.word.is_loaded
        watch.take_answers()
        for payload in watch.frames:
            self.word.take(payload)
        watch.frames.clear()
        if self.word.is_loaded and not was_loaded:
            watch.mark(watch.cpu_s())

    def wait(self) -> None:
        """Until it has ended."""
        while self.watch.ended is None:
            self.turn()
        self.finish()

    def turn(self) -> None:
        """Waits for something to happen, for a tick at most, and sees to it."""
        for fd, _ in self._poller.poll(TICK_S * 1000):
            self.watch.handle(fd)
        self.listen()
        self.look()

    def look(self) -> None:
        if time.monotonic() - self.watch.looked_at >= TICK_S / 2:
            self.watch.look()

    def finish(self) -> None:
        """After its end."""
        self.watch.finish()
        self.listen()

    @property
    def exit_status(self) -> int:
        """Negative for a signal."""
        return os.waitstatus_to_exitcode(self.watch.end.status)

    @property
    def notes(self) -> str:
        """What it wrote for the author: its message, and the end of what it printed."""
        tail = self.watch.stderr_tail.decode(errors="replace").strip()
        return "\n".join(filter(None, (self.word.notes, tail)))

    def last_word(self) -> Ruling:
        """After its end. Raises KilledByOthers where somebody else has ended it."""
        watch, word = self.watch, self.word
        if watch.killed is Killed.DEADLINE:
            return Ruling(is_late=True)
        if watch.killed is not None:
            how = f"it was ended: over its limit of {watch.killed}"
            slow = watch.killed in (Killed.CPU_TIME, Killed.WALL_TIME)
            return Ruling(failure=how, involved=word.is_loaded, timed_out=slow)
        if word.ruling is not None:
            return word.ruling
        if watch.was_killed_by_others:
            raise KilledByOthers("tester", "somebody has killed it")
        status = self.exit_status
        if self.arbiter.form == "program" and word.is_loaded and status in (ACCEPTED_STATUS, REFUSED_STATUS):
            return Ruling(status == ACCEPTED_STATUS)
        how = f"it ended with status {status}" if status >= 0 else f"it was ended by signal {-status}"
        return Ruling(failure=how, involved=word.is_loaded)

    def close(self) -> None:
        """Ends it, where it has not ended."""
        if self.watch.ended is None:
            with contextlib.suppress(SandboxError):
                self.watch.dismiss()
                self.wait()
        if self.watch.ended is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
        self.watch.close()
        self._folder.clear()


def _header(arbiter: Arbiter, compiled: CompiledTests, root: str) -> dict[str, Any]:
    return {
        "mode": "run",
        "kind": "arbiter",
        "talks": arbiter.role == "interactor",
        "form": "source" if compiled.code is None else "bytecode",
        "arbiter_form": arbiter.form,
        "answers": arbiter.answers,
        "flags": arbiter.flags,
        "seed": arbiter.seed,
        "root": root,
        "texts": [f"{arbiter.role}.py"],
    }


class Arbiters:
    """Runs arbiters for one slot."""

    def __init__(
        self,
        testers: ZygotePool,
        compiled: CompiledCache,
        place: Place,
        among_others: Callable[[], AbstractContextManager[None]],
    ) -> None:
        self._testers = testers
        self._compiled = compiled
        self._place = place
        self._folder = Folder(place.tester_uid)
        self._among_others = among_others

    @contextmanager
    def checking(self, arbiter: Arbiter, *, deadline: float | None = None) -> Iterator[Checking]:
        session = _Session(self, arbiter, deadline)
        try:
            yield session
        finally:
            session.close()

    def start(self, arbiter: Arbiter, *, poller: select.poll, deadline: float | None) -> ArbiterProcess:
        """Raises SandboxError."""
        compiled = self._compiled.get(arbiter)
        zygote = self._testers.get(compiled.environment)
        return ArbiterProcess(arbiter, compiled, zygote, self._place, self._folder, poller=poller, deadline=deadline)

    def learn(self, process: ArbiterProcess) -> bool:
        """Keeps what a tester told of the code. True where it has to be started again, in another environment. Raises
        SandboxError where that doesn't help."""
        arbiter, word = process.arbiter, process.word
        before = self._compiled.get(arbiter)
        if word.code is not None and before.code is None:
            self._compiled.put(arbiter, CompiledTests(before.environment, word.code))
        if word.needs is None:
            return False
        asked = asked_modules(word.needs) & (process.zygote.packages | {"stdlib"})
        if asked <= before.environment:
            raise SandboxError("environment", f"the {arbiter.role} keeps asking for modules that it has")
        self._compiled.put(arbiter, CompiledTests(before.environment | asked))
        return True

    def discard(self, arbiter: Arbiter) -> None:
        """Its zygote, of which nobody knows what it would say next."""
        self._testers.discard(self._compiled.get(arbiter).environment)

    def among_others(self) -> AbstractContextManager[None]:
        return self._among_others()

    def settle(self) -> None:
        self._folder.settle()

    def close(self) -> None:
        self._folder.close()


class _Session:
    """See base.Checking."""

    def __init__(self, arbiters: Arbiters, arbiter: Arbiter, deadline: float | None) -> None:
        self._arbiters = arbiters
        self._arbiter = arbiter
        self._deadline = math.inf if deadline is None else deadline
        self._process: ArbiterProcess | None = None

    def check(self, case: bytes, answer: bytes) -> Ruling:
        problem: SandboxError | None = None
        kills = 0
        for _ in range(2):
            if time.monotonic() > self._deadline:
                return Ruling(is_late=True)
            try:
                with self._arbiters.among_others():
                    return self._ruled(case, answer)
            except SandboxError as error:
                problem = error
                kills += isinstance(error, KilledByOthers)
                self._give_up()
            except BaseException:
                self._give_up()
                raise
        return KILLED_TWICE if kills > 1 else Ruling(fault=str(problem))

    def _ruled(self, case: bytes, answer: bytes) -> Ruling:
        while True:
            process = self._running()
            process.ask(case, answer)
            while process.word.ruling is None and process.watch.ended is None:
                process.turn()
            if process.watch.ended is not None:
                process.finish()
            if not self._arbiters.learn(process):
                break
            self.close()
        ruling = process.last_word() if process.watch.ended is not None else process.word.ruling
        assert ruling is not None
        process.watch.drain_output()
        ruling = with_notes(ruling, process.notes)
        if process.watch.ended is not None or (ruling.accepted is None and not ruling.unreadable):
            self.close()  # what has failed is not asked again
        return ruling

    def _running(self) -> ArbiterProcess:
        if self._process is None:
            self._arbiters.settle()
            deadline = None if self._deadline == math.inf else self._deadline
            self._process = self._arbiters.start(self._arbiter, poller=select.poll(), deadline=deadline)
        return self._process

    def _give_up(self) -> None:
        self.close()
        self._arbiters.discard(self._arbiter)

    def close(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.close()


def with_notes(ruling: Ruling, notes: str) -> Ruling:
    """With what the arbiter wrote beside its word."""
    if not notes:
        return ruling
    if ruling.failure:
        return ruling._replace(failure=f"{ruling.failure}\n{notes}"[:MAX_NOTE_CHARS])
    return ruling._replace(why="\n".join(filter(None, (ruling.why, notes)))[:MAX_NOTE_CHARS])
