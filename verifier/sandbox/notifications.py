"""System calls of cells and testers that wait for an answer (seccomp.py says which).

Who answers polls the listener that `linux.load_filter` gave, beside its other descriptors; it is readable when a call
waits. It must not make such calls itself where the filter is on it too, since nobody would answer. Nothing here lets a
call pass: what a call points to can change after one has looked at it, so the answer is always an errno. As long as the
listener is open and nobody answers, the caller sleeps; once it is closed, such calls fail with ENOSYS.
"""

from __future__ import annotations

import fcntl
import struct
from typing import NamedTuple

_RECEIVE = 0xC0502100  # linux/seccomp.h: SECCOMP_IOCTL_NOTIF_RECV
_SEND = 0xC0182101  # SECCOMP_IOCTL_NOTIF_SEND
_NOTIFICATION = struct.Struct("=QII iIQ6Q")  # struct seccomp_notif, which ends in a struct seccomp_data
_ANSWER = struct.Struct("=QqiI")  # struct seccomp_notif_resp


class Notification(NamedTuple):
    id: int
    """For the answer; never used twice for one listener."""
    pid: int
    """Of the thread that makes the call, as the listener's holder sees it; 0 where that one can't."""
    number: int
    """Of the call: syscalls.call_name tells its name."""
    args: tuple[int, ...]
    """All six registers as unsigned 64-bit numbers, whatever the call makes of them."""


def receive_notification(fd: int) -> Notification:
    """The next call that waits. Sleeps until there is one: poll first. Raises OSError, ENOENT where the caller was
    killed meanwhile."""
    buffer = bytearray(_NOTIFICATION.size)
    fcntl.ioctl(fd, _RECEIVE, buffer)
    call_id, pid, _, number, _, _, *args = _NOTIFICATION.unpack(buffer)
    return Notification(call_id, pid, number, tuple(args))


def answer_notification(fd: int, call_id: int, error: int) -> None:
    """Lets the call fail with `error`, an errno. Raises OSError, ENOENT where the caller was killed meanwhile or a
    signal has interrupted its call, which it may then make again."""
    if error <= 0:
        raise ValueError(f"an errno is positive: {error}")  # 0 would tell the caller that the call succeeded
    fcntl.ioctl(fd, _SEND, _ANSWER.pack(call_id, 0, -error, 0))
