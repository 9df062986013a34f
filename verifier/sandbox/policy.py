"""Which layers the jail must have, which it should have, and where cells and testers run."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import NamedTuple

from verifier.errors import RequestError, SandboxError
from verifier.sandbox.base import Isolation

FIRST_UID, UIDS = 60_000, 5_000
"""Where the keeper is root, cells run as users from this range: below 65,534 (nobody), above what systems hand out."""

FIRST_TESTER_UID = 54_000
"""And testers from this one: no cell may signal a tester, which holds the expected values."""

MAX_TASKS = 256
"""Tasks that a cell's or a tester's user may have beyond those of the keeper's, threads included."""


class Layer(StrEnum):
    """The layers of the jail, by the names of docs/design.md."""

    IDENTITY = "identity"
    LIMITS = "resource limits"
    LOCK = "descriptor lock"
    SECCOMP = "seccomp"
    LANDLOCK = "landlock"
    NAMESPACES = "namespaces"
    ROOT = "empty root"
    PRIVILEGES = "no new privileges"
    HIDDEN_KEEPER = "hidden keeper"
    SWEEP = "sweep"


class Need(StrEnum):
    """What a policy says about a layer."""

    REQUIRED = "required"
    """Where it is missing, nothing is run."""
    BEST_EFFORT = "best effort"
    OFF = "off"
    """Not even tried."""


ALWAYS = frozenset({Layer.LIMITS, Layer.LOCK, Layer.SWEEP})
"""These need nothing that a Linux system could refuse; a cell that can't set one up is never run."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What is asked of the jail. Layers that `needs` doesn't name are best effort."""

    name: str
    needs: Mapping[Layer, Need] = field(default_factory=dict)

    def need(self, layer: Layer) -> Need:
        return Need.REQUIRED if layer in ALWAYS else self.needs.get(layer, Need.BEST_EFFORT)

    def with_need(self, layer: Layer, need: Need) -> Policy:
        return replace(self, needs={**self.needs, layer: need})

    def asked(self) -> list[str]:
        """The layers that are to be tried."""
        return [str(layer) for layer in Layer if self.need(layer) is not Need.OFF]

    def check(self, problems: Mapping[Layer, Problem]) -> None:
        """Raises SandboxError, with layer, step and errno, for a required layer that has a problem."""
        for layer in Layer:
            if layer in problems and self.need(layer) is Need.REQUIRED:
                problem = problems[layer]
                step = f"policy {self.name!r} requires the layer {str(layer)!r}; {problem.step}"
                raise SandboxError(step, problem.reason, errno=problem.errno)


class Problem(NamedTuple):
    """Why a layer is not in force."""

    step: str
    reason: str
    errno: int | None = None

    def __str__(self) -> str:
        return f"{self.step}: {self.reason}"


def _requiring(*layers: Layer) -> dict[Layer, Need]:
    return dict.fromkeys(layers, Need.REQUIRED)


PRESETS = {
    "auto": Policy("auto"),
    "library": Policy("library", {Layer.HIDDEN_KEEPER: Need.OFF}),
    "linux": Policy(
        "linux",
        _requiring(Layer.SECCOMP, Layer.LANDLOCK, Layer.NAMESPACES, Layer.ROOT, Layer.PRIVILEGES),
    ),
    "container": Policy("container", _requiring(Layer.SECCOMP, Layer.PRIVILEGES)),
    "lambda": Policy("lambda"),
}
"""`linux`: a machine of one's own, where root or unprivileged user namespaces are to be had. `container`: an ordinary
user under Docker's default profile. `lambda`: AWS Lambda, which refuses every prctl, seccomp and namespace (its sandbox
is one of its own; docs/threat-model.md says what that leaves open). `auto` takes what there is. So does `library`, but
it leaves the caller's own process as it is: not every part of a training job bears one that can't be looked into."""


LEVELS = {"lambda": 1, "container": 2, "linux": 3}
"""Presets by what they require, for those who can report numbers only."""


def policy_of(policy: str | Policy) -> Policy:
    """A policy by the name of its preset. Raises RequestError."""
    if isinstance(policy, Policy):
        return policy
    try:
        return PRESETS[policy]
    except KeyError:
        raise RequestError(f"must be one of {', '.join(PRESETS)}, not {policy!r}", path="policy") from None


def strongest(problems: Mapping[Layer, Problem]) -> str:
    """The preset that requires most, of those all of whose required layers are in force."""
    return next(
        name
        for name in sorted(LEVELS, key=LEVELS.__getitem__, reverse=True)
        if not any(PRESETS[name].need(layer) is Need.REQUIRED for layer in Layer if layer in problems)
    )


def isolation(policy: Policy, problems: Mapping[Layer, Problem]) -> Isolation:
    """What a response says of the layers."""
    return Isolation(
        tuple(str(layer) for layer in Layer if layer not in problems),
        {str(layer): str(problems[layer]) for layer in Layer if layer in problems},
        policy.name,
        strongest(problems),
    )


class Place(NamedTuple):
    """Where the cells and testers of one slot run."""

    cell_uid: int | None
    tester_uid: int | None
    """Users; None where the keeper is not root and can't change them."""
    processor: int
    """The one that a cell and its tester share: they take turns, and waking a process that waits on the same processor
    costs a tenth of waking another processor (docs/benchmarks.md). Other slots have others, as far as there are any."""


def slot_uid(slot: int) -> int | None:
    """The user that cells of a worker slot run as, its own for each slot and, most likely, for each keeper on the
    machine; None where the keeper is not root and can't change it."""
    if os.geteuid() != 0:
        return None
    return FIRST_UID + (os.getpid() * 61 + slot) % UIDS


def place_of(slot: int, policy: Policy = PRESETS["library"]) -> Place:
    """Raises SandboxError where the policy requires users of their own, and the keeper is not root."""
    uid = slot_uid(slot) if policy.need(Layer.IDENTITY) is not Need.OFF else None
    processors = sorted(os.sched_getaffinity(0))
    return Place(
        uid,
        None if uid is None else uid - FIRST_UID + FIRST_TESTER_UID,
        processors[(os.getpid() + slot) % len(processors)],
    )
