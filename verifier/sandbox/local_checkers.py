"""Testers for custom checkers where submissions run elsewhere (remote.py): few, since many workers wait for executors,
and a check is short."""

from __future__ import annotations

import contextlib
import os
import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from verifier.sandbox.arbiters import Arbiters
from verifier.sandbox.base import Arbiter, Checking, Ruling
from verifier.sandbox.compiled import CompiledCache
from verifier.sandbox.policy import place_of, policy_of
from verifier.sandbox.zygotes import SandboxOptions, ZygotePool

_MOST_CHECKERS = 4
_ENVIRONMENTS = 2
_FIRST_PLACE = 1000
"""Users of these testers are others than those of a keeper's slots."""


class LocalCheckers:
    """May be used from several threads. Testers start at first need."""

    def __init__(self, options: SandboxOptions) -> None:
        self._options = options
        self._compiled = CompiledCache()
        self._places = iter(range(_FIRST_PLACE, _FIRST_PLACE + min(_MOST_CHECKERS, len(os.sched_getaffinity(0)))))
        self._free: queue.LifoQueue[tuple[Arbiters, ZygotePool]] = queue.LifoQueue()
        self._all: list[tuple[Arbiters, ZygotePool]] = []
        self._lock = threading.Lock()

    def checking(self, arbiter: Arbiter, deadline: float | None) -> Checking:
        return _LocalChecking(self, arbiter, deadline)

    @contextmanager
    def one(self) -> Iterator[Arbiters]:
        """For the caller alone; waits until one is free."""
        try:
            taken = self._free.get_nowait()
        except queue.Empty:
            taken = self._another() or self._free.get()
        try:
            yield taken[0]
        finally:
            self._free.put(taken)

    def _another(self) -> tuple[Arbiters, ZygotePool] | None:
        with self._lock:
            number = next(self._places, None)
            if number is None:
                return None
            place = place_of(number, policy_of(self._options.policy))
            testers = ZygotePool(self._options, "tester_zygote", _ENVIRONMENTS)
            made = (Arbiters(testers, self._compiled, place, contextlib.nullcontext), testers)
            self._all.append(made)
            return made

    def close(self) -> None:
        for arbiters, testers in self._all:
            testers.close()
            arbiters.close()


class _LocalChecking:
    """A tester for each answer: between two of them another worker may need its zygote."""

    def __init__(self, checkers: LocalCheckers, arbiter: Arbiter, deadline: float | None) -> None:
        self._checkers = checkers
        self._arbiter = arbiter
        self._deadline = deadline

    def check(self, case: bytes, answer: bytes) -> Ruling:
        with (
            self._checkers.one() as arbiters,
            arbiters.checking(self._arbiter, deadline=self._deadline) as checking,
        ):
            return checking.check(case, answer)
