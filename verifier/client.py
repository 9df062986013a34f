"""Scoring by a Lambda function from anywhere: the interface of `Verifier`, with the work done by the reward function.

    with LambdaVerifier("SageMaker-code-verifier", concurrency=32) as verifier:
        for result in verifier.score(samples):
            print(result.id, result.verdict, result.reward)

What goes out is the least that judges the same: id, completion or code, and suite. What comes back is the reward
contract's entry, and with VERIFIER_DETAILS=1 all else that is known; a `Result` is made of it. Without the details
`cases` and `message` are empty, and `verdict` is what the entry's numbers prove (AC, JE, SV) or None.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any, Protocol, cast

from verifier.dispatch import Dispatcher, Progress
from verifier.invoke import LONGEST_INVOCATION_S, MAX_PAYLOAD_BYTES, Function, failure_of
from verifier.judging.judge import Judgement
from verifier.judging.reward import Score
from verifier.pipeline import Result
from verifier.sandbox.base import NOT_RUN, Isolation
from verifier.sandbox.policy import LEVELS
from verifier.sending import Broken, Item, Never
from verifier.suite.literals import decode_value
from verifier.suite.writing import encode_value
from verifier.verdict import CaseResult, Verdict
from verifier.wire import Sample

BATCH_BYTES = MAX_PAYLOAD_BYTES - (1 << 16)
"""A batch's samples together; the rest is for commas and brackets."""


class Invocable(Protocol):
    """A reward function that can be called: `invoke.Function`, or what stands for it."""

    def invoke(self, payload: bytes) -> bytes:
        """The answer. Raises Later, Broken or Never (sending.py)."""
        ...

    def close(self) -> None: ...


class FunctionVerifier(Dispatcher):
    """Scores samples by a reward function, wherever it is."""

    def __init__(
        self, function: Invocable, *, concurrency: int, batch: int, retries: int, progress: Progress | None
    ) -> None:
        super().__init__(
            concurrency=concurrency, batch=batch, batch_bytes=BATCH_BYTES, retries=retries, progress=progress
        )
        self._function = function

    def _pack(self, sample: Sample) -> tuple[object, int]:
        try:
            text = json.dumps(_sendable(sample), allow_nan=False, separators=(",", ":"))
        except RecursionError:
            raise Never("the sample can't be sent: it is nested too deeply") from None
        except (TypeError, ValueError) as problem:
            raise Never(f"the sample can't be sent: {problem}") from None
        if len(text) > BATCH_BYTES:
            raise Never("the sample can't be sent: it is over AWS's limit of 6 MB; give its suite by name instead")
        return text, len(text) + 1

    def _send(self, items: Sequence[Item], remaining_s: float | None) -> list[Result | None]:
        request = "[" + ",".join(cast(str, item.payload) for item in items) + "]"
        answer = _list_in(self._function.invoke(request.encode("ascii")))
        if len(answer) != len(items):
            raise Broken(f"the function answered {len(answer)} of {len(items)} samples")
        results = [_result(item, entry) for item, entry in zip(items, answer, strict=True)]
        if len(items) == 1:
            return [*results]
        # Details that were too many for one answer come in several.
        return [None if "left_out" in cast(dict[str, object], e) else r for r, e in zip(results, answer, strict=True)]

    def _shut(self) -> None:
        self._function.close()


class LambdaVerifier(FunctionVerifier):
    """Scores samples by the reward function `function_name` (name or ARN, with a qualifier or without).

    At most `concurrency` invocations run at a time, each with up to `batch` samples, fewer where there would not be
    one for every sender or where the request would grow over AWS's 6 MB. Where AWS grants less concurrency, fewer are
    sent at a time. `retries` bounds how often a batch that was throttled or met a failure of the service is sent again
    while nothing else gets through. `timeout_s` is how long an answer may take: a little more
    than the function's own limit. `progress(done, read)` is called in the thread that takes the results.
    """

    def __init__(
        self,
        function_name: str,
        *,
        concurrency: int = 16,
        batch: int = 16,
        retries: int = 10,
        timeout_s: float = LONGEST_INVOCATION_S,
        progress: Progress | None = None,
        region: str | None = None,
        endpoint_url: str | None = None,
        session: Any = None,
    ) -> None:
        function = Function(
            function_name,
            connections=concurrency,
            timeout_s=timeout_s,
            region=region,
            endpoint_url=endpoint_url,
            session=session,
        )
        super().__init__(function, concurrency=concurrency, batch=batch, retries=retries, progress=progress)


# What goes out


def _sendable(sample: Sample) -> dict[str, object]:
    """The sample in a form that is read as the same one."""
    sent: dict[str, object] = {"id": sample.id}
    if sample.code is not None:
        sent["code"] = sample.code
    elif sample.completion is not None:
        sent["completion"] = sample.completion
    else:
        sent["messages"] = []
    reference = sample.reference
    if reference is not None and reference.suite_id is not None:
        digest = f"@{reference.digest}" if reference.digest else ""
        sent["reference_answer"] = {"suite": reference.suite_id + digest}
    elif reference is not None:
        sent["reference_answer"] = _plain(reference.suite)
    return sent


