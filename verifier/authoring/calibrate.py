"""What the references of a suite need, case by case, and which limits follow from it.

Each reference runs several times, alone, under limits that are too wide to matter. Of its runs the median counts for
CPU time, the largest for memory. Two references may differ, so:

    limits           by the slowest: the least that is right must stay far from them
    reference figure by the fastest, as the penalty's free band begins there; but so large that the band, which ends at
                     reward.FREE_MULTIPLE times the figure, holds the slowest with a margin: what is accepted is paid

A limit of the author's stands as long as it is neither too near nor too wide. What is proposed comes from a short row
of round numbers, so that measuring again changes nothing as a rule.
"""

from __future__ import annotations

import math
import statistics
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from verifier.authoring.check_runs import FULL_REWARD
from verifier.authoring.running import Runner
from verifier.authoring.speed import machine_speed
from verifier.errors import RequestError
from verifier.judging.judge import Judgement
from verifier.judging.reward import FREE_MULTIPLE
from verifier.limits import CEILINGS, MIB, Limits
from verifier.suite.base import Calibration
from verifier.suite.model import FunctionSuite, StdioSuite, Suite
from verifier.suite.package import Package
from verifier.suite.static_tests import function_of
from verifier.verdict import CaseResult, Verdict

DEFAULT_RUNS = 5
TIME_MULTIPLE = 5.0
"""The proposed CPU limit in multiples of the slowest reference: another style of the same algorithm, and a slower
machine, are right too."""
MIN_TIME_MULTIPLE, MAX_TIME_MULTIPLE = 3.0, 30.0
"""Between these an author's CPU limit stands."""
LEAST_CPU_TIME_S = 1.0
"""A shorter limit measures the machine, not the program."""
MEMORY_MULTIPLE = 4.0
MIN_MEMORY_MULTIPLE, MAX_MEMORY_MULTIPLE = 2.0, 32.0
LEAST_MEMORY_BYTES, USUAL_MEMORY_BYTES = 64 * MIB, 512 * MIB
OUTPUT_MULTIPLE, MIN_OUTPUT_MULTIPLE = 8.0, 4.0
MARGIN = 1.25
"""The free band holds the slowest reference this many times."""

TIME_STEP_S = 0.001
MEMORY_STEP_BYTES = 1 << 16
"""Figures are written in these steps: what is less is noise."""

_MEASURING = Limits(cpu_time_s=120.0, memory_bytes=4096 * MIB, output_bytes=CEILINGS["output_bytes"])  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Figure:
    """What the references need for one case, or for all tests of one function."""

    key: int | str
    """The case's number, or its test's name."""
    fastest_s: float
    slowest_s: float
    slowest_name: str
    """The reference that is slowest."""
    memory_bytes: int
    smallest_bytes: int
    output_bytes: int = 0
    wall_s: float = 0.0
    """By the clock, of the reference that takes longest; of its runs the shortest, since others' work adds to it."""

    @property
    def cpu_time_s(self) -> float:
        """The reference figure: see the module's text."""
        return _up(max(self.fastest_s, MARGIN * self.slowest_s / FREE_MULTIPLE), TIME_STEP_S)

    @property
    def reference_memory_bytes(self) -> int:
        figure = max(self.smallest_bytes, MARGIN * self.memory_bytes / FREE_MULTIPLE)
        return int(_up(figure, MEMORY_STEP_BYTES))


@dataclass(frozen=True, slots=True)
class Proposal:
    """Of one limit."""

    name: str
    """A field of Limits."""
    current: float
    proposed: float
    reason: str

    @property
    def stands(self) -> bool:
        return self.proposed == self.current


@dataclass(frozen=True, slots=True)
class Calibrated:
    figures: tuple[Figure, ...]
    limits: tuple[Proposal, ...]
    where: Calibration
    runs: int

    def new_limits(self, old: Limits) -> Limits:
        changed = {one.name: one.proposed for one in self.limits if not one.stands}
        if "cpu_time_s" in changed and "wall_time_s" not in changed and _wall_goes_by_cpu(old):
            changed["wall_time_s"] = 0.0
        return replace(old, **changed)  # type: ignore[arg-type]


class NotCalibrated(RequestError):
    """A reference did not pass, so that it tells nothing of what a right answer needs."""


