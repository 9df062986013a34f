"""References of imported problems, run in the sandbox like any submission: for expected values that nobody has written
down, and to prove that a problem accepts its own reference.

For expected values every call is made in two processes, one after the other; where the two answers differ, the
reference is no reference. A call that the reference fails on, or answers with what is no plain value, makes no case.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from verifier.errors import RequestError, SandboxError
from verifier.judging.classify import classify
from verifier.judging.judge import judge
from verifier.limits import Limits
from verifier.sandbox import values
from verifier.sandbox.base import Facts, Program, Sandbox
from verifier.suite.digest import digest
from verifier.suite.formats.base import Imported, Refused, Unanswered, has_floats
from verifier.suite.model import parse_suite
from verifier.suite.package import ACCEPTED
from verifier.text import one_line
from verifier.verdict import Verdict

LIMITS = Limits(cpu_time_s=30.0, memory_bytes=2 << 30)
"""Of each call. More than a suite's, since a case on which a reference is slow is for calibration to find."""
MAX_ANSWER_BYTES = 16 << 20
MAX_TIMEOUTS = 3
MOST_REFERENCES = 5
"""That are tried before a problem is given up."""
_KIND = "no expected values"


@dataclass(frozen=True, slots=True)
class Answer:
    value: object = None
    problem: str = ""
    """Why there is no value."""


def work_out(problem: Unanswered, sandbox: Sandbox) -> Imported | Refused:
    """The problem with expected values. Refused where no call gives one, or where they are not the same each time.

    Raises SandboxError for a failure of ours.
    """
    try:
        answers = answers_of(problem.code, problem.entry_point, [call.args for call in problem.calls], sandbox)
    except values.NotPlain as why:
        return Refused(problem.id, f"its inputs can't be sent to the reference: {why}", _KIND)
    cases: list[dict[str, object]] = []
    reasons: Counter[str] = Counter()
    for call, answer in zip(problem.calls, answers, strict=True):
        if answer.problem:
            reasons[answer.problem] += 1
            continue
        case: dict[str, object] = {"args": list(call.args), "expected": answer.value}
        if call.group is not None:
            case["group"] = call.group
        cases.append(case)
    failed = "; ".join(f"{count} x {reason}" for reason, count in reasons.most_common(3))
    if not cases:
        return Refused(problem.id, f"the reference answers no input: {failed or 'there are none'}", _KIND)
    head: Mapping[str, object] = problem.head
    if "checker" not in head and problem.float_checker and any(has_floats(case["expected"]) for case in cases):
        head = {**head, "checker": problem.float_checker}
    try:
        suite = parse_suite({**head, "cases": cases})
    except RequestError as why:
        return Refused(problem.id, f"makes no suite: {why}", "tests that can't be used")
    notes = ("expected values are what the reference returns", *problem.notes)
    if reasons:
        notes += (f"{reasons.total()} of {len(answers)} inputs make no case: {failed}",)
    return Imported(problem.id, suite, problem.problem, problem.submissions, notes)


def proved(problem: Imported, sandbox: Sandbox) -> Imported | Refused:
    """The problem, where one of its references is accepted by it; Refused where none is. A problem without references
    gets a note.

    Raises SandboxError for a failure of ours.
    """
    references = [path for path in problem.submissions if path.startswith(f"{ACCEPTED}/")]
    if not references:
        return replace(problem, notes=(*problem.notes, "nothing proves it: it has no reference"))
    failures = []
    for path in references[:MOST_REFERENCES]:
        judgement = judge(problem.submissions[path], problem.suite, sandbox)
        if judgement.verdict is Verdict.AC:
            return problem
        passed = f"{judgement.score.passed} of {judgement.score.total} cases"
        failures.append(f"{path} gets {judgement.verdict} with {passed}: {one_line(judgement.message, 200)}")
    return Refused(problem.id, "; ".join(failures), "its references are not accepted")


def answers_of(code: str, entry_point: str, calls: Sequence[Sequence[object]], sandbox: Sandbox) -> list[Answer]:
    """What `entry_point` of `code` returns for each list of arguments.

    Raises SandboxError for a failure of ours, and values.NotPlain for arguments that can't be sent.
    """
    program = Program(code, "function", entry_point, "return")
    encoded = [values.dumps([list(args)]) for args in calls]
    first = _run(program, encoded, sandbox)
    second = _run(program, encoded, sandbox)
    return [_agreed(one, other) for one, other in zip(first, second, strict=True)]


def _run(program: Program, calls: Sequence[bytes], sandbox: Sandbox) -> list[Answer]:
    found = [
        _answer(facts)
        for facts in sandbox.run_calls(
            program, calls, LIMITS, max_answer_bytes=MAX_ANSWER_BYTES, max_timeouts=MAX_TIMEOUTS
        )
    ]
    return found + [Answer(problem="not run: earlier calls ran out of time")] * (len(calls) - len(found))


def _answer(facts: Facts) -> Answer:
    decided = classify(facts, LIMITS)
    if decided is not None:
        verdict, message = decided
        if verdict is Verdict.JE:
            raise SandboxError("expected values", message)
        return Answer(problem=f"{verdict} ({message})" if message else str(verdict))
    if facts.answer is None:
        return Answer(problem="the answer is too large" if facts.answer_too_large else "it ended without an answer")
    try:
        value = values.loads(facts.answer)
    except values.NotPlain:
        return Answer(problem="the answer is no plain data")
    if _holds_opaque(value):
        return Answer(problem="the answer holds an object that is no plain data")
    return Answer(value)


def _holds_opaque(value: object) -> bool:
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, values.Opaque):
            return True
        if isinstance(item, dict):
            stack += [*item.keys(), *item.values()]
        elif isinstance(item, list | tuple | set | frozenset):
            stack += item
    return False


def _agreed(one: Answer, other: Answer) -> Answer:
    if one.problem or other.problem:
        return one if one.problem else other
    if digest([one.value]) != digest([other.value]):
        return Answer(problem="the reference does not answer the same each time")
    return one
