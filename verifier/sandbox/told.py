"""What a tester tells the keeper, frame by frame (protocol.py). It runs no code of a submission, so it is believed."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from verifier.errors import SandboxError


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
        """Raises SandboxError for what the tester could not do."""
        kind, body = payload[:1], payload[1:]
        if kind == b"T":
            test = json.loads(body)
            used_s = max(0.0, test["cpu_s"] - self.last_cpu_s)
            self.last_cpu_s += used_s
            self.ended.append(
                Ended(
                    test["name"],
                    test["outcome"],
                    test.get("note", ""),
                    test.get("raised"),
                    test.get("subtests", []),
                    used_s,
                    test["wall_s"],
                )
            )
        elif kind == b"K":
            collected = json.loads(body)
            self.names = collected["names"]
            self.loaded_cpu_s = self.last_cpu_s = collected["cpu_s"]
        elif kind == b"M":
            self.code = body
        elif kind == b"N":
            self.needs = payload
        elif kind == b"X":
            self.not_loaded = json.loads(body)
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
