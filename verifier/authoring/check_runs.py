"""Checks that run the submissions: their verdicts, whether these last, and how far from the limits the references stay.

References run alone first, which is when they are measured. Then all submissions run again, in an order of chance, on
all workers at the same time and among others that only burn time: a verdict that depends on any of that is flaky.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from verifier.authoring.check_cases import expected_of
from verifier.authoring.findings import Finding, finding
from verifier.authoring.places import Places
from verifier.authoring.running import Answer, Runner
from verifier.judging.judge import Judgement
from verifier.limits import MIB
from verifier.suite.model import FunctionSuite, StdioSuite, Suite, parse_suite
from verifier.suite.package import Package, Submission
from verifier.verdict import CaseResult, Verdict

DEFAULT_RUNS = 3
FULL_REWARD = 1 - 1e-6
NEAR = 0.5
"""Share of a limit from which on a reference is near it: the free share where no reference figure is known."""
MAX_HANG_S = 60.0
WIDE_MULTIPLE = 100
NOISE_S = 0.02
"""CPU time below which two references are equally fast."""
STALE_MULTIPLE = 3.0
STALE_SHARE = 0.05
"""Of the limit: a smaller difference is noise."""
MAX_OF_A_SUBMISSION = 10
"""Findings about failed cases; the rest is counted."""
MAX_REPEATED_TIMEOUTS = 2
"""Cases in which a wrong submission may run out of time when it is run again: it has done so in all of them before."""
JOBS_A_WORKER = 4
"""So many at least that the others are busy too."""

_BURNER = parse_suite({"kind": "function", "entry_point": "burn", "cases": [{"expected": 4499998500000}]})
_BURNER_CODE = "def burn():\n    return sum(range(3_000_000))\n"


@dataclass(frozen=True, slots=True)
class Ran:
    """A submission, and what became of it in each run."""

    submission: Submission
    judgements: tuple[Judgement, ...]
    """At least one. Of a reference, the first was made while nothing else ran; of another, the first alone is of all
    cases where many run out of time."""
    answers: tuple[Answer, ...] = ()
    """Of a reference, where its kind gives answers."""

    @property
    def first(self) -> Judgement:
        return self.judgements[0]


def run_submissions(package: Package, runner: Runner, *, runs: int, seed: int = 0) -> list[Ran]:
    """Every submission of the package, in its order. Raises SandboxError."""
    suite = package.suite
    found: defaultdict[str, list[Judgement]] = defaultdict(list)
    answers: dict[str, list[Answer]] = {}
    references = {one.name for one in package.references}
    for one in package.references:
        found[one.name].append(runner.judge(one.code, suite))
        if isinstance(suite, FunctionSuite | StdioSuite):
            answers[one.name] = runner.answers(one.code, suite)
    hasty = suite.model_copy(update={"max_timeouts": min(MAX_REPEATED_TIMEOUTS, suite.max_timeouts)})
    jobs: list[tuple[Submission | None, Suite]] = []
    for one in package.submissions:
        again = suite if one.name in references else hasty
        jobs += [(one, again)] * (runs - 1)
        if one.name not in references:
            jobs.append((one, suite))
    if jobs:
        jobs += [(None, _BURNER)] * (JOBS_A_WORKER * runner.workers - len(jobs))
    random.Random(seed).shuffle(jobs)
    judged = runner.judge_all([(job.code if job else _BURNER_CODE, by) for job, by in jobs])
    for (job, by), judgement in zip(jobs, judged, strict=True):
        if job is None:
            continue
        if by is suite and job.name not in references:
            found[job.name].insert(0, judgement)
        else:
            found[job.name].append(judgement)
    return [Ran(one, tuple(found[one.name]), tuple(answers.get(one.name, ()))) for one in package.submissions]


def check_runs(package: Package, ran: Sequence[Ran], places: Places) -> Iterator[Finding]:
    references = {one.name for one in package.references}
    for one in ran:
        place = places.submission(one.submission)
        failed = [judgement for judgement in one.judgements if judgement.verdict is Verdict.JE]
        if failed:
            yield finding("judge-error", place, f"in {_times(failed, one)}: {failed[0].message}")
        elif one.submission.name in references:
            yield from _reference(package.suite, one, places)
        else:
            yield from _other(one, places)
    yield from _limits(package.suite, [one for one in ran if one.submission.name in references], places)


def _times(some: Sequence[object], one: Ran) -> str:
    return f"{len(some)} of {len(one.judgements)} runs"


# Verdicts


def _reference(suite: Suite, one: Ran, places: Places) -> Iterator[Finding]:
    place = places.submission(one.submission)
    flaky = set(_flaky_cases(one))
    for key, case in flaky_details(one, flaky):
        what = f"{one.submission.name} passes {_named(case)} in some runs and not in others ({key})"
        yield finding("flaky-case", places.case(case.index, case.name), what, case.index)
    failed = [case for case in one.first.cases if not case.passed and key_of(case) not in flaky]
    same = {(case.verdict, case.message) for case in failed}
    if len(failed) == len(one.first.cases) > 1 and len(same) == 1 and failed[0].verdict is not Verdict.WA:
        what = f"{failed[0].verdict} in every case: {failed[0].message}"
        yield finding("reference-fails", place, what)
        return
    for case in failed[:MAX_OF_A_SUBMISSION]:
        yield _failed_case(suite, one, case, places)
    if len(failed) > MAX_OF_A_SUBMISSION:
        what = f"{len(failed) - MAX_OF_A_SUBMISSION} more cases fail"
        yield finding("reference-fails", place, what)
    if not failed and not flaky and one.first.score.reward < FULL_REWARD:
        score = one.first.score
        what = f"reward {score.reward:.3f}: time penalty {score.time_penalty:.3f}, memory {score.memory_penalty:.3f}"
        yield finding("reference-reward", place, what)


def _failed_case(suite: Suite, one: Ran, case: CaseResult, places: Places) -> Finding:
    place, name = places.case(case.index, case.name), one.submission.name
    if case.verdict is not Verdict.WA:
        what = f"{name} is {case.verdict} in {_named(case)}: {case.message}"
        return finding("reference-fails", place, what, case.index)
    what = f"{name} fails {_named(case)}: {case.note or case.message}"
    if case.index < len(one.answers) and isinstance(suite, FunctionSuite | StdioSuite):
        answer, expected = one.answers[case.index], expected_of(suite.cases[case.index])
        if answer.given:
            what = f"{name} answers {_shown(answer.value)} in {_named(case)}, expected is {_shown(expected)}"
            if _same_in_another_order(answer.value, expected):
                return finding("order-dependent", place, f"{what}: the same in another order", case.index)
    return finding("wrong-expected", place, what, case.index)


def _same_in_another_order(answer: object, expected: object) -> bool:
    if isinstance(answer, str) and isinstance(expected, str):
        return answer != expected and sorted(answer.split()) == sorted(expected.split())
    if isinstance(answer, list | tuple) and isinstance(expected, list | tuple):
        return len(answer) > 1 and sorted(map(repr, answer)) == sorted(map(repr, expected))
    return False


def _other(one: Ran, places: Places) -> Iterator[Finding]:
    place, expected = places.submission(one.submission), one.submission.expected
    wanted = "/".join(sorted(expected)) if len(expected) <= 2 else "any verdict but AC"
    accepted = [judgement for judgement in one.judgements if judgement.verdict is Verdict.AC]
    others = [judgement for judgement in one.judgements if judgement.verdict not in {Verdict.AC, *expected}]
    if accepted:
        yield finding("wrong-submission-accepted", place, f"AC in {_times(accepted, one)}; it must get {wanted}")
    if others:
        judgement = others[0]
        what = f"{judgement.verdict} in {_times(others, one)} ({judgement.message}); it must get {wanted}"
        yield finding("unexpected-verdict", place, what)
    flaky = list(flaky_details(one, set(_flaky_cases(one))))
    if flaky:
        named = ", ".join(_named(case) for _, case in flaky[:MAX_OF_A_SUBMISSION])
        yield finding("flaky-submission", place, f"passes in some runs only: {named}")


# From run to run

Key = tuple[str, int]


def key_of(case: CaseResult) -> Key:
    """Of the same case in any run: by its name where it has one, since subtests shift the numbers."""
    return (case.name, -1) if case.name else ("", case.index)


def _flaky_cases(one: Ran) -> Iterator[Key]:
    passed: defaultdict[Key, set[bool]] = defaultdict(set)
    for judgement in one.judgements:
        for case in judgement.cases:
            if case.verdict not in (Verdict.SK, Verdict.JE):
                passed[key_of(case)].add(case.passed)
    return (key for key, outcomes in passed.items() if len(outcomes) > 1)


def flaky_details(one: Ran, flaky: set[Key]) -> Iterator[tuple[str, CaseResult]]:
    """For each flaky case its verdicts in the order of the runs, and its result in the first run that has it."""
    told: dict[Key, list[CaseResult]] = defaultdict(list)
    for judgement in one.judgements:
        for case in judgement.cases:
            if key_of(case) in flaky:
                told[key_of(case)].append(case)
    for cases in told.values():
        yield " ".join(case.verdict for case in cases), cases[0]


def _named(case: CaseResult) -> str:
    return f"{case.name!r}" if case.name else f"case {case.index}"


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 100 else text[:99] + "…"


# Limits


def _limits(suite: Suite, references: Sequence[Ran], places: Places) -> Iterator[Finding]:
    limits = suite.limits
    measured = [one for one in references if one.first.verdict is Verdict.AC]
    for one in measured:
        slowest = max(one.first.cases, key=lambda case: case.cpu_time_s)
        largest = max(one.first.cases, key=lambda case: case.peak_memory_bytes)
        if slowest.cpu_time_s > NEAR * limits.cpu_time_s:
            what = (
                f"{one.submission.name} takes {slowest.cpu_time_s:.3f} of {limits.cpu_time_s:g} s in {_named(slowest)}"
            )
            yield finding("near-time-limit", places.field("limits"), what, slowest.index)
        if largest.peak_memory_bytes > NEAR * limits.memory_bytes:
            used, limit = largest.peak_memory_bytes / MIB, limits.memory_bytes / MIB
            what = f"{one.submission.name} takes {used:.1f} of {limit:.1f} MiB in {_named(largest)}"
            yield finding("near-memory-limit", places.field("limits"), what, largest.index)
        sizes = [answer.size_bytes for answer in one.answers]
        if sizes and max(sizes) > NEAR * limits.output_bytes:
            index = sizes.index(max(sizes))
            what = f"{one.submission.name} writes {sizes[index]} of {limits.output_bytes} bytes in case {index}"
            yield finding("near-output-limit", places.field("limits"), what, index)
    count = max((len(one.first.cases) for one in references), default=len(suite.known_cases))
    hang_s = (1 if suite.early_stop else min(suite.max_timeouts, count)) * 1.25 * limits.cpu_time_s
    if hang_s > MAX_HANG_S:
        yield finding("costly-hang", places.field("limits"), f"{hang_s:.0f} s of CPU time for an endless loop")
    if measured:
        slowest_s = max(case.cpu_time_s for one in measured for case in one.first.cases)
        if limits.cpu_time_s > WIDE_MULTIPLE * max(slowest_s, NOISE_S):
            what = f"{limits.cpu_time_s:g} s, and the slowest reference takes {slowest_s:.3f} s"
            yield finding("wide-time-limit", places.field("limits"), what)
        yield from _calibration(suite, measured, places)


def _calibration(suite: Suite, measured: Sequence[Ran], places: Places) -> Iterator[Finding]:
    if not suite.calibrated:
        yield finding("uncalibrated", places.suite, "penalties begin at half of each limit")
        return
    said = {key: case for key, case in _calibrated(suite).items() if case is not None}
    taken: defaultdict[Key, list[float]] = defaultdict(list)
    for one in measured:
        for case in one.first.cases:
            taken[key_of(case)].append(case.cpu_time_s)
    for key, noted in said.items():
        times = taken[key]
        if not times:
            continue
        fastest, slowest = min(times), max(times)
        margin = STALE_SHARE * suite.limits.cpu_time_s
        if slowest > STALE_MULTIPLE * noted + margin or noted > STALE_MULTIPLE * slowest + margin:
            index = max(key[1], 0)
            what = f"reference_cpu_time_s is {noted:g}, the references take {fastest:.3f} to {slowest:.3f} s"
            yield finding("stale-calibration", places.case(index, key[0]), what, None if key[0] else index)


def _calibrated(suite: Suite) -> Mapping[Key, float | None]:
    """What the cases say the reference needs."""
    cases = getattr(suite, "cases", ())
    return {
        (case.test, -1) if hasattr(case, "test") else ("", index): case.reference_cpu_time_s
        for index, case in enumerate(cases)
    }
