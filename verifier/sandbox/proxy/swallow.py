"""When a context manager of the submission's may swallow an exception of the tests'.

In plain Python `__exit__` may swallow anything, a failed assert too. Here it may swallow what skips nothing: an
exception that the tests raise by a statement of their own, or one that comes up where the rest of the block holds no
assert and no call. So `with suppress(ZeroDivisionError): 1 / 0` is tested as it is written, and a submission gains
nothing by answering with what makes the test's next expression fail.
"""

from __future__ import annotations

import sys
from types import CodeType
from typing import Any

_CHECKS = frozenset(
    "LOAD_ASSERTION_ERROR RAISE_VARARGS CALL CALL_KW CALL_FUNCTION_EX JUMP_BACKWARD JUMP_BACKWARD_NO_INTERRUPT".split()
)


def may_swallow(error: Any, trace: Any, depth: int) -> bool:
    """`trace` is what `__exit__` was given; `depth` so many frames up is where it was called."""
    import dis

    if not isinstance(error, Exception) or isinstance(error, AssertionError) or trace is None:
        return False
    frames = []
    while trace is not None:
        if "/verifier/sandbox/proxy/" not in trace.tb_frame.f_code.co_filename:
            frames.append((trace.tb_frame, trace.tb_lasti))
        trace = trace.tb_next
    if not frames:
        return False
    library: Any = dis
    (outer, at), *inner = frames
    innermost, innermost_at = frames[-1]
    if library.opname[innermost.f_code.co_code[innermost_at]] == "RAISE_VARARGS":
        return True
    end = _end_of_block(library, outer, sys._getframe(depth + 1))
    return _skips_nothing(library, outer.f_code, at, end) and all(
        _is_of_library(frame) or _skips_nothing(library, frame.f_code, lasti, len(frame.f_code.co_code))
        for frame, lasti in inner
    )


def _end_of_block(library: Any, frame: Any, asking: Any) -> int:
    """Where the code of the `with` block ends whose `__exit__` is being called; the end of the code where that is not
    known."""
    code = frame.f_code
    while asking is not None and asking is not frame:
        asking = asking.f_back
    if asking is None:
        return len(code.co_code)
    handler = next(
        (at for at in range(frame.f_lasti, -1, -2) if library.opname[code.co_code[at]] == "WITH_EXCEPT_START"), None
    )
    ends = [entry.end for entry in library._parse_exception_table(code) if handler == entry.target + 2]
    return max(ends, default=len(code.co_code))


def _is_of_library(frame: Any) -> bool:
    """Whether it is a frame of the standard library, which asserts nothing; unittest does."""
    top = str(frame.f_globals.get("__name__")).partition(".")[0]
    return top in sys.stdlib_module_names and top not in ("unittest", "__main__")


def _skips_nothing(library: Any, code: CodeType, at: int, end: int) -> bool:
    later = [name.opname for name in library.get_instructions(code) if at < name.offset < end]
    return not _CHECKS.intersection(later)
