"""The AWS Lambda door: `verifier.handler.handler` is a reward function by the contract of Nova and Bedrock RFT.

Settings come from the environment:

    VERIFIER_SUITES             directory of suites for samples that name theirs, or `s3://bucket/prefix`; default:
                                `testsuites` in the working directory, where there is one
    VERIFIER_SUITES_REFRESH_S   seconds after which S3 is asked whether a suite has changed; default 60
    VERIFIER_EVENTS_PREFIX      `s3://bucket/prefix`: an event `{"samples_s3": "s3://..."}` may name what is below it;
                                default: none may
    VERIFIER_WORKERS            submissions that run at the same time; default: one for each processor that has 600 MB
                                beside 500 for the verifier; with an executor 16, since they only wait
    VERIFIER_EXECUTOR_FUNCTION  an executor (executor.py) that runs the submissions; default: this process does
    VERIFIER_POLICY             layers of the jail that are required: `auto`, `linux`, `container` or `lambda`; default
                                `auto`, which takes what there is
    VERIFIER_JOURNAL            folder of the crash journal, or `off`; default: the temporary folder inside Lambda,
                                else off
    VERIFIER_SANDBOX_PYTHON     the interpreter that submissions run on; default: the one that runs this
    VERIFIER_DETAILS            `1` adds to each result what else is known: verdict, message, cases, the jail's
                                layers in force; default: the contract's fields alone
    RESPONSE_ENVELOPE           `raw` (the list itself) or `http`; default: as the event came
    VERIFIER_TIME_RESERVE_S     what is left of the remaining time for answering; default 2
    VERIFIER_LOGS               `off`: no log lines and no metrics (observe.py)

and those of aws-lambda-powertools: POWERTOOLS_SERVICE_NAME (default `verifier`), POWERTOOLS_METRICS_NAMESPACE (default
`CodeVerifier`), POWERTOOLS_LOG_LEVEL, POWERTOOLS_METRICS_DISABLED, POWERTOOLS_TRACE_DISABLED (default `true`).
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import tempfile
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from verifier import observe
from verifier.errors import RequestError, VerifierError
from verifier.pipeline import Verifier
from verifier.settings import memory_bytes, number, remaining_s, sandbox_options, workers
from verifier.suite.store import REFRESH_S, open_store
from verifier.wire import Envelope, read_request, respond

MAX_ANSWER_BYTES = (6 << 20) - (1 << 16)
"""AWS takes 6 MB, and not a byte more: an answer above it is a failed invocation."""

EXECUTOR_WORKERS = 16

_start_lock = threading.Lock()


def handler(event: Any, context: Any = None) -> Any:
    """Scores the samples of `event`; the answer is a list with one result for each, in order.

    `context` may be Lambda's, an empty dict or None: AWS's own validators call it with all three. What can't be judged
    within Lambda's remaining time is reported as a judge error, and the rest is kept. Raises RequestError for an event
    that holds no samples at all.
    """
    request = read_request(event, envelope=_envelope(), fetch=_event_reader())
    time_limit_s = remaining_s(context)
    observer = _observer()
    with observer.traced(len(request.samples)):
        results = _verifier().score(request.samples, time_limit_s=time_limit_s)
    observer.record(results, context)
    if os.environ.get("VERIFIER_DETAILS") == "1":
        return respond(_fitting([result.report() for result in results], request.envelope), request.envelope)
    return respond([result.entry() for result in results], request.envelope)


def start_early() -> None:
    """What the first invocation would do otherwise. Lambda's init phase has more of a processor than the invocations of
    a small function, and nobody waits. Where it can't be done the first invocation says why, for each sample."""
    with contextlib.suppress(VerifierError):
        _observer()
        verifier = _verifier()
        if not os.environ.get("VERIFIER_EXECUTOR_FUNCTION"):  # which has an early start of its own
            verifier.start()


def _fitting(reports: Sequence[dict[str, object]], envelope: Envelope) -> list[dict[str, object]]:
    """The reports as far as AWS takes them. Where they are too large, those of the largest go without their cases, and
    where that is not enough without their message; `left_out` says so."""
    fitting = list(reports)
    sizes = [_size(report, envelope) for report in fitting]
    around = len(json.dumps(respond([], envelope)))
    for part in ("cases", "message"):
        for index in sorted(range(len(fitting)), key=sizes.__getitem__, reverse=True):
            if around + sum(sizes) - 2 <= MAX_ANSWER_BYTES:
                return fitting
            left_out = [*fitting[index].get("left_out", ()), part]  # type: ignore[misc]
            fitting[index] = {name: value for name, value in fitting[index].items() if name != part}
            fitting[index]["left_out"] = left_out
            sizes[index] = _size(fitting[index], envelope)
    return fitting


def _size(report: dict[str, object], envelope: Envelope) -> int:
    text = json.dumps(report)
    return len(text) + 2 if envelope == "raw" else len(json.dumps(text))  # with a comma and a space, or quotation marks


def _verifier() -> Verifier:
    with _start_lock:
        return _warm_verifier()


@functools.cache
def _warm_verifier() -> Verifier:
    """Kept between invocations, with its warm zygotes."""
    place = os.environ.get("VERIFIER_SUITES") or ("testsuites" if Path("testsuites").is_dir() else None)
    refresh_s = number("VERIFIER_SUITES_REFRESH_S", float)
    suites = None if place is None else open_store(place, refresh_s=REFRESH_S if refresh_s is None else refresh_s)
    executor = os.environ.get("VERIFIER_EXECUTOR_FUNCTION")
    if executor:
        from verifier.invoke import executor_transport
        from verifier.sandbox.remote import RemoteKeeper

        # No journal: no submission runs here. Workers only wait.
        at_once = number("VERIFIER_WORKERS", int) or EXECUTOR_WORKERS
        return Verifier(suites, workers=at_once, sandbox=RemoteKeeper(executor_transport(executor)))
    return Verifier(
        suites, workers=workers(), sandbox=sandbox_options(), journal=_journal(), memory_bytes=memory_bytes()
    )


@functools.cache
def _observer() -> observe.Observer:
    if os.environ.get("VERIFIER_LOGS") == "off":
        return observe.Silent()
    return observe.observer(
        service=os.environ.get("POWERTOOLS_SERVICE_NAME"),
        namespace=os.environ.get("POWERTOOLS_METRICS_NAMESPACE"),
        tracing=os.environ.get("POWERTOOLS_TRACE_DISABLED", "true").lower() in ("0", "false", "no", "off"),
    )


def _event_reader() -> Callable[[str], bytes] | None:
    prefix = os.environ.get("VERIFIER_EVENTS_PREFIX")
    if not prefix:
        return None
    from verifier.suite.s3 import event_reader

    return event_reader(prefix)


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


if "AWS_LAMBDA_RUNTIME_API" in os.environ:
    start_early()
