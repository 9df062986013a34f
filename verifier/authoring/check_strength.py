"""Checks of what the cases tell apart: which of them a program passes that knows nothing, and which of them no wrong
submission fails."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from verifier.authoring.calibrate import test_function
from verifier.authoring.check_code import tree_of
from verifier.authoring.check_runs import Key, Ran, key_of
from verifier.authoring.findings import Finding, finding
from verifier.authoring.places import Places
from verifier.authoring.running import Runner
from verifier.authoring.stand_ins import NOTHING, stand_ins
from verifier.judging.judge import Judgement
from verifier.suite.model import PytestSuite, Suite
from verifier.suite.package import Package
from verifier.suite.source import FunctionNode
from verifier.verdict import CaseResult, Verdict

MAX_TRIVIAL_REWARD = 0.5
TOOTHLESS_SHARE = 0.5
_OF_CALLS = frozenset({"assert_not_called", "assert_not_awaited", "called", "call_count", "await_count"})


def check_strength(package: Package, ran: Sequence[Ran], runner: Runner, places: Places) -> Iterator[Finding]:
    """`ran` is what `run_submissions` gave."""
    whole = _whole(package.suite)
    yield from _trivial(whole, runner, places)
    references = {one.name for one in package.references}
    wrong = [one for one in ran if one.submission.name not in references]
    if wrong:
        if whole is package.suite:
            judgements = [one.first for one in wrong]
        else:
            judgements = runner.judge_all([(one.submission.code, whole) for one in wrong])
        yield from _toothless(judgements, places)


def _whole(suite: Suite) -> Suite:
    """The suite, in which no case is left out after one that failed."""
    return suite.model_copy(update={"early_stop": False}) if suite.early_stop else suite


# Programs that know nothing


def _trivial(suite: Suite, runner: Runner, places: Places) -> Iterator[Finding]:
    trivial = stand_ins(suite)
    if not trivial:
        return
    judgements = runner.judge_all([(one.code, suite) for one in trivial])
    of_calls = _looking_at_calls(suite)
    passing: dict[Key, tuple[CaseResult, list[str]]] = {}
    for one, judgement in zip(trivial, judgements, strict=True):
        for case in judgement.cases:
            if case.passed:
                passing.setdefault(key_of(case), (case, []))[1].append(one.what)
    for case, by in sorted(passing.values(), key=lambda found: found[0].index):
        place = places.case(case.index, case.name)
        named = f"test {case.name!r}" if case.name else f"case {case.index}"
        if len(by) == len(trivial) and _function_name(case) not in of_calls:
            yield finding(
                "accepts-anything", place, f"{named} is passed by all of {len(by)} trivial programs", case.index
            )
        elif NOTHING in by:
            yield finding("vacuous-case", place, f"{named} is passed by a program that does nothing", case.index)
        else:
            more = f" and {len(by) - 3} more" if len(by) > 3 else ""
            yield finding("guessable-case", place, f"{named}: {', '.join(by[:3])}{more}", case.index)
    best = max(range(len(trivial)), key=lambda index: judgements[index].score.reward)
    reward = judgements[best].score.reward
    if reward > MAX_TRIVIAL_REWARD:
        yield finding("trivial-reward", places.suite, f"a program that {trivial[best].what} earns {reward:.2f}")


def _looking_at_calls(suite: Suite) -> set[str]:
    """Names of test functions that see to it that a mock is not called, or how often it is. All programs that know
    nothing pass such a test, since they call nothing, and yet it doesn't accept anything."""
    found = set()
    for path, text in suite.files.items() if isinstance(suite, PytestSuite) else ():
        tree = tree_of(text) if path.endswith(".py") else None
        for node in ast.walk(tree) if tree else ():
            if isinstance(node, FunctionNode) and any(
                isinstance(inner, ast.Attribute) and inner.attr in _OF_CALLS for inner in ast.walk(node)
            ):
                found.add(node.name)
    return found


def _function_name(case: CaseResult) -> str:
    return test_function(case.name).rpartition("::")[2].partition(" ")[0]


# Cases that no mistake fails


def _toothless(judgements: Sequence[Judgement], places: Places) -> Iterator[Finding]:
    """A submission that doesn't compile, or that passes nothing, tells nothing of single cases."""
    telling = [judgement for judgement in judgements if any(case.passed for case in judgement.cases)]
    if not telling:
        return
    cases: dict[Key, CaseResult] = {}
    failed: set[Key] = set()
    for judgement in telling:
        for case in judgement.cases:
            cases.setdefault(key_of(case), case)
            if not case.passed and case.verdict is not Verdict.SK:
                failed.add(key_of(case))
    toothless = [case for key, case in cases.items() if key not in failed]
    if len(toothless) > TOOTHLESS_SHARE * len(cases):
        what = f"{len(toothless)} of {len(cases)} cases are failed by none of {len(telling)} wrong submissions"
        yield finding("toothless-suite", places.submissions, what)
    for case in toothless:
        named = f"test {case.name!r}" if case.name else f"case {case.index}"
        yield finding("toothless-case", places.case(case.index, case.name), f"{named} is failed by none", case.index)
