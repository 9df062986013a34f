"""New cases for a suite: generated inputs, answers of the reference, and of these cases the fewest that are of use.

    generator.py -> inputs -> answers of a reference, on which all references agree -> cases
    cases -> which mutants and wrong submissions each kills -> the fewest that kill as many as all

Everything of the author runs in the sandbox. An input on which the references differ is never used: one of them is
wrong, or the statement leaves open what is right.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from pydantic import ValidationError

from verifier.authoring.generate_inputs import Answers, Generator, Input, distinct, edge_inputs, key_of, wrong_with
from verifier.authoring.mutants import sample
from verifier.authoring.mutate import (
    AcceptedReference,
    Judges,
    Told,
    accepted_references,
    for_kill_table,
    judge_each,
    mutants_of_reference,
)
from verifier.authoring.running import Answer
from verifier.errors import SuiteError
from verifier.suite.model import FunctionCase, FunctionSuite, StdioCase, StdioSuite
from verifier.suite.package import Package
from verifier.suite.writing import encode_value
from verifier.text import one_line
from verifier.verdict import Verdict

DEFAULT_COUNT = 100
"""Inputs that are asked of a generator."""
DEFAULT_MUTANTS = 200
MAX_TIME_SHARE = 0.5
"""Of the CPU limit that a reference may need for a new case: beyond it a right answer would be at risk."""
_BASES = 3
"""Inputs from which edge cases are made."""

Values = FunctionSuite | StdioSuite
AnyCase = FunctionCase | StdioCase


class Workers(Judges, Answers, Protocol):
    """A `verifier.authoring.running.Runner`."""


@dataclass(frozen=True, slots=True)
class Unused:
    """An input that makes no case."""

    what: str
    """DIFFERING, or one of the others below."""
    given: Input
    answers: Mapping[str, str]
    """By reference: what it answered, or how it failed."""


DIFFERING, FAILING, SLOW, INVALID = "references differ", "a reference fails", "too slow", "not valid"


@dataclass(frozen=True, slots=True)
class Generated:
    """What came of it."""

    suite: str
    references: tuple[str, ...]
    inputs: int
    """New ones: the generator's, and edges of the arguments' types that its `is_valid` allows."""
    has_validator: bool
    unused: tuple[Unused, ...]
    usable: int
    """Cases that could be made."""
    old_cases: tuple[AnyCase, ...]
    """Those of the suite that stay."""
    new_cases: tuple[AnyCase, ...]
    """Those to add: the generator's own edges, then the others that kill something."""
    kept: int
    """Of the new cases: the generator's own edges."""
    programs: int
    """Mutants and wrong submissions that were judged."""
    killed_before: int
    """By the suite as it was."""
    killed_by_all: int
    """By the suite and all usable cases."""
    killed_after: int
    """By `old_cases` and `new_cases`."""

    @property
    def cases(self) -> tuple[AnyCase, ...]:
        return self.old_cases + self.new_cases


