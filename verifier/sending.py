"""Who sends the batches of a dispatcher, and how many of them at a time.

    units -> a queue -> senders (threads) -> the backend

Nobody here knows how many invocations a service will take: it says so by refusing one. So there is a *window*. What
is refused goes back to the head of the queue, and as many as were under way beside it are let through from then on;
each that is taken widens the window again, and so does time. A batch is given up only where nothing else is under way
and nothing has been taken for as many tries as were asked for: while others get through, it will.
"""

from __future__ import annotations

import math
import random
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from verifier.judging.judge import refused
from verifier.pipeline import Result
from verifier.verdict import Verdict

_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.2, 20.0
_CLOSING_S = 5.0

PATIENCE_S = 5.0
"""So long after the end of a call its senders are expected back. Then they hang, and others take their places."""

STUCK = 4
"""Times as many as may send are replaced so."""


class Later(Exception):
    """The batch was not taken, through no fault of its own: another time it may be."""


class Broken(Exception):
    """The batch was taken and came to nothing. Any of its samples may be the cause."""


class Never(Exception):
    """The batch can't be sent, now or later."""


@dataclass(slots=True)
class Item:
    """One sample on its way."""

    index: int
    id: object
    payload: object = None
    """What is sent of it, as the backend has made it."""
    size: int = 0
    """Bytes of that."""
    result: Result | None = None
    is_sent: bool = False
    was_late: bool = False
    """It came back as not judged in time."""


@dataclass(slots=True)
class Call:
    """One call of `score` or `stream`."""

    deadline: float | None
    waiting: deque[Item] = field(default_factory=deque)
    """Not yet handed to the caller, in order."""
    changed: threading.Condition = field(default_factory=threading.Condition)
    done: int = 0
    read: int = 0
    ended_at: float = math.inf

    @property
    def is_over(self) -> bool:
        """Nobody waits for the results any more."""
        return self.ended_at < math.inf

    def remaining_s(self) -> float | None:
        return None if self.deadline is None else self.deadline - time.monotonic()

    def settle(self, item: Item, result: Result) -> None:
        with self.changed:
            if item.result is None:
                item.result, item.payload = result, None
                self.done += 1
                self.changed.notify_all()

    def end(self) -> None:
        with self.changed:
            self.ended_at = min(self.ended_at, time.monotonic())
            self.changed.notify_all()


@dataclass(slots=True)
class Unit:
    """What is sent at once."""

    call: Call
    items: list[Item]
    failures: int = 0
    """Times that it came to nothing."""

    def fail(self, reason: str) -> None:
        for item in self.items:
            self.call.settle(item, judge_error(item.index, item.id, reason))


def judge_error(index: int, sample_id: object, reason: str) -> Result:
    return Result(index, sample_id, refused(None, Verdict.JE, reason))


class Window:
    """How many may be under way at a time: `most`, and fewer where the service refuses some. Not for several threads
    at once; times are those of `time.monotonic`."""

    def __init__(self, most: int, retries: int) -> None:
        self._most = most
        self._retries = retries
        self._allowed = float(most)
        self._refusals = 0
        """In a row, more or less: they lengthen the pauses. Those of what was sent at the same time count as one."""
        self._refused_at = -math.inf
        self._widens_at = math.inf
        self.misses = 0
        """Refusals since something was taken, while nothing else was under way."""

    def has_room(self, under_way: int, now: float) -> bool:
        if now >= self._widens_at:
            self._widen(1, now)
        return under_way < int(self._allowed)

    def widens_in_s(self, now: float) -> float | None:
        """None where it is as wide as it may be."""
        return None if self._widens_at == math.inf else max(0.0, self._widens_at - now)

    def taken(self, now: float) -> None:
        """By one for each, and so to the double in a round; by one in a round where refusals are fresh."""
        self.misses = 0
        self._widen(1 / max(1.0, self._allowed) if self._refusals else 1, now)
        self._refusals = max(0, self._refusals - 1)

    def refused(self, began: float, others: int, now: float, *, stuck: int = 0) -> bool:
        """Of what was sent at `began`, while `others` are under way, and `stuck` that nobody waits for. Whether that
        was the last try."""
        if began >= self._refused_at:
            self._refusals += 1
            self._refused_at = now
        self._allowed = min(self._allowed, others)
        self._widens_at = now + self._pause_s()
        self.misses += others + stuck == 0
        return self.misses > self._retries

    def _widen(self, by: float, now: float) -> None:
        self._allowed = min(self._most, self._allowed + by)
        self._widens_at = math.inf if self._allowed == self._most else now + self._pause_s()

    def _pause_s(self) -> float:
        return random.uniform(0, min(_LONGEST_PAUSE_S, _FIRST_PAUSE_S * 2.0 ** min(self._refusals, 30)))


