"""What `verifier suite check` can find: a stable code for each kind of defect, how grave it is, and how it is mended.

Codes never change their meaning: CI and people refer to them. docs/checks.md shows this table.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from verifier.text import one_line

_WHAT_CHARS = 400


class Severity(StrEnum):
    ERROR = "error"
    """The suite judges wrongly, or says of itself what isn't so."""
    WARNING = "warning"
    """It may pay what it should not, or punish what it should pay."""
    NOTE = "note"
    """Worth knowing; often as it should be."""


class Rule(NamedTuple):
    severity: Severity
    meaning: str
    mend: str


_E, _W, _N = Severity.ERROR, Severity.WARNING, Severity.NOTE

RULES: dict[str, Rule] = {
    # The suite as it is written
    "unreadable": Rule(_E, "The suite, or a file beside it, can't be read.", "See what the message names."),
    "unknown-kind": Rule(_N, "Some checks don't know suites of this kind.", "Nothing: these checks were left out."),
    "duplicate-case": Rule(_W, "Two cases have the same input and answer.", "Remove one, or change its input."),
    "contradictory-cases": Rule(
        _E, "Two cases have the same input, and no answer is right for both.",
        "Correct one; where several answers are right, use checker `any_of` or one of your own.",
    ),
    "few-cases": Rule(_W, "There are fewer than three cases.", "Add cases: usual inputs, edges, a large one."),
    "constant-answer": Rule(
        _W, "More than two thirds of the weight goes to cases with one and the same answer.",
        "Add cases with other answers, or give those that are there more weight.",
    ),
    "dominant-case": Rule(
        _N, "One case weighs more than half of all.", "Spread the weight, unless that case is the task."
    ),
    "single-case-group": Rule(_N, "A group has one case only.", "Add cases to the group, or leave `group` out."),
    "idle-groups": Rule(
        _W, "Groups are paid all-or-nothing, but no two cases share a group.", "Name groups, or leave the rule out."
    ),
    "early-stop-fraction": Rule(
        _W, "With early_stop, what a partial answer earns depends on the order of the cases.",
        "Use policy `all_or_nothing`, or leave early_stop out.",
    ),
    "idle-checker": Rule(
        _W, "The checker's own rule applies to no expected value.", "Use `exact` (or `tokens`), or mend the values."
    ),
    "float-exact": Rule(
        _W, "Floats are compared without tolerance.", "Leave rel_tol and abs_tol out, or compare by isclose or approx."
    ),
    "printed-float": Rule(
        _W, "Printed decimals are compared as text, digit by digit.", "Use checker `tokens` or `float`."
    ),
    "loose-tolerance": Rule(_W, "The tolerance accepts 0 for an answer that isn't 0.", "Narrow abs_tol or rel_tol."),
    # What lies beside it
    "no-reference": Rule(
        _E, "No submission shows that the suite can be passed.", "Put a right solution into submissions/accepted/."
    ),
    "one-reference": Rule(
        _N, "There is one reference only.",
        "Add a second one that works differently: it shows what the suite takes for granted.",
    ),
    "no-wrong-submission": Rule(
        _W, "No submission shows that the suite refuses anything.",
        "Put typical mistakes into submissions/wrong_answer/.",
    ),
    "duplicate-submission": Rule(_W, "Two submissions are the same.", "Remove one."),
    "stray-file": Rule(
        _W, "A file among the submissions is never run.",
        "Move it to a folder named after its verdict, with a name in .py.",
    ),
    "no-problem": Rule(_W, "There is no statement.", "Write problem.md: what a solution is told."),
    "name-not-in-problem": Rule(
        _W, "The statement doesn't name what a solution must define.", "Name it in problem.md, with its parameters."
    ),
    "idle-answers": Rule(_W, "answers.jsonl is of no use to this kind.", "Remove it, or write submissions instead."),
    # What a solution could see
    "expected-in-input": Rule(
        _E, "The input holds the answer, at the same place in every case.", "Take it out of the input."
    ),
    "answer-among-input": Rule(
        _N, "The answer of a case is a part of its input.", "Add cases of which it isn't, so that echoing doesn't pay."
    ),
    "cases-in-problem": Rule(
        _W, "The statement shows more than a third of the weight, with inputs and answers.",
        "Keep the examples of the statement few, and add cases that it doesn't show.",
    ),
    "test-names-in-problem": Rule(_W, "The statement names hidden tests.", "Describe what they ask for instead."),
    "reference-in-problem": Rule(_W, "The statement holds the code of a reference.", "Take it out."),
    "reference-knows-tests": Rule(
        _W, "A reference names hidden tests or quotes them.", "Keep tests out of it: a solution doesn't know them."
    ),
    # The code of references and tests, read
    "nondeterministic-code": Rule(
        _W, "A reference or a test depends on chance, the time, or the machine.",
        "Seed it, take it out, or compare by a rule that doesn't depend on it.",
    ),
    "order-dependent": Rule(
        _W, "An order that Python doesn't promise, that of a set, decides the answer.",
        "Sort the answer, or use checker `unordered` or `set`.",
    ),
    "borrowed-name": Rule(
        _W, "Tests use a name that they don't define, so it means what the submission says, right or wrong.",
        "Define or import it in the tests, unless it is what the submission is to write.",
    ),
    "test-without-assert": Rule(_W, "A test checks nothing.", "Assert what it is about, or remove it."),
    "skipped-test": Rule(_W, "A test is marked to be skipped or to fail, so it judges nothing.", "Mend or remove it."),
    # What running the submissions showed
    "judge-error": Rule(_E, "A submission could not be judged: a failure of the sandbox or of the suite's own code.",
        "See the message; `verifier doctor` tells what this host lacks."),
    "wrong-expected": Rule(
        _E, "A reference answers otherwise than the case expects.", "Correct the expected value, or the reference."
    ),
    "reference-fails": Rule(
        _E, "A reference fails a case otherwise than by its answer.", "Mend the reference, or raise the limit it met."
    ),
    "reference-reward": Rule(
        _E, "A reference passes, and doesn't earn the full reward.", "Run `verifier suite calibrate`, or widen limits."
    ),
    "wrong-submission-accepted": Rule(
        _E, "A submission that must fail is accepted.", "Add a case that it fails, or move it to accepted/."
    ),
    "unexpected-verdict": Rule(
        _E, "A submission gets another verdict than that of its folder.", "Move it, or mend limits or cases."
    ),
    "answer-refused": Rule(_E, "The checker refuses an answer of answers.jsonl that it must accept.",
        "Correct the checker, its tolerance, or the answer."),
    "answer-accepted": Rule(_E, "The checker accepts an answer of answers.jsonl that it must refuse.",
        "Correct the checker, its tolerance, or the answer."),
    "flaky-case": Rule(_E, "A reference passes a case in one run and fails it in another.",
        "Take out what differs from run to run: chance, time, order, a limit that is too near."),
    "flaky-submission": Rule(_W, "A wrong submission passes a case in one run and fails it in another.",
        "Make it fail by what it does, not by chance."),
    "near-time-limit": Rule(_W, "A reference needs more than half of the CPU time.", "Raise limits.cpu_time_s."),
    "near-memory-limit": Rule(_W, "A reference needs more than half of the memory.", "Raise limits.memory_bytes."),
    "near-output-limit": Rule(_W, "A reference prints more than half of the output limit.",
        "Raise limits.output_bytes."),
    "costly-hang": Rule(_W, "A submission that hangs in every case holds a worker for more than a minute.",
        "Lower limits.cpu_time_s or max_timeouts; `verifier suite calibrate` proposes limits."),
    "wide-time-limit": Rule(_N, "The CPU limit is more than a hundred times what the slowest reference needs.",
        "Lower it, or add a case that a slow algorithm fails."),
    "uncalibrated": Rule(_N, "No case says what the reference needs, so penalties go by the limits alone.",
        "Run `verifier suite calibrate --write`."),
    "stale-calibration": Rule(_W, "The reference needs far more, or far less, than its case says.",
        "Run `verifier suite calibrate --write` again."),
    # What the cases tell apart
    "accepts-anything": Rule(_E, "A case accepts whatever is answered.", "Say what the answer must be, or remove it."),
    "vacuous-case": Rule(_W, "A submission that does nothing passes a case.",
        "Expect something that must be worked out, or put it into a group that pays all-or-nothing."),
    "guessable-case": Rule(_N, "A constant, or an echo of the input, passes a case.",
        "Fine for an edge case; see that the others can't be passed so."),
    "trivial-reward": Rule(_W, "A trivial submission earns more than half of the reward.",
        "Add cases that it fails, or use a policy that pays little for few."),
    "toothless-case": Rule(_N, "No wrong submission fails this case.",
        "Add the mistake that it is there for to submissions/wrong_answer/, or remove the case."),
    "toothless-suite": Rule(_W, "Most cases are failed by no wrong submission.",
        "Add wrong submissions, or remove cases that no mistake fails."),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """One defect, at one place. It is for the suite's author: `what` may hold expected values."""

    code: str
    place: str
    """A file of the suite, with a line or a case: `cases.jsonl:3`, `submissions/accepted/sweep.py`."""
    what: str
    case: int | None = None
    """From 0, where it is about one."""

    @property
    def severity(self) -> Severity:
        return RULES[self.code].severity

    @property
    def mend(self) -> str:
        return RULES[self.code].mend

    def entry(self) -> dict[str, object]:
        """As a JSON object."""
        return {
            "code": self.code,
            "severity": str(self.severity),
            "place": self.place,
            "case": self.case,
            "what": self.what,
            "mend": self.mend,
        }


def finding(code: str, place: str, what: str, case: int | None = None) -> Finding:
    """Raises KeyError for a code that the table doesn't have."""
    _ = RULES[code]
    return Finding(code, place, one_line(what, _WHAT_CHARS), case)


def by_severity(findings: Iterable[Finding]) -> list[Finding]:
    """The gravest first; then as the table has them, and by place as they came."""
    grave = {severity: number for number, severity in enumerate(Severity)}
    order = {code: number for number, code in enumerate(RULES)}
    return sorted(findings, key=lambda found: (grave[found.severity], order[found.code]))


def counts(findings: Iterable[Finding]) -> dict[str, int]:
    """How many there are of each severity."""
    found = Counter(str(one.severity) for one in findings)
    return {str(severity): found[str(severity)] for severity in Severity}