def generate(
    package: Package,
    workers: Workers,
    *,
    count: int = DEFAULT_COUNT,
    seed: int = 0,
    most_mutants: int = DEFAULT_MUTANTS,
    replace: bool = False,
    told: Told | None = None,
) -> Generated:
    """New cases for a suite of kind `function` or `stdio`. With `replace` its old cases must earn their places too.

    Raises SuiteError for a suite of another kind, for a generator that fails, and where no reference is accepted.
    """
    suite, name = package.suite, package.folder.name
    if not isinstance(suite, FunctionSuite | StdioSuite):
        raise SuiteError(f"is of kind {suite.kind}: only arguments and stdin can be generated", path=name)
    if suite.checker.name == "any_of":
        raise SuiteError("has the checker any_of: a reference gives one of the right answers, not all", path=name)
    references, refused = accepted_references(package, workers)
    if not references:
        raise SuiteError(f"has no reference that it accepts: {'; '.join(refused) or 'none is there'}", path=name)
    given = _inputs(suite, Generator(package.folder, workers, is_text=isinstance(suite, StdioSuite)), count, seed)
    edges, edges_unused = _cases(suite, given.edges, references, workers)
    others, others_unused = _cases(suite, given.others, references, workers)

    programs = _programs(package, references, most_mutants, seed)
    old: list[AnyCase] = [*suite.cases]
    by_old = _kills(programs, suite, old, workers)
    # What the suite kills already tells nothing of new cases, unless old ones are to go.
    left = [number for number, kills in enumerate(by_old) if replace or not kills]
    candidates = [*(old if replace else ()), *edges, *others]
    kills = _kills([programs[number] for number in left], suite, candidates, workers, told) if candidates else []
    first_edge = len(old) if replace else 0
    kept = set(range(first_edge, first_edge + len(edges)))
    chosen = kept | fewest(kills, kept, [len(str(case)) for case in candidates])
    stay = [case for number, case in enumerate(old) if not replace or number in chosen]
    new = [case for number, case in enumerate(candidates) if number in chosen and number >= first_edge]
    before = sum(map(bool, by_old))
    outside = 0 if replace else before
    return Generated(
        suite=name,
        references=tuple(one.name for one in references),
        inputs=len(given.edges) + len(given.others),
        has_validator=given.has_validator,
        unused=(*given.invalid, *edges_unused, *others_unused),
        usable=len(edges) + len(others),
        old_cases=tuple(stay),
        new_cases=tuple(new),
        kept=len(edges),
        programs=len(programs),
        killed_before=before,
        killed_by_all=outside + sum(map(bool, kills)),
        killed_after=outside + sum(bool(chosen & by) for by in kills),
    )


def fewest(kills: Sequence[Set[int]], chosen: Set[int], costs: Sequence[int]) -> set[int]:
    """Positions of few cases that, with those that are `chosen` already, kill each program that any case kills.

    `kills` are the cases that kill each program; of cases that kill equally many the one that costs less is taken.
    Greedy: not always the very fewest, which is hard to find, but never many more.
    """
    found: set[int] = set()
    left = [by for by in kills if by and not by & chosen]
    while left:
        counted = Counter(case for by in left for case in by)
        best = min(counted, key=lambda case: (-counted[case], costs[case], case))
        found.add(best)
        left = [by for by in left if best not in by]
    return found


# Inputs


class _Given(NamedTuple):
    edges: list[Input]
    """Of the generator's own."""
    others: list[Input]
    invalid: list[Unused]
    has_validator: bool


def _inputs(suite: Values, generator: Generator, count: int, seed: int) -> _Given:
    known = {key_of(case.stdin if isinstance(case, StdioCase) else case.args) for case in suite.cases}
    edges = distinct(generator.edges(), known)
    others = distinct(generator.inputs(seed, count), known)
    valid = generator.valid([*edges, *others])
    if valid is None:
        return _Given(edges, others, [], False)
    invalid = [Unused(INVALID, one, {}) for one, fine in zip([*edges, *others], valid, strict=True) if not fine]
    good_edges = [one for one, fine in zip(edges, valid, strict=False) if fine]
    good = [one for one, fine in zip(others, valid[len(edges) :], strict=True) if fine]
    bases = [case.args for case in suite.cases[:_BASES] if isinstance(case, FunctionCase)]
    bases += [one for one in good[:_BASES] if isinstance(one, list)]
    made = distinct(edge_inputs(bases), known)
    allowed = generator.valid(made) or []
    good += [one for one, fine in zip(made, allowed, strict=True) if fine]
    return _Given(good_edges, good, invalid, True)


# Answers


