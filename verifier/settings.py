"""Settings that the doors on AWS Lambda share, from the environment."""

from __future__ import annotations

import os
import sys
from typing import Any, TypeVar

from verifier.errors import RequestError
from verifier.sandbox.keeper import SandboxOptions

TIME_RESERVE_S = 2.0
"""Of Lambda's remaining time, what is left for answering."""

KEEPER_MB, SUBMISSION_MB = 500, 600
"""Of an environment's memory: what is taken before anything is judged, and by each submission at a time (512 of its
own, by default, and what it shares with nobody of the interpreter)."""

_Number = TypeVar("_Number", int, float)


def number(name: str, kind: type[_Number]) -> _Number | None:
    """None where it is not set. Raises RequestError, naming it."""
    value = os.environ.get(name)
    if not value:
        return None
    try:
        return kind(value)
    except ValueError:
        raise RequestError(f"must be a number, not {value!r}", path=name) from None


def sandbox_options() -> SandboxOptions:
    """By VERIFIER_SANDBOX_PYTHON and VERIFIER_POLICY."""
    python = os.environ.get("VERIFIER_SANDBOX_PYTHON") or sys.executable
    return SandboxOptions(python, policy=os.environ.get("VERIFIER_POLICY") or "auto")


def memory_mb() -> int | None:
    """What AWS Lambda grants this environment; None elsewhere."""
    return number("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", int)


def memory_bytes() -> int | None:
    granted_mb = memory_mb()
    return None if granted_mb is None else granted_mb << 20


def workers_for(memory_mb: int, processors: int) -> int:
    """As many as have a processor and memory each, and one at least."""
    return min(processors, max(1, (memory_mb - KEEPER_MB) // SUBMISSION_MB))


def workers() -> int:
    """By VERIFIER_WORKERS, or else by processors and memory."""
    granted_mb, processors = memory_mb(), len(os.sched_getaffinity(0))
    by_default = processors if granted_mb is None else workers_for(granted_mb, processors)
    return number("VERIFIER_WORKERS", int) or by_default


def remaining_s(context: Any) -> float | None:
    """Seconds until an answer must be under way, by Lambda's context; None where there is no such thing."""
    remaining = getattr(context, "get_remaining_time_in_millis", None)
    if not callable(remaining):
        return None
    reserve = number("VERIFIER_TIME_RESERVE_S", float)
    return max(0.0, float(remaining()) / 1000 - (TIME_RESERVE_S if reserve is None else reserve))
