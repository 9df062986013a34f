"""What does a suite pay for nothing? Programs that solve nothing, and those that cheat, are judged by it.

Some of it may be honest: of seven equal cases one may well ask for 0. So the report says which cases pay, and how an
author can make them pay less; whether that is worth it is the author's to say, by the share that is allowed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from verifier.authoring.hacks import hack_probes
from verifier.authoring.mutate import Judges, Told, judge_each
from verifier.authoring.trivial import trivial_probes
from verifier.authoring.trivial_frames import Group, Probe
from verifier.suite.model import Suite
from verifier.suite.package import Package
from verifier.verdict import CaseResult, Verdict

DEFAULT_WARN_ABOVE = 0.1
"""Reward that a trivial or cheating program may earn."""

_SLACK = 1e-9


@dataclass(frozen=True, slots=True)
class Earned:
    """What one program got."""

    probe: Probe
    reward: float
    verdicts: Mapping[Verdict, int]
    """Of its cases."""
    paid_by: tuple[CaseResult, ...]
    """The cases that it passed, where it earned something."""
    message: str
    warns: bool
    """Whether it earned more than it may (see `_says_something`)."""

    @property
    def group(self) -> Group:
        return self.probe.group

    @property
    def is_judged(self) -> bool:
        return Verdict.JE not in self.verdicts


@dataclass(frozen=True, slots=True)
class AuditReport:
    suite: str
    warn_above: float
    earned: tuple[Earned, ...]
    advice: tuple[str, ...]

    @property
    def warnings(self) -> list[Earned]:
        return [one for one in self.earned if one.warns]

    @property
    def not_judged(self) -> list[Earned]:
        return [one for one in self.earned if not one.is_judged]

    def most(self, group: Group) -> float:
        """The largest reward of a group; 0 where it has no program."""
        return max((one.reward for one in self.earned if one.group == group), default=0.0)


def audit(
    package: Package,
    judges: Judges,
    *,
    warn_above: float = DEFAULT_WARN_ABOVE,
    seed: int = 0,
    told: Told | None = None,
) -> AuditReport:
    """Makes and runs the programs. `seed` chooses the answers of the one that guesses."""
    probes = [*trivial_probes(package, seed=seed), *hack_probes(package.suite)]
    jobs = [(probe.code, package.suite) for probe in probes]
    earned: list[Earned] = []
    for judgement in judge_each(jobs, judges, told):
        probe, reward = probes[len(earned)], judgement.score.reward
        passed = tuple(case for case in judgement.cases if case.passed) if reward > 0 else ()
        verdicts = Counter(case.verdict for case in judgement.cases)
        one = Earned(probe, reward, verdicts, passed, judgement.message, warns=False)
        earned.append(replace(one, warns=reward > warn_above + _SLACK and _says_something(one, earned)))
    return AuditReport(package.folder.name, warn_above, tuple(earned), tuple(_advice(package.suite, earned)))


def _says_something(one: Earned, before: Sequence[Earned]) -> bool:
    """Whether what a program earned is to be warned of. The share of the statement's examples is the author's choice,
    and a cheat that is paid by no other cases than a trivial program was paid for its answer, not for cheating."""
    if one.group == "hack":
        cases = {case.index for case in one.paid_by}
        trivial = [other for other in before if other.group == "trivial"]
        return not any(cases <= {case.index for case in other.paid_by} for other in trivial)
    return one.group != "lookup"


def _advice(suite: Suite, earned: Sequence[Earned]) -> list[str]:
    paying = {case.index: case for one in earned if one.warns for case in one.paid_by}
    if not paying:
        return []
    named = ", ".join(f"{index} {case.name}".rstrip() for index, case in sorted(paying.items())[:20])
    advice = [f"cases that pay: {named}{', ...' if len(paying) > 20 else ''}"]
    grouped = suite.reward.groups == "all_or_nothing"
    if any(case.group is None for case in paying.values()) or not grouped:
        advice.append(
            "put each of them into a group with cases that ask for other answers, and set"
            ' groups = "all_or_nothing" in [reward]: then a rule of the problem is paid as a whole'
        )
    total = sum(case.weight for case in suite.known_cases)
    share = sum(case.weight for case in paying.values()) / total
    advice.append(f"or lower their weight ({share:.0%} of all), or add cases whose answers differ from theirs")
    if suite.reward.policy == "fraction":
        advice.append('or use policy = "power" or "threshold", which pay little for few cases')
    return advice
