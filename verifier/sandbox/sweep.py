"""No descendant of a cell outlives it. Standard library only: this module runs inside the jail's zygote.

Where the kernel lets the zygote be a *subreaper*, whatever a cell leaves behind becomes the zygote's own child, and
asking for its children is exact and costs one system call. Where it doesn't, orphans.py finds it.
"""

from __future__ import annotations

import contextlib
import os

from verifier.sandbox.orphans import end_all, end_orphans, mark_children, parent, pids, uid_of


class Sweeper:
    def __init__(self) -> None:
        self.is_reaper = _become_subreaper()
        self._reaped = 0
        self._others = -1
        self.mark = b"" if self.is_reaper else mark_children()
        """That its children bear where they can't be inherited."""

    def sweep(self, cell: int, uid: int) -> int:
        """Kills and reaps everything that the last cell, whose process id was `cell` and whose user `uid`, left; how
        many there were, also of those that had ended by themselves. Raises TimeoutError."""
        if not self.is_reaper:
            return end_orphans(uid, cell, self.mark)
        self._reaped = 0
        return max(end_all(self._descendants, self._reap), self._reaped) if self._reap() else self._reaped

    def own_processes(self) -> int:
        """Tasks of this user: a limit on processes counts them all, so a cell's allowance comes on top. Where orphans
        go to the first process, which may never reap them, their number grows, and they are counted each time."""
        if not self.is_reaper or self._others < 0:
            uid, self._others = os.getuid(), 0
            for pid in pids():
                with contextlib.suppress(OSError, ValueError):
                    if uid_of(pid) == uid:
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
    def _descendants() -> tuple[set[int], bool]:
        parents = {pid: parent(pid) for pid in pids()}
        found = {os.getpid()}
        size = 0
        while size < len(found):
            size = len(found)
            found.update(pid for pid, above in parents.items() if above in found)
        return found - {os.getpid()}, False


def _become_subreaper() -> bool:
    from verifier.sandbox import linux

    try:
        linux.prctl(linux.PR_SET_CHILD_SUBREAPER, 1)
    except OSError:
        return False
    return True