def _cases(
    suite: Values, inputs: Sequence[Input], references: Sequence[AcceptedReference], workers: Workers
) -> tuple[list[AnyCase], list[Unused]]:
    """A case of each input on which all references agree, the first with itself too."""
    if not inputs:
        return [], []
    first = references[0]
    cases: list[AnyCase] = []
    used: list[Input] = []
    unused: list[Unused] = []
    asked: list[tuple[Input, AnyCase]] = []
    for one in inputs:
        try:
            asked.append((one, _case(suite, one, "")))
        except ValidationError as error:
            unused.append(Unused(f"{INVALID} ({error.errors()[0]['msg']})", one, {}))
    answers = workers.answers(first.code, _with_cases(suite, [case for _, case in asked]))
    for (one, _), answer in zip(asked, answers, strict=True):
        problem = _problem(suite, answer)
        if problem:
            unused.append(Unused(problem, one, {first.name: _told(answer)}))
        else:
            cases.append(_case(suite, one, answer.value))
            used.append(one)
    differing = _differing(suite, cases, references, workers)
    for number, by in differing.items():
        unused.append(Unused(DIFFERING, used[number], {first.name: _shown(_expected(cases[number])), **by}))
    return [case for number, case in enumerate(cases) if number not in differing], unused


def _differing(
    suite: Values, cases: Sequence[AnyCase], references: Sequence[AcceptedReference], workers: Workers
) -> dict[int, dict[str, str]]:
    """For each case that a reference fails: which, and what it says. The suite's checker decides."""
    found: dict[int, dict[str, str]] = {}
    if not cases:
        return found
    judged = _with_cases(suite, cases)
    jobs = [(one.code, judged) for one in references]
    for reference, judgement in zip(references, judge_each(jobs, workers), strict=True):
        failed = [result.index for result in judgement.cases if result.verdict not in (Verdict.AC, Verdict.SK)]
        if failed:
            again = workers.answers(reference.code, _with_cases(suite, [cases[number] for number in failed]))
            for number, answer in zip(failed, again, strict=True):
                name = reference.name if reference is not references[0] else f"{reference.name}, run again"
                found.setdefault(number, {})[name] = _told(answer)
    return found


def _problem(suite: Values, answer: Answer) -> str:
    facts = answer.facts
    if not answer.given or facts.fault or facts.killed or facts.raised or facts.exit_status or facts.signal:
        return FAILING
    if wrong_with(answer.value):
        return f"{FAILING} to answer with plain data"
    return SLOW if facts.cpu_time_s > MAX_TIME_SHARE * suite.limits.cpu_time_s else ""


def _told(answer: Answer) -> str:
    facts = answer.facts
    failure = facts.fault or facts.killed or facts.raised
    if failure or not answer.given:
        return str(failure or "no answer")
    return _shown(answer.value)


def _shown(value: object) -> str:
    return one_line(repr(value), 200)


def _case(suite: Values, given: Input, expected: object) -> AnyCase:
    if isinstance(suite, StdioSuite):
        return StdioCase.model_validate({"stdin": given, "stdout": expected})
    return FunctionCase.model_validate({"args": encode_value(given), "expected": encode_value(expected)})


def _expected(case: AnyCase) -> object:
    return case.stdout if isinstance(case, StdioCase) else case.expected


def _with_cases(suite: Values, cases: Sequence[AnyCase]) -> Values:
    """The suite with other cases, judged to the last of them."""
    return suite.model_copy(update={"cases": tuple(cases), "early_stop": False, "max_timeouts": len(cases)})


# Killing


def _programs(package: Package, references: Sequence[AcceptedReference], most: int, seed: int) -> list[str]:
    """Mutants of the references, and the submissions that must fail."""
    mutants = [mutant for one in references for mutant in mutants_of_reference(package.suite, one.name, one.code)]
    accepted = {one.name for one in package.references}
    wrong = [one.code for one in package.submissions if one.name not in accepted]
    return [*(mutant.code for mutant in sample(mutants, most, seed)), *wrong]


def _kills(
    programs: Sequence[str], suite: Values, cases: Sequence[AnyCase], workers: Workers, told: Told | None = None
) -> list[frozenset[int]]:
    """For each program the positions of the cases that it fails; of one that could not be judged, none."""
    table = for_kill_table(suite.model_copy(update={"cases": tuple(cases)}))
    jobs = [(code, table) for code in programs]
    return [
        frozenset(case.index for case in judgement.cases if case.verdict not in _NO_KILL)
        for judgement in judge_each(jobs, workers, told)
    ]


_NO_KILL = frozenset({Verdict.AC, Verdict.SK, Verdict.JE})
