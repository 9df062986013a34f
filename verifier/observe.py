"""What the Lambda door tells CloudWatch: a log line for each sample, and metrics, by aws-lambda-powertools.

Everything here goes to stdout, where CloudWatch takes a line that begins with `{"_aws":` for metrics, whoever wrote it.
So nothing that a submission printed, raised or returned is ever written: of a result only numbers, our own words and
the trainer's id, as JSON in ASCII on one line. What is said in words is said of judge errors alone, which are ours.

Metrics have one dimension, `service`, since each value of a dimension is a metric of its own, and is paid for:

    Samples, Verdict_AC, Verdict_WA, ...     how many, of each verdict that occurred
    JudgeErrors, SecurityViolations          how many; 0 too
    ZeroRewards                              how many were judged and earned nothing; judge errors are not among them
    Reward                                   of each sample that was judged
    Penalty                                  of each that passed something: what part of it time and memory cost
    QueueMs                                  of each that ran: how long it waited for a worker
    SandboxOverheadMs                        of each that ran: how long judging took beyond the run of its cases
    ColdStart                                1 for the first invocation of an environment, else 0
"""

from __future__ import annotations

import json
import logging
import math
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from verifier.pipeline import Result
from verifier.sandbox.policy import LEVELS
from verifier.text import one_line
from verifier.verdict import Verdict

SERVICE, NAMESPACE = "verifier", "CodeVerifier"

SAMPLES_A_BLOB = 99
"""CloudWatch takes 100 values of a metric. At the hundredth, powertools prints what it has by itself, even where
POWERTOOLS_METRICS_DISABLED is set."""

MAX_ID_CHARS, MAX_REASON_CHARS = 200, 400

_INTERNAL, _TESTER = "internal error: ", "sandbox failure: tester"
_QUOTED = re.compile(r"""(?<!\w)('(?:[^'\\]|\\.)*('|$)|"(?:[^"\\]|\\.)*("|$))""", re.DOTALL)
"""An apostrophe within a word begins no quotation. One that isn't closed goes on to the end."""


class Observer(Protocol):
    def traced(self, samples: int) -> Any:
        """A context manager around the scoring of so many."""
        ...

    def record(self, results: Sequence[Result], context: Any) -> None:
        """Never raises."""
        ...


def observer(*, service: str | None = None, namespace: str | None = None, tracing: bool = False) -> Observer:
    """One that writes to stdout; one that does nothing where aws-lambda-powertools isn't installed, which is said on
    stderr, or where it can't be set up."""
    try:
        import aws_lambda_powertools  # noqa: F401
    except ImportError:
        _say("no log lines and no metrics: pip install 'rl-code-verifier[aws]', or set VERIFIER_LOGS=off")
        return Silent()
    try:
        return PowertoolsObserver(service or SERVICE, namespace or NAMESPACE, tracing=tracing)
    except Exception as error:
        _say(f"no log lines and no metrics: {type(error).__name__}: {error}")
        return Silent()


class Silent:
    """Records nothing."""

    @contextmanager
    def traced(self, samples: int) -> Iterator[None]:
        yield

    def record(self, results: Sequence[Result], context: Any) -> None:
        pass


class PowertoolsObserver:
    """Log lines, metrics and, where asked for, a subsegment of X-Ray's trace."""

    def __init__(self, service: str, namespace: str, *, tracing: bool) -> None:
        from aws_lambda_powertools import Logger

        self._service = service
        self._namespace = namespace
        self._logger = Logger(
            service=service,
            logger_handler=_Stdout(),
            json_serializer=_line,
            location=None,
            use_rfc3339=True,
            utc=True,
            log_record_order=["level", "message"],
        )
        self._tracer = _tracer(service) if tracing else None
        self._cold = True
        self._failed = False

    @contextmanager
    def traced(self, samples: int) -> Iterator[None]:
        if self._tracer is None:
            yield
            return
        segment = None
        try:
            segment = self._tracer.provider.begin_subsegment("## score")
            if segment is not None:
                segment.put_annotation("Samples", samples)
                segment.put_annotation("ColdStart", self._cold)
        except Exception as error:
            self._give_note(error)
        try:
            yield
        finally:
            if segment is not None:
                try:
                    self._tracer.provider.end_subsegment()
                except Exception as error:
                    self._give_note(error)

    def record(self, results: Sequence[Result], context: Any) -> None:
        try:
            invocation = _clean(getattr(context, "aws_request_id", None) or "", MAX_ID_CHARS) or None
            for result in results:
                self._log(result, invocation)
            for start in range(0, len(results), SAMPLES_A_BLOB):
                self._measure(results[start : start + SAMPLES_A_BLOB], is_first=start == 0)
        except Exception as error:
            self._give_note(error)
        self._cold = False

    def _log(self, result: Result, invocation: str | None) -> None:
        logger = self._logger
        log = {Verdict.JE: logger.error, Verdict.SV: logger.warning}.get(result.verdict, logger.info)
        # The text is always the same: powertools would take one that is JSON apart.
        log("sample", extra={**line_of(result), "invocation": invocation})

    def _measure(self, results: Sequence[Result], *, is_first: bool) -> None:
        from aws_lambda_powertools.metrics.provider.cloudwatch_emf.cloudwatch import AmazonCloudWatchEMFProvider

        # One for each blob: powertools' own Metrics shares what it holds with all others in the process, and goes on
        # collecting where metrics are disabled.
        metrics = AmazonCloudWatchEMFProvider(namespace=self._namespace, service=self._service)
        for name, unit, value in measures_of(results):
            metrics.add_metric(name, unit, value)
        if is_first:
            metrics.add_metric("ColdStart", "Count", float(self._cold))
        metrics.flush_metrics()
        sys.stdout.flush()

    def _give_note(self, error: Exception) -> None:
        if not self._failed:
            self._failed = True
            _say(f"logging failed, and is not reported again: {type(error).__name__}: {_clean(str(error), 200)}")


