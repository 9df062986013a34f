"""A submission against a suite: run, classify, compare, score. With `judge_tests`, which does the same for suites that
bring their own tests, the only module that holds both facts and answers."""

from __future__ import annotations

import contextlib
import threading
from collections import OrderedDict
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from verifier.judging.classify import classify
from verifier.judging.custom import CustomChecker, Judged, arbiter_of, custom_checker
from verifier.judging.interactive import judge_conversation
from verifier.judging.judge_tests import case_name, expected_tests, run_tests
from verifier.judging.reward import Reference, Score, score
from verifier.sandbox import values
from verifier.sandbox.base import NOT_RUN, Conversed, Facts, Isolation, Program, Sandbox
from verifier.suite.checkers import Outcome, check_output, check_value
from verifier.suite.model import AssertsSuite, FunctionSuite, InteractiveSuite, PytestSuite, StdioSuite, Suite
from verifier.verdict import CaseResult, Verdict, overall

EARLY_STOP_STRIDE = 8
"""Calls that share a process where the suite stops early: what runs beyond the first failure is thrown away."""

MIN_ANSWER_BYTES = 1 << 20
"""An answer of up to this size is read whatever was expected. Beyond it, one that is eight times as large as the
right one, in the same encoding, can't be right."""

MAX_ANSWERS_BYTES = 32 << 20
"""Of all answers of a submission together, beyond eight times the right ones. What is more is held by nobody: with a
thousand cases, a mebibyte for each would be all the memory that there is."""

MIN_KEPT_BYTES = 1 << 16

MAX_CHECKER_TIMEOUTS = 2
"""Answers of a submission that may keep a suite's own checker busy beyond its limits. They cost a submission nothing
to make and the batch seconds each, so they are fewer than a suite's `max_timeouts`."""

_CaseSuite: TypeAlias = FunctionSuite | StdioSuite | InteractiveSuite
_Results: TypeAlias = Generator[CaseResult, None, None]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What became of one submission."""

    verdict: Verdict
    score: Score
    cases: tuple[CaseResult, ...]
    isolation: Isolation = NOT_RUN
    message: str = ""
    """Why, where it was not run at all; else the first message of a case that did not pass."""
    attempts: tuple[str, ...] = ()
    """What the submission tried that honest ones don't, or may but are refused (see base.Sandbox.take_attempts)."""


def judge(code: str, suite: Suite, sandbox: Sandbox, *, deadline: float | None = None) -> Judgement:
    """Runs `code` on every case of `suite`. `deadline` is a time.monotonic() value: cases that it cuts off are JE.

    Never raises for what a submission does; our own failures are cases with verdict JE.
    """
    sandbox.take_attempts()  # of a judgement that was cut short
    judged = _judge(code, suite, sandbox, deadline)
    attempts = sandbox.take_attempts()
    message = judged.message
    if judged.verdict is Verdict.SV and attempts:
        message += f" ({', '.join(attempts)})"
    return replace(judged, attempts=attempts, message=message)


def _judge(code: str, suite: Suite, sandbox: Sandbox, deadline: float | None) -> Judgement:
    if isinstance(suite, PytestSuite | AssertsSuite):
        expected = expected_tests(suite, sandbox, deadline)
        if not expected:
            reason = "the suite has no tests: pytest collects none, and none can be seen in its files"
            return refused(suite, Verdict.JE, reason, isolation=sandbox.isolation)
        judged = run_tests(code, suite, expected, sandbox, deadline)
        return _judgement(suite, judged.results, sandbox.isolation, judged.references)
    results: list[CaseResult] = []
    with contextlib.closing(_results(code, suite, sandbox, deadline)) as found:
        for result in found:
            results.append(result)
            if suite.early_stop and not result.passed:
                break
    for index in range(len(results), len(suite.cases)):
        case = suite.cases[index]
        results.append(CaseResult(index, Verdict.SK, case.weight, case.group, message="not run after earlier cases"))
    return _judgement(suite, results, sandbox.isolation)


def refused(suite: Suite | None, verdict: Verdict, reason: str, *, isolation: Isolation = NOT_RUN) -> Judgement:
    """The judgement of a submission that was not run, for `reason`: every case has the same verdict. Without a suite
    there are no cases."""
    if suite is None:
        return Judgement(verdict, Score(0.0, 0.0, 0, 0, 0.0, 0.0, 0.0, 0), (), isolation, reason)
    cases = enumerate(suite.known_cases)
    results = [CaseResult(i, verdict, c.weight, c.group, message=reason, name=case_name(c)) for i, c in cases]
    return _judgement(suite, results, isolation)


