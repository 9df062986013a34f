"""The AWS Lambda door: `verifier.handler.handler` is a reward function by the contract of Nova and Bedrock RFT.

Settings come from the environment, which only this module reads:

    VERIFIER_SUITES             directory of suites for samples that name theirs; default: `testsuites` in the working
                                directory, where there is one
    VERIFIER_WORKERS            submissions that run at the same time; default: one for each processor
    VERIFIER_POLICY             layers of the jail that are required: `auto`, `linux`, `container` or `lambda`; default
                                `auto`, which takes what there is
    VERIFIER_JOURNAL            folder of the crash journal, or `off`; default: the temporary folder inside Lambda,
                                else off
    VERIFIER_SANDBOX_PYTHON     the interpreter that submissions run on; default: the one that runs this
    VERIFIER_DETAILS            `1` adds to each result what else is known: verdict, message, cases, the jail's
                                layers in force; default: the contract's fields alone
    RESPONSE_ENVELOPE           `raw` (the list itself) or `http`; default: as the event came
    VERIFIER_TIME_RESERVE_S     what is left of the remaining time for answering; default 2
"""

from __future__ import annotations

import functools
import os
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any, TypeVar

from verifier.errors import RequestError
from verifier.pipeline import Verifier
from verifier.sandbox.keeper import SandboxOptions
from verifier.wire import Envelope, read_request, respond

_Number = TypeVar("_Number", int, float)

_start_lock = threading.Lock()


def handler(event: Any, context: Any = None) -> Any:
    """Scores the samples of `event`; the answer is a list with one result for each, in order.

    `context` may be Lambda's, an empty dict or None: AWS's own validators call it with all three. What can't be judged
    within Lambda's remaining time is reported as a judge error, and the rest is kept. Raises RequestError for an event
    that holds no samples at all.
    """
    request = read_request(event, envelope=_envelope())
    time_limit_s = _remaining_s(context)
    results = _verifier().score(request.samples, time_limit_s=time_limit_s)
    details = os.environ.get("VERIFIER_DETAILS") == "1"
    return respond([result.report() if details else result.entry() for result in results], request.envelope)


def _verifier() -> Verifier:
    with _start_lock:
        return _warm_verifier()


@functools.cache
def _warm_verifier() -> Verifier:
    """Kept between invocations, with its warm zygotes."""
    suites = os.environ.get("VERIFIER_SUITES") or ("testsuites" if Path("testsuites").is_dir() else None)
    python = os.environ.get("VERIFIER_SANDBOX_PYTHON")
    policy = os.environ.get("VERIFIER_POLICY") or "auto"
    sandbox = SandboxOptions(python or sys.executable, policy=policy)
    return Verifier(suites, workers=_number("VERIFIER_WORKERS", int), sandbox=sandbox, journal=_journal())


def _journal() -> Path | None:
    folder = os.environ.get("VERIFIER_JOURNAL")
    if not folder:
        return Path(tempfile.gettempdir()) if "AWS_LAMBDA_FUNCTION_NAME" in os.environ else None
    return None if folder == "off" else Path(folder)


def _envelope() -> Envelope | None:
    value = os.environ.get("RESPONSE_ENVELOPE") or None
    if value not in (None, "raw", "http"):
        raise RequestError(f"must be 'raw' or 'http', not {value!r}", path="RESPONSE_ENVELOPE")
    return value  # type: ignore[return-value]


def _remaining_s(context: Any) -> float | None:
    remaining = getattr(context, "get_remaining_time_in_millis", None)
    if not callable(remaining):
        return None
    reserve = _number("VERIFIER_TIME_RESERVE_S", float)
    return max(0.0, float(remaining()) / 1000 - (2.0 if reserve is None else reserve))


def _number(name: str, kind: type[_Number]) -> _Number | None:
    value = os.environ.get(name)
    if not value:
        return None
    try:
        return kind(value)
    except ValueError:
        raise RequestError(f"must be a number, not {value!r}", path=name) from None
