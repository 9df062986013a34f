"""The AWS Lambda door: `verifier.handler.handler` is a reward function by the contract of Nova and Bedrock RFT.

Settings come from the environment:

    VERIFIER_SUITES             directory of suites for samples that name theirs, or `s3://bucket/prefix`; default:
                                `testsuites` in the working directory, where there is one
    VERIFIER_SUITES_REFRESH_S   seconds after which S3 is asked whether a suite has changed; default 60
    VERIFIER_EVENTS_PREFIX      `s3://bucket/prefix`: an event `{"samples_s3": "s3://..."}` may name what is below it;
                                default: none may
    VERIFIER_WORKERS            submissions that run at the same time; default: one for each processor
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
import os
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from verifier import observe
from verifier.errors import RequestError, VerifierError
from verifier.pipeline import Verifier
from verifier.settings import number, remaining_s, sandbox_options
from verifier.suite.store import REFRESH_S, open_store
from verifier.wire import Envelope, read_request, respond

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
    details = os.environ.get("VERIFIER_DETAILS") == "1"
    return respond([result.report() if details else result.entry() for result in results], request.envelope)


def start_early() -> None:
    """What the first invocation would do otherwise. Lambda's init phase has more of a processor than the invocations of
    a small function, and nobody waits. Where it can't be done the first invocation says why, for each sample."""
    with contextlib.suppress(VerifierError):
        _observer()
        _verifier().start()


def _verifier() -> Verifier:
    with _start_lock:
        return _warm_verifier()


@functools.cache
def _warm_verifier() -> Verifier:
    """Kept between invocations, with its warm zygotes."""
    place = os.environ.get("VERIFIER_SUITES") or ("testsuites" if Path("testsuites").is_dir() else None)
    refresh_s = number("VERIFIER_SUITES_REFRESH_S", float)
    suites = None if place is None else open_store(place, refresh_s=REFRESH_S if refresh_s is None else refresh_s)
    workers = number("VERIFIER_WORKERS", int)
    executor = os.environ.get("VERIFIER_EXECUTOR_FUNCTION")
    if executor:
        from verifier.invoke import executor_transport
        from verifier.sandbox.remote import RemoteKeeper

        # No journal: no submission runs here. Workers only wait.
        return Verifier(suites, workers=workers or 16, sandbox=RemoteKeeper(executor_transport(executor)))
    return Verifier(suites, workers=workers, sandbox=sandbox_options(), journal=_journal())


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
