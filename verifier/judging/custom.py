"""Custom checkers: from what one made of an answer to a verdict.

Only True accepts, and only False refuses. Whatever else comes of it is a failure of the checker, and a trial decides
whose fault that is: the checker is asked about the suite's own expected value, and about answers that say nothing.
Where it judges any of these in the same case, it works, and it was the answer that it failed at: that is a wrong
answer, since who hands in rubbish must not come off better than who is wrong. Where it judges none of them it is
broken, whatever the answer: a judge error. The note tells the author in either case.

Answers that keep a working checker busy beyond its limits cost time that the whole batch needs, so a submission has few
of them: its answers after that are wrong without being looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from verifier.sandbox import values
from verifier.sandbox.base import Arbiter, Checking, Ruling, Sandbox
from verifier.suite.base import ArbiterCode
from verifier.suite.model import FunctionSuite, StdioSuite
from verifier.verdict import Verdict

_NOTHING: Sequence[object] = (None, 0, "", [], {})
"""Answers that say nothing, for a trial in kind `function`."""


class Judged(NamedTuple):
    """A verdict, as far as the checker has a part in it."""

    verdict: Verdict
    message: str = ""
    note: str = ""
    """For the suite's author only."""
    timed_out: bool = False
    """The checker took longer than it may."""


class CustomChecker:
    """A suite's own checker at work. Where `max_timeouts` is given, it judges one submission, and isn't asked any more
    after that many answers that it took too long for while it works."""

    def __init__(
        self, suite: FunctionSuite | StdioSuite, checking: Checking, *, max_timeouts: int | None = None
    ) -> None:
        self._suite = suite
        self._checking = checking
        self._max_timeouts = max_timeouts
        self._timeouts = 0
        self._works: dict[int, Ruling] = {}

    def judge(self, index: int, answer: bytes) -> Judged:
        """`answer` is the value in the codec of `values`, or what the program printed. Never raises for what is in
        it."""
        if self._max_timeouts is not None and self._timeouts >= self._max_timeouts:
            note = f"the checker was not asked: {self._timeouts} earlier answers took it longer than it may"
            return Judged(Verdict.WA, "not looked at after answers that took the checker too long", note)
        if self._suite.kind == "stdio" and self._suite.checker.form == "function":
            try:
                answer = answer.decode("utf-8-sig").encode()
            except UnicodeDecodeError:
                return Judged(Verdict.WA, "output is not UTF-8")
        try:
            case = self._case(index)
        except values.NotPlain as error:
            return Judged(Verdict.JE, f"the suite's case can't be sent to its checker: {error}")
        ruling = self._checking.check(case, answer)
        judged = _judged(ruling)
        if judged is not None:
            return judged
        how = ruling.failure
        if not ruling.involved:
            return Judged(Verdict.JE, "the checker failed", how, ruling.timed_out)
        trial = self._trial(index, case)
        if trial.fault is not None or trial.is_late:
            return _judged(trial) or Judged(Verdict.JE)
        if trial.accepted is None:
            note = f"the checker failed, and on the expected value too: {how}"
            return Judged(Verdict.JE, "the checker failed", note, ruling.timed_out)
        self._timeouts += ruling.timed_out
        note = f"the checker failed on this answer, which it should refuse: {how}"
        return Judged(Verdict.WA, "the checker can't judge this answer", note, ruling.timed_out)

    def _trial(self, index: int, case: bytes) -> Ruling:
        """What it makes of the first answer that it can judge in this case; the last failure where there is none."""
        found = self._works.get(index)
        if found is not None:
            return found
        for answer in self._controls(index):
            found = self._checking.check(case, answer)
            if found.accepted is not None or found.fault is not None or found.is_late:
                break
        assert found is not None
        if found.fault is None and not found.is_late:
            self._works[index] = found
        return found

    def _controls(self, index: int) -> Iterator[bytes]:
        suite = self._suite
        if isinstance(suite, StdioSuite):
            yield from (str(suite.cases[index].stdout).encode(), b"")
        else:
            for value in (suite.cases[index].expected, *_NOTHING):
                yield values.dumps(value)

    def _case(self, index: int) -> bytes:
        suite = self._suite
        if isinstance(suite, StdioSuite):
            program = suite.cases[index]
            return values.dumps({"input": program.stdin, "expected": program.stdout})
        call = suite.cases[index]
        return values.dumps({"args": call.args, "kwargs": call.kwargs, "expected": call.expected})


def _judged(ruling: Ruling) -> Judged | None:
    """None where the checker has failed."""
    if ruling.fault is not None:
        return Judged(Verdict.JE, f"sandbox failure: {ruling.fault}")
    if ruling.is_late:
        return Judged(Verdict.JE, "not judged in time")
    if ruling.unreadable:
        return Judged(Verdict.WA, "the answer is not plain data")
    if ruling.accepted is True:
        return Judged(Verdict.AC)
    if ruling.accepted is False:
        return Judged(Verdict.WA, "the checker refused it", ruling.why)
    return None


@contextmanager
def custom_checker(
    suite: FunctionSuite | StdioSuite,
    sandbox: Sandbox,
    deadline: float | None = None,
    *,
    max_timeouts: int | None = None,
) -> Iterator[CustomChecker | None]:
    """None for a suite with a checker of ours. `max_timeouts` is for the answers of one submission."""
    if not suite.checker.is_custom:
        yield None
        return
    arbiter = arbiter_of(suite.checker, "checker", suite.digest, is_text=isinstance(suite, StdioSuite))
    with sandbox.checking(arbiter, deadline=deadline) as checking:
        yield CustomChecker(suite, checking, max_timeouts=max_timeouts)


def arbiter_of(code: ArbiterCode, role: str, seed: str, *, is_text: bool = True) -> Arbiter:
    """A suite's code as the sandbox is told of it."""
    return Arbiter(
        "interactor" if role == "interactor" else "checker",
        code.form,
        code.code,
        code.limits,
        code.flags,
        "text" if is_text else "value",
        seed,
    )
