"""How many wrong programs does a suite tell from right ones? Mutants of its references are judged by it.

A mutant is *killed* when a case doesn't accept it: a wrong answer, an exception, too much time or memory. One that
passes every case *survives*: it is as good as the reference, or a case is missing. Mutants run like any submission, and
each is judged by all cases, so that it is known which case kills which; only after the first that ran out of time no
more are run, since a loop that doesn't end holds a worker for a case's whole limit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from verifier.authoring.mutants import Mutant, mutants_of, sample
from verifier.authoring.mutants_equivalent import EQUIVALENT_FILE, Equivalent, read_equivalents, reason_for
from verifier.errors import SuiteError
from verifier.judging.judge import Judgement
from verifier.suite.model import InteractiveSuite, StdioSuite, Suite
from verifier.suite.package import Package
from verifier.verdict import CaseResult, Verdict

DEFAULT_MOST = 500
"""Mutants of one suite that are run."""

Told = Callable[[int, int], None]
"""told(done, total), as the work goes on."""


class Judges(Protocol):
    """A `verifier.authoring.running.Runner`, or what has this much of it."""

    @property
    def workers(self) -> int: ...

    def judge(self, code: str, suite: Suite) -> Judgement: ...


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one mutant."""

    mutant: Mutant
    verdict: Verdict
    killed_by: tuple[int, ...]
    """Positions of the cases that did not accept it."""
    unseen: tuple[int, ...]
    """Positions of the cases that it was not run on, after one that ran out of time."""
    message: str = ""
    reason: str = ""
    """Why the author lets it survive."""

    @property
    def is_judged(self) -> bool:
        return self.verdict is not Verdict.JE

    @property
    def is_killed(self) -> bool:
        return self.is_judged and self.verdict is not Verdict.AC

    @property
    def survives(self) -> bool:
        return self.verdict is Verdict.AC and not self.reason


@dataclass(frozen=True, slots=True)
class CaseKills:
    """What one case does against the mutants."""

    index: int
    name: str
    kills: int
    kills_alone: int
    """Mutants that no other case kills."""
    unseen: int
    """Mutants that it was not run on."""


@dataclass(frozen=True, slots=True)
class MutationReport:
    suite: str
    references: tuple[str, ...]
    made: int
    """Mutants of all references; those of `fates` are a sample where it is smaller."""
    fates: tuple[Fate, ...]
    cases: tuple[CaseKills, ...]
    not_accepted: tuple[str, ...]
    """References that their own suite doesn't accept, with the reason; their mutants say nothing and are not run."""
    stale: tuple[str, ...]
    """Entries of `equivalent.toml` that name no mutant, or one that is killed."""

    @property
    def killed(self) -> int:
        return sum(fate.is_killed for fate in self.fates)

    @property
    def survivors(self) -> list[Fate]:
        return [fate for fate in self.fates if fate.survives]

    @property
    def equivalent(self) -> list[Fate]:
        """Survivors that the author has accepted."""
        return [fate for fate in self.fates if fate.verdict is Verdict.AC and fate.reason]

    @property
    def not_judged(self) -> list[Fate]:
        return [fate for fate in self.fates if not fate.is_judged]

    @property
    def score(self) -> float:
        """Killed mutants, as a share of those that could be told from the reference. Without any it is 0: then
        nothing is known."""
        counted = self.killed + len(self.survivors)
        return self.killed / counted if counted else 0.0