def _judgement(
    suite: Suite,
    results: Sequence[CaseResult],
    isolation: Isolation,
    references: Sequence[Reference] | None = None,
) -> Judgement:
    if references is None and suite.calibrated:
        references = [Reference(case.reference_cpu_time_s, case.reference_memory_bytes) for case in suite.known_cases]
    total = score(results, rule=suite.reward, limits=suite.limits, references=references)
    message = next((r.message for r in results if not r.passed and r.message), "")
    return Judgement(overall(r.verdict for r in results), total, tuple(results), isolation, message)


def _results(code: str, suite: _CaseSuite, sandbox: Sandbox, deadline: float | None) -> _Results:
    if isinstance(suite, InteractiveSuite):
        yield from _interactive_results(code, suite, sandbox, deadline)
        return
    with custom_checker(suite, sandbox, deadline, max_timeouts=MAX_CHECKER_TIMEOUTS) as custom:
        if isinstance(suite, FunctionSuite):
            yield from _function_results(code, suite, sandbox, deadline, custom)
        else:
            yield from _stdio_results(code, suite, sandbox, deadline, custom)


def _function_results(
    code: str, suite: FunctionSuite, sandbox: Sandbox, deadline: float | None, custom: CustomChecker | None
) -> _Results:
    program = Program(code, "function", suite.entry_point, suite.result, scratch=suite.scratch)
    try:
        encoded = _encoded(suite)
    except values.NotPlain as error:
        for index in range(len(suite.cases)):
            yield _result(suite, index, Facts(), Judged(Verdict.JE, f"the suite's arguments can't be sent: {error}"))
        return
    # A power of two, since the cell is told it and shouldn't learn from it how long the answers are.
    largest = 1 << (8 * encoded.largest_answer_bytes).bit_length()
    at_most = max(MIN_ANSWER_BYTES, largest) if custom is None else suite.checker.max_answer_bytes
    max_answer_bytes = min(suite.limits.output_bytes, at_most)
    max_answers_bytes = MAX_ANSWERS_BYTES + 8 * encoded.all_answers_bytes
    if custom is not None:
        max_answers_bytes += 16 * max_answer_bytes
    timeouts = 0
    cpu_time_s = suite.limits.cpu_time_s
    stride = EARLY_STOP_STRIDE if suite.early_stop else len(suite.cases)
    for start in range(0, len(suite.cases), stride):
        calls = encoded.calls[start : start + stride]
        facts_of_each = sandbox.run_calls(
            program,
            calls,
            suite.limits,
            max_answer_bytes=max_answer_bytes,
            max_answers_bytes=max_answers_bytes,
            stop_early=suite.early_stop,
            max_timeouts=suite.max_timeouts,
            deadline=deadline,
        )
        for index, facts in enumerate(facts_of_each, start):
            same = facts.answer is not None and facts.answer == encoded.answers[index]
            if same and facts.killed is None and facts.cpu_time_s <= cpu_time_s:
                judged = _ACCEPTED
            else:
                judged = _judge_call(suite, index, facts, max_answer_bytes, custom)
            yield _result(suite, index, facts, judged)
            timeouts += judged.timed_out
            if timeouts >= suite.max_timeouts:
                return
        if len(facts_of_each) < len(calls):
            return


def _judge_call(
    suite: FunctionSuite, index: int, facts: Facts, max_answer_bytes: int, custom: CustomChecker | None = None
) -> Judged:
    decided = classify(facts, suite.limits)
    if decided is not None:
        return Judged(*decided)
    if facts.answer_too_large:
        if max_answer_bytes == suite.limits.output_bytes:
            return Judged(Verdict.OLE, "the answer is larger than the output limit")
        return Judged(Verdict.WA, "the answer is far larger, or nested deeper, than a right one can be")
    if facts.answer is None:
        return Judged(Verdict.RTE, "it ended without an answer")
    if custom is not None:
        return custom.judge(index, facts.answer)
    try:
        actual = values.loads(facts.answer)
    except values.NotPlain:
        return Judged(Verdict.WA, "the answer is not plain data")
    return _judged(check_value(actual, suite.cases[index].expected, suite.checker))


