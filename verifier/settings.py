"""Settings that the doors on AWS Lambda share, from the environment."""

from __future__ import annotations

import os
import sys
from typing import Any, TypeVar

from verifier.errors import RequestError
from verifier.sandbox.keeper import SandboxOptions

TIME_RESERVE_S = 2.0
"""Of Lambda's remaining time, what is left for answering."""

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


def remaining_s(context: Any) -> float | None:
    """Seconds until an answer must be under way, by Lambda's context; None where there is no such thing."""
    remaining = getattr(context, "get_remaining_time_in_millis", None)
    if not callable(remaining):
        return None
    reserve = number("VERIFIER_TIME_RESERVE_S", float)
    return max(0.0, float(remaining()) / 1000 - (TIME_RESERVE_S if reserve is None else reserve))
