"""What /proc tells the keeper of a running process."""

from __future__ import annotations

import contextlib
import os
import platform
import resource
import signal

_PAGE_BYTES = resource.getpagesize()
_READ = {"x86_64": 0, "aarch64": 63}.get(platform.machine(), -1)
"""Number of the system call read(2)."""
_TIMERS = (signal.SIGALRM, signal.SIGVTALRM, signal.SIGPROF)


def state_of(pid: int) -> str:
    """The letter that proc(5) has for it; "" where there is none."""
    with contextlib.suppress(OSError, IndexError), open(f"/proc/{pid}/stat", "rb") as stream:
        return chr(stream.read().rpartition(b")")[2].split()[0][0])
    return ""


def waited_ns(pid: int) -> int:
    """How long it has waited for a processor: that one of its threads which waited longest."""
    waited = 0
    with contextlib.suppress(OSError, ValueError, IndexError):
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/schedstat", "rb") as stream:
                waited = max(waited, int(stream.read().split()[1]))
    return waited


def waited_here_ns() -> int:
    """How long the calling thread has."""
    with (
        contextlib.suppress(OSError, ValueError, IndexError),
        open("/proc/thread-self/schedstat", "rb", buffering=0) as stream,
    ):
        return int(stream.read(64).split()[1])
    return 0


def resident_bytes(pid: int) -> int:
    """Of the whole process. Once its first thread has ended, only the others know."""
    try:
        with open(f"/proc/{pid}/statm", "rb", buffering=0) as stream:
            pages = int(stream.read(128).split()[1])
        for task in () if pages else os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/statm", "rb", buffering=0) as stream:
                pages = max(pages, int(stream.read(128).split()[1]))
        return pages * _PAGE_BYTES
    except (OSError, IndexError, ValueError):
        return 0


def only_reads(pid: int, fd: int) -> bool:
    """Whether all that it does is to wait in read(2) for more on one descriptor, so that nothing but more can wake it.
    False where the kernel doesn't say, for a process with threads, and for one that has a handler for timers."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        if len(os.listdir(f"/proc/{pid}/task")) != 1:
            return False
        with open(f"/proc/{pid}/syscall", "rb", buffering=0) as stream:
            number, argument = stream.read(256).split()[:2]
        if int(number) != _READ or int(argument, 16) != fd:
            return False
        with open(f"/proc/{pid}/status", "rb") as stream:
            caught = next(int(line.split()[1], 16) for line in stream if line.startswith(b"SigCgt:"))
        return not any(caught >> (timer - 1) & 1 for timer in _TIMERS)
    return False
