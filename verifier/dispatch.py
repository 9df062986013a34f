"""Samples judged elsewhere: what the backends for Lambda functions and for Ray have in common.

    samples -> read -> batches, by count and by bytes -> a queue -> senders -> results, in the order of the samples

A backend says how a batch is sent (`_send`). Whatever becomes of it, each sample gets a result of its own:

    it could not be sent now (throttled, no connection)     sent again after a while, at random moments
    it came to nothing (a crash, a time-out, nonsense)      cut into parts, until what is at fault is alone
    it came to nothing, alone and twice                     a judge error for that sample, with the reason
    it can't be sent at all (no permission, no function)    a judge error for each, with the reason

So a failure never looks like a wrong answer, and never costs a neighbour its reward.
"""

from __future__ import annotations

import asyncio
import random
import threading
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence, Sized
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from verifier.errors import RequestError
from verifier.judging.judge import refused
from verifier.pipeline import Result
from verifier.verdict import Verdict
from verifier.wire import Malformed, Sample, sample_of

Progress = Callable[[int, int], None]
"""Called with the number of samples that have a result, and of those read so far."""

AHEAD = 2
"""Batches per sender that are read before their turn. Bounds memory however long the stream is."""

PARTS = 8
"""Into so many parts a failed batch is cut. Half would mean more rounds, and each may take as long as a time-out."""

ALONE_TRIES = 2
"""A sample that fails alone is sent once more before it is believed."""

NOT_IN_TIME = "not judged in time"

_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.2, 20.0
_CLOSING_S = 5.0


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


@dataclass(slots=True)
class _Unit:
    """What is sent at once."""

    call: _Call
    items: list[Item]
    failures: int = 0
    """Times that it came to nothing."""


@dataclass(slots=True)
class _Call:
    """One call of `score` or `stream`."""

    deadline: float | None
    waiting: deque[Item] = field(default_factory=deque)
    """Not yet handed to the caller, in order."""
    changed: threading.Condition = field(default_factory=threading.Condition)
    done: int = 0
    read: int = 0
    is_over: bool = False
    """Nobody waits for the results any more."""

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
            self.is_over = True
            self.changed.notify_all()


def judge_error(index: int, sample_id: object, reason: str) -> Result:
    return Result(index, sample_id, refused(None, Verdict.JE, reason))


