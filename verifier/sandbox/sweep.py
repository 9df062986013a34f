"""No descendant of a cell outlives it. Standard library only: this module runs inside the jail's zygote.

Where the kernel lets the zygote be a *subreaper*, whatever a cell leaves behind becomes the zygote's own child, and
asking for its children is exact and costs one system call. Where it doesn't (AWS Lambda refuses every prctl), orphans
go to the first process of the machine; they are found in /proc by what none of them can shed, the descriptor limit
that the lock gave them. All of these are killed, whosever they are, since they are nobody's honest work. Charged to a
cell are those of its session, and those that bear its zygote's mark, a limit of no other use that they inherit.
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

SWEEP_TIMEOUT_S = 10.0
"""How long killed processes may take to go; one that is stuck in the kernel makes the zygote give up, and the keeper
then reports a judge error and starts another zygote."""


class Sweeper:
    def __init__(self) -> None:
        self.is_reaper = _become_subreaper()
        self._reaped = 0
        self._others = -1
        self._mark = b"" if self.is_reaper else _mark_children()

    def sweep(self, cell: int, uid: int) -> int:
        """Kills and reaps everything that the last cell, whose process id was `cell` and whose user `uid`, left; how
        many there were, also of those that had ended by themselves. Raises TimeoutError."""
        self._reaped = 0
        if self.is_reaper:
            return max(end_all(self._descendants, self._reap), self._reaped) if self._reap() else self._reaped
        charged: set[int] = set()

        def find() -> list[int]:
            found = orphans(uid)
            charged.update(pid for pid in found if _session(pid) == cell or _mark(pid) == self._mark)
            return found

        end_all(find, self._reap)
        return len(charged)

    def own_processes(self) -> int:
        """Tasks of this user: a limit on processes counts them all, so a cell's allowance comes on top. Where orphans
        go to the first process, which may never reap them, their number grows, and they are counted each time."""
        if not self.is_reaper or self._others < 0:
            uid, self._others = os.getuid(), 0
            for pid in _pids():
                with contextlib.suppress(OSError, ValueError):
                    if _uid(pid) == uid:
                        self._others += len(os.listdir(f"/proc/{pid}/task"))
        return self._others

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
    """Processes of a user that are behind the descriptor lock, but below no zygote that lives. Asked twice: one that
    ends meanwhile, as another worker's cell may, has lost its parent in between."""
    found = [pid for pid in _pids() if _is_locked(pid, uid) and not _has_a_zygote(pid, uid)]
    return [pid for pid in found if _is_locked(pid, uid) and not _is_zombie(pid)]


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
                if _is_forked_by_zygote(pid) and not _is_forked_by_zygote(_parent(pid)):
                    _signal_each([pid], _signal.SIGKILL)
                self._pids.discard(pid)
            end_all(lambda: orphans(self._uid), lambda: None)
            self._is_owed = False


def _is_forked_by_zygote(pid: int) -> bool:
    """Whether it has the command line of one. Raises OSError where that can't be found out now."""
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as stream:
            return b"zygote.py" in stream.read()
    except (FileNotFoundError, ProcessLookupError):
        return False


def _become_subreaper() -> bool:
    from verifier.sandbox import linux

    try:
        linux.prctl(linux.PR_SET_CHILD_SUBREAPER, 1)
    except OSError:
        return False
    return True


def _mark_children() -> bytes:
    """Sets a limit that means nothing without real-time scheduling to a number that no other zygote has; b"" where it
    is limited already."""
    if resource.getrlimit(resource.RLIMIT_RTTIME)[1] != resource.RLIM_INFINITY:
        return b""
    number = (1 << 50) + int.from_bytes(os.urandom(5), "big")
    resource.setrlimit(resource.RLIMIT_RTTIME, (number, number))
    return b"%d" % number


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
            for line in stream:
                if line.startswith(b"Max open files"):
                    hard = line.split()[4]
                    return hard.isdigit() and int(hard) <= SCRATCH_DESCRIPTORS
        return False
    except OSError:
        return False


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
