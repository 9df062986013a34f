"""Writing results, in exactly the shape of the reward contract."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence

from verifier.wire.request import Envelope

REWARD_METRICS = ("correctness",)
"""Metrics of type "Reward"; all others are of type "Metric"."""


def response_entry(
    sample_id: object,
    reward: float,
    metrics: Mapping[str, float],
    *,
    judge_error: bool = False,
    violation: bool = False,
    attempts: int = 0,
    isolation_level: int = 0,
    components: Mapping[str, float] | None = None,
) -> dict[str, object]:
    """One result. `metrics` are reported in their order, `correctness` as a reward and the others as metrics, then
    `judge_error` (1.0 says: this score is our failure, not the submission's), `security_violation` (1.0 says: verdict
    SV), `attempts` (different forbidden things that it tried, harmless ones too), `isolation_level` (3: all that preset
    `linux` requires of the jail was in force, 2: `container`, 1: `lambda`, 0: it was not run), then `components`, the
    further parts of the reward, as rewards.

    Raises ValueError for a number that is not finite: a reward of NaN poisons a training step, so a bug of ours must
    not become one.
    """
    entries = [(name, value, "Reward" if name in REWARD_METRICS else "Metric") for name, value in metrics.items()]
    told = {
        "judge_error": judge_error,
        "security_violation": violation,
        "attempts": attempts,
        "isolation_level": isolation_level,
    }
    entries += [(name, float(value), "Metric") for name, value in told.items()]
    entries += [(name, value, "Reward") for name, value in (components or {}).items()]
    return {
        "id": sample_id,
        "aggregate_reward_score": _finite("aggregate_reward_score", reward),
        "metrics_list": [{"name": name, "value": _finite(name, value), "type": kind} for name, value, kind in entries],
    }


def _finite(name: str, value: float) -> float:
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise ValueError(f"{name} must be finite, not {number!r}")
    return number


def respond(entries: Sequence[Mapping[str, object]], envelope: Envelope) -> list[dict[str, object]] | dict[str, object]:
    """The whole answer: the list itself, or an HTTP answer whose body is the list as JSON text.

    Raises ValueError for an envelope that is not known, or for an entry that strict JSON can't hold.
    """
    results = [dict(entry) for entry in entries]
    if envelope == "raw":
        return results
    if envelope != "http":
        raise ValueError(f"envelope must be 'raw' or 'http', not {envelope!r}")
    body = json.dumps(results, allow_nan=False)
    return {"statusCode": 200, "headers": {"Content-Type": "application/json"}, "body": body}