class Dispatcher(ABC):
    """The interface of `Verifier`, for a backend that judges batches elsewhere. May be used from several threads."""

    def __init__(
        self, *, concurrency: int, batch: int, batch_bytes: int | None, retries: int, progress: Progress | None
    ) -> None:
        for name, value, least in (("concurrency", concurrency, 1), ("batch", batch, 1), ("retries", retries, 0)):
            if value < least:
                raise RequestError(f"must be at least {least}", path=name)
        self.concurrency = concurrency
        self.batch = batch
        self._batch_bytes = batch_bytes
        self._retries = retries
        self._progress = progress
        self._queue: deque[_Unit] = deque()
        self._queued = threading.Condition()
        self._senders: list[threading.Thread] = []
        self._idle = 0
        self._closing = threading.Event()

    # What a backend says

    @abstractmethod
    def _pack(self, sample: Sample) -> tuple[object, int]:
        """What is sent of a sample, and its size in bytes. Raises Never, which becomes its result."""

    @abstractmethod
    def _send(self, items: Sequence[Item], remaining_s: float | None) -> list[Result]:
        """One result for each, in order. Raises Later, Broken or Never."""

    @abstractmethod
    def _shut(self) -> None:
        """Lets go of what the backend holds."""

    # The interface of Verifier

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """What is under way is waited for, but not for long: it may hang. The rest is not sent."""
        self._closing.set()
        with self._queued:
            left = list(self._queue)
            self._queue.clear()
            self._queued.notify_all()
        for unit in left:
            self._fail(unit, "the verifier was closed")
        until = time.monotonic() + _CLOSING_S
        for sender in self._senders:
            sender.join(max(0.0, until - time.monotonic()))
        self._shut()

    def score(self, samples: Sequence[object], *, time_limit_s: float | None = None) -> list[Result]:
        """One result for each sample, in order. A sample is an event's entry in any form that `wire` reads.

        What is not judged within `time_limit_s` has verdict JE and says so. Never raises for a sample: one that can't
        be read, sent or judged has its own result.
        """
        return list(self.stream(samples, time_limit_s=time_limit_s))

    def stream(self, samples: Iterable[object], *, time_limit_s: float | None = None) -> Iterator[Result]:
        """As `score`, lazily: reads ahead only as far as the senders need, so a stream may be endless. A batch goes
        when it is full: where samples come slowly, let `batch` be 1."""
        return self._results(samples, self._call(time_limit_s))

    async def ascore(self, samples: Sequence[object], *, time_limit_s: float | None = None) -> list[Result]:
        """`score` for asyncio programs."""
        return [result async for result in self.astream(samples, time_limit_s=time_limit_s)]

    async def astream(self, samples: Iterable[object], *, time_limit_s: float | None = None) -> AsyncIterator[Result]:
        """`stream` for asyncio programs; the event loop is never blocked."""
        call = self._call(time_limit_s)
        results = self._results(samples, call)
        try:
            while (result := await asyncio.to_thread(next, results, None)) is not None:
                yield result
        finally:
            call.end()

    # From samples to batches and back

    def _call(self, time_limit_s: float | None) -> _Call:
        if self._closing.is_set():
            raise RuntimeError("the verifier was closed")
        return _Call(None if time_limit_s is None else time.monotonic() + time_limit_s)

    def _results(self, samples: Iterable[object], call: _Call) -> Iterator[Result]:
        size = self.batch
        if isinstance(samples, Sized):  # all senders have something to do
            size = max(1, min(size, -(-len(samples) // self.concurrency)))
        window = AHEAD * self.concurrency * size
        batch = _Filling(self, call, size)
        try:
            for index, sample in enumerate(samples):
                item = self._item(sample, index)
                call.read += 1
                call.waiting.append(item)
                if item.result is not None:
                    call.done += 1
                else:
                    batch.add(item)
                while call.waiting and (len(call.waiting) >= window or call.waiting[0].result is not None):
                    if not (call.waiting[0].is_sent or call.waiting[0].result):
                        batch.send()  # or its turn would never come
                    yield self._next(call)
            batch.send()
            while call.waiting:
                yield self._next(call)
        except _Over:
            return
        finally:
            call.end()

    def _next(self, call: _Call) -> Result:
        """The result whose turn it is; waits for it."""
        item = call.waiting[0]
        told = -1
        while True:
            with call.changed:
                while item.result is None and call.done == told and not call.is_over:
                    remaining_s = call.remaining_s()
                    if remaining_s is not None and remaining_s <= 0:
                        break
                    call.changed.wait(remaining_s)
                if call.is_over:
                    raise _Over
                remaining_s = call.remaining_s()
                if item.result is None and remaining_s is not None and remaining_s <= 0:
                    item.result, item.payload = judge_error(item.index, item.id, NOT_IN_TIME), None
                    call.done += 1
                result, told = item.result, call.done
            if self._progress is not None:
                self._progress(told, call.read)
            if result is not None:
                call.waiting.popleft()
                return result

    def _item(self, sample: object, index: int) -> Item:
        sample = sample_of(sample, index)
        item = Item(index, sample.id)
        if isinstance(sample, Malformed):
            item.result = judge_error(index, sample.id, f"malformed sample: {sample.problem}")
            return item
        try:
            item.payload, item.size = self._pack(sample)
        except Never as problem:
            item.result = judge_error(index, sample.id, str(problem))
        return item

    # Sending

    def _put(self, units: Sequence[_Unit], *, first: bool = False) -> None:
        with self._queued:
            if self._closing.is_set():
                for unit in units:
                    self._fail(unit, "the verifier was closed")
                return
            if first:
                self._queue.extendleft(reversed(units))
            else:
                self._queue.extend(units)
            missing = min(len(self._queue) - self._idle, self.concurrency - len(self._senders))
            for _ in range(missing):
                # Not a pool's: those are waited for when the interpreter ends, and one may wait for an answer.
                sender = threading.Thread(target=self._sending, name="verifier-sender", daemon=True)
                self._senders.append(sender)
                sender.start()
            self._queued.notify(len(units))

    def _sending(self) -> None:
        while True:
            with self._queued:
                self._idle += 1
                while not self._queue and not self._closing.is_set():
                    self._queued.wait()
                self._idle -= 1
                if not self._queue:
                    return
                unit = self._queue.popleft()
            try:
                self._handle(unit)
            except Exception as error:
                # A bug of ours must cost a batch its judgement, not hold up everything behind it.
                self._fail(unit, f"internal error: {type(error).__name__}: {error}")

    def _handle(self, unit: _Unit) -> None:
        if unit.call.is_over:
            return
        unit.items = [item for item in unit.items if item.result is None]
        if not unit.items:
            return
        try:
            results = self._sent(unit)
        except Never as problem:
            self._fail(unit, str(problem))
            return
        except Broken as problem:
            unit.failures += 1
            if len(unit.items) > 1:
                self._put(_parts(unit, unit.items), first=True)
            elif unit.failures < ALONE_TRIES:
                self._put([unit], first=True)
            else:
                self._fail(unit, f"judging failed, also with this sample alone: {problem}")
            return
        late = []
        for item, result in zip(unit.items, results, strict=True):
            if len(unit.items) > 1 and result.verdict is Verdict.JE and result.message == NOT_IN_TIME:
                late.append(item)  # there were too many for the time that a batch has
            else:
                unit.call.settle(item, result)
        if late:
            self._put(_parts(unit, late), first=True)

    def _sent(self, unit: _Unit) -> list[Result]:
        """The results; sends it again where it wasn't taken. Raises Broken or Never."""
        for tries in range(1, self._retries + 2):
            remaining_s = unit.call.remaining_s()
            if remaining_s is not None and remaining_s <= 0:
                raise Never(NOT_IN_TIME)
            try:
                return self._send(unit.items, remaining_s)
            except Later as problem:
                if tries > self._retries:
                    raise Never(f"not judged after {tries} tries: {problem}") from None
            pause_s = random.uniform(0, min(_LONGEST_PAUSE_S, _FIRST_PAUSE_S * 2**tries))
            remaining_s = unit.call.remaining_s()
            if self._closing.wait(pause_s if remaining_s is None else max(0.0, min(pause_s, remaining_s))):
                raise Never("the verifier was closed")
        raise AssertionError("the last try returns or raises")

    @staticmethod
    def _fail(unit: _Unit, reason: str) -> None:
        for item in unit.items:
            unit.call.settle(item, judge_error(item.index, item.id, reason))


class _Over(Exception):
    """Nobody wants the next result."""


class _Filling:
    """The batch that is being filled."""

    def __init__(self, dispatcher: Dispatcher, call: _Call, size: int) -> None:
        self._dispatcher = dispatcher
        self._call = call
        self._size = size
        self._items: list[Item] = []
        self._bytes = 0

    def add(self, item: Item) -> None:
        most = self._dispatcher._batch_bytes
        if self._items and most is not None and self._bytes + item.size > most:
            self.send()
        self._items.append(item)
        self._bytes += item.size
        if len(self._items) >= self._size:
            self.send()

    def send(self) -> None:
        if self._items:
            for item in self._items:
                item.is_sent = True
            self._dispatcher._put([_Unit(self._call, self._items)])
            self._items, self._bytes = [], 0


def _parts(unit: _Unit, items: Sequence[Item]) -> list[_Unit]:
    size = -(-len(items) // PARTS)
    return [_Unit(unit.call, list(items[start : start + size])) for start in range(0, len(items), size)]
