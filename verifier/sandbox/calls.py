"""What a zygote learns of its cell's forbidden system calls.

The zygote's filter (seccomp.py) has the kernel hold a call and tell it here. A *break-out* is a call that nothing
honest makes: it ends the cell. One that may be honest, as trying a socket, is refused and counted. Standard library
only: this module runs inside the jail's zygote.
"""

from __future__ import annotations

import errno

from verifier.sandbox import notifications, seccomp

MAX_HELD = 10_000
"""Calls of one cell that are held; each costs the zygote more than the cell, so more of them end it."""

MAX_DENIED = 16
"""Different calls that are told of; how often each was tried is not."""


class HeldCalls:
    """Of one cell after the other. `listener` is what load_filter gave."""

    def __init__(self, listener: int) -> None:
        self._listener = listener
        self._denied_only = seccomp.recorded_numbers()
        self.break_out = -1
        """Number of the call that ends the cell; -1 where there was none."""
        self.denied: list[int] = []
        self._held = 0

    def begin(self) -> None:
        """Another cell."""
        if self._held:
            self.break_out = -1
            self.denied.clear()
            self._held = 0

    def take(self) -> bool:
        """Answers the call that waits; True where the cell is to be killed for it."""
        try:
            call = notifications.receive_notification(self._listener)
            self._held += 1
            if call.number not in self._denied_only or self._held > MAX_HELD:
                self.break_out = call.number
                return True
            if call.number not in self.denied and len(self.denied) < MAX_DENIED:
                self.denied.append(call.number)
            notifications.answer_notification(self._listener, call.id, errno.EPERM)
        except OSError as error:
            if error.errno != errno.ENOENT:  # the caller was killed meanwhile
                raise
        return False
