"""Checks a suite's checker by answers.jsonl: what it must accept, and what it must refuse."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.authoring.check_cases import accepts, expected_of
from verifier.authoring.findings import Finding, finding
from verifier.authoring.places import Places
from verifier.authoring.running import Runner
from verifier.suite.model import FunctionSuite, StdioSuite
from verifier.suite.package import Package
from verifier.verdict import Verdict


def check_answers(package: Package, runner: Runner, places: Places) -> Iterator[Finding]:
    """Raises SandboxError, and NotPlain for an answer that can't be sent to the suite's own checker."""
    suite = package.suite
    if not package.answers or not isinstance(suite, FunctionSuite | StdioSuite):
        return
    if suite.checker.is_custom:
        told = runner.custom_verdicts(suite, [(answer.case, answer.answer) for answer in package.answers])
    else:
        right = [accepts(suite, answer.answer, expected_of(suite.cases[answer.case])) for answer in package.answers]
        told = [(Verdict.AC if accepted else Verdict.WA, "") for accepted in right]
    for answer, (verdict, why) in zip(package.answers, told, strict=True):
        what = f"{repr(answer.answer)[:200]} in case {answer.case}" + (f": {why}" if why else "")
        if verdict is Verdict.JE:
            yield finding("judge-error", places.answer(answer.line), f"the checker fails at {what}", answer.case)
        elif (verdict is Verdict.AC) != answer.accepted:
            code = "answer-refused" if answer.accepted else "answer-accepted"
            yield finding(code, places.answer(answer.line), what, answer.case)
