"""Lets many cells run side by side, or one alone.

Who has been alone while others waited is followed by a time for the others that is as long. So a submission whose every
case is measured again, alone, makes the others half as fast at worst.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Turnstile:
    """A readers-writer lock in which the one who wants to be alone goes first."""

    def __init__(self) -> None:
        self._changed = threading.Condition(threading.Lock())
        self._running = 0
        self._waiting_alone = 0
        self._alone = False
        self._waiting_others = 0
        self._others_until = 0.0

    @contextmanager
    def among_others(self) -> Iterator[None]:
        with self._changed:
            self._waiting_others += 1
            while self._alone or (self._waiting_alone and time.monotonic() >= self._others_until):
                self._changed.wait()
            self._waiting_others -= 1
            self._running += 1
        try:
            yield
        finally:
            with self._changed:
                self._running -= 1
                self._changed.notify_all()

    @contextmanager
    def alone(self) -> Iterator[None]:
        with self._changed:
            self._waiting_alone += 1
            while self._alone or self._running or (left_s := self._others_until - time.monotonic()) > 0:
                self._changed.wait(None if self._alone or self._running else left_s)
            self._waiting_alone -= 1
            self._alone = True
            began = time.monotonic()
        try:
            yield
        finally:
            with self._changed:
                self._alone = False
                if self._waiting_others:
                    now = time.monotonic()
                    self._others_until = now + (now - began)
                self._changed.notify_all()