def calibrate(
    package: Package, runner: Runner, *, runs: int = DEFAULT_RUNS, where: Calibration | None = None
) -> Calibrated:
    """Measures the references of a package. `where` is what another package's calibration found of this machine, which
    then isn't measured again. Raises NotCalibrated where there is no reference, or one doesn't pass, and SandboxError
    for a failure of ours."""
    if not package.references:
        raise NotCalibrated("has no reference to measure: put a right solution into submissions/accepted/")
    suite = package.suite.model_copy(update={"limits": _MEASURING, "max_timeouts": 1})
    if where is None:
        speed, python = machine_speed(runner)
        where = Calibration(machine_speed=float(f"{speed:.2g}"), python=python)
    measured: dict[str, list[Judgement]] = {}
    outputs: dict[int, int] = {}
    for _ in range(runs):
        for one in package.references:
            judgement = runner.judge(one.code, suite)
            if judgement.verdict is not Verdict.AC:
                what = f"is {judgement.verdict}, even without the suite's limits: {judgement.message}"
                raise NotCalibrated(what, path=f"submissions/{one.name}")
            measured.setdefault(one.name, []).append(judgement)
    if isinstance(suite, FunctionSuite | StdioSuite):
        for one in package.references:
            for index, answer in enumerate(runner.answers(one.code, suite)):
                outputs[index] = max(outputs.get(index, 0), answer.size_bytes)
    figures = tuple(_figures(measured, outputs))
    return Calibrated(figures, tuple(proposals(package.suite, figures)), where, runs)


def unproven(package: Package, suite: Suite, runner: Runner) -> list[str]:
    """Submissions that don't get the verdict of their folder from `suite`, the package's own with new limits and
    figures, and references that it doesn't pay in full. Such a suite is not to be written."""
    problems = []
    for one in package.submissions:
        judgement = runner.judge(one.code, suite)
        if judgement.verdict not in one.expected:
            wanted = "/".join(sorted(one.expected)) if len(one.expected) < 3 else "any verdict but AC"
            problems.append(f"{one.name} gets {judgement.verdict}, not {wanted}: {judgement.message}".rstrip(": "))
        elif one in package.references and judgement.score.reward < FULL_REWARD:
            problems.append(f"{one.name} earns {judgement.score.reward:.3f}, not 1")
    return problems


# Figures


def _figures(measured: Mapping[str, Sequence[Judgement]], outputs: Mapping[int, int]) -> Iterator[Figure]:
    times: dict[int | str, dict[str, float]] = defaultdict(dict)
    sizes: dict[int | str, dict[str, int]] = defaultdict(dict)
    walls: dict[int | str, float] = defaultdict(float)
    for name, judgements in measured.items():
        runs = [dict(_costs(judgement.cases)) for judgement in judgements]
        for key in runs[0]:
            costs = [run[key] for run in runs if key in run]
            times[key][name] = statistics.median(cost[0] for cost in costs)
            sizes[key][name] = max(cost[1] for cost in costs)
            walls[key] = max(walls[key], min(cost[2] for cost in costs))
    for key, of_each in times.items():
        slowest = max(of_each, key=lambda name: of_each[name])
        memory = sizes[key].values()
        size = outputs.get(key, 0) if isinstance(key, int) else 0
        yield Figure(key, min(of_each.values()), of_each[slowest], slowest, max(memory), min(memory), size, walls[key])


def _costs(cases: Sequence[CaseResult]) -> Iterator[tuple[int | str, tuple[float, int, float]]]:
    """CPU time, memory and wall time by case. Those of all parameters of a test together are the largest of them, those
    of a test's subtests their sum: a subtest has an equal share of the test's own figures."""
    tests: dict[str, list[CaseResult]] = defaultdict(list)
    for case in cases:
        if not case.name:
            yield case.index, (case.cpu_time_s, case.peak_memory_bytes, case.wall_time_s)
        else:
            tests[case.name.partition(" subtest ")[0]].append(case)
    functions: dict[str, tuple[float, int, float]] = {}
    for name, results in tests.items():
        cpu_s, wall_s = (
            math.fsum(times) for times in zip(*((c.cpu_time_s, c.wall_time_s) for c in results), strict=True)
        )
        memory = max(case.peak_memory_bytes for case in results)
        function = test_function(name)
        known = functions.get(function, (0.0, 0, 0.0))
        functions[function] = max(known[0], cpu_s), max(known[1], memory), max(known[2], wall_s)
    yield from functions.items()


