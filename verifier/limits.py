"""What one case may use. Standard library only: the inside of the jail imports this too."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

MIB = 1 << 20

DEFAULT_CPU_TIME_S = 6.0
"""The limit that LiveCodeBench gives a case: too tight a limit turns right answers into zeros, too loose a one lets
every endless loop cost that much."""
DEFAULT_MEMORY_BYTES = 512 * MIB
DEFAULT_OUTPUT_BYTES = 64 * MIB

CEILINGS = {"cpu_time_s": 600.0, "wall_time_s": 3600.0, "memory_bytes": 64 << 30, "output_bytes": 1 << 30}
FLOORS = {"cpu_time_s": 0.01, "wall_time_s": 0.01, "memory_bytes": 1 * MIB, "output_bytes": 1}


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one case. Where `wall_time_s` is not given it is twice the CPU limit plus five seconds: the
    backstop for programs that sleep. Time spent waiting for a processor doesn't count against it.

    Raises ValueError, naming the field, for a value that is not finite or is out of the range FLOORS..CEILINGS.
    """

    cpu_time_s: float = DEFAULT_CPU_TIME_S
    """CPU seconds (user + system) of the whole process, all threads together."""
    wall_time_s: float = 0.0
    """Wall-clock seconds less the time spent runnable but not running; 0 means "derive from cpu_time_s"."""
    memory_bytes: int = DEFAULT_MEMORY_BYTES
    """Peak resident bytes above the idle sandbox."""
    output_bytes: int = DEFAULT_OUTPUT_BYTES
    """Bytes on stdout and stderr together; in kind `function`, bytes of the encoded answer too."""

    def __post_init__(self) -> None:
        if self.wall_time_s == 0:
            object.__setattr__(self, "wall_time_s", min(2 * self.cpu_time_s + 5.0, CEILINGS["wall_time_s"]))
        for field in fields(self):
            value = getattr(self, field.name)
            low, high = FLOORS[field.name], CEILINGS[field.name]
            if isinstance(value, bool) or not math.isfinite(value) or not low <= value <= high:
                raise ValueError(f"{field.name} must be between {low} and {high}, not {value!r}")


def beyond(limits: Limits, memory_bytes: int | None) -> str:
    """What is wrong with limits on a machine, or in a container, of so much memory; "" for nothing. None: of any. A
    submission that the kernel ends for want of memory would look like one that exceeded its limit, or worse."""
    if memory_bytes is None or limits.memory_bytes <= memory_bytes:
        return ""
    allowed, given = limits.memory_bytes / MIB, memory_bytes / MIB
    return f"limits.memory_bytes is {allowed:,.0f} MiB, and this environment has {given:,.0f}: lower it, or add memory"
