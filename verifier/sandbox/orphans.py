"""Processes that a cell left behind where nobody inherits them.

Where the kernel makes no subreaper of a zygote (AWS Lambda refuses every prctl), orphans go to the first process of the
machine. They are found in /proc by what none of them can shed: a limit on descriptors as low as a cell's, and no zygote
that lives above them. They are nobody's honest work, so all are killed. Charged to a cell are those of its session, and
those that bear its zygote's *mark*, a limit of no other use that they inherit. Those that bear the mark of another
zygote, which lives, are left to that one: it charges them to its own cell.

One that forks and ends faster than it can be looked at is stopped first and looked at then. Standard library only: the
zygote uses this too.
"""

from __future__ import annotations

import _signal
import contextlib
import os
import resource
import time
from collections.abc import Callable, Iterable

SCRATCH_DESCRIPTORS = 61
"""Descriptors of a cell that may work on files. Fewer than other programs have: a limit of no more than this, which
can only be lowered, is what orphans are known by."""

TIMEOUT_S = 10.0
"""How long killed processes may take to go; one that is stuck in the kernel makes the zygote give up, and the keeper
then reports a judge error and starts another zygote."""

_FIRST_MARK = 1 << 50

_MOST_LOOKS = 1000


def mark_children() -> bytes:
    """Sets a limit that means nothing without real-time scheduling to a number that no other zygote has; b"" where it
    is limited already."""
    if resource.getrlimit(resource.RLIMIT_RTTIME)[1] != resource.RLIM_INFINITY:
        return b""
    number = _FIRST_MARK + int.from_bytes(os.urandom(5), "big")
    resource.setrlimit(resource.RLIMIT_RTTIME, (number, number))
    return b"%d" % number


def end_orphans(uid: int, cell: int = -1, mark: bytes = b"") -> int:
    """Kills all orphans of a user; how many were this cell's. Raises TimeoutError where they don't go."""
    charged: set[int] = set()

    def find() -> tuple[set[int], bool]:
        found, missed = stop_orphans(uid)
        own = {pid for pid in found if _is_of(pid, cell, mark)}
        charged.update(own)
        others = _charged_elsewhere(found - own, uid)
        _signal_each(others, _signal.SIGCONT)
        return found - others, missed

    end_all(find, lambda: None)
    return len(charged)


def end_orphans_of(cell: int, mark: bytes) -> bool:
    """For the keeper, while the cell runs: kills the orphans that it has by now. True where there were any."""
    try:
        uid = uid_of(cell)
    except OSError:
        return False  # it has ended: the sweep finds them
    found = stop_orphans(uid)[0]
    own = {pid for pid in found if _is_of(pid, cell, mark)}
    others = _charged_elsewhere(found - own, uid)
    _signal_each(others, _signal.SIGCONT)
    _signal_each(found - others, _signal.SIGKILL)
    return bool(own)


def stop_orphans(uid: int) -> tuple[set[int], bool]:
    """Those that are stopped by now; and whether others may have been missed. One that is gone by the time it is looked
    at has perhaps forked: its child's number is new, and new ones are looked at until there are none."""
    stopped: set[int] = set()
    seen: set[int] = set()
    for _ in range(_MOST_LOOKS):
        new = [pid for pid in pids() if pid not in seen]
        if not new:
            return stopped, False
        seen.update(new)
        stopped.update(pid for pid in reversed(new) if _is_orphan(pid, uid) and _is_stopped(pid, uid))
    return stopped, True


def _is_stopped(pid: int, uid: int) -> bool:
    """Stops an orphan. False where it is gone: then its number may be another's by now, which goes on."""
    try:
        os.kill(pid, _signal.SIGSTOP)
    except OSError:
        return False
    if _is_orphan(pid, uid):
        return True
    _signal_each([pid], _signal.SIGCONT)
    return False


