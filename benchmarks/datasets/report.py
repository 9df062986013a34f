"""Runs trials through the verifier and counts."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from benchmarks.datasets import oracle
from benchmarks.datasets.exceptions import reason_for
from benchmarks.datasets.trial import Skipped, Trial
from verifier.limits import DEFAULT_CPU_TIME_S
from verifier.pipeline import Result, Verifier


@dataclass(slots=True)
class Odd:
    """A trial that did not turn out as expected."""

    trial: Trial
    verdict: str
    correctness: float
    message: str
    reason: str | None
    """Why, where it is known."""

    def line(self) -> str:
        want = {"full": "full marks", "rejected": "rejection", "zero": "no mark"}[self.trial.expect]
        what = f"{self.trial.problem}, {self.trial.what}"
        return f"{what}: {self.verdict} {self.correctness:.3f} instead of {want} ({self.message})"


@dataclass(slots=True)
class Tally:
    """What became of one set."""

    name: str
    problems: set[str] = field(default_factory=set)
    cases: int = 0
    right: int = 0
    right_accepted: int = 0
    wrong: int = 0
    wrong_rejected: int = 0
    odd: list[Odd] = field(default_factory=list)
    skipped: dict[str, list[str]] = field(default_factory=dict)
    """Reason -> problems."""
    slowest: list[tuple[float, str]] = field(default_factory=list)
    """The three trials that took longest to judge, with the seconds."""
    wall_s: float = 0.0

    def add(self, trial: Trial, result: Result) -> None:
        score = result.judgement.score
        self.slowest = sorted([*self.slowest, (round(result.judge_time_s, 1), f"{trial.problem}, {trial.what}")])[-3:]
        if trial.problem not in self.problems:
            self.problems.add(trial.problem)
            self.cases += trial.cases
        if trial.expect == "full":
            self.right += 1
            fine = score.correctness == 1.0 and result.verdict == "AC"
            self.right_accepted += fine
        else:
            self.wrong += 1
            # A judge error is no rejection: nothing would be known about the submission.
            judged = result.verdict not in ("AC", "JE")
            fine = judged and (trial.expect == "rejected" or score.correctness == 0.0)
            self.wrong_rejected += fine
        if not fine:
            reason = reason_for(self.name, trial.problem, trial.what)
            self.odd.append(Odd(trial, str(result.verdict), score.correctness, result.message[:120], reason))

    @property
    def unexplained(self) -> list[Odd]:
        return [odd for odd in self.odd if odd.reason is None]


def run(name: str, trials: Iterable[Trial | Skipped], verifier: Verifier) -> Tally:
    tally = Tally(name)
    waiting: deque[Trial] = deque()

    def samples() -> Iterator[dict[str, Any]]:
        for item in trials:
            if isinstance(item, Skipped):
                tally.skipped.setdefault(item.reason, []).append(item.problem)
            else:
                waiting.append(item)
                yield item.sample

    began = time.monotonic()
    for result in verifier.stream(samples()):
        tally.add(waiting.popleft(), result)
    tally.wall_s = time.monotonic() - began
    for odd in tally.unexplained:
        odd.reason = arbitrated(odd, verifier)
    return tally


LENIENCIES: dict[str, dict[str, Any]] = {
    "a tuple may stand for a list": {"sequences": "strict"},
    "a float may be off by a rounding error": {"abs_tol": 0.0, "rel_tol": 0.0},
}
"""Of the checker's defaults, with what turns each of them off."""


def arbitrated(odd: Odd, verifier: Verifier) -> str | None:
    """What plain Python says of an odd trial that has the set's own tests; None where it contradicts us, and it is not
    because of a documented leniency."""
    if not odd.trial.plain or odd.verdict == "JE":
        return None
    seconds = oracle.passes_plainly(odd.trial.plain, timeout_s=60.0)
    if odd.verdict == "TLE" and (seconds is None or seconds > DEFAULT_CPU_TIME_S):
        return f"data: too slow for the limit of {DEFAULT_CPU_TIME_S:g} s in plain Python, too"
    if (seconds is not None) == (odd.verdict == "AC"):
        return "data: mislabelled; plain Python, on the set's own tests, agrees with this verifier"
    for leniency, off in LENIENCIES.items() if odd.verdict == "AC" else ():
        suite = odd.trial.sample["reference_answer"]
        strict = {**suite, "checker": {"name": "exact", **suite.get("checker", {}), **off}}
        [result] = verifier.score([{**odd.trial.sample, "reference_answer": strict}])
        if result.verdict == "WA":
            return f"design: the set compares by ==, and this verifier is more lenient: {leniency}"
    return None


COLUMNS = "set", "problems", "cases", "right solutions", "full marks", "wrong solutions", "rejected", "exceptions", "s"


def markdown(tallies: list[Tally]) -> str:
    """The table, and below it every exception and what was left out."""
    rows = (
        (t.name, len(t.problems), t.cases, t.right, t.right_accepted, t.wrong, t.wrong_rejected, len(t.odd), t.wall_s)
        for t in tallies
    )
    lines = markdown_table(COLUMNS, rows)
    lines += ["", "Exceptions:", "", *by_reason({t.name: t.odd for t in tallies})]
    lines += ["", "Left out:", ""]
    for t in tallies:
        lines += left_out(t.name, t.skipped)
    return "\n".join(lines) + "\n"


def markdown_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """Lines of a Markdown table. The first column is text, the others are numbers, told without a fraction."""
    lines = [f"| {' | '.join(columns)} |", "|---|" + "---:|" * (len(columns) - 1)]
    for name, *numbers in rows:
        lines.append(f"| {' | '.join([str(name), *(f'{number:.0f}' for number in numbers)])} |")
    return lines


class Explained(Protocol):
    """What came out otherwise than it should."""

    reason: str | None

    def line(self) -> str: ...


def by_reason(found: Mapping[str, Sequence[Explained]]) -> list[str]:
    """Lines of a list: for each set and reason, what has it."""
    lines = []
    for name, all_of_set in found.items():
        reasons: dict[str, list[Explained]] = {}
        for one in all_of_set:
            reasons.setdefault(one.reason or "**not explained**", []).append(one)
        for reason, explained in reasons.items():
            lines.append(f"- {name}: {reason}")
            lines += [f"  - {one.line()}" for one in explained]
    return lines or ["- none"]


def left_out(name: str, problems: Mapping[str, Sequence[str]]) -> list[str]:
    """Lines of a list: how many problems of a set were left out for each reason, and which, where they are few."""
    lines = []
    for reason, left in problems.items():
        named = f" ({', '.join(left)})" if len(left) <= 5 else ""
        lines.append(f"- {name}: {len(left)} x {reason}{named}")
    return lines
