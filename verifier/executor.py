"""The executor door: `verifier.executor.handler` runs submissions for a grader and judges nothing.

Deployed as a Lambda function with no permissions and no network. The grader calls it by `RemoteKeeper`
(verifier/sandbox/remote.py); it gets code and inputs and gives back facts, so whoever takes it over finds no expected
value. Settings come from the environment:

    VERIFIER_POLICY             layers of the jail that are required; default `auto`, which takes what there is
    VERIFIER_SANDBOX_PYTHON     the interpreter that submissions run on; default: the one that runs this
    VERIFIER_TIME_RESERVE_S     what is left of the remaining time for answering; default 2
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import threading
import time
from collections.abc import Sequence
from typing import Any

from verifier.errors import VerifierError
from verifier.limits import beyond
from verifier.sandbox.base import Facts
from verifier.sandbox.executor_wire import Malformed, Request, read_request, write_answer
from verifier.sandbox.keeper import Keeper
from verifier.sandbox.slot import Slot
from verifier.settings import memory_bytes, remaining_s, sandbox_options

_start_lock = threading.Lock()

_EXECUTORS = 1
"""Lambda sends one request at a time."""


def handler(event: Any, context: Any = None) -> dict[str, object]:
    """Facts of what `event` asks for. Never raises: `{"fault": ...}` says what went wrong."""
    try:
        request = read_request(event)
        if request.do != "hello" and (problem := beyond(request.limits, memory_bytes())):
            return {"fault": problem}
        return answer(request, _keeper(), remaining_s(context))
    except Malformed as problem:
        return {"fault": f"the request can't be used: {problem}"}
    except VerifierError as error:
        return {"fault": str(error)}
    except Exception as error:
        return {"fault": f"internal error: {type(error).__name__}: {error}"}


def start_early() -> None:
    """What the first request would do otherwise, in Lambda's init phase. Where it can't be done, that says why."""
    with contextlib.suppress(VerifierError):
        _keeper().start()


def answer(request: Request, keeper: Keeper, remaining_s: float | None = None) -> dict[str, object]:
    """What a grader is told. Raises SandboxError where there is no sandbox to run it."""
    if request.do == "hello":
        keeper.start()
        with keeper.slot() as slot:
            return write_answer([], [], slot.isolation)
    limits_s = [limit_s for limit_s in (request.time_limit_s, remaining_s) if limit_s is not None]
    deadline = time.monotonic() + min(limits_s) if limits_s else None
    with keeper.slot() as slot:
        slot.take_attempts()  # of a request that was cut short
        facts = _facts(request, slot, deadline)
        return write_answer(facts, slot.take_attempts(), slot.isolation, keep_bytes=request.keep_bytes)


def _facts(request: Request, slot: Slot, deadline: float | None) -> Sequence[Facts]:
    if request.do == "program":
        return [
            slot.run_program(
                request.program, request.stdin, request.limits, keep_bytes=request.keep_bytes, deadline=deadline
            )
        ]
    return slot.run_calls(
        request.program,
        request.calls,
        request.limits,
        max_answer_bytes=request.keep_bytes,
        stop_early=request.stop_early,
        max_timeouts=request.max_timeouts,
        deadline=deadline,
    )


def local_transport(keeper: Keeper) -> Any:
    """A transport to an executor in this process, for tests and for trying it out: the bytes are those of a real one,
    the split is not."""

    def send(request: bytes, deadline: float | None = None) -> bytes:
        try:
            return json.dumps(answer(read_request(json.loads(request)), keeper)).encode("ascii")
        except (Malformed, VerifierError) as error:
            return json.dumps({"fault": str(error)}).encode("ascii")

    return send


def _keeper() -> Keeper:
    with _start_lock:
        return _warm_keeper()


@functools.cache
def _warm_keeper() -> Keeper:
    """Kept between invocations, with its warm zygotes."""
    return Keeper(_EXECUTORS, sandbox_options())


if "AWS_LAMBDA_RUNTIME_API" in os.environ:
    start_early()
