"""Suites that bring their own tests: from what the tester reported to a verdict for each case.

Which tests there are is never the submission's word, nor that of the run it takes part in: they are collected once
without it, or read from the files. Only a test that was expected, was reported, passed, and left clean facts is AC.
"""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from verifier.judging.classify import classify
from verifier.judging.reward import Reference
from verifier.sandbox.base import Facts, Killed, Outcome, Program, Sandbox, TestFacts, TestRun, Tests
from verifier.suite.base import Case
from verifier.suite.model import AssertsSuite, NamedCase, PytestSuite
from verifier.suite.static_tests import function_of
from verifier.verdict import CaseResult, Verdict

Skips = Literal["fail", "pass", "ignore"]
_RAN_AND_PASSED = frozenset({Outcome.PASSED, Outcome.XPASSED})
_SET_ASIDE = {Outcome.SKIPPED: "the suite skipped it", Outcome.XFAILED: "it failed, as the suite expects"}
_IGNORED = None
"""In the place of a verdict: no case."""


@dataclass(frozen=True, slots=True)
class ExpectedTest:
    """A case that a submission has to pass."""

    case: NamedCase
    public_name: str
    """Without the parameters of the test, which may be expected values."""
    whole_function: bool = False
    """All reported tests of this function together are the case: how many there are is not known."""


@dataclass(frozen=True, slots=True)
class Judged:
    """The results, and for each of them what the reference solution needed."""

    results: list[CaseResult]
    references: list[Reference]


def run_tests(
    code: str,
    suite: PytestSuite | AssertsSuite,
    expected: Sequence[ExpectedTest],
    sandbox: Sandbox,
    deadline: float | None,
) -> Judged:
    """Runs the suite's tests on a submission. Raises SandboxError for a failure of ours that is not a fact."""
    run = sandbox.run_tests(
        Program(code, "module", scratch=suite.scratch),
        tests_of(suite),
        suite.limits,
        stop_early=suite.early_stop,
        max_timeouts=suite.max_timeouts,
        deadline=deadline,
    )
    skips = suite.skips if isinstance(suite, PytestSuite) else "fail"
    judging = _Judging(suite, run, expected, skips)
    if skips != "fail" and not judging.any_passed():
        judging = _Judging(suite, run, expected, "fail")  # so that a run in which everything is skipped never pays
    return judging.cases()


def tests_of(suite: PytestSuite | AssertsSuite) -> Tests:
    """The suite's test code as the sandbox is told of it."""
    if isinstance(suite, AssertsSuite):
        return Tests("asserts", ("solution",), steps=suite.steps, entry_point=suite.entry_point, digest=suite.digest)
    return Tests("pytest", suite.modules, files=tuple(sorted(suite.files.items())), digest=suite.digest)


# Which tests are expected


def expected_tests(
    suite: PytestSuite | AssertsSuite, sandbox: Sandbox, deadline: float | None
) -> Sequence[ExpectedTest]:
    """The cases of the suite, in the order of their tests; none where no test can be found.

    A pytest suite's tests are collected without the submission, once for each suite. Where that can't be done, each
    test function that the files show is one case. Raises SandboxError for a failure of ours.
    """
    if isinstance(suite, AssertsSuite):
        return [ExpectedTest(case, case.test) for case in suite.known_cases]
    return _collected.get(suite, sandbox, deadline)


def _expected(suite: PytestSuite, names: Sequence[str] | None) -> tuple[ExpectedTest, ...]:
    """By the names that were collected, or by the files where there are none."""
    if names is None:
        return tuple(_whole(case) for case in suite.static_cases)
    found = [name for name in dict.fromkeys(names) if function_of(name) not in suite.left_out]
    expected = [
        ExpectedTest(suite.case_of(name).model_copy(update={"test": name}), public)
        for name, public in zip(found, _public_names(found), strict=True)
    ]
    covered = {*found, *map(function_of, found)} | suite.left_out
    return (*expected, *(_whole(case) for case in suite.cases if case.test not in covered))


def case_name(case: Case) -> str:
    """Of a case that wasn't run: which one, as far as its kind gives its cases names."""
    return function_of(case.test) if isinstance(case, NamedCase) else ""


def _whole(case: NamedCase) -> ExpectedTest:
    return ExpectedTest(case, function_of(case.test), whole_function=True)


def _public_names(names: Iterable[str]) -> list[str]:
    """Of each test its function's name, with the number of the parameters' set in place of the parameters."""
    seen: Counter[str] = Counter()
    public = []
    for name in names:
        function = function_of(name)
        seen[function] += 1
        public.append(name if name == function else f"{function} #{seen[function]}")
    return public


