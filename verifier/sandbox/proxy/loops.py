"""Awaiting across two interpreters, each with an event loop of its own.

What one side awaits of the other becomes a task there, and a future here. Only one of the two runs at a time, so the
side whose loop is running lets the other take a turn ("pump") as long as it waits for tasks of the other's: each turn
runs what is ready there, and tells which tasks have ended and when there will be more to do. So coroutines of both
sides take turns, time out and are cancelled as in one loop.

`asyncio` is imported when it is needed: most submissions never await.
"""

from __future__ import annotations

import sys
from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from verifier.sandbox.proxy import errors

if TYPE_CHECKING:
    from verifier.sandbox.proxy.link import Link

IDLE_S = 0.005
"""Between turns of a side that waits for something that no clock tells, such as a thread."""
MAX_TASKS = 10_000


class Loops:
    def __init__(self, link: Link) -> None:
        self._link = link
        self._own: Any = None
        """The loop that runs only when the other side gives it a turn."""
        self._tasks: dict[int, Any] = {}
        """This side's, for the other."""
        self._last_task = 0
        self._ended: list[Any] = []
        self._waiting: dict[int, Any] = {}
        """This side's futures, for tasks of the other's."""
        self._pump: Any = None

    # What the other side asks

    def start(self, link: Link, awaitable: Any) -> int:
        """The number of a new task. It belongs to the running loop, where one is, and else to the one of this side."""
        if len(self._tasks) >= MAX_TASKS:
            raise RuntimeError("too many tasks")
        loop = _running() or self._loop()
        self._last_task = number = self._last_task + 1
        task = self._tasks[number] = loop.create_task(_outer(awaitable))
        task.add_done_callback(lambda done: self._end(number, done))
        return number

    def _end(self, number: int, task: Any) -> None:
        self._tasks.pop(number, None)
        if task.cancelled():
            self._ended.append([number, "c", None])
        elif task.exception() is not None:
            self._ended.append([number, "e", task.exception()])
        else:
            self._ended.append([number, "v", task.result()])
        if self._pump is not None:
            self._schedule(0)

    def turn(self, link: Link, ended: list[Any]) -> list[Any]:
        """Runs what is ready. [tasks that have ended, seconds until there is more to do or None]."""
        self.settle(ended)
        loop = self._loop()
        loop.call_soon(loop.stop)
        loop.run_forever()
        told, self._ended = self._ended, []
        return [told, _delay(loop)]

    def cancel(self, link: Link, number: int) -> None:
        task = self._tasks.get(number)
        if task is not None:
            task.cancel()

    def wait(self, link: Link, awaitable: Any) -> Any:
        """Runs it to its end."""
        import asyncio

        if _running() is None:
            return self._loop().run_until_complete(_outer(awaitable))
        import concurrent.futures

        with concurrent.futures.ThreadPoolExecutor(1) as pool:  # the loop of this thread waits for the other side
            return pool.submit(asyncio.run, _outer(awaitable)).result()

    def _loop(self) -> Any:
        import asyncio

        if self._own is None or self._own.is_closed():
            self._own = asyncio.new_event_loop()
        return self._own

    # What this side awaits

    def steps(self, awaitable: Any) -> Generator[Any, Any, Any]:
        """What `await` goes through for an awaitable of the other's."""
        loop = _running()
        if loop is None:
            return self._link.request("await", awaitable)
        import asyncio

        number = self._link.request("task", awaitable)
        cancels = False
        while True:
            future = self._waiting[number] = loop.create_future()
            if loop is not self._own and self._pump is None:
                self._schedule(0)
            try:
                kind, value = yield from future
            except asyncio.CancelledError:
                self._link.request("cancel", number)
                cancels = True
                continue
            except GeneratorExit:
                self._waiting.pop(number, None)
                self._link.request("cancel", number)
                raise
            break
        if kind == "v":
            return value
        if kind == "e" and isinstance(value, BaseException):
            if not self._link.kept.is_mine(value) or errors.is_outcome(value):
                errors.mark_raised(value)
            raise value
        if cancels or not self._link.guarded:
            raise asyncio.CancelledError
        raise errors.SubmissionError("CancelledError")

    def settle(self, ended: list[Any]) -> None:
        for number, kind, value in ended:
            future = self._waiting.pop(number, None)
            if future is not None and not future.done():
                future.set_result((kind, value))

    def _schedule(self, delay: float) -> None:
        loop = _running()
        if self._pump is not None:
            self._pump.cancel()
        self._pump = loop.call_later(delay, self._give_turn) if delay > 0 else loop.call_soon(self._give_turn)

    def _give_turn(self) -> None:
        told, self._ended = self._ended, []
        try:
            ended, delay = self._link.request("pump", told)
            self.settle(ended)
        except BaseException as error:
            self._pump = None
            waiting, self._waiting = self._waiting, {}
            for future in waiting.values():
                if not future.done():
                    future.set_result(("e", error))
            if not isinstance(error, Exception):
                raise
            return
        self._pump = None
        if self._waiting:
            self._schedule(delay if isinstance(delay, int | float) and 0 <= delay <= IDLE_S else IDLE_S)


async def _outer(awaitable: Any) -> Any:
    return await awaitable


def _running() -> Any:
    """The event loop that runs in this thread."""
    asyncio = sys.modules.get("asyncio")
    return None if asyncio is None else asyncio._get_running_loop()


def _delay(loop: Any) -> float | None:
    if loop._ready:
        return 0
    return max(0.0, loop._scheduled[0].when() - loop.time()) if loop._scheduled else None
