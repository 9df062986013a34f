"""From what the watch saw to facts about each case. Pure."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import re
import signal
import sys
from collections.abc import Iterator, Sequence

from verifier.limits import Limits
from verifier.sandbox.base import Facts, Killed, Raised, Stage
from verifier.sandbox.modules import LEFT_OUT
from verifier.sandbox.syscalls import call_name
from verifier.sandbox.watch import Watch

SPOILS_THE_LAST = frozenset({Killed.MEMORY, Killed.OUTPUT, Killed.PROTOCOL, Killed.PROCESS, Killed.CALL})
"""What a cell was ended for although all its answers had come: the last of them doesn't count."""


def end_facts(watch: Watch, limits: Limits) -> Facts:
    """How the process ended."""
    ended = watch.end
    peak = max(0, ended.peak_bytes - watch.baseline_bytes)
    killed = watch.killed
    if killed is None and peak > limits.memory_bytes:
        killed = Killed.MEMORY
    status = ended.status
    if killed is not Killed.DEADLINE:  # no honest program does any of these, whatever else it ran into
        if ended.leftovers:
            killed = Killed.PROCESS
        elif ended.break_out >= 0 or (watch.filters_calls and _is_forbidden(status)):
            killed = Killed.CALL
    return Facts(
        killed=killed,
        exit_status=os.waitstatus_to_exitcode(status) if os.WIFEXITED(status) else None,
        signal=os.WTERMSIG(status) if os.WIFSIGNALED(status) else None,
        peak_memory_bytes=peak,
    )


def _is_forbidden(status: int) -> bool:
    """Whether the kernel's filter ended it (or the submission itself, by that signal)."""
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGSYS


def attempts_of(watch: Watch, killed: Killed | None) -> Iterator[str]:
    """What it tried that no honest program does, and what it was refused that an honest one may try."""
    if killed is Killed.CALL and watch.end.break_out < 0:
        yield "forbidden call"  # the kernel didn't say which
    if watch.ended is not None:
        for number in (watch.end.break_out, *watch.end.denied):
            if number >= 0:
                yield call_name(number)
    if killed is Killed.PROCESS:
        yield "child process"
    elif killed is Killed.PROTOCOL:
        yield "forged answer"


def bytes_of_answers(facts: Sequence[Facts]) -> int:
    return sum(len(one.answer) for one in facts if one.answer is not None)


def reports_of(watch: Watch) -> list[bytes]:
    """What the cell says of the submission: the frames after R, or the one that came instead."""
    return watch.frames[1:] if watch.frames and watch.frames[0] == b"R" else watch.frames


def with_report(facts: Facts, frame: bytes) -> Facts:
    """`facts` with what the cell itself says of the same case. Its word for "it does not compile" costs nobody but
    itself, so it needs no proof."""
    kind, body = frame[:1], frame[1:]
    if kind == b"B":
        return facts._replace(answer_too_large=True)
    stage = {b"C": Stage.COMPILE, b"X": Stage.LOAD, b"E": Stage.RUN}.get(kind)
    if stage is None:
        return facts._replace(killed=facts.killed or Killed.PROTOCOL)
    return facts._replace(stage=stage, raised=_raised(body))


def _raised(body: bytes) -> Raised:
    try:
        name, message = json.loads(body)
        return Raised(str(name)[:100], str(message)[:500])
    except (ValueError, TypeError, RecursionError):
        return Raised("Exception", "")


def asked_modules(frame: bytes) -> frozenset[str]:
    """What a frame N asks for. It is a claim, so it is only ever used to pick among what there is."""
    with contextlib.suppress(ValueError, TypeError, RecursionError):
        return frozenset(name for name in json.loads(frame[1:]) if type(name) is str)
    return frozenset()


_OF_LATER_PYTHONS = frozenset({"_pylong"})
"""What a cell's interpreter may import late, and the keeper's own may not have: arithmetic on long integers."""


def lacks_module(report: Raised | None) -> bool:
    """Whether an exception is about a module of the standard library. In the lean environment that may be one which
    the library itself imports, only when it is needed: no scan of the submission's code finds that."""
    found = None if report is None else re.match(r"No module named '(\w+)", report.message)
    return (
        report is not None
        and report.type_name == "ModuleNotFoundError"
        and found is not None
        and found[1] in (sys.stdlib_module_names | _OF_LATER_PYTHONS) - LEFT_OUT
    )


def any_lacks_module(frames: Sequence[bytes]) -> bool:
    """Of the answers of a cell. They are its own word; it gains another run."""
    return any(
        frame[:1] in (b"E", b"X") and b"ModuleNotFoundError" in frame[:100] and lacks_module(_raised(frame[1:]))
        for frame in frames
    )


def shares(watch: Watch) -> list[tuple[float, float]]:
    """(CPU s, wall s) of each frame, and of what was going on after the last one.

    Frames that came between two looks share the time between these equally; the first of them also has the time since
    the last frame before it. So a slow call can't hide its cost among the quick ones that follow.
    """
    found: list[tuple[float, float]] = []
    for before, after in itertools.pairwise(watch.marks):
        count = after.frames - before.frames
        cpu_s = max(0.0, after.cpu_s - after.quiet_cpu_s) / count
        wall_s = (after.wall_s - after.quiet_wall_s) / count
        found.append((cpu_s + max(0.0, after.quiet_cpu_s - before.cpu_s), wall_s + after.quiet_wall_s - before.wall_s))
        found += [(cpu_s, wall_s)] * (count - 1)
    last = watch.marks[-1]
    found.append((max(0.0, watch.end.cpu_s - last.cpu_s), max(0.0, watch.wall_s - last.wall_s)))
    return found


def is_borderline(facts: Facts, limits: Limits) -> bool:
    """Whether it ended by itself, over the limit but within the grace."""
    return facts.killed is None and facts.stage is Stage.RUN and facts.cpu_time_s > limits.cpu_time_s


MAX_CONFIRMED = 3
"""Borderline cases of a submission that took too long by themselves too. Further ones are taken for what they seem:
while a case is measured by itself all others of the batch have to wait."""


def is_slow(facts: Facts, limits: Limits) -> bool:
    """Whether it was over its limit of CPU time, by however much."""
    return facts.killed is Killed.CPU_TIME or is_borderline(facts, limits)