def mutate(
    package: Package, judges: Judges, *, most: int = DEFAULT_MOST, seed: int = 0, told: Told | None = None
) -> MutationReport:
    """Makes and runs the mutants of a suite's references, at most `most` of them, chosen by `seed`.

    Raises SuiteError for a suite without references, for one that is no Python, and for a bad `equivalent.toml`.
    """
    if not package.references:
        raise SuiteError(
            "has no submissions/accepted/*.py: there is nothing to make mutants of", path=package.folder.name
        )
    equivalents = read_equivalents(package.folder)
    references, not_accepted = accepted_references(package, judges)
    every = [mutant for one in references for mutant in mutants_of_reference(package.suite, one.name, one.code)]
    chosen = sample(every, most, seed)
    suite = for_kill_table(package.suite)
    fates: list[Fate] = []
    for judgement in judge_each([(mutant.code, suite) for mutant in chosen], judges, told):
        mutant = chosen[len(fates)]
        fates.append(_fate(mutant, judgement, reason_for(mutant, equivalents)))
    return MutationReport(
        suite=package.folder.name,
        references=tuple(one.name for one in references),
        made=len(every),
        fates=tuple(fates),
        cases=_kill_table(references[0].cases, fates) if references else (),
        not_accepted=tuple(not_accepted),
        stale=tuple(_stale(equivalents, every, fates)),
    )


class AcceptedReference(NamedTuple):
    name: str
    code: str
    cases: tuple[CaseResult, ...]
    """All of them: which cases a suite of tests has is known when it has run."""


def accepted_references(package: Package, judges: Judges) -> tuple[list[AcceptedReference], list[str]]:
    """The references that the suite accepts; and the others, each with what was wrong."""
    found, refused = [], []
    jobs = [(reference.code, package.suite) for reference in package.references]
    for reference, judgement in zip(package.references, judge_each(jobs, judges), strict=True):
        if judgement.verdict is Verdict.AC:
            found.append(AcceptedReference(reference.name, reference.code, judgement.cases))
        else:
            refused.append(f"{reference.name}: {judgement.verdict}: {judgement.message}")
    return found, refused


def mutants_of_reference(suite: Suite, name: str, code: str) -> list[Mutant]:
    return mutants_of(name, code, runs_as_main=isinstance(suite, StdioSuite | InteractiveSuite))


def for_kill_table(suite: Suite) -> Suite:
    """The same suite, judged to its last case, or to the first that runs out of time."""
    return suite.model_copy(update={"early_stop": False, "max_timeouts": 1})


def judge_each(jobs: Sequence[tuple[str, Suite]], judges: Judges, told: Told | None = None) -> Iterator[Judgement]:
    """Code and suite of each, on all workers, in order."""
    with ThreadPoolExecutor(judges.workers) as pool:
        for number, judgement in enumerate(pool.map(lambda job: judges.judge(*job), jobs), 1):
            if told is not None:
                told(number, len(jobs))
            yield judgement


def _fate(mutant: Mutant, judgement: Judgement, reason: str) -> Fate:
    failed = [case.index for case in judgement.cases if case.verdict not in (Verdict.AC, Verdict.SK, Verdict.JE)]
    unseen = [case.index for case in judgement.cases if case.verdict is Verdict.SK]
    return Fate(mutant, judgement.verdict, tuple(failed), tuple(unseen), judgement.message, reason)


def _kill_table(cases: Sequence[CaseResult], fates: Sequence[Fate]) -> tuple[CaseKills, ...]:
    judged = [fate for fate in fates if fate.is_judged]
    return tuple(
        CaseKills(
            case.index,
            case.name,
            kills=sum(case.index in fate.killed_by for fate in judged),
            kills_alone=sum(fate.killed_by == (case.index,) for fate in judged),
            unseen=sum(case.index in fate.unseen for fate in judged),
        )
        for case in cases
    )


def _stale(equivalents: Sequence[Equivalent], every: Sequence[Mutant], fates: Sequence[Fate]) -> Iterator[str]:
    for entry in equivalents:
        at = f"{EQUIVALENT_FILE}: mutant[{entry.number}] of {entry.of}"
        if not any(map(entry.means, every)):
            yield f"{at} names no mutant; remove it, or copy its diff anew"
        elif any(entry.means(fate.mutant) and fate.is_killed for fate in fates):
            yield f"{at} is killed; remove it"
