"""What can go wrong around the verifier. Each fault is a context manager: entering brings it about, leaving ends it."""

from __future__ import annotations

import contextlib
import datetime
import errno
import os
import resource
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import psutil

from tests.chaos.scene import Scene

FROZEN_S = 0.4
"""How long what is stopped stays so. Far less than any limit on wall time, since time that a stopped process doesn't
use is told from sleep by nobody."""


@dataclass(frozen=True)
class Fault:
    name: str
    sentence: str
    begin: Callable[[Scene], AbstractContextManager[bool]]
    """Yields whether there was anything to apply it to."""
    strikes: bool = False
    """It is over at once, and whoever it has hit is not to be hit again: whatever dies twice under the same submission
    was killed by it, as far as anybody can know, and it is an SV (Killed.ZYGOTE)."""
    lasts_s: float = 0.0
    """How long it takes, where something is to go on meanwhile."""
    kinds: tuple[str, ...] = ("function", "stdio", "pytest")
    """Of suites whose submissions it can hit."""
    needs: Callable[[Scene], str] = lambda scene: ""
    """Why it can't be applied here; "" where it can."""


# Killed


def _killing(find: Callable[[Scene], list[psutil.Process]], *, all_at_once: bool = False):
    @contextmanager
    def begin(scene: Scene) -> Iterator[bool]:
        chosen = scene.victim(lambda: find(scene))
        victims = [] if chosen is None else find(scene) if all_at_once else [chosen]
        for victim in victims:
            with contextlib.suppress(psutil.Error):
                victim.kill()  # psutil never hits a process id that was given anew
        yield bool(victims)

    return begin


@contextmanager
def _killed_at_a_fork(scene: Scene) -> Iterator[bool]:
    """As soon as a zygote has a child, which then has not even begun to confine itself."""
    hit = False
    zygotes = scene.zygotes()
    until = time.monotonic() + 3
    while zygotes and not hit and time.monotonic() < until:
        for zygote in zygotes:
            with contextlib.suppress(OSError, psutil.Error):
                path = f"/proc/{zygote.pid}/task/{zygote.pid}/children"
                before = Path(path).read_text()
                if not before and Path(path).read_text():
                    zygote.kill()
                    hit = True
    yield hit


# Frozen


def _freezing(find: Callable[[Scene], list[psutil.Process]]):
    @contextmanager
    def begin(scene: Scene) -> Iterator[bool]:
        victim = scene.victim(lambda: find(scene))
        with contextlib.suppress(psutil.Error):
            if victim is not None:
                victim.send_signal(signal.SIGSTOP)
        try:
            yield victim is not None
        finally:
            with contextlib.suppress(psutil.Error):
                if victim is not None:
                    victim.send_signal(signal.SIGCONT)

    return begin


# Full


@contextmanager
def _full_disk(scene: Scene) -> Iterator[bool]:
    """No byte and no file more."""
    filler = scene.folder / "filler"
    made = [filler]
    try:
        with filler.open("wb", buffering=0) as stream, contextlib.suppress(OSError):
            while stream.write(bytes(4096)):
                pass
        with contextlib.suppress(OSError):
            while True:
                path = scene.folder / f"filler-{len(made)}"
                path.touch()
                made.append(path)
        yield True
    finally:
        for path in made:
            path.unlink(missing_ok=True)


def _needs_small_place(scene: Scene) -> str:
    return "" if scene.is_small else "needs root, and a place to mount a file system"


@contextmanager
def _no_descriptors(scene: Scene) -> Iterator[bool]:
    """All that the limit allows are in use."""
    held: list[int] = []
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, 1024), hard))
    try:
        with contextlib.suppress(OSError):
            while True:
                held.append(os.open(os.devnull, os.O_RDONLY))
        yield True
    finally:
        for fd in held:
            os.close(fd)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@contextmanager
def _lowered_limit(scene: Scene) -> Iterator[bool]:
    """A few descriptors are left: enough for some of what a run opens, and not for the rest."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    highest = max(int(name) for name in os.listdir("/proc/self/fd"))
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, highest + scene.chance.randint(1, 14)), hard))
    try:
        yield True
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


# No fork. The kernel has two limits on tasks: of a user, which root is exempt from, and of a control group.


@contextmanager
def _no_fork(scene: Scene) -> Iterator[bool]:
    """Neither the keeper nor a zygote may start a process or a thread."""
    pids = [os.getpid(), *(zygote.pid for zygote in scene.all_zygotes())]
    with _no_tasks_in_group(pids) if os.geteuid() == 0 else _no_tasks_of_user(pids):
        yield True


@contextmanager
def _no_tasks_of_user(pids: list[int]) -> Iterator[None]:
    before = {pid: resource.prlimit(pid, resource.RLIMIT_NPROC) for pid in pids}
    try:
        for pid, (_, hard) in before.items():
            with contextlib.suppress(ProcessLookupError):
                resource.prlimit(pid, resource.RLIMIT_NPROC, (0, hard))
        yield
    finally:
        for pid, limits in before.items():
            with contextlib.suppress(ProcessLookupError):
                resource.prlimit(pid, resource.RLIMIT_NPROC, limits)


_GROUPS = Path("/sys/fs/cgroup/pids"), Path("/sys/fs/cgroup")


def _pids_group() -> Path | None:
    """This process's own group in the hierarchy that counts tasks, where a group can be made below it."""
    lines = [line.split(":", 2) for line in Path("/proc/self/cgroup").read_text().splitlines()]
    for root, (controllers, name) in zip(_GROUPS, (("pids", "pids.max"), ("", "cgroup.controllers")), strict=True):
        own = next((root / path.lstrip("/") for _, named, path in lines if named == controllers), None)
        if own is None or not os.access(own, os.W_OK):
            continue
        if name == "pids.max" or "pids" in (own / "cgroup.subtree_control").read_text().split():
            return own
    return None


