"""Whether an attribute is asked for in order to be called: `value.name()` is one request then, and not two."""

from __future__ import annotations

import sys
from typing import Any


def _called(value: Any) -> Any:
    return value.name()


def _read(value: Any) -> Any:
    return value.name


_AT = 4
"""Where both load the attribute: after the instructions that begin the function and load `value`."""
_CALLED, _READ = _called.__code__.co_code, _read.__code__.co_code
_SAME_INSTRUCTION = _CALLED[_AT] == _READ[_AT]
"""From Python 3.12 on; the lowest bit of what follows it tells which of both is meant."""


def is_called_at_once(depth: int) -> bool:
    """Whether the code that asks for an attribute, so many frames above the caller, does so to call it."""
    frame = sys._getframe(depth + 1)
    code, place = frame.f_code.co_code, frame.f_lasti
    return code[place] == _CALLED[_AT] and (not _SAME_INSTRUCTION or bool(code[place + 1] & 1))
