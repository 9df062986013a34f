"""Frames, messages and threads of one end of the conversation. What messages are about is `link`'s."""

from __future__ import annotations

import _queue  # the C module: `queue` would bring more into every fork
import _thread
import json
import os
import threading
from collections import deque
from collections.abc import Callable
from typing import Any

from verifier.sandbox.protocol import FrameReader, frame, write_all
from verifier.sandbox.proxy import MAX_MESSAGE_BYTES, MAX_NESTED
from verifier.sandbox.proxy.borrowed import Borrowed
from verifier.sandbox.proxy.kept import Kept
from verifier.sandbox.proxy.shared import Shared
from verifier.sandbox.values import NotPlain, to_json

UNREADABLE = (NotPlain, ValueError, TypeError, KeyError, IndexError, AttributeError, ArithmeticError, AssertionError)
"""What reading a message raises where the other side wrote nonsense."""


_scan = json.JSONDecoder().scan_once  # type: ignore[attr-defined]


def _from_json(text: str) -> Any:
    """As json.loads of what `to_json` makes, at half the cost, and whatever the tests replace."""
    value, end = _scan(text, 0)
    if end != len(text):
        raise ValueError("more than one value")
    return value


class Gone(BaseException):
    """The other side is gone, or broke the rules. No `except Exception` and no `raises` is meant to see it."""


class Channel:
    """One end."""

    kept: Kept
    borrowed: Borrowed
    shared: Shared

    def __init__(self, fd: int, *, guarded: bool, max_bytes: int) -> None:
        self.guarded = guarded
        self.gone = ""
        """Why nothing can be said any more."""
        self.overflowed = False
        self.max_bytes = max_bytes
        self.received_bytes = 0
        self.on_output: Callable[[int, str], None] = lambda stream, text: None
        self.flush_output: Callable[[], None] = lambda: None
        self._fd = fd
        self._reader = FrameReader(MAX_MESSAGE_BYTES)
        self._frames: deque[bytes] = deque()
        self._sending = threading.Lock()
        # Threads
        self._main = _thread.get_ident()
        self._threaded = False
        self._inboxes: dict[int, _queue.SimpleQueue[Any]] = {}
        self._local = threading.local()
        self._free_numbers: list[int] = []
        self._threads = 0

    def _serve_thread(self, number: int) -> None:
        """Serves the requests of one thread of the other side's, until it is gone."""
        raise NotImplementedError

    def _send(self, message: list[Any]) -> None:
        """`message` has room for what was released, and for classes."""
        self.flush_output()
        with self._sending:  # together, so that no class is named before the message that describes it
            released, self.borrowed.released = self.borrowed.released, []
            classes, self.kept.new_classes = self.kept.new_classes, []
            message[2] = [n for pair in released for n in pair]
            message[3] = classes
            try:
                self._write(message)
            except NotPlain:
                self.borrowed.released += released
                self.kept.new_classes = classes + self.kept.new_classes
                raise

    def _write(self, message: list[Any]) -> None:
        data = to_json(message).encode("ascii")
        if len(data) > MAX_MESSAGE_BYTES:
            raise NotPlain("too large")
        try:
            write_all(self._fd, frame(data))
        except OSError:
            raise self._broken("gone") from None

    def send_output(self, stream: int, text: str) -> None:
        with self._sending:
            self._write(["o", stream, text])

    def _broken(self, reason: str) -> Gone:
        self.gone = self.gone or reason
        for inbox in list(self._inboxes.values()):
            inbox.put(None)
        return Gone(reason)

    def _read(self, *, dispatches: bool = False) -> list[Any] | None:
        """The next request or answer. None where another thread reads from now on."""
        while dispatches or not self._threaded:
            while not self._frames:
                try:
                    data = os.read(self._fd, 1 << 18)
                    self.received_bytes += len(data)
                    if self.received_bytes > self.max_bytes:
                        self.overflowed = True
                        raise self._broken("sent more than it may")
                    self._frames.extend(self._reader.feed(data))
                except (OSError, ValueError) as error:
                    raise self._broken(str(error)) from None
                if not data:
                    raise self._broken("gone")
            message = self._parse(self._frames.popleft())
            if message is not None:
                return message
        return None

    def _parse(self, payload: bytes) -> list[Any] | None:
        try:
            message = _from_json(payload.decode())
            kind = message[0]
            if kind == "o":
                _, stream, text = message
                self.on_output(stream, text)
                return None
            if kind == "t":
                self._use_threads()
                return None
            if kind not in ("q", "v", "e") or type(message) is not list or type(message[1]) is not int:
                raise ValueError("no such message")
            if len(message) < 6 or (kind != "q" and len(message) != 6):
                raise ValueError("too short")
            released, classes = message[2], message[3]
            for position in range(0, len(released), 2):
                self.kept.let_go(released[position], released[position + 1])
            for number, description in classes:
                self.borrowed.build(number, description)
        except RecursionError:
            raise self._broken("nested too deeply") from None
        except Exception as error:
            raise self._broken(f"a message that can't be read: {error!r}") from None
        return message

    # Threads

    def _thread_number(self) -> int:
        if _thread.get_ident() == self._main:
            return 0
        number = getattr(self._local, "number", None)
        if number is None:
            if not self._threaded:
                self.use_threads()
            number = self._local.number = self._new_number()
            self._local.lease = _Lease(self._free_numbers, number)
        if number not in self._inboxes:
            self._inboxes[number] = _queue.SimpleQueue()
        return int(number)

    def _new_number(self) -> int:
        if self._free_numbers:
            return self._free_numbers.pop()
        self._threads += 1
        return self._threads if self.guarded else -self._threads

    def use_threads(self) -> None:
        """To be called before this side's first own thread starts, while the other side waits for an answer or a
        request."""
        if not self._threaded:
            with self._sending:
                self._write(["t"])
            self._use_threads()

    def _use_threads(self) -> None:
        if not self._threaded:
            self._threaded = True
            self.shared.forgets = False
            self._inboxes[0] = _queue.SimpleQueue()
            _thread.start_new_thread(self._dispatch, ())

    def _dispatch(self) -> None:
        """The reading thread."""
        try:
            while True:
                message = self._read(dispatches=True)
                assert message is not None
                number = message[1]
                if number not in self._inboxes:
                    if len(self._inboxes) > MAX_NESTED:
                        raise self._broken("too many threads")
                    self._inboxes[number] = _queue.SimpleQueue()
                    _thread.start_new_thread(self._serve_thread, (number,))
                self._inboxes[number].put(message)
        except Gone:
            pass
        except BaseException as error:  # such as too many threads; nobody else would wake those who wait
            self._broken(f"not read any more: {error!r}")

    def _next(self, number: int) -> list[Any]:
        message = self._read() if not self._threaded and not self.gone else None
        if message is None and not self.gone:
            message = self._inboxes[number].get()
        if message is None:
            raise Gone(self.gone)
        return message


class _Lease:
    """Gives a thread's number back when the thread has ended."""

    def __init__(self, free: list[int], number: int) -> None:
        self._free = free
        self._number = number

    def __del__(self) -> None:
        self._free.append(self._number)
