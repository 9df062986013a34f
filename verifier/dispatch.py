"""Samples judged elsewhere: what the backends for Lambda functions and for Ray have in common.

    samples -> read -> batches, by count and by bytes -> a queue -> senders -> results, in the order of the samples

A backend says how a batch is sent (`_send`). Whatever becomes of it, each sample gets a result of its own:

    it could not be sent now (throttled, no connection)     sent again when there is room, or after a while (sending.py)
    it came to nothing (a crash, a time-out, nonsense)      cut into parts, until what is at fault is alone
    it came to nothing, alone and twice                     a judge error for that sample, with the reason
    it can't be sent at all (no permission, no function)    a judge error for each, with the reason

So a failure never looks like a wrong answer, and never costs a neighbour its reward.
"""

from __future__ import annotations

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence, Sized
from types import TracebackType
from typing import Self

from verifier.errors import RequestError
from verifier.pipeline import NOT_IN_TIME, Result
from verifier.sending import Broken, Call, Item, Later, Never, Senders, Unit, judge_error
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
        self._progress = progress
        self._senders = Senders(concurrency, retries, self._handle)

    # What a backend says

    @abstractmethod
    def _pack(self, sample: Sample) -> tuple[object, int]:
        """What is sent of a sample, and its size in bytes. Raises Never, which becomes its result."""

    @abstractmethod
    def _send(self, items: Sequence[Item], remaining_s: float | None) -> Sequence[Result | None]:
        """One result for each, in order; None where it has to be asked for again, in a smaller batch. Raises Later,
        Broken or Never."""

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
        self._senders.close()
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
            self._end(call)

    # From samples to batches and back

    def _call(self, time_limit_s: float | None) -> Call:
        if self._senders.is_closed:
            raise RuntimeError("the verifier was closed")
        return Call(None if time_limit_s is None else time.monotonic() + time_limit_s)

    def _results(self, samples: Iterable[object], call: Call) -> Iterator[Result]:
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
            self._end(call)

    def _end(self, call: Call) -> None:
        call.end()
        self._senders.renew()

    def _next(self, call: Call) -> Result:
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

    def _handle(self, unit: Unit) -> bool:
        """Whether it was taken. Raises Later where it was refused."""
        if unit.call.is_over:
            return False
        unit.items = [item for item in unit.items if item.result is None]
        if not unit.items:
            return False
        try:
            results = self._sent(unit)
        except Never as problem:
            unit.fail(str(problem))
            return False
        except Broken as problem:
            unit.failures += 1
            if len(unit.items) > 1:
                self._senders.put(_parts(unit, unit.items), first=True)
            elif unit.failures < ALONE_TRIES:
                self._senders.put([unit], first=True)
            else:
                unit.fail(f"judging failed, also with this sample alone: {problem}")
            return True
        judged_some = any(result is not None and result.verdict is not Verdict.JE for result in results)
        late = []
        for item, result in zip(unit.items, results, strict=True):
            if result is None:
                late.append(item)
            elif len(unit.items) > 1 and _is_late(result, item, judged_some):
                item.was_late = True
                late.append(item)  # there were too many for the time that a batch has
            else:
                unit.call.settle(item, result)
        if late:
            self._senders.put(_parts(unit, late), first=True)
        return True

    def _sent(self, unit: Unit) -> Sequence[Result | None]:
        """The results. Raises Later, Broken or Never."""
        remaining_s = unit.call.remaining_s()
        if remaining_s is not None and remaining_s <= 0:
            raise Never(NOT_IN_TIME)
        try:
            return self._send(unit.items, remaining_s)
        except (Later, Broken, Never):
            raise
        except Exception as error:
            # A bug of ours, in what one of the samples led to.
            raise Broken(f"internal error: {type(error).__name__}: {error}") from None


class _Over(Exception):
    """Nobody wants the next result."""


class _Filling:
    """The batch that is being filled."""

    def __init__(self, dispatcher: Dispatcher, call: Call, size: int) -> None:
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
            self._dispatcher._senders.put([Unit(self._call, self._items)])
            self._items, self._bytes = [], 0


def _parts(unit: Unit, items: Sequence[Item]) -> list[Unit]:
    size = -(-len(items) // PARTS)
    return [Unit(unit.call, list(items[start : start + size])) for start in range(0, len(items), size)]


def _is_late(result: Result, item: Item, judged_some: bool) -> bool:
    """Whether time ran out before its turn. A judge error without a word may be just that: a function says why only
    where it tells details. Once that is taken for granted, and again only where the batch had some that were judged."""
    if result.verdict is not Verdict.JE:
        return False
    if result.message or result.cases:
        return NOT_IN_TIME in (result.message, *(case.message for case in result.cases))
    return judged_some or not item.was_late