@contextmanager
def _no_tasks_in_group(pids: list[int]) -> Iterator[None]:
    own = _pids_group()
    assert own is not None
    group = own / f"verifier-chaos-{os.getpid()}"
    group.mkdir()
    try:
        (group / "pids.max").write_text("0")  # those that are there already may stay
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                (group / "cgroup.procs").write_text(str(pid))
        yield
    finally:
        (group / "pids.max").write_text("max")
        while left := (group / "cgroup.procs").read_text().split():
            for pid in left:
                with contextlib.suppress(ProcessLookupError):
                    (own / "cgroup.procs").write_text(pid)
        _remove_group(group)


def _remove_group(group: Path) -> None:
    """What has just left it may still be counted."""
    until = time.monotonic() + 5
    while True:
        try:
            group.rmdir()
            return
        except OSError as error:
            if error.errno != errno.EBUSY or time.monotonic() > until:
                raise
            time.sleep(0.01)


def _needs_limit_on_tasks(scene: Scene) -> str:
    if os.geteuid() == 0 and _pids_group() is None:
        return "root is exempt from the limit of a user, and there is no control group to be had that counts tasks"
    return ""


# The clock


@contextmanager
def _clock_jumps(scene: Scene) -> Iterator[bool]:
    """The wall clock, as this process sees it, is somewhere else each time. (No namespace has a wall clock of its own,
    and the machine's is not ours to set.)"""
    real = time.time

    def jumping() -> float:
        return real() + scene.chance.choice((-1, 1)) * scene.chance.uniform(60, 10 * 365 * 86_400)

    def jumping_ns() -> int:
        return int(jumping() * 1e9)

    class Jumping(datetime.datetime):
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> Jumping:
            return cls.fromtimestamp(jumping(), tz)

    with (
        mock.patch.object(time, "time", jumping),
        mock.patch.object(time, "time_ns", jumping_ns),
        mock.patch.object(datetime, "datetime", Jumping),
    ):
        yield True


_TESTED = ("pytest",)

FAULTS = {
    fault.name: fault
    for fault in (
        Fault("zygote killed", "SIGKILL for a zygote of cells", _killing(Scene.zygotes), strikes=True),
        Fault(
            "tester zygote killed",
            "SIGKILL for a zygote of testers",
            _killing(Scene.tester_zygotes),
            strikes=True,
            kinds=_TESTED,
        ),
        Fault(
            "all zygotes killed",
            "SIGKILL for every zygote at once, also for those that nobody uses at the moment",
            _killing(Scene.all_zygotes, all_at_once=True),
            strikes=True,
        ),
        Fault(
            "zygote killed at a fork",
            "SIGKILL for a zygote the moment that it has a child, before that has confined itself",
            _killed_at_a_fork,
            strikes=True,
        ),
        Fault(
            "cell killed",
            "SIGKILL for a cell, as the kernel sends it when memory runs out",
            _killing(Scene.cells),
            strikes=True,
            kinds=("function", "stdio"),  # with tests, one that kills itself has learnt something: no second try
        ),
        Fault("tester killed", "SIGKILL for a tester", _killing(Scene.testers), strikes=True, kinds=_TESTED),
        Fault("zygote frozen", "SIGSTOP for a zygote, SIGCONT later", _freezing(Scene.all_zygotes), lasts_s=FROZEN_S),
        Fault("cell frozen", "SIGSTOP for a cell, SIGCONT later", _freezing(Scene.cells), lasts_s=FROZEN_S),
        Fault(
            "tester frozen",
            "SIGSTOP for a tester, SIGCONT later",
            _freezing(Scene.testers),
            lasts_s=FROZEN_S,
            kinds=_TESTED,
        ),
        Fault(
            "disk full",
            "no byte and no file more where temporary files lie",
            _full_disk,
            lasts_s=0.5,
            needs=_needs_small_place,
        ),
        Fault(
            "no descriptors", "the keeper has used up its descriptors, later it has some", _no_descriptors, lasts_s=0.5
        ),
        Fault(
            "few descriptors", "the keeper's limit is a few more than it has, later more", _lowered_limit, lasts_s=0.5
        ),
        Fault(
            "no fork",
            "fork and clone fail with EAGAIN, in the keeper and in its zygotes",
            _no_fork,
            lasts_s=0.5,
            needs=_needs_limit_on_tasks,
        ),
        Fault("clock jumps", "the wall clock is years off, and elsewhere each time", _clock_jumps, lasts_s=0.5),
    )
}
