"""Memory that runs out, of the machine or the container: the kernel then kills whoever is large, at fault or not."""

from __future__ import annotations

import contextlib


class Shortage:
    """Tells whether memory ran out since it was last asked."""

    def __init__(self) -> None:
        self._kills = _kills()

    def was(self) -> bool:
        before, self._kills = self._kills, _kills()
        return self._kills > before


def _kills() -> int:
    """How often the kernel has killed a process for want of memory; 0 where it doesn't count (before Linux 4.13)."""
    with contextlib.suppress(OSError, ValueError, IndexError), open("/proc/vmstat", "rb") as stream:
        return next((int(line.split()[1]) for line in stream if line.startswith(b"oom_kill ")), 0)
    return 0
