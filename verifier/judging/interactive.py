"""Interactive problems: from what was observed of a submission and its interactor to a verdict.

The order: what the submission was ended for; that the interactor is broken; a refusal that was said while the
submission still could have talked; how the submission ended by itself; the interactor's word. An interactor that failed
after it had heard of the submission has refused: what a submission says must not be a way to a judge error.
"""

from __future__ import annotations

from verifier.judging.classify import classify
from verifier.judging.custom import Judged
from verifier.limits import Limits
from verifier.sandbox.base import Conversed
from verifier.verdict import Verdict

_OWN_END = frozenset({Verdict.RTE})
"""Verdicts for how a submission ended by itself. All others are what it was ended for."""


def judge_conversation(conversed: Conversed, limits: Limits) -> Judged:
    facts, ruling = conversed.facts, conversed.ruling
    decided = classify(facts, limits)
    if decided is not None and decided[0] not in _OWN_END:
        return Judged(*decided, _note("", conversed))
    if ruling.fault is not None:
        return Judged(Verdict.JE, f"sandbox failure: {ruling.fault}")
    if ruling.is_late:
        return Judged(Verdict.JE, "not judged in time")
    if ruling.failure and not ruling.involved:
        note = _note(f"the interactor failed: {ruling.failure}", conversed)
        return Judged(Verdict.JE, "the interactor failed", note, ruling.timed_out)
    if decided is not None and not (ruling.accepted is False and not ruling.heard_end):
        return Judged(*decided, _note(ruling.why or ruling.failure, conversed))
    if ruling.accepted is True:
        return Judged(Verdict.AC)
    if ruling.accepted is False:
        return Judged(Verdict.WA, "the interactor refused it", _note(ruling.why, conversed))
    if not ruling.failure:
        return Judged(Verdict.JE, "the interactor came to no word", _note("", conversed))
    how = f"the interactor failed on what the submission said, which it should refuse: {ruling.failure}"
    note = _note(how, conversed)
    return Judged(Verdict.WA, "the interactor can't go on with what it said", note, ruling.timed_out)


def _note(why: str, conversed: Conversed) -> str:
    return "\n".join(filter(None, (why, conversed.transcript)))
