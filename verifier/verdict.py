"""The words of a judgement: verdicts, and what is reported of one case.

Verdict names are the CLICS "known judgement types" where those exist (AC, WA, TLE, MLE, OLE, RTE, CE, JE);
SV (security violation) and SK (skipped) are ours.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum


class Verdict(StrEnum):
    """What became of one case, or of a whole submission."""

    AC = "AC"
    """Accepted: the answer was compared and is right."""
    WA = "WA"
    """Wrong answer: the submission answered in time, and the answer is not right."""
    TLE = "TLE"
    """Time limit exceeded: CPU time, or the wall-clock backstop for programs that sleep."""
    MLE = "MLE"
    """Memory limit exceeded."""
    OLE = "OLE"
    """Output limit exceeded: more printed, or a larger answer, than the suite allows."""
    RTE = "RTE"
    """Run-time error: an exception, a signal, a non-zero exit status, or an end without an answer."""
    CE = "CE"
    """Compile error: no code in the completion, or Python refuses to compile it."""
    SV = "SV"
    """Security violation: the submission tried to break out."""
    JE = "JE"
    """Judge error: our fault or the suite's, never the submission's."""
    SK = "SK"
    """Skipped: not run, because an option stopped the submission early."""


SEVERITY: tuple[Verdict, ...] = (
    Verdict.JE,
    Verdict.SV,
    Verdict.CE,
    Verdict.TLE,
    Verdict.MLE,
    Verdict.OLE,
    Verdict.RTE,
    Verdict.WA,
    Verdict.AC,
)
"""Where several verdicts fit one case, the first of these wins. Ours differs from CLICS, which puts a crash
before time, since the keeper knows why it killed."""


def overall(verdicts: Iterable[Verdict]) -> Verdict:
    """The verdict of a submission: JE if any case has it, else SV if any, else the first that is neither AC nor SK
    in case order (the CLICS rule), else AC. No case at all, or nothing but skipped ones, is JE: nothing was judged."""
    seen = [v for v in verdicts if v is not Verdict.SK]
    if not seen:
        return Verdict.JE
    for outranking in (Verdict.JE, Verdict.SV):
        if outranking in seen:
            return outranking
    return next((v for v in seen if v is not Verdict.AC), Verdict.AC)


@dataclass(frozen=True, slots=True)
class CaseResult:
    """What is reported of one case. It is shown to whoever asked for the score, so nothing but the note may hold an
    expected value."""

    index: int
    """Position of the case in its suite, from 0."""
    verdict: Verdict
    weight: float = 1.0
    group: str | None = None
    cpu_time_s: float = 0.0
    """CPU seconds of the submission's process, measured from outside."""
    wall_time_s: float = 0.0
    peak_memory_bytes: int = 0
    """Peak resident memory above that of an idle sandbox. Cases that share a process share its peak."""
    message: str = ""
    """One short line: why. Never an expected value."""
    name: str = ""
    """Of a suite that brings its own tests: which one, without the values that it runs with."""
    note: str = field(default="", repr=False)
    """For the suite's author alone: a test's whole name, and the assertion's message. Both may hold expected values, so
    the note goes into no report, response or log."""

    @property
    def passed(self) -> bool:
        return self.verdict is Verdict.AC