def line_of(result: Result) -> dict[str, object]:
    """What is logged of a sample: AWS's queries for reward functions look for `id`, `aggregate_reward_score` and
    `correctness` at the top."""
    judgement = result.judgement
    score = judgement.score
    line: dict[str, object] = {
        "id": _clean(result.id, MAX_ID_CHARS),
        "aggregate_reward_score": _finite(score.reward),
        "correctness": _finite(score.correctness),
        "verdict": str(result.verdict),
        "judge_error": int(result.verdict is Verdict.JE),
        "security_violation": int(result.verdict is Verdict.SV),
        "attempts": len(judgement.attempts),
        "passed": score.passed,
        "total": score.total,
        "time_penalty": _finite(score.time_penalty),
        "memory_penalty": _finite(score.memory_penalty),
        "cpu_time_s": _finite(score.cpu_time_s),
        "peak_memory_bytes": score.peak_memory_bytes,
        "judge_time_s": _finite(result.judge_time_s),
        "queue_time_s": _finite(result.queue_time_s),
        "suite": _clean(result.suite, MAX_ID_CHARS) or None,
        "isolation": judgement.isolation.holds if judgement.isolation.holds in LEVELS else None,
    }
    if result.verdict is Verdict.JE:
        line["reason"] = reason_of(result)
    return line


def measures_of(results: Sequence[Result]) -> Iterator[tuple[str, str, float]]:
    """Name, unit and value of what is measured, finite; none is named more often than there are results."""
    verdicts = Counter(result.verdict for result in results)
    judged = [result for result in results if result.verdict is not Verdict.JE]
    yield "Samples", "Count", float(len(results))
    yield "JudgeErrors", "Count", float(verdicts[Verdict.JE])
    yield "SecurityViolations", "Count", float(verdicts[Verdict.SV])
    yield "ZeroRewards", "Count", float(sum(result.reward == 0 for result in judged))
    for verdict, count in verdicts.items():
        yield f"Verdict_{verdict}", "Count", float(count)
    for result in judged:
        score = result.judgement.score
        values = [("Reward", "None", result.reward)]
        if score.correctness > 0:
            values.append(("Penalty", "None", 1 - result.reward / score.correctness))
        if result.judge_time_s > 0:
            running_s = sum(case.wall_time_s for case in result.cases)
            values.append(("QueueMs", "Milliseconds", 1000 * result.queue_time_s))
            values.append(("SandboxOverheadMs", "Milliseconds", 1000 * max(0.0, result.judge_time_s - running_s)))
        for name, unit, value in values:
            if math.isfinite(value):
                yield name, unit, round(value, 6)


def reason_of(result: Result) -> str:
    """Why there is no judgement. Only cases that are judge errors are asked: a message of another holds a submission's
    words. What is quoted is left out: it may come from a broken suite's answers. The text of an exception is left out
    too, ours or a tester's: it may hold anything."""
    message = next((case.message for case in result.cases if case.verdict is Verdict.JE), "")
    message = message or ("" if result.cases else result.message)
    if message.startswith(_TESTER):
        message = _TESTER
    elif message.startswith(_INTERNAL):
        message = _INTERNAL + message.removeprefix(_INTERNAL).partition(":")[0]
    return _clean(_QUOTED.sub("'…'", message), MAX_REASON_CHARS)


def _clean(value: object, width: int) -> str:
    """One line of printable text, not too long. An id may be any JSON value."""
    if not isinstance(value, str):
        value = json.dumps(value, default=str)
    return one_line(value[: width + 1], width)


def _finite(value: float) -> float | None:
    return round(value, 6) if math.isfinite(value) else None


def _line(record: Any) -> str:
    return json.dumps(record, separators=(",", ":"), allow_nan=False)


class _Stdout(logging.StreamHandler[Any]):
    """Writes to what stdout is at the time; lets an error through to whoever logs, once and not for each line."""

    def emit(self, record: logging.LogRecord) -> None:
        self.stream = sys.stdout
        super().emit(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 (logging's name)
        raise


def _tracer(service: str) -> Any:
    """powertools' Tracer, or None where X-Ray's SDK isn't installed."""
    try:
        import aws_xray_sdk  # noqa: F401
        from aws_lambda_powertools import Tracer
    except ImportError:
        _say("no tracing: pip install 'rl-code-verifier[tracing]'")
        return None
    tracer = Tracer(service=service, auto_patch=False)
    return None if tracer.disabled else tracer


def _say(text: str) -> None:
    try:
        print(f"verifier: {text}", file=sys.stderr, flush=True)
    except (OSError, ValueError):
        pass