class _Collected:
    """The expected tests of the suites that were judged last. May be used from several threads."""

    MAX_TESTS = 100_000
    """Of all suites together: some fifty megabytes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._turns: dict[str, threading.Lock] = {}
        self._tests: OrderedDict[str, tuple[ExpectedTest, ...]] = OrderedDict()

    def get(self, suite: PytestSuite, sandbox: Sandbox, deadline: float | None) -> tuple[ExpectedTest, ...]:
        """Threads that ask for the same suite wait for the first of them; a failure is kept for nobody."""
        key = suite.digest
        with self._lock:
            known = self._kept(key)
            if known is not None:
                return known
            turn = self._turns.setdefault(key, threading.Lock())
        with turn:
            with self._lock:
                known = self._kept(key)
            if known is not None:
                return known
            try:
                expected = _expected(suite, sandbox.collect(tests_of(suite), suite.limits, deadline=deadline))
                with self._lock:
                    self._tests[key] = expected
                    while sum(1 + len(kept) for kept in self._tests.values()) > self.MAX_TESTS:
                        self._tests.popitem(last=False)
                return expected
            finally:
                with self._lock:
                    self._turns.pop(key, None)

    def _kept(self, key: str) -> tuple[ExpectedTest, ...] | None:
        if key in self._tests:
            self._tests.move_to_end(key)
        return self._tests.get(key)


_collected = _Collected()


# What became of them


@dataclass(frozen=True, slots=True)
class _Found:
    """The result of one case, before it has its place."""

    verdict: Verdict | None
    message: str
    facts: Facts = Facts()  # noqa: RUF009 (a tuple)
    note: str = ""
    name: str = ""
    share: int = 1
    """The case is one of so many equal parts of a test."""


class _Judging:
    def __init__(
        self, suite: PytestSuite | AssertsSuite, run: TestRun, expected: Sequence[ExpectedTest], skips: Skips
    ) -> None:
        self._suite = suite
        self._run = run
        self._expected = expected
        self._skips = skips
        self._tests: dict[str, list[TestFacts]] = {}
        self._subtests: dict[str, list[TestFacts]] = {}
        self._of_function: dict[str, list[TestFacts]] = {}
        for test in run.tests:
            name = test.part_of or test.name
            (self._subtests if test.part_of else self._tests).setdefault(name, []).append(test)
            self._of_function.setdefault(function_of(name), []).append(test)
        self._missing = self._why_missing()

    def _why_missing(self) -> tuple[Verdict, str]:
        if any(test.facts.fault is not None or test.facts.killed is Killed.DEADLINE for test in self._run.tests):
            return Verdict.JE, "not run: the run was cut off by a failure of ours"
        # Only by what counts, so that what nobody expected can't make a skipped case of one that is missing.
        verdicts = [self._verdict(test)[0] for expected in self._expected for test in self._reported(expected)]
        stopped = self._suite.early_stop and any(verdict not in (Verdict.AC, _IGNORED) for verdict in verdicts)
        if stopped or verdicts.count(Verdict.TLE) >= self._suite.max_timeouts:
            return Verdict.SK, "not run after earlier cases"
        return Verdict.WA, "not in the report of the tests"

    def _reported(self, expected: ExpectedTest) -> list[TestFacts]:
        """The reports that make up a case, its subtests not among them unless they are those of a whole function."""
        name = expected.case.test
        of_function = self._of_function.get(name, []) if expected.whole_function else []
        if {test.part_of for test in of_function if test.part_of} - self._tests.keys():
            return []  # a test of which only the subtests were reported is missing
        return of_function or self._tests.get(name, [])

    def any_passed(self) -> bool:
        """Whether a test that counts really ran to its end and passed."""
        return any(
            self._really_passed(test) and (not subtests or any(map(self._really_passed, subtests)))
            for expected in self._expected
            for test in self._reported(expected)
            if not test.part_of
            for subtests in [self._subtests.get(test.name, [])]
        )

    def _really_passed(self, test: TestFacts) -> bool:
        return test.outcome in _RAN_AND_PASSED and self._verdict(test)[0] is Verdict.AC

    def cases(self) -> Judged:
        judged = Judged([], [])
        stopped = False
        for number, test in enumerate(self._expected):
            case = test.case
            for found in self._failed(number) if self._run.failure is not None else self._results_of(test):
                if found.verdict is _IGNORED:
                    continue
                if stopped:
                    found = _Found(Verdict.SK, "not run after earlier cases", name=found.name, share=found.share)
                stopped = stopped or (self._suite.early_stop and found.verdict not in (Verdict.AC, Verdict.SK))
                judged.results.append(_case_result(len(judged.results), test, found))
                cpu_time_s = case.reference_cpu_time_s
                shared = None if cpu_time_s is None else cpu_time_s / found.share
                judged.references.append(Reference(shared, case.reference_memory_bytes))
        return judged

    def _failed(self, number: int) -> list[_Found]:
        """Nothing was collected, for the same reason in every case. Its cost is that of the first."""
        failure, note = self._run.failure, self._run.note
        assert failure is not None
        verdict, message = classify(failure, self._suite.limits) or (Verdict.RTE, "the tests could not load it")
        cost = failure if number == 0 else Facts(peak_memory_bytes=failure.peak_memory_bytes)
        return [_Found(verdict, message, cost, note)]

    def _results_of(self, expected: ExpectedTest) -> list[_Found]:
        reported = self._reported(expected)
        subtests = [] if expected.whole_function else self._subtests.get(expected.case.test, [])
        own = self._together(reported)
        if own.verdict is Verdict.AC and subtests:
            return self._shared(own, subtests)
        if own.verdict is _IGNORED or not reported:
            return [own]  # subtests of a test that isn't reported itself may lack the one that failed
        return [self._together([*reported, *subtests])]

    def _shared(self, own: _Found, subtests: Sequence[TestFacts]) -> list[_Found]:
        """A test whose body came to its end: each of its subtests has an equal share of what it counts and costs."""
        judged = [(test, *self._verdict(test)) for test in subtests]
        share = sum(verdict is not _IGNORED for _, verdict, _ in judged)
        facts = own.facts
        cost = Facts(
            cpu_time_s=facts.cpu_time_s / max(1, share),
            wall_time_s=facts.wall_time_s / max(1, share),
            peak_memory_bytes=facts.peak_memory_bytes,
        )
        return [
            _Found(verdict, message, cost, _note(test), f" subtest {number}", max(1, share))
            for number, (test, verdict, message) in enumerate(judged, start=1)
        ]

    def _together(self, tests: Sequence[TestFacts]) -> _Found:
        """Several reports as one case, which passes if all of them did."""
        if not tests:
            return _Found(*self._missing)
        judged = [(test, *self._verdict(test)) for test in tests]
        counted = [entry for entry in judged if entry[1] is not _IGNORED]
        if not counted:
            return _Found(_IGNORED, "")
        _, verdict, message = next((entry for entry in counted if entry[1] is not Verdict.AC), counted[0])
        whole = [test for test, _, _ in counted if not test.part_of] or [test for test, _, _ in counted]
        cost = Facts(
            cpu_time_s=sum(test.facts.cpu_time_s for test in whole),
            wall_time_s=sum(test.facts.wall_time_s for test in whole),
            peak_memory_bytes=max(test.facts.peak_memory_bytes for test in whole),
        )
        return _Found(verdict, message, cost, "\n".join(filter(None, (_note(test) for test, _, _ in counted))))

    def _verdict(self, test: TestFacts) -> tuple[Verdict | None, str]:
        outcome, facts = test.outcome, test.facts
        if outcome in (Outcome.FAILED, Outcome.SKIPPED, Outcome.XFAILED):
            # Not an exception of the submission's, so its message is the suite's and may hold what was expected.
            facts = facts._replace(raised=None)
        decided = classify(facts, self._suite.limits)
        if decided is not None:
            return decided
        if outcome in _RAN_AND_PASSED:
            return Verdict.AC, ""
        if outcome in _SET_ASIDE:
            verdicts = {"fail": Verdict.WA, "pass": Verdict.AC, "ignore": _IGNORED}
            return verdicts[self._skips], _SET_ASIDE[outcome] if self._skips == "fail" else ""
        if outcome is Outcome.FAILED:
            return Verdict.WA, "the test failed"
        if outcome is Outcome.RAISED:
            return Verdict.RTE, "the submission raised an exception"
        return Verdict.RTE, "the process ended in the midst of the test"


def _note(test: TestFacts) -> str:
    name = test.name if test.part_of or test.name != function_of(test.name) else ""
    return f"{name}: {test.note}" if name and test.note else name or test.note


def _case_result(index: int, test: ExpectedTest, found: _Found) -> CaseResult:
    assert found.verdict is not None
    facts = found.facts
    return CaseResult(
        index,
        found.verdict,
        test.case.weight / found.share,
        test.case.group,
        facts.cpu_time_s,
        facts.wall_time_s,
        facts.peak_memory_bytes,
        found.message,
        test.public_name + found.name,
        found.note,
    )
