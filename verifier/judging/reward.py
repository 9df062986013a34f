"""From the results of the cases to one number: how much of the suite passed, and at what cost.

The rule, in three steps (`docs/design.md`, "Reward"):

1. A passed case *counts*, unless it belongs to a group that pays all-or-nothing and another case of that group did not
   pass. `fraction` = weight of the counted cases / weight of all cases; failed, skipped and unjudged cases stay in the
   denominator. The rule's policy makes `correctness` of it:

       fraction         fraction
       power            fraction ** power
       all_or_nothing   1 if every case of any weight passed, else 0
       threshold        fraction if fraction >= threshold, else 0

2. Each counted case has a time and a memory penalty: 0 in a free band around the reference solution's figure, then
   rising linearly to 1 at the limit (`penalty`). `time_penalty` and `memory_penalty` are their means by weight.
3. `reward = correctness x (1 - time_weight x time_penalty - memory_weight x memory_penalty)`.

Laws, to within rounding: the reward is finite and in [0,1]; no passed case, no reward; one more passed case never
lowers it, however slow; more CPU time or memory never raises it; without penalties it is the correctness.

The third law holds because a case that passes never takes anything away: `fraction` x (1 - mean discount) is the sum of
`weight x (1 - discount)` over the counted cases, which can only grow; a power of at least 1 multiplies that sum by
another term that only grows; a threshold cuts it off below; and all-or-nothing has only one set of cases that pays. A
policy whose correctness stands still while cases are added would break it: one more slow case would lower the mean
quality, and failing on purpose would pay.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from verifier.limits import Limits
from verifier.suite.base import RewardRule
from verifier.verdict import CaseResult, Verdict

FREE_MULTIPLE = 2.0
"""Up to this many times the reference's figure is free: another style of the same algorithm, and noise."""
FREE_FLOOR = 0.05
"""At least this share of the limit is free, since twice a very small figure is still noise."""
FREE_CEILING = 0.9
"""At most this share of the limit is free, so that the penalty never jumps from 0 to 1."""
FREE_WITHOUT_REFERENCE = 0.5
"""Share of the limit that is free where no reference figure is known."""

THRESHOLD_SLACK = 1e-9
"""So that weights which make up the threshold on paper reach it, however they round."""


class Reference(NamedTuple):
    """What the suite's reference solution needed for one case; None where it was not measured."""

    cpu_time_s: float | None = None
    memory_bytes: float | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """The reward of one submission and the metrics that explain it."""

    reward: float
    """In [0,1]."""
    correctness: float
    """In [0,1]: what the reward would be without penalties."""
    passed: int
    """Number of cases with verdict AC."""
    total: int
    """Number of cases."""
    time_penalty: float
    """In [0,1]: the mean by weight over the cases that count (see the module's text); 0 where none does."""
    memory_penalty: float
    cpu_time_s: float
    """CPU seconds of all cases together, failed ones too."""
    peak_memory_bytes: int
    """The largest of the cases' peaks."""


class _Counted(NamedTuple):
    """A case that pays. Its weight is scaled as in `score`."""

    weight: float
    discount: float
    time_penalty: float
    memory_penalty: float


