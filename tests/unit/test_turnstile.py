"""Many side by side, or one alone: who is alone often must not keep all others waiting."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from verifier.sandbox.turnstile import Turnstile


class Clock:
    """In the place of the time module: nothing here depends on how fast the machine is."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr("verifier.sandbox.turnstile.time", made)
    return made


@contextmanager
def started(work: Callable[[], None]) -> Iterator[threading.Thread]:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    yield thread
    thread.join(20)
    assert not thread.is_alive()


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.001)


def test_one_alone_waits_for_the_others_and_they_for_it(clock: Clock) -> None:
    turnstile, seen = Turnstile(), []

    def alone() -> None:
        with turnstile.alone():
            seen.append("alone")

    with turnstile.among_others():
        with turnstile.among_others():
            thread = threading.Thread(target=alone)
            thread.start()
            until(lambda: turnstile._waiting_alone)
        assert seen == []
    thread.join(20)
    assert seen == ["alone"]


def test_who_was_alone_lets_others_go_first_for_as_long(clock: Clock) -> None:
    turnstile, seen = Turnstile(), []

    def other() -> None:
        with turnstile.among_others():
            seen.append("other")

    def again() -> None:
        with turnstile.alone():
            seen.append("again")

    with turnstile.alone():
        thread = threading.Thread(target=other, daemon=True)
        thread.start()
        until(lambda: turnstile._waiting_others)
        clock.now += 7
    thread.join(20)
    assert seen == ["other"]
    with started(again):
        until(lambda: turnstile._waiting_alone)
        for _ in range(3):
            other()
        assert seen == ["other"] * 4
        clock.now += 6.9999
        other()
        assert seen == ["other"] * 5
        clock.now += 1
    assert seen == ["other"] * 5 + ["again"]


def test_nobody_waits_for_nobody(clock: Clock) -> None:
    turnstile = Turnstile()
    for _ in range(3):
        with turnstile.alone():
            clock.now += 7
