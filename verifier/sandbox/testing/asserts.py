"""Kind "asserts": the steps of a script, one after the other, in one namespace. Standard library only."""

from __future__ import annotations

import builtins
import sys
from types import ModuleType
from typing import Any

from verifier.sandbox.proxy.tester import CellGone, Peer
from verifier.sandbox.testing.code import TestCode
from verifier.sandbox.testing.explain import note_of
from verifier.sandbox.testing.reports import Reports


def run_steps(code: TestCode, peer: Peer, reports: Reports, header: dict[str, Any]) -> None:
    """Runs the steps whose names are not among those done. Raises what the submission raises while it loads."""
    entry_point = header["entry_point"]
    peer.module()
    wanted = {name for name in code.wanted if not hasattr(builtins, name)}
    if entry_point:
        wanted.add(entry_point.partition(".")[0].removesuffix("()"))
    module = sys.modules["__main__"] = ModuleType("__main__")
    namespace = vars(module)
    namespace.update(peer.names(sorted(wanted)), __builtins__=builtins)
    if entry_point:
        namespace["candidate"] = peer.resolve(entry_point)
    reports.collected([name for name, _ in code.parts if name])
    done = frozenset(header["done"])
    broken: BaseException | None = None
    for name, step in code.parts:
        if name in done:
            continue
        peer.begin()
        error = broken or _run(step, namespace)
        if peer.gone:
            raise CellGone
        if not name:
            broken = error  # whatever follows would look at what this was to leave
            continue
        error = error or peer.failed_assert
        raised = error if error is not None and peer.raised_in_cell(error) else None
        outcome = "passed" if error is None else "failed" if raised is None else "raised"
        reports.ended(name, outcome, "" if error is None else note_of(error), raised)
        if error is not None and header["stop_early"]:
            break
    reports.all_done()


def _run(step: Any, namespace: dict[str, Any]) -> BaseException | None:
    try:
        exec(step, namespace)
    except BaseException as error:  # whatever it is, the next step runs
        return error
    return None
