"""The compiled tests of suites, kept for the next submission."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from dataclasses import dataclass

from verifier.sandbox.base import Tests

MAX_CACHED_BYTES = 64 << 20
"""Of the compiled tests of all suites. One with more than an eighth of it is compiled anew each time."""


@dataclass(frozen=True, slots=True)
class CompiledTests:
    """What the first tester of a suite found out for the others."""

    environment: frozenset[str] = frozenset()
    code: bytes | None = None


class CompiledCache:
    """By the suite's digest, for all slots of a keeper. May be used from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, CompiledTests] = OrderedDict()

    def get(self, tests: Tests) -> CompiledTests:
        key = _key(tests)
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
                return found
        return CompiledTests(frozenset({"pytest"} if tests.kind == "pytest" else ()))

    def put(self, tests: Tests, compiled: CompiledTests) -> None:
        size = len(compiled.code or b"")
        if size > MAX_CACHED_BYTES // 8:
            compiled = CompiledTests(compiled.environment)
        with self._lock:
            self._kept[_key(tests)] = compiled
            held = sum(len(kept.code or b"") for kept in self._kept.values())
            while held > MAX_CACHED_BYTES:
                held -= len(self._kept.popitem(last=False)[1].code or b"")


def _key(tests: Tests) -> str:
    return tests.digest or hashlib.sha256(repr((tests.kind, tests.files, tests.steps)).encode()).hexdigest()
