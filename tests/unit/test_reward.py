"""The reward: its table of policies, its penalties, and its laws."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verifier.judging.reward import Reference, penalty, score
from verifier.limits import MIB, Limits
from verifier.suite.model import RewardRule
from verifier.verdict import CaseResult, Verdict

LIMITS = Limits(cpu_time_s=2.0, memory_bytes=100 * MIB)
ROUNDING = 1e-9

weights = st.one_of(
    st.floats(0.1, 10),
    st.sampled_from([0.0, 1.0, 1e308, 1.7e308, 1e-308, 5e-324]),
)
figures = st.floats(0, 1.5)
"""CPU seconds or memory as a share of the limit: beyond 1 too, since a case may pass a little above its limit."""


@st.composite
def case_results(draw: st.DrawFn, weight: st.SearchStrategy[float] = weights) -> list[CaseResult]:
    return [
        CaseResult(
            index=index,
            verdict=draw(st.sampled_from([Verdict.AC, Verdict.AC, *Verdict])),
            weight=draw(weight),
            group=draw(st.sampled_from([None, "small", "large"])),
            cpu_time_s=LIMITS.cpu_time_s * draw(figures),
            peak_memory_bytes=int(LIMITS.memory_bytes * draw(figures)),
        )
        for index in range(draw(st.integers(0, 8)))
    ]


@st.composite
def rules(draw: st.DrawFn) -> RewardRule:
    time_weight = draw(st.floats(0, 1))
    return RewardRule(
        policy=draw(st.sampled_from(["fraction", "all_or_nothing", "threshold", "power"])),
        threshold=draw(st.floats(0.01, 1)),
        power=draw(st.floats(1, 8)),
        time_weight=time_weight,
        memory_weight=draw(st.floats(0, 1)) * (1 - time_weight),
        groups=draw(st.sampled_from(["fraction", "all_or_nothing"])),
    )


references = st.one_of(
    st.none(),
    st.lists(st.builds(Reference, st.none() | st.floats(0, 3), st.none() | st.floats(0, 2e8)), max_size=8),
)
law = settings(max_examples=200)


def results(*verdicts: Verdict, **figures: object) -> list[CaseResult]:
    return [replace(CaseResult(index, verdict), **figures) for index, verdict in enumerate(verdicts)]


# ---- laws


@law
@given(case_results(), rules(), references)
def test_the_reward_is_finite_and_in_range(cases, rule, refs):
    """Whatever the weights, from 5e-324 to 1.7e308."""
    found = score(cases, rule=rule, limits=LIMITS, references=refs)

    for figure in (found.reward, found.correctness, found.time_penalty, found.memory_penalty):
        assert math.isfinite(figure)
        assert 0 <= figure <= 1
    assert found.reward <= found.correctness
    assert (found.passed, found.total) == (sum(case.passed for case in cases), len(cases))


@law
@given(case_results(), rules(), references)
def test_the_metrics_explain_the_reward(cases, rule, refs):
    found = score(cases, rule=rule, limits=LIMITS, references=refs)

    quality = 1 - rule.time_weight * found.time_penalty - rule.memory_weight * found.memory_penalty
    assert found.reward == pytest.approx(found.correctness * quality, abs=ROUNDING)


@law
@given(case_results(), rules(), st.sampled_from([v for v in Verdict if v is not Verdict.AC]))
def test_without_a_passed_case_there_is_no_reward(cases, rule, verdict):
    found = score([replace(case, verdict=verdict) for case in cases], rule=rule, limits=LIMITS, references=None)

    assert found.reward == found.correctness == 0


@law
@given(case_results(), rules(), references, st.data())
def test_one_more_passed_case_never_lowers_the_reward(cases, rule, refs, data):
    """Not even one that used all of its time and memory."""
    failed = [case for case in cases if not case.passed]
    if not failed:
        return
    chosen = data.draw(st.sampled_from(failed))
    more = [replace(case, verdict=Verdict.AC) if case is chosen else case for case in cases]

    before = score(cases, rule=rule, limits=LIMITS, references=refs).reward
    after = score(more, rule=rule, limits=LIMITS, references=refs).reward
    assert after >= before - ROUNDING


@law
@given(case_results(), rules(), references, st.data())
def test_more_cpu_time_or_memory_never_raises_the_reward(cases, rule, refs, data):
    dearer = [
        replace(
            case,
            cpu_time_s=case.cpu_time_s + data.draw(st.floats(0, 1)),
            peak_memory_bytes=case.peak_memory_bytes + data.draw(st.integers(0, 50 * MIB)),
        )
        for case in cases
    ]

    before = score(cases, rule=rule, limits=LIMITS, references=refs).reward
    after = score(dearer, rule=rule, limits=LIMITS, references=refs).reward
    assert after <= before + ROUNDING


@law
@given(case_results(), rules())
def test_without_penalties_the_reward_is_the_correctness(cases, rule):
    free = [replace(case, cpu_time_s=0.01, peak_memory_bytes=MIB) for case in cases]

    found = score(free, rule=rule, limits=LIMITS, references=None)
    assert (found.time_penalty, found.memory_penalty) == (0, 0)
    assert found.reward == found.correctness


@law
@given(case_results(weight=st.floats(0.1, 10)), rules(), references, st.sampled_from([1e-300, 1e-3, 3.0, 1e300]))
def test_the_scale_of_the_weights_does_not_matter(cases, rule, refs, factor):
    scaled = [replace(case, weight=case.weight * factor) for case in cases]

    before = score(cases, rule=rule, limits=LIMITS, references=refs)
    after = score(scaled, rule=rule, limits=LIMITS, references=refs)
    if rule.policy != "threshold" or abs(_fraction(cases, rule) - rule.threshold) > 2e-9:
        assert after.reward == pytest.approx(before.reward, abs=ROUNDING)


def _fraction(cases, rule):
    return score(cases, rule=rule.model_copy(update={"policy": "fraction"}), limits=LIMITS, references=None).correctness


@law
@given(case_results(), rules(), references, st.randoms())
def test_the_order_of_the_cases_does_not_matter(cases, rule, refs, random):
    shuffled = random.sample(cases, len(cases))

    before = score(cases, rule=rule, limits=LIMITS, references=refs)
    after = score(shuffled, rule=rule, limits=LIMITS, references=refs)
    assert after.reward == pytest.approx(before.reward, abs=ROUNDING)
    assert after.correctness == before.correctness


@law
@given(case_results(), rules(), st.floats(0, 1.0), st.data())
def test_noise_inside_the_free_band_does_not_show(cases, rule, reference, data):
    """Equal work is paid equally, though a busy machine measures up to twice the reference's time."""
    refs = [Reference(reference, MIB)] * len(cases)
    band = min(max(2 * reference, 0.05 * LIMITS.cpu_time_s), 0.9 * LIMITS.cpu_time_s)
    noisy = [replace(case, cpu_time_s=data.draw(st.floats(0, band))) for case in cases]
    quiet = [replace(case, cpu_time_s=min(reference, band)) for case in cases]

    found = [score(measured, rule=rule, limits=LIMITS, references=refs).reward for measured in (noisy, quiet)]
    assert found[0] == found[1]


