"""Trials that don't turn out as their set says they should, each looked into, and the reason."""

from __future__ import annotations

EXCEPTIONS: dict[str, dict[str, str]] = {}
"""Set -> `problem:what` or `problem` -> reason."""


def reason_for(set_name: str, problem: str, what: str) -> str | None:
    known = EXCEPTIONS.get(set_name, {})
    return known.get(f"{problem}:{what}", known.get(problem))