def end_all(find: Callable[[], tuple[set[int], bool]], reap: Callable[[], object]) -> int:
    """Ends all processes that `find` finds, also those that fork faster than they can be listed: all are stopped
    first, and a stopped one still counts against the limit on processes, so that soon none can be added. `find` also
    says whether it may have missed some. Returns how many there were. Raises TimeoutError where they don't go."""
    deadline = time.monotonic() + TIMEOUT_S
    ended: set[int] = set()
    while True:
        left, missed = find()
        if not left and not missed:
            return len(ended)
        stopped: set[int] = set()
        while new := left - stopped:
            _signal_each(new, _signal.SIGSTOP)
            stopped |= new
            left, missed = find()
        _signal_each(stopped, _signal.SIGKILL)
        ended |= stopped
        reap()
        if time.monotonic() > deadline:
            raise TimeoutError(f"{len(left)} processes don't die")
        time.sleep(0.001)


class Orphans:
    """For the keeper, whose zygotes may die with a cell running: kills what they left. Reaping is for whoever inherits.
    `uid` is the user of the cells."""

    def __init__(self, uid: int) -> None:
        self._uid = uid
        self._pids: set[int] = set()
        self._is_owed = False

    def sweep(self, pid: int = -1) -> None:
        """After the zygote's end. `pid` is its cell's, if it had one: that may not be behind the lock yet, which all
        others are known by."""
        self._is_owed = True
        if pid > 0:
            self._pids.add(pid)
        self.settle()

    def settle(self) -> None:
        """Makes up for what could not be done, as without a descriptor for /proc."""
        if not self._is_owed:
            return
        with contextlib.suppress(OSError):
            for pid in tuple(self._pids):
                if _is_forked_by_zygote(pid) and not _is_forked_by_zygote(parent(pid)):
                    _signal_each([pid], _signal.SIGKILL)
                self._pids.discard(pid)
            end_orphans(self._uid)
            self._is_owed = False


def _is_forked_by_zygote(pid: int) -> bool:
    """Whether it has the command line of one. Raises OSError where that can't be found out now."""
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as stream:
            return b"zygote.py" in stream.read()
    except (FileNotFoundError, ProcessLookupError):
        return False


def _is_orphan(pid: int, uid: int) -> bool:
    return _is_locked(pid, uid) and not _is_zombie(pid) and not _has_a_zygote(pid, uid)


def _is_of(pid: int, cell: int, mark: bytes) -> bool:
    return _session(pid) == cell or (bool(mark) and _mark(pid) == mark)


def _charged_elsewhere(orphans: set[int], uid: int) -> set[int]:
    """Those that bear the mark of a zygote which lives. (None of them bears the caller's own.)"""
    marks = {pid: mark for pid in orphans if (mark := _mark(pid)) and mark.isdigit() and int(mark) >= _FIRST_MARK}
    if not marks:
        return set()
    # A cell, and what it forks, have their zygote's command line too, but the lock.
    living = {_mark(pid) for pid in pids() if _is_zygote(pid) and not _is_locked(pid, uid)}
    return {pid for pid, mark in marks.items() if mark in living}


def _mark(pid: int) -> bytes | None:
    try:
        with open(f"/proc/{pid}/limits", "rb") as stream:
            return next((line.split()[4] for line in stream if line.startswith(b"Max realtime timeout")), None)
    except (OSError, IndexError):
        return None


def _session(pid: int) -> int:
    try:
        return os.getsid(pid)
    except OSError:
        return -1


def _signal_each(pids: Iterable[int], number: int) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)


def pids() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def parent(pid: int) -> int:
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
        if uid_of(pid) != uid:
            return False
        with open(f"/proc/{pid}/limits", "rb") as stream:
            for line in stream:
                if line.startswith(b"Max open files"):
                    hard = line.split()[4]
                    return hard.isdigit() and int(hard) <= SCRATCH_DESCRIPTORS
        return False
    except OSError:
        return False


def uid_of(pid: int) -> int:
    """The real user id. The owner of /proc/<pid> would not do: it is root for whoever has changed user."""
    with open(f"/proc/{pid}/status", "rb") as stream:
        for line in stream:
            if line.startswith(b"Uid:"):
                return int(line.split()[1])
    return -1


def _has_a_zygote(pid: int, uid: int) -> bool:
    """Whether the first ancestor without the lock is a zygote: then this is part of another zygote's live cell."""
    while pid > 1 and _is_locked(pid, uid):
        pid = parent(pid)
    return _is_zygote(pid)


def _is_zygote(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as stream:
            return b"zygote.py" in stream.read()
    except OSError:
        return False