# ---- tables


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"policy": "fraction"}, 0.75),
        ({"policy": "power", "power": 2}, 0.5625),
        ({"policy": "all_or_nothing"}, 0.0),
        ({"policy": "threshold", "threshold": 0.75}, 0.75),
        ({"policy": "threshold", "threshold": 0.76}, 0.0),
    ],
)
def test_three_of_four_cases(rule, expected):
    cases = results(Verdict.AC, Verdict.WA, Verdict.AC, Verdict.AC)

    assert score(cases, rule=RewardRule(**rule), limits=LIMITS, references=None).reward == expected


@pytest.mark.parametrize("verdict", [v for v in Verdict if v is not Verdict.AC])
def test_every_other_verdict_stays_in_the_denominator(verdict):
    found = score(results(Verdict.AC, verdict), rule=RewardRule(), limits=LIMITS, references=None)

    assert (found.reward, found.passed, found.total) == (0.5, 1, 2)


def test_a_group_pays_its_whole_weight_or_nothing():
    cases = [
        CaseResult(0, Verdict.AC, weight=1),
        CaseResult(1, Verdict.AC, weight=2, group="large"),
        CaseResult(2, Verdict.TLE, weight=5, group="large"),
    ]
    whole = [*cases[:2], replace(cases[2], verdict=Verdict.AC)]

    by_group = RewardRule(groups="all_or_nothing")
    assert score(cases, rule=by_group, limits=LIMITS, references=None).correctness == 1 / 8
    assert score(cases, rule=RewardRule(), limits=LIMITS, references=None).correctness == 3 / 8
    assert score(whole, rule=by_group, limits=LIMITS, references=None).correctness == 1