class Senders:
    """Threads that take units from a queue. `send` says whether the service took the unit, and raises Later where it
    refused."""

    def __init__(self, most: int, retries: int, send: Callable[[Unit], bool]) -> None:
        self._most = most
        self._send = send
        self._window = Window(most, retries)
        self._queue: deque[Unit] = deque()
        self._threads: dict[threading.Thread, Unit | None] = {}
        """With what each of them is sending."""
        self._changed = threading.Condition()
        self.is_closed = False

    def put(self, units: Sequence[Unit], *, first: bool = False) -> None:
        with self._changed:
            if not self.is_closed:
                if first:
                    self._queue.extendleft(reversed(units))
                else:
                    self._queue.extend(units)
                self._staff()
                self._changed.notify_all()
                return
        _fail(units)

    def renew(self) -> None:
        """To be called when a call is over. Its senders may hang: others must not wait for them for ever."""
        with self._changed:
            self._staff()
            self._changed.notify_all()
            _, stuck = self._busy()
            over = sum(unit is not None and unit.call.is_over for unit in self._threads.values())
            if over > stuck and not self.is_closed:
                again = threading.Timer(PATIENCE_S, self.renew)
                again.daemon = True
                again.start()

    def close(self) -> None:
        """What is under way is waited for, but not for long: it may hang. The rest is not sent."""
        with self._changed:
            self.is_closed = True
            left, threads = list(self._queue), list(self._threads)
            self._queue.clear()
            self._changed.notify_all()
        _fail(left)
        until = time.monotonic() + _CLOSING_S
        for thread in threads:
            thread.join(max(0.0, until - time.monotonic()))

    # All below is called with the lock held, but for the threads themselves.

    def _busy(self) -> tuple[int, int]:
        """How many send, and how many hang: what they send nobody waits for."""
        units = [unit for unit in self._threads.values() if unit is not None]
        stuck = sum(unit.call.ended_at <= time.monotonic() - PATIENCE_S for unit in units)
        return len(units) - stuck, stuck

    def _staff(self) -> None:
        """Starts the senders that are missing."""
        busy, stuck = self._busy()
        free = len(self._threads) - busy - stuck
        missing = min(len(self._queue), self._most - busy) - free
        for _ in range(min(missing, (1 + STUCK) * self._most - len(self._threads))):
            # Not a pool's: those are waited for when the interpreter ends, and one may wait for an answer.
            thread = threading.Thread(target=self._run, name="verifier-sender", daemon=True)
            self._threads[thread] = None
            thread.start()

    def _run(self) -> None:
        thread = threading.current_thread()
        while (unit := self._next(thread)) is not None:
            began = time.monotonic()
            refusal, was_taken = None, False
            try:
                was_taken = self._send(unit)
            except Later as error:
                refusal = error
            except Exception as error:
                # A bug of ours must cost a batch its judgement, not hold up everything behind it.
                unit.fail(f"internal error: {type(error).__name__}: {error}")
            self._done(thread, unit, began, was_taken, refusal)

    def _next(self, thread: threading.Thread) -> Unit | None:
        """What it is to send; None where it is to end."""
        with self._changed:
            while True:
                busy, stuck = self._busy()
                if self.is_closed or len(self._threads) - stuck > self._most:
                    del self._threads[thread]
                    return None
                wait_s = None
                if self._queue:
                    now = time.monotonic()
                    if self._queue[0].call.is_over or self._window.has_room(busy, now):
                        unit = self._threads[thread] = self._queue.popleft()
                        return unit
                    wait_s = self._window.widens_in_s(now)
                self._changed.wait(wait_s)

    def _done(self, thread: threading.Thread, unit: Unit, began: float, was_taken: bool, refusal: Later | None) -> None:
        reason = ""
        with self._changed:
            self._threads[thread] = None
            now = time.monotonic()
            if was_taken:
                self._window.taken(now)
            if refusal is not None:
                busy, stuck = self._busy()
                if self.is_closed:
                    reason = "the verifier was closed"
                elif self._window.refused(began, busy, now, stuck=stuck):
                    reason = f"not judged after {self._window.misses} tries: {refusal}"
                else:
                    self._queue.appendleft(unit)
            self._changed.notify_all()
        if reason:
            unit.fail(reason)


class Gate:
    """The same for callers that wait for their own answers: each comes through when the window has room."""

    def __init__(self, most: int, retries: int) -> None:
        self._window = Window(most, retries)
        self._under_way: dict[object, float] = {}
        """With the caller's deadline: after that nobody waits for it, however long it hangs."""
        self._changed = threading.Condition()

    def through(self, send: Callable[[], bytes], deadline: float | None = None) -> bytes:
        """What `send` returns; it is called again where it raises Later. Raises the last Later when `deadline` has
        come, or, where there is none, when that was the last try."""
        problem = Later("too many others are under way")
        until = math.inf if deadline is None else deadline
        while True:
            mine = object()
            began = self._enter(mine, until, problem)
            try:
                answer = send()
            except Later as error:
                problem = error
                if self._leave(mine, began, refused=True) and deadline is None:
                    raise Later(f"not after {self._window.misses} tries: {problem}") from None
            except BaseException:
                self._leave(mine, began)
                raise
            else:
                self._leave(mine, began)
                return answer

    def _enter(self, mine: object, until: float, problem: Later) -> float:
        with self._changed:
            while True:
                now = time.monotonic()
                if now >= until:
                    raise problem
                waited_for = sum(deadline > now for deadline in self._under_way.values())
                if self._window.has_room(waited_for, now):
                    self._under_way[mine] = until
                    return now
                widens_in_s = self._window.widens_in_s(now)
                moments = [until, *(deadline for deadline in self._under_way.values() if deadline > now)]
                wait_s = min(min(moments) - now, math.inf if widens_in_s is None else widens_in_s)
                self._changed.wait(None if wait_s == math.inf else wait_s)

    def _leave(self, mine: object, began: float, *, refused: bool = False) -> bool:
        """Whether that was the last try."""
        with self._changed:
            del self._under_way[mine]
            now = time.monotonic()
            self._changed.notify_all()
            if not refused:
                self._window.taken(now)
                return False
            others = sum(deadline > now for deadline in self._under_way.values())
            return self._window.refused(began, others, now, stuck=len(self._under_way) - others)


def _fail(units: Sequence[Unit]) -> None:
    for unit in units:
        unit.fail("the verifier was closed")
