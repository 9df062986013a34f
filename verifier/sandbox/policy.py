"""Which layers the jail has here. The ones that come with later work have their names here already."""

from __future__ import annotations

import os
from typing import NamedTuple

from verifier.sandbox.base import Isolation

FIRST_UID, UIDS = 60_000, 5_000
"""Where the keeper is root, cells run as users from this range: below 65,534 (nobody), above what systems hand out."""

FIRST_TESTER_UID = 54_000
"""And testers from this one: no cell may signal a tester, which holds the expected values."""

MAX_TASKS = 256
"""Tasks that a cell's or a tester's user may have, threads included; the zygote's own user counts those of the keeper
too."""


def slot_uid(slot: int) -> int | None:
    """The user that cells of a worker slot run as, its own for each slot and, most likely, for each keeper on the
    machine; None where the keeper is not root and can't change it."""
    if os.geteuid() != 0:
        return None
    return FIRST_UID + (os.getpid() * 61 + slot) % UIDS


def isolation(*, uid: int | None, subreaper: bool, no_new_privileges: bool, empty_root: bool) -> Isolation:
    """The layers in force, told from what the zygote managed to set up."""
    in_force = ["resource limits", "descriptor lock", "sweep"]
    missing = {
        "seccomp": "not built yet",
        "landlock": "not built yet",
        "namespaces": "not built yet",
    }
    if uid is None:
        missing["identity"] = "the keeper is not root"
    else:
        in_force.insert(0, "identity")
    if empty_root:
        in_force.append("empty root")
    else:
        missing["empty root"] = "chroot is refused here"
    if no_new_privileges:
        in_force.append("no new privileges")
    else:
        missing["no new privileges"] = "prctl is refused here"
    if not subreaper:
        missing["subreaper"] = "prctl is refused here; leftovers are found in /proc"
    return Isolation(tuple(in_force), missing)


class Place(NamedTuple):
    """Where the cells and testers of one slot run."""

    cell_uid: int | None
    tester_uid: int | None
    """Users; None where the keeper is not root and can't change them."""
    processor: int
    """The one that a cell and its tester share: they take turns, and waking a process that waits on the same processor
    costs a tenth of waking another processor (docs/benchmarks.md). Other slots have others, as far as there are any."""


def place_of(slot: int) -> Place:
    uid = slot_uid(slot)
    processors = sorted(os.sched_getaffinity(0))
    return Place(
        uid,
        None if uid is None else uid - FIRST_UID + FIRST_TESTER_UID,
        processors[(os.getpid() + slot) % len(processors)],
    )
