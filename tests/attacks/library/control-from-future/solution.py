"""A docstring."""
from __future__ import annotations, generator_stop

from typing import Optional


def f(n: Missing) -> Optional[Unknown[int]]:
    return 3 * n + 1
