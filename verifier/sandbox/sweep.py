"""No descendant of a cell outlives it. Standard library only: this module runs inside the jail's zygote.

Where the kernel lets the zygote be a *subreaper*, whatever a cell leaves behind becomes the zygote's own child, and
asking for its children is exact and costs one system call. Where it doesn't (AWS Lambda refuses every prctl), orphans
go to the first process of the machine; they are found in /proc by what none of them can shed, the descriptor limit
that the lock gave them.
"""

from __future__ import annotations

import _signal
import contextlib
import os
import time
from collections.abc import Callable, Iterable

SCRATCH_DESCRIPTORS = 61
"""Descriptors of a cell that may work on files. An odd number: with the lock's 0 it is what orphans are known by."""

SWEEP_TIMEOUT_S = 10.0
"""How long killed processes may take to go; one that is stuck in the kernel makes the zygote give up, and the keeper
then reports a judge error and starts another zygote."""


class Sweeper:
    def __init__(self) -> None:
        self.is_reaper = _become_subreaper()
        self._reaped = 0

    def sweep(self, uid: int) -> int:
        """Kills and reaps everything that the last cell, whose user was `uid`, left; how many there were, also of
        those that had ended by themselves. Raises TimeoutError."""
        self._reaped = 0
        if self.is_reaper and not self._reap():
            return self._reaped
        killed = end_all(self._descendants if self.is_reaper else lambda: orphans(uid), self._reap)
        return max(killed, self._reaped)

    @staticmethod
    def own_processes() -> int:
        """Tasks of this user now: a limit on processes counts them all, so a cell's allowance comes on top."""
        uid, count = os.getuid(), 0
        for pid in _pids():
            with contextlib.suppress(OSError, ValueError):
                if _uid(pid) == uid:
                    count += len(os.listdir(f"/proc/{pid}/task"))
        return count

    def _reap(self) -> bool:
        """Reaps what is dead; whether anything lives."""
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                self._reaped += 1
        except ChildProcessError:
            return False
        return True

    @staticmethod
    def _descendants() -> list[int]:
        parents = {pid: _parent(pid) for pid in _pids()}
        found = {os.getpid()}
        size = 0
        while size < len(found):
            size = len(found)
            found.update(pid for pid, parent in parents.items() if parent in found)
        return [pid for pid in found if pid != os.getpid()]


def end_all(find: Callable[[], list[int]], reap: Callable[[], object]) -> int:
    """Ends all processes that `find` finds, also those that fork faster than they can be listed: all are stopped
    first, and a stopped one still counts against the limit on processes, so that soon none can be added. Returns how
    many there were. Raises TimeoutError where they don't go."""
    deadline = time.monotonic() + SWEEP_TIMEOUT_S
    ended: set[int] = set()
    while left := find():
        stopped: set[int] = set()
        while new := set(left) - stopped:
            _signal_each(new, _signal.SIGSTOP)
            stopped |= new
            left = find()
        _signal_each(stopped, _signal.SIGKILL)
        ended |= stopped
        reap()
        if time.monotonic() > deadline:
            raise TimeoutError(f"{len(left)} processes don't die")
        time.sleep(0.001)
    return len(ended)


def _signal_each(pids: Iterable[int], number: int) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)


def orphans(uid: int) -> list[int]:
    """Processes of a user that are behind the descriptor lock, but below no zygote that lives."""
    return [pid for pid in _pids() if _is_locked(pid, uid) and not _is_zombie(pid) and not _has_a_zygote(pid, uid)]


def sweep_orphans(uid: int) -> None:
    """For the keeper, whose zygote died with a cell running: kills what it left. Reaping is for whoever inherits."""
    with contextlib.suppress(TimeoutError):
        end_all(lambda: orphans(uid), lambda: None)


def _become_subreaper() -> bool:
    from verifier.sandbox import linux

    try:
        linux.prctl(linux.PR_SET_CHILD_SUBREAPER, 1)
    except OSError:
        return False
    return True


def _pids() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def _parent(pid: int) -> int:
    try:
        with open(f"/proc/{pid}/stat", "rb") as stream:
            return int(stream.read().rpartition(b")")[2].split()[1])
    except (OSError, IndexError, ValueError):
        return 0


def _is_zombie(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat", "rb") as stream:
            return stream.read().rpartition(b")")[2].split()[0] == b"Z"
    except (OSError, IndexError):
        return True


def _is_locked(pid: int, uid: int) -> bool:
    try:
        if _uid(pid) != uid:
            return False
        with open(f"/proc/{pid}/limits", "rb") as stream:
            return any(line.split()[:5] in _LOCKED for line in stream)
    except OSError:
        return False


_LOCKED = [[b"Max", b"open", b"files", limit, limit] for limit in (b"0", b"%d" % SCRATCH_DESCRIPTORS)]


def _uid(pid: int) -> int:
    """The real user id. The owner of /proc/<pid> would not do: it is root for whoever has changed user."""
    with open(f"/proc/{pid}/status", "rb") as stream:
        for line in stream:
            if line.startswith(b"Uid:"):
                return int(line.split()[1])
    return -1


def _has_a_zygote(pid: int, uid: int) -> bool:
    """Whether the first ancestor without the lock is a zygote: then this is part of another zygote's live cell."""
    while pid > 1 and _is_locked(pid, uid):
        pid = _parent(pid)
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as stream:
            return b"zygote.py" in stream.read()
    except OSError:
        return False
