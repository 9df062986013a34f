"""How many may be under way: the window that a dispatcher's senders, and an executor's callers, keep to."""

from __future__ import annotations

import threading
import time

import pytest

from verifier import sending
from verifier.sending import Gate, Later, Window


@pytest.fixture(autouse=True)
def _without_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("random.uniform", lambda low, high: high)


def room(window: Window, now: float) -> int:
    """How many it lets through at that time."""
    return next(n for n in range(1000) if not window.has_room(n, now))


def test_it_is_as_wide_as_what_was_let_through() -> None:
    """Sixteen are sent at once and eight refused: eight are under way, and no more are sent."""
    window = Window(16, retries=3)

    assert room(window, 0) == 16
    gave_up = [window.refused(0, others, now=1) for others in range(15, 7, -1)]

    assert gave_up == [False] * 8
    assert room(window, 1) == 8
    assert window.misses == 0


def test_it_widens_with_each_that_is_taken_and_no_further_than_at_first() -> None:
    """Slowly while refusals are fresh, then to the double in a round."""
    window = Window(16, retries=3)
    window.refused(0, 4, now=1)

    window.taken(1.01)
    assert room(window, 1.01) == 4
    for _ in range(4):
        window.taken(1.02)
    assert room(window, 1.02) == 8
    for _ in range(100):
        window.taken(1.03)
    assert room(window, 1.03) == 16
    assert window.widens_in_s(1.03) is None


def test_it_widens_with_time() -> None:
    """One more is tried after a pause that grows with each refusal, and has an end: what is under way may take long."""
    window, now, pauses = Window(16, retries=3), 0.0, []
    for _ in range(12):
        window.refused(now, 4, now=now)
        assert room(window, now) == 4
        pause_s = window.widens_in_s(now)
        assert pause_s is not None
        pauses.append(round(pause_s, 6))
        now += pause_s
        assert room(window, now) == 5

    assert pauses == sorted(pauses)
    assert pauses[0] == 2 * sending._FIRST_PAUSE_S
    assert pauses[-1] == sending._LONGEST_PAUSE_S


def test_only_what_is_refused_alone_counts_as_a_try() -> None:
    """And what is taken begins the count anew. Others that nobody waits for any more may be why it was refused."""
    window = Window(4, retries=2)

    assert [window.refused(n, 0, now=n, stuck=1) for n in range(9)] == [False] * 9
    assert [window.refused(n, 0, now=n) for n in range(2)] == [False] * 2
    window.taken(3)
    assert [window.refused(n, 0, now=n) for n in range(3, 6)] == [False, False, True]


def test_where_nothing_is_let_through_it_closes_and_time_opens_it() -> None:
    """One at a time is tried then."""
    window = Window(4, retries=9)
    window.refused(0, 0, now=0)

    assert room(window, 0) == 0
    assert room(window, 100) == 1


def test_a_caller_at_the_gate_waits_until_its_deadline_and_no_longer() -> None:
    """What it is told then is why it was refused the last time; those that hang beyond theirs take nobody's place."""
    gate, released = Gate(1, retries=1), threading.Event()

    def refusing() -> bytes:
        raise Later("throttled")

    def hang() -> bytes:
        released.wait(60)
        return b""

    hanging = threading.Thread(target=lambda: gate.through(hang, sending_until(0.1)))
    hanging.start()
    try:
        assert gate.through(lambda: b"answer", sending_until(30)) == b"answer"
        with pytest.raises(Later, match="throttled"):
            gate.through(refusing, sending_until(0.5))
    finally:
        released.set()
        hanging.join()
    with pytest.raises(Later, match="not after 2 tries: throttled"):
        gate.through(refusing)


def sending_until(seconds: float) -> float:
    return time.monotonic() + seconds
