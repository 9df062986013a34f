"""The layers that are about the keeper's own process."""

from __future__ import annotations

import contextlib
import errno
import os

from verifier.sandbox import linux
from verifier.sandbox.policy import Layer, Need, Policy, Problem


def keeper_problems(policy: Policy) -> dict[Layer, Problem]:
    """Sets up what the policy asks for; what could not be had, and why."""
    problems = {}
    if policy.need(Layer.IDENTITY) is Need.OFF:
        problems[Layer.IDENTITY] = Problem("policy", "switched off")
    elif os.geteuid() != 0:
        problems[Layer.IDENTITY] = Problem("setresuid", "the keeper is not root", errno.EPERM)
    hidden = _hide(policy.need(Layer.HIDDEN_KEEPER))
    if hidden is not None:
        problems[Layer.HIDDEN_KEEPER] = hidden
    return problems


def _hide(need: Need) -> Problem | None:
    """No process of the same user can look into this one's memory, environment or descriptors. That costs its own
    user the same: no debugger, no profiler, no core dump."""
    if is_hidden():
        return None
    if need is Need.OFF:
        return Problem("policy", "not asked for")
    step = "prctl(PR_SET_DUMPABLE)"
    try:
        linux.prctl(linux.PR_SET_DUMPABLE, 0)
    except OSError as error:
        return Problem(step, error.strerror or "", error.errno)
    return None if is_hidden() else Problem(step, "had no effect")


def is_hidden() -> bool:
    """Whether this process is closed to others of its user: by prctl, or because it was executed from a file that its
    user may not read. The kernel then gives its files in /proc to root."""
    with contextlib.suppress(OSError):
        return linux.prctl(linux.PR_GET_DUMPABLE) != 1
    with contextlib.suppress(OSError):
        return os.geteuid() != 0 and os.stat("/proc/self/environ").st_uid == 0
    return False
