"""Judges each problem's submissions, puts the verdict of each test beside plain pytest's outcome, and counts."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.datasets.report import by_reason, left_out
from benchmarks.testfiles import plain
from benchmarks.testfiles.exceptions import reason_for
from benchmarks.testfiles.problem import LeftOut, PlainRun, PlainTest, Problem, Submission

if TYPE_CHECKING:
    from verifier.verdict import CaseResult

Judge = Callable[[dict[str, Any]], Callable[[str], "Sequence[CaseResult]"]]
"""Ours: takes a suite in the wire form, and then code."""

AHEAD = 4
"""Submissions per worker that are read before their turn."""


@dataclass(slots=True)
class Pair:
    """One submission, judged by both."""

    problem: Problem
    submission: Submission
    tests: list[str]
    """What the reference makes pytest collect."""
    plain: PlainRun
    cases: dict[str, CaseResult] = field(default_factory=dict)
    """Ours, by the names of `by_name`; empty where ours is not run."""
    seconds: float = 0.0
    """That our judging took."""


@dataclass(slots=True)
class Difference:
    """A test that came out otherwise in our hands."""

    problem: str
    what: str
    test: str
    plain: PlainTest
    verdict: str
    message: str
    reason: str | None = None

    def line(self) -> str:
        theirs = f"{self.plain.outcome} ({_short(self.plain.note)})" if self.plain.note else self.plain.outcome
        ours = f"{self.verdict} ({_short(self.message)})" if self.message else self.verdict
        # Asking whether a file exists needs none; but where tests differ, it is a hint.
        asks = sorted(event for event in _of_submission(self.plain) if event.startswith("asks "))
        hint = f"; it {', '.join(asks)}" if asks else ""
        return f"{self.problem}, {self.what}, {self.test}: plain {theirs}, ours {ours}{hint}"


@dataclass(slots=True)
class Tally:
    """What became of one set."""

    name: str
    problems: int = 0
    submissions: int = 0
    tests: int = 0
    """Over all submissions."""
    failed: int = 0
    """Of `tests`, those that fail in plain pytest."""
    same: int = 0
    different: list[Difference] = field(default_factory=list)
    apart: dict[str, list[str]] = field(default_factory=dict)
    """Tests that can't come out the same, by what they need; not part of `tests`."""
    apart_same: int = 0
    """Of those, how many do nevertheless."""
    left_out: dict[str, list[str]] = field(default_factory=dict)
    forged: int = 0
    """Tests of submissions that only pretend, which are no part of `tests`."""
    forged_plain: int = 0
    """Of those, how many pass in plain pytest."""
    forged_ours: int = 0
    hung: int = 0
    """Submissions that plain pytest gave up, which are not compared."""
    plain_s: float = 0.0
    """Time of one process after another, also where the result was kept from an earlier run."""
    ours_s: float = 0.0

    @property
    def unexplained(self) -> list[Difference]:
        return [difference for difference in self.different if difference.reason is None]


def run(
    name: str,
    items: Iterable[Problem | LeftOut],
    judge: Judge | None,
    *,
    workers: int,
    cache: Path | None,
    said: Callable[[str], None] = lambda line: None,
) -> Tally:
    """Compares a whole set; without `judge` only plain pytest is run. `said` is told each difference at once."""
    tally = Tally(name)
    for pair in _in_parallel(_jobs(tally, items, judge, cache), workers):
        before = len(tally.different)
        _add(tally, pair, ours=judge is not None)
        found = tally.different[before:]
        _explain_by_chance(pair, [difference for difference in found if difference.reason is None])
        for difference in found:
            said(difference.line() + (f" [{difference.reason}]" if difference.reason else ""))
    return tally


def _in_parallel(jobs: Iterable[Callable[[], list[Pair]]], workers: int) -> Iterator[Pair]:
    with ThreadPoolExecutor(workers) as pool:
        waiting = []
        for job in jobs:
            waiting.append(pool.submit(job))
            if len(waiting) >= workers * AHEAD:
                yield from waiting.pop(0).result()
        for future in waiting:
            yield from future.result()