def score(
    results: Sequence[CaseResult],
    *,
    rule: RewardRule,
    limits: Limits,
    references: Sequence[Reference] | None = None,
) -> Score:
    """The score of a submission, from one result for each case of its suite, in any order.

    `references[i]` belongs to the case with index i; a case beyond its end has none. Raises ValueError for a weight
    that is negative or not finite, which a valid suite doesn't have.
    """
    heaviest = max((result.weight for result in results), default=0.0)
    if not all(math.isfinite(result.weight) and result.weight >= 0 for result in results):
        raise ValueError("the weight of a case must be finite and not negative")

    # Brought near 1 by a power of two, weights can't overflow and stay exact; fsum rounds once. So neither the scale of
    # the weights nor the order of the cases matters.
    _, exponent = math.frexp(heaviest)
    weighted = [(result, math.ldexp(result.weight, -exponent)) for result in results if result.weight > 0]
    unpaid = _unpaid_groups(results, rule)
    passed = [pair for pair in weighted if pair[0].verdict is Verdict.AC]
    counting = [pair for pair in passed if pair[0].group not in unpaid] if unpaid else passed
    total_weight = math.fsum([weight for _, weight in weighted])
    fraction = math.fsum([weight for _, weight in counting]) / total_weight if counting else 0.0

    correctness = _correctness(fraction, rule, all_passed=len(passed) == len(weighted))
    free_cpu_time_s, free_memory_bytes = FREE_FLOOR * limits.cpu_time_s, FREE_FLOOR * limits.memory_bytes
    if all(r.cpu_time_s <= free_cpu_time_s and r.peak_memory_bytes <= free_memory_bytes for r, _ in counting):
        quality, time_penalty, memory_penalty = 1.0, 0.0, 0.0  # as is usual; what follows would say the same
    else:
        counted = [_count(r, weight, rule, limits, _reference(references, r.index)) for r, weight in counting]
        quality = _mean(counted, [1.0 - case.discount for case in counted])
        time_penalty = _mean(counted, [case.time_penalty for case in counted])
        memory_penalty = _mean(counted, [case.memory_penalty for case in counted])

    return Score(
        reward=_unit(correctness * quality),
        correctness=correctness,
        passed=sum([result.verdict is Verdict.AC for result in results]),
        total=len(results),
        time_penalty=time_penalty,
        memory_penalty=memory_penalty,
        cpu_time_s=math.fsum(result.cpu_time_s for result in results),
        peak_memory_bytes=max((result.peak_memory_bytes for result in results), default=0),
    )


def penalty(used: float, limit: float, reference: float | None) -> float:
    """What `used` of `limit` costs, in [0,1]: 0 in the free band, then linear up to 1 at the limit."""
    if reference is not None and math.isfinite(reference) and reference >= 0:
        free = min(max(FREE_MULTIPLE * reference, FREE_FLOOR * limit), FREE_CEILING * limit)
    else:
        free = FREE_WITHOUT_REFERENCE * limit
    return _unit((used - free) / (limit - free))


def _count(result: CaseResult, weight: float, rule: RewardRule, limits: Limits, reference: Reference) -> _Counted:
    time = penalty(result.cpu_time_s, limits.cpu_time_s, reference.cpu_time_s)
    memory = penalty(result.peak_memory_bytes, limits.memory_bytes, reference.memory_bytes)
    return _Counted(weight, _unit(rule.time_weight * time + rule.memory_weight * memory), time, memory)


def _reference(references: Sequence[Reference] | None, index: int) -> Reference:
    return references[index] if references is not None and 0 <= index < len(references) else Reference()


def _unpaid_groups(results: Sequence[CaseResult], rule: RewardRule) -> set[str]:
    """The named groups that pay nothing. Cases without a group stand for themselves."""
    if rule.groups != "all_or_nothing":
        return set()
    return {result.group for result in results if result.group is not None and not result.passed}


def _correctness(fraction: float, rule: RewardRule, *, all_passed: bool) -> float:
    match rule.policy:
        case "all_or_nothing":
            return float(all_passed and fraction > 0)
        case "threshold":
            return fraction if fraction >= rule.threshold - THRESHOLD_SLACK else 0.0
        case "power":
            return _unit(fraction**rule.power)
        case _:
            return _unit(fraction)


def _mean(counted: Sequence[_Counted], values: Sequence[float]) -> float:
    """Mean of the values by weight; 0 for none."""
    weight = math.fsum(case.weight for case in counted)
    if weight == 0:
        return 0.0
    return _unit(math.fsum(case.weight * value for case, value in zip(counted, values, strict=True)) / weight)


def _unit(value: float) -> float:
    """`value` held in [0,1], where rounding carried it out."""
    return min(max(value, 0.0), 1.0)
