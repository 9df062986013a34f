"""What a set of test files is turned into."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Submission:
    """One solution of a problem."""

    what: str
    """`example`, `stub`, `mutation 2: ...`."""
    code: str
    forged: bool = False
    """Whether it only pretends: it is not to come out as in plain pytest, but to miss full marks."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Test files, and the submissions that they are to judge."""

    name: str
    modules: tuple[str, ...]
    """The names by which the tests import the submission."""
    files: dict[str, str]
    """Path -> text: test files, and what they need."""
    submissions: tuple[Submission, ...]
    """The first one is the reference: what it makes pytest collect is what all others are judged by."""
    cpu_time_s: float = 2.0
    """What one test may take."""
    max_timeouts: int = 3
    """A submission for which plain pytest finds as many is not compared, and counted as one that hangs."""

    @property
    def reference(self) -> Submission:
        return self.submissions[0]

    def suite(self) -> dict[str, Any]:
        """In the wire form; which tests there are is found out by who judges."""
        return {
            "kind": "pytest",
            "module": self.modules[0] if len(self.modules) == 1 else list(self.modules),
            "files": self.files,
            "limits": {"cpu_time_s": self.cpu_time_s},
            "max_timeouts": 1000,
        }


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A problem, or a submission, that is not compared."""

    name: str
    reason: str


@dataclass(slots=True)
class PlainTest:
    """What plain pytest says of one test."""

    outcome: str
    """`passed`, `failed` or `skipped`; `absent` where only ours has such a test."""
    note: str = ""
    seconds: float = 0.0
    timed_out: bool = False
    touched: list[str] = field(default_factory=list)
    """What of the world outside it reached for, as `submission open` or `tests socket`: who, and an audit event."""


@dataclass(slots=True)
class PlainRun:
    """What plain pytest says of one submission."""

    tests: dict[str, PlainTest]
    """By node id, in the order of collection; those that were not reached are missing."""
    note: str = ""
    """Why nothing, or not all, was collected."""
    hangs: str = ""
    """Why it was given up, where it was."""
    seconds: float = 0.0

    def of(self, name: str) -> PlainTest:
        return self.tests.get(name) or PlainTest("failed", self.note or self.hangs or "was not collected")


Problems = Iterator[Problem | LeftOut]


def in_open_half(name: str) -> bool:
    """Whether a problem is in the half of a set that may be looked at; the other one is kept back for acceptance."""
    return hashlib.sha256(name.encode()).hexdigest()[0] in "01234567"