def _jobs(
    tally: Tally, items: Iterable[Problem | LeftOut], judge: Judge | None, cache: Path | None
) -> Iterator[Callable[[], list[Pair]]]:
    for item in items:
        if isinstance(item, LeftOut):
            tally.left_out.setdefault(item.reason, []).append(item.name)
        else:
            yield lambda problem=item: _judged(problem, judge, cache)  # type: ignore[misc]


def _judged(problem: Problem, judge: Judge | None, cache: Path | None) -> list[Pair]:
    """All submissions of a problem, one after the other, as a trainer's batch has them."""
    reference = plain.run(problem, problem.reference, cache)
    tests = list(reference.tests)
    results_of = judge(problem.suite()) if judge is not None and tests else None
    pairs = []
    for submission in problem.submissions:
        pair = Pair(problem, submission, tests, plain.run(problem, submission, cache))
        if results_of is not None and (submission.forged or not pair.plain.hangs):
            began = time.monotonic()
            pair.cases = by_name(results_of(submission.code))
            pair.seconds = time.monotonic() - began
        pairs.append(pair)
    return pairs


def _add(tally: Tally, pair: Pair, *, ours: bool) -> None:
    if pair.submission is pair.problem.reference:
        if not pair.tests:
            tally.left_out.setdefault("plain pytest collects nothing from the reference", []).append(pair.problem.name)
            return
        tally.problems += 1
    if not pair.tests:
        return
    tally.plain_s += pair.plain.seconds
    tally.ours_s += pair.seconds
    if pair.submission.forged:
        _add_forged(tally, pair)
        return
    if pair.plain.hangs:
        tally.hung += 1
        return
    tally.submissions += 1
    cases = dict(pair.cases)
    for name, public in zip(pair.tests, public_names(pair.tests), strict=True):
        test = pair.plain.of(name)
        case = cases.pop(public, None) or pair.cases.get(function := function_of(name))
        if case is not None and public not in pair.cases:
            # Ours could not collect without the submission, and so judges each function as a whole.
            cases.pop(function, None)
            test = next((t for t in _of_function(pair, function) if t.outcome != "passed"), test)
        same = ours and outcome_of(case) == outcome_in_plain(test)
        needs = needs_of(test)
        if needs:
            tally.apart.setdefault(needs, []).append(f"{pair.problem.name} {name}")
            tally.apart_same += same
            continue
        tally.tests += 1
        tally.failed += outcome_in_plain(test) == "failed"
        tally.same += same
        if ours and not same:
            tally.different.append(_difference(tally, pair, name, test, case))
    for name, case in cases.items():
        tally.different.append(_difference(tally, pair, name, PlainTest("absent"), case))


def _add_forged(tally: Tally, pair: Pair) -> None:
    passed = [name for name, case in pair.cases.items() if outcome_of(case) == "passed"]
    tally.forged += len(pair.tests)
    tally.forged_plain += sum(outcome_in_plain(pair.plain.of(name)) == "passed" for name in pair.tests)
    tally.forged_ours += len(passed)
    wrong = [case for case in pair.cases.values() if outcome_of(case) == "judge error"]
    for case in wrong[:1] or (list(pair.cases.values())[:1] if passed and len(passed) == len(pair.cases) else []):
        tally.different.append(_difference(tally, pair, "all tests", PlainTest("is not asked"), case))


def _difference(tally: Tally, pair: Pair, name: str, test: PlainTest, case: CaseResult | None) -> Difference:
    what = pair.submission.what
    verdict, message = (str(case.verdict), f"{case.message}; {case.note}") if case is not None else ("no case", "")
    reason = reason_for(tally.name, pair.problem.name, what, name)
    return Difference(pair.problem.name, what, name, test, verdict, message, reason)


def _of_function(pair: Pair, function: str) -> list[PlainTest]:
    return [pair.plain.of(name) for name in pair.tests if function_of(name) == function]


def function_of(name: str) -> str:
    """A node id without parameters."""
    return name.partition("[")[0]


