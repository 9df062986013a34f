"""What a tester tells the keeper, frame by frame (protocol.py). It runs no code of a submission, so it is believed; but
it tells of texts that a submission chose, so each part is looked at."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from typing import Any

from verifier.errors import SandboxError
from verifier.sandbox.base import Outcome


@dataclass(slots=True)
class Ended:
    """One test that ended, as the tester told it."""

    name: str
    outcome: str
    note: str
    raised: list[str] | None
    subtests: list[list[str]]
    cpu_s: float
    wall_s: float


@dataclass(slots=True)
class Told:
    """All that a tester told."""

    names: list[str] | None = None
    ended: list[Ended] = field(default_factory=list)
    code: bytes | None = None
    needs: bytes | None = None
    not_loaded: list[Any] | None = None
    all_done: bool = False
    no_cell: bool = False
    overflowed: bool = False
    loaded_cpu_s: float = 0.0
    """What the cell had used when the tests began, and at the end of the last of them."""
    last_cpu_s: float = 0.0

    @property
    def is_complete(self) -> bool:
        return self.all_done or self.no_cell or self.overflowed or self.needs is not None or self.not_loaded is not None

    def take(self, payload: bytes) -> None:
        """Raises SandboxError for what the tester could not do, or told in no known form."""
        try:
            self._take(payload[:1], payload[1:])
        except (ValueError, TypeError, KeyError, AttributeError, ArithmeticError, RecursionError) as error:
            raise SandboxError("tester", f"sent a frame that can't be read: {type(error).__name__}") from None

    def _take(self, kind: bytes, body: bytes) -> None:
        if kind == b"T":
            test = json.loads(body)
            used_s = max(0.0, _seconds(test["cpu_s"]) - self.last_cpu_s)
            raised = test.get("raised")
            ended = Ended(
                _text(test["name"]),
                Outcome(test["outcome"]),
                _text(test.get("note", "")),
                None if raised is None else _texts(raised, 2),
                [_texts(subtest, 3) for subtest in test.get("subtests", ())],
                used_s,
                _seconds(test["wall_s"]),
            )
            for _, outcome, _ in ended.subtests:
                Outcome(outcome)
            self.last_cpu_s += used_s
            self.ended.append(ended)
        elif kind == b"K":
            collected = json.loads(body)
            names, cpu_s = _texts(collected["names"]), _seconds(collected["cpu_s"])
            self.names, self.loaded_cpu_s, self.last_cpu_s = names, cpu_s, cpu_s
        elif kind == b"M":
            self.code = body
        elif kind == b"N":
            self.needs = kind + body
        elif kind == b"X":
            *error, by_submission = json.loads(body)
            self.not_loaded = [*_texts(error, 2), by_submission is True]
        elif kind == b"Q":
            self.all_done = True
        elif kind == b"D":
            self.no_cell = True
        elif kind == b"O":
            self.overflowed = True
        elif kind == b"Z":
            raise SandboxError("tester", body.decode(errors="replace"))
        else:
            raise SandboxError("tester", f"sent a frame of kind {kind!r}")


def _text(value: Any) -> str:
    if type(value) is not str:
        raise TypeError("not text")
    return value


def _texts(value: Any, count: int | None = None) -> list[str]:
    if type(value) is not list or (count is not None and len(value) != count):
        raise ValueError("not so many texts")
    return [_text(part) for part in value]


def _seconds(value: Any) -> float:
    if type(value) is not float and type(value) is not int:
        raise TypeError("not a number")
    if not math.isfinite(value) or value < 0:
        raise ValueError("no time")
    return float(value)