def _plain(value: object) -> object:
    """As JSON can hold it: what a suite may hold and JSON can't becomes {"$py": ...}. Raises ValueProblem."""
    if type(value) is list:
        return [_plain(item) for item in cast(list[object], value)]
    if isinstance(value, Mapping) and all(type(key) is str for key in value):
        return {key: _plain(item) for key, item in value.items()}
    # Within such text {"$py": ...} would be a dictionary, so it becomes what it stands for.
    return encode_value(decode_value(value))


# What comes back


def _list_in(answer: bytes) -> list[object]:
    """The results of an answer, which may come in an HTTP envelope. Raises Broken."""
    try:
        value = json.loads(answer, parse_constant=_refuse)
        if failure := failure_of(value):
            raise failure
        if isinstance(value, dict) and value.get("statusCode") == 200 and isinstance(value.get("body"), str):
            value = json.loads(value["body"], parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise Broken("the function's answer is not JSON") from None
    if not isinstance(value, list):
        raise Broken("the function's answer is not a list of results")
    return value


def _refuse(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def _result(item: Item, entry: object) -> Result:
    """Raises Broken for what is not this sample's entry."""
    if not isinstance(entry, dict) or not _same(entry.get("id"), item.id):
        raise Broken("the function's answer has another sample's result in this one's place")
    try:
        metrics = {metric["name"]: _number(metric["value"]) for metric in entry.get("metrics_list") or []}
        reward = _number(entry["aggregate_reward_score"])
        judgement = _judgement(entry, reward, metrics)
        timing = entry.get("timing") or {}
        took, waited = (_number(timing.get(name, 0.0)) for name in ("judge_time_s", "queue_time_s"))
        return Result(item.index, item.id, judgement, took, waited, str(entry.get("suite", "")))
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise Broken(f"the function's answer can't be read: {type(error).__name__}") from None


def _judgement(entry: Mapping[str, Any], reward: float, metrics: Mapping[str, float]) -> Judgement:
    score = Score(
        reward=reward,
        correctness=metrics.get("correctness", 0.0),
        passed=int(metrics.get("passed", 0)),
        total=int(metrics.get("total", 0)),
        time_penalty=metrics.get("time_penalty", 0.0),
        memory_penalty=metrics.get("memory_penalty", 0.0),
        cpu_time_s=metrics.get("cpu_time_s", 0.0),
        peak_memory_bytes=int(metrics.get("peak_memory_bytes", 0)),
    )
    if "verdict" not in entry:
        verdict = _proven(score, metrics)
        names = ("not told",) * int(metrics.get("attempts", 0))
        holds = next((name for name, level in LEVELS.items() if level == metrics.get("isolation_level")), "")
        # The one place where a verdict is None: see the module's text.
        return Judgement(cast(Verdict, verdict), score, (), Isolation((), holds=holds) if holds else NOT_RUN, "", names)
    return Judgement(
        Verdict(entry["verdict"]),
        score,
        tuple(_case(case) for case in entry.get("cases", ())),
        _isolation(entry.get("isolation") or {}),
        str(entry.get("message", "")),
        tuple(map(str, entry.get("attempts", ()))),
    )


def _proven(score: Score, metrics: Mapping[str, float]) -> Verdict | None:
    if metrics.get("judge_error") == 1.0:
        return Verdict.JE
    if metrics.get("security_violation") == 1.0:
        return Verdict.SV
    return Verdict.AC if 0 < score.total == score.passed else None


def _case(case: Mapping[str, Any]) -> CaseResult:
    return CaseResult(
        index=int(case["index"]),
        verdict=Verdict(case["verdict"]),
        weight=_number(case.get("weight", 1.0)),
        group=case.get("group"),
        cpu_time_s=_number(case.get("cpu_time_s", 0.0)),
        wall_time_s=_number(case.get("wall_time_s", 0.0)),
        peak_memory_bytes=int(case.get("peak_memory_bytes", 0)),
        message=str(case.get("message", "")),
        name=str(case.get("name", "")),
    )


def _isolation(told: Mapping[str, Any]) -> Isolation:
    missing = {str(layer): str(why) for layer, why in dict(told.get("missing", {})).items()}
    in_force = tuple(map(str, told.get("in_force", ())))
    return Isolation(in_force, missing, str(told.get("policy", "")), str(told.get("holds", "")))


def _number(value: object) -> float:
    if type(value) not in (int, float):
        raise TypeError("not a number")
    number = float(cast(float, value))
    if not math.isfinite(number):
        raise ValueError("not finite")
    return number


def _same(one: object, other: object) -> bool:
    """Whether `one`, which was read from JSON, is what `other` becomes there: 1, 1.0 and true are not the same."""
    other = json.loads(json.dumps(other))  # keys are strings then, or they could not be sorted
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