def test_function(name: str) -> str:
    """`test_x.py::test_a` of the public name `test_x.py::test_a #3`, and of a node id. An assert's name stays."""
    return function_of(name).partition(" #")[0] if "::" in name else name


test_function.__test__ = False  # type: ignore[attr-defined]  # pytest takes functions of such names for tests


# Limits


def proposals(suite: Suite, figures: Sequence[Figure]) -> Iterator[Proposal]:
    """One for each limit that the references have a say in."""
    limits = suite.limits
    slowest = max(figures, key=lambda figure: figure.slowest_s)
    needed = slowest.slowest_s
    proposed = limits.cpu_time_s
    if not MIN_TIME_MULTIPLE * needed <= proposed <= max(MAX_TIME_MULTIPLE * needed, 2 * LEAST_CPU_TIME_S):
        proposed = min(round_number(max(TIME_MULTIPLE * needed, LEAST_CPU_TIME_S)), CEILINGS["cpu_time_s"])
    where = f"{slowest.slowest_name}, {_case(slowest)}"
    yield Proposal("cpu_time_s", limits.cpu_time_s, proposed, f"slowest reference {_seconds(needed)} ({where})")

    longest = max(figures, key=lambda figure: figure.wall_s)
    wall_s = Limits(cpu_time_s=proposed).wall_time_s if _wall_goes_by_cpu(limits) else limits.wall_time_s
    if MIN_TIME_MULTIPLE * longest.wall_s > wall_s:  # it sleeps
        wall_s = min(round_number(TIME_MULTIPLE * longest.wall_s), CEILINGS["wall_time_s"])
        reason = f"longest reference {_seconds(longest.wall_s)} by the clock ({_case(longest)})"
        yield Proposal("wall_time_s", limits.wall_time_s, wall_s, reason)

    largest = max(figures, key=lambda figure: figure.memory_bytes)
    used = largest.memory_bytes
    memory = limits.memory_bytes
    if not MIN_MEMORY_MULTIPLE * used <= memory <= max(MAX_MEMORY_MULTIPLE * used, USUAL_MEMORY_BYTES):
        memory = max(LEAST_MEMORY_BYTES, _power_of_two(MEMORY_MULTIPLE * used))
    reason = f"largest reference {used / MIB:.1f} MiB ({_case(largest)})"
    yield Proposal("memory_bytes", limits.memory_bytes, memory, reason)

    wordiest = max(figures, key=lambda figure: figure.output_bytes)
    output = limits.output_bytes
    if MIN_OUTPUT_MULTIPLE * wordiest.output_bytes > output:
        output = int(min(_power_of_two(OUTPUT_MULTIPLE * wordiest.output_bytes), CEILINGS["output_bytes"]))
        reason = f"longest output {wordiest.output_bytes} bytes ({_case(wordiest)})"
        yield Proposal("output_bytes", limits.output_bytes, output, reason)


def _wall_goes_by_cpu(limits: Limits) -> bool:
    return limits.wall_time_s == Limits(cpu_time_s=limits.cpu_time_s).wall_time_s


def _case(figure: Figure) -> str:
    return f"case {figure.key}" if isinstance(figure.key, int) else str(figure.key)


def _seconds(time_s: float) -> str:
    return f"{time_s:.2g} s" if time_s >= TIME_STEP_S else "under 1 ms"


def round_number(value: float) -> float:
    """The next of 1, 1.5, 2, 3, 5, 7, 10, 15, ... that is not less."""
    scale = 10.0 ** math.floor(math.log10(value))
    return next(float(f"{step * scale:.6g}") for step in (1, 1.5, 2, 3, 5, 7, 10) if step * scale >= value * (1 - 1e-9))


def _power_of_two(value: float) -> int:
    return 1 << math.ceil(math.log2(max(1.0, value)))


def _up(value: float, step: float) -> float:
    return float(f"{math.ceil(value / step - 1e-9) * step:.12g}")