def _stdio_results(
    code: str, suite: StdioSuite, sandbox: Sandbox, deadline: float | None, custom: CustomChecker | None
) -> _Results:
    program = Program(code, "stdio", scratch=suite.scratch)
    same: Facts | None = None
    timeouts = 0
    for index, case in enumerate(suite.cases):
        accepted = [case.stdout] if isinstance(case.stdout, str) else case.stdout
        # White space around a right answer is free, within reason; what is far longer than that is not kept.
        keep_bytes = MIN_KEPT_BYTES + 4 * max(len(text.encode()) for text in accepted)
        if custom is not None:
            keep_bytes = suite.checker.max_answer_bytes
        facts = same or sandbox.run_program(
            program, case.stdin.encode(), suite.limits, keep_bytes=keep_bytes, deadline=deadline
        )
        decided = classify(facts, suite.limits)
        if decided is not None and decided[0] is Verdict.CE:
            same = facts  # it compiles for no other input either
        if decided is not None:
            judged = Judged(*decided)
        elif facts.stdout_bytes > len(facts.stdout):
            judged = Judged(Verdict.WA, "the output is far longer than a right one can be")
        elif custom is not None:
            judged = custom.judge(index, facts.stdout)
        else:
            judged = _judged(check_output(facts.stdout, case.stdout, suite.checker))
        yield _result(suite, index, facts, judged)
        timeouts += judged.verdict is Verdict.TLE or judged.timed_out
        if timeouts >= suite.max_timeouts:
            return


def _interactive_results(code: str, suite: InteractiveSuite, sandbox: Sandbox, deadline: float | None) -> _Results:
    program = Program(code, "stdio", scratch=suite.scratch)
    arbiter = arbiter_of(suite.interactor, "interactor", suite.digest)
    same: Conversed | None = None
    timeouts = 0
    for index, case in enumerate(suite.cases):
        talk = values.dumps({"input": case.input, "expected": case.expected})
        conversed = same or sandbox.converse(program, arbiter, talk, suite.limits, deadline=deadline)
        judged = judge_conversation(conversed, suite.limits)
        if judged.verdict is Verdict.CE:
            same = conversed
        yield _result(suite, index, conversed.facts, judged)
        timeouts += judged.verdict is Verdict.TLE or judged.timed_out
        if timeouts >= suite.max_timeouts:
            return


_ACCEPTED = Judged(Verdict.AC)


def _judged(outcome: Outcome) -> Judged:
    return _ACCEPTED if outcome.accepted else Judged(Verdict.WA, outcome.reason)


def _result(suite: _CaseSuite, index: int, facts: Facts, judged: Judged) -> CaseResult:
    case = suite.cases[index]
    return CaseResult(
        index,
        judged.verdict,
        case.weight,
        case.group,
        facts.cpu_time_s,
        facts.wall_time_s,
        facts.peak_memory_bytes,
        judged.message,
        note=judged.note,
    )


@dataclass(frozen=True, slots=True)
class _Encoded:
    calls: tuple[bytes, ...]
    answers: tuple[bytes | None, ...]
    """What the expected values would look like on the wire. An answer of the same bytes is the same value, which every
    checker but `any_of` accepts, so most right answers need not be decoded. None where that is not so."""
    largest_answer_bytes: int
    all_answers_bytes: int
    size_bytes: int


_OVERHEAD_BYTES = 48  # of a bytes object and its place in a tuple
_OTHER_THAN_SAME = frozenset({"any_of", "json", "tokens", "lines", "custom"})
"""Checkers for which the expected value itself is not always a right answer: a list of answers, text of a form, or
whatever the suite's own code makes of it."""
_cache: OrderedDict[str, _Encoded] = OrderedDict()
_cache_lock = threading.Lock()
_CACHED_BYTES = 8 << 20
"""Of all encoded calls that are kept. A suite with more than an eighth of it is encoded anew each time."""


def _encoded(suite: FunctionSuite) -> _Encoded:
    """The suite's calls on the wire. Many submissions answer the same suite, so it is kept."""
    key = suite.digest
    with _cache_lock:
        found = _cache.get(key)
        if found is not None:
            _cache.move_to_end(key)
            return found
    calls = tuple(values.dumps([case.args, case.kwargs] if case.kwargs else [case.args]) for case in suite.cases)
    answers = [_on_the_wire(case.expected) for case in suite.cases]
    largest = max(map(len, answers))
    comparable = () if suite.checker.name in _OTHER_THAN_SAME else answers
    encoded = _Encoded(
        calls,
        tuple(answer or None for answer in comparable) or (None,) * len(calls),
        largest,
        sum(map(len, answers)),
        sum(map(len, calls)) + sum(map(len, comparable)) + 2 * _OVERHEAD_BYTES * len(calls),
    )
    if encoded.size_bytes <= _CACHED_BYTES // 8:
        with _cache_lock:
            _cache[key] = encoded
            held = sum(kept.size_bytes for kept in _cache.values())
            while held > _CACHED_BYTES:
                held -= _cache.popitem(last=False)[1].size_bytes
    return encoded


def _on_the_wire(expected: object) -> bytes:
    """Empty for a value that can't cross, and so can't be answered either."""
    try:
        return values.dumps(expected)
    except values.NotPlain:
        return b""