def test_a_case_that_passes_at_the_limit_still_adds_something():
    rule = RewardRule(policy="threshold", threshold=0.5, time_weight=0.5, memory_weight=0)
    cases = results(Verdict.AC, Verdict.WA)
    more = [cases[0], CaseResult(1, Verdict.AC, cpu_time_s=LIMITS.cpu_time_s)]

    assert score(cases, rule=rule, limits=LIMITS, references=None).reward == 0.5
    assert score(more, rule=rule, limits=LIMITS, references=None).reward == 0.75


def test_time_and_memory_at_the_limit_cost_their_weights():
    cases = results(Verdict.AC, cpu_time_s=LIMITS.cpu_time_s, peak_memory_bytes=LIMITS.memory_bytes)

    found = score(cases, rule=RewardRule(time_weight=0.3, memory_weight=0.2), limits=LIMITS, references=None)
    assert found.reward == pytest.approx(0.5)
    assert (found.correctness, found.time_penalty, found.memory_penalty) == (1, 1, 1)


def test_failed_cases_have_no_penalty_but_are_in_the_sums():
    cases = [CaseResult(0, Verdict.AC, cpu_time_s=0.5), CaseResult(1, Verdict.TLE, cpu_time_s=2.0, peak_memory_bytes=7)]

    found = score(cases, rule=RewardRule(), limits=LIMITS, references=None)
    assert (found.time_penalty, found.cpu_time_s, found.peak_memory_bytes) == (0, 2.5, 7)


@pytest.mark.parametrize(
    ("used", "reference", "expected"),
    [
        (0.0, None, 0.0),
        (5.0, None, 0.0),
        (7.5, None, 0.5),
        (10.0, None, 1.0),
        (12.0, None, 1.0),
        (4.0, 2.0, 0.0),
        (7.0, 2.0, 0.5),
        (0.5, 0.0, 0.0),
        (0.5, 0.001, 0.0),
        (9.0, 8.0, 0.0),
        (9.5, 8.0, 0.5),
        (7.5, math.nan, 0.5),
    ],
)
def test_the_penalty_rises_from_the_free_band_to_the_limit(used, reference, expected):
    """Of a limit of 10: free up to half of it, or with a reference up to twice that, but 0.5 at least, 9 at most."""
    assert penalty(used, 10.0, reference) == pytest.approx(expected)


def test_a_reference_belongs_to_the_index_of_its_case():
    cases = [CaseResult(1, Verdict.AC, cpu_time_s=0.8), CaseResult(0, Verdict.AC, cpu_time_s=0.8)]

    refs = [Reference(0.01), Reference(0.4)]
    found = score(cases, rule=RewardRule(), limits=LIMITS, references=refs)
    assert found.time_penalty == pytest.approx(((0.8 - 0.1) / 1.9 + 0) / 2)


def test_a_suite_without_cases_or_without_weight_earns_nothing():
    for cases in ([], results(Verdict.AC, weight=0.0)):
        assert score(cases, rule=RewardRule(), limits=LIMITS, references=None).reward == 0


@pytest.mark.parametrize("weight", [-1.0, math.inf, math.nan])
def test_a_weight_that_is_no_weight_is_refused(weight):
    with pytest.raises(ValueError, match="weight"):
        score(results(Verdict.AC, weight=weight), rule=RewardRule(), limits=LIMITS, references=None)
