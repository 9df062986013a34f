"""From what the watch saw to facts about each case. Pure."""

from __future__ import annotations

import contextlib
import itertools
import json
import os

from verifier.limits import Limits
from verifier.sandbox.base import Facts, Killed, Raised, Stage
from verifier.sandbox.watch import Watch


def end_facts(watch: Watch, limits: Limits) -> Facts:
    """How the process ended."""
    ended = watch.end
    peak = max(0, ended.peak_bytes - watch.baseline_bytes)
    killed = watch.killed
    if killed is None and peak > limits.memory_bytes:
        killed = Killed.MEMORY
    if ended.leftovers and killed is not Killed.DEADLINE:
        killed = Killed.PROCESS  # no honest program can have one, whatever else it ran into
    status = ended.status
    return Facts(
        killed=killed,
        exit_status=os.waitstatus_to_exitcode(status) if os.WIFEXITED(status) else None,
        signal=os.WTERMSIG(status) if os.WIFSIGNALED(status) else None,
        peak_memory_bytes=peak,
    )


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
        return frozenset(json.loads(frame[1:]))
    return frozenset()


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