def public_names(tests: Sequence[str]) -> list[str]:
    """Of each node id the name that our results have: the parameters' number stands in the place of parameters."""
    numbers: Counter[str] = Counter()
    names = []
    for test in tests:
        function = function_of(test)
        numbers[function] += 1
        names.append(test if test == function else f"{function} #{numbers[function]}")
    return names


def by_name(cases: Iterable[CaseResult]) -> dict[str, CaseResult]:
    """Our results by test. One with subtests has several: it passed where all of them did."""
    found: dict[str, CaseResult] = {}
    for case in cases:
        name = case.name.partition(" subtest ")[0]
        if name not in found or outcome_of(found[name]) == "passed":
            found[name] = case
    return found


def outcome_in_plain(test: PlainTest) -> str:
    """By a suite's own default, a test that is skipped while it runs counts as failed."""
    return "passed" if test.outcome == "passed" else "failed"


def outcome_of(case: CaseResult | None) -> str:
    """Our verdict in pytest's words. A judge error is none of them: nothing would be known of the submission."""
    if case is None:
        return "no case"
    return {"AC": "passed", "JE": "judge error"}.get(str(case.verdict), "failed")


NEEDS = (
    ("needs processes", ("subprocess.", "os.system", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.kill")),
    ("needs a network", ("socket.", "ftplib.", "smtplib.", "urllib.")),
    ("needs libraries", ("ctypes.",)),
    ("needs files", ("",)),
)


def needs_of(test: PlainTest) -> str:
    """What of the world outside its process the submission needs in this test, which no cell has; empty if nothing."""
    events = [e for e in _of_submission(test) if not e.startswith("asks ")]
    return next((what for what, starts in NEEDS if any(event.startswith(starts) for event in events)), "")


def _of_submission(test: PlainTest) -> list[str]:
    return [event.partition(" ")[2] for event in test.touched if event.startswith("submission ")]


def _explain_by_chance(pair: Pair, differences: list[Difference]) -> None:
    """Whether plain pytest itself is of two minds, by its next runs."""
    differences = [difference for difference in differences if difference.plain.outcome in ("passed", "failed")]
    runs = [plain.run(pair.problem, pair.submission, hash_seed=seed) for seed in ("0", "1", "2") if differences]
    for difference in differences:
        if any(again.of(difference.test).outcome != difference.plain.outcome for again in runs):
            difference.reason = "data: plain pytest says now this, now that"


def _short(text: str) -> str:
    return " ".join(text.split())[:160]


COLUMNS = (
    "set",
    "suites",
    "submissions",
    "tests",
    "of these failing",
    "same",
    "different",
    "apart",
    "hung",
    "plain s",
    "ours s",
)


def markdown(tallies: list[Tally]) -> str:
    """The table, and below it every difference and what was left out."""
    lines = ["| " + " | ".join(COLUMNS) + " |", "|" + "---|" * len(COLUMNS)]
    for t in tallies:
        apart = sum(map(len, t.apart.values()))
        cells: list[Any] = [t.name, t.problems, t.submissions, t.tests, t.failed, t.same, len(t.different), apart]
        cells += [t.hung, f"{t.plain_s:.0f}", f"{t.ours_s:.0f}"]
        lines.append(f"| {' | '.join(map(str, cells))} |")
    for t in tallies:
        if t.forged:
            lines += [
                "",
                f"{t.name}: of {t.forged} tests of submissions that only pretend, {t.forged_plain} pass in plain",
            ]
            lines[-1] += f" pytest and {t.forged_ours} in ours."
    lines += ["", "Different:", "", *by_reason({t.name: t.different for t in tallies})]
    lines += ["", "Apart and left out:", ""]
    for t in tallies:
        for needs, tests in t.apart.items():
            problems = dict.fromkeys(test.partition(" ")[0] for test in tests)
            lines.append(f"- {t.name}: {len(tests)} tests of {len(problems)} suites: {needs}")
        if t.apart:
            lines.append(f"  - {t.apart_same} of these come out the same nevertheless")
        lines += left_out(t.name, t.left_out)
    return "\n".join(lines) + "\n"
