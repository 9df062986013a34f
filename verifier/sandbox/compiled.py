"""The compiled code of suites, tests and arbiters, kept for the next submission."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from dataclasses import dataclass

from verifier.sandbox.base import Arbiter, Tests

MAX_CACHED_BYTES = 64 << 20
"""Of the compiled tests of all suites. One with more than an eighth of it is compiled anew each time."""


@dataclass(frozen=True, slots=True)
class CompiledTests:
    """What the first tester of a suite found out for the others."""

    environment: frozenset[str] = frozenset()
    code: bytes | None = None

    @property
    def size_bytes(self) -> int:
        """With what it costs to keep it at all."""
        return len(self.code or b"") + 1000


class CompiledCache:
    """By the suite's digest, or the arbiter's text, for all slots of a keeper. May be used from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, CompiledTests] = OrderedDict()
        self._held_bytes = 0

    def get(self, tests: Tests | Arbiter) -> CompiledTests:
        key = _key(tests)
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
                return found
        is_pytest = isinstance(tests, Tests) and tests.kind == "pytest"
        return CompiledTests(frozenset({"pytest"} if is_pytest else ()))

    def put(self, tests: Tests | Arbiter, compiled: CompiledTests) -> None:
        if compiled.size_bytes > MAX_CACHED_BYTES // 8:
            compiled = CompiledTests(compiled.environment)
        key = _key(tests)
        with self._lock:
            before = self._kept.pop(key, None)
            self._held_bytes += compiled.size_bytes - (before.size_bytes if before is not None else 0)
            self._kept[key] = compiled
            while self._held_bytes > MAX_CACHED_BYTES:
                self._held_bytes -= self._kept.popitem(last=False)[1].size_bytes


def _key(tests: Tests | Arbiter) -> str:
    if isinstance(tests, Arbiter):
        return hashlib.sha256(f"{tests.role}\n{tests.code}".encode()).hexdigest()
    return tests.digest or hashlib.sha256(repr((tests.kind, tests.files, tests.steps)).encode()).hexdigest()
