"""How much of all answers of a submission is kept: one can answer a thousand calls with a mebibyte each."""

from __future__ import annotations

import math

SMALL_BYTES = 4096
"""An answer of this size is kept whatever came before it."""


class AnswerRoom:
    """Counts what is kept. `most_bytes` is for all together; None is without bound."""

    def __init__(self, most_bytes: int | None) -> None:
        self._left: float = math.inf if most_bytes is None else most_bytes

    def takes(self, size: int) -> bool:
        """Whether one of this size is kept, beside those before it."""
        self._left -= size
        return self._left >= 0 or size <= SMALL_BYTES
