"""Running submissions for authors: many judgements at once, and the answers themselves.

The doors need verdicts only. An author also wants to see what a reference answers, and how a suite behaves while all
workers are busy. Nothing of a submission or a suite runs in this process: it is judged as everywhere else.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import TracebackType

from verifier.judging.custom import custom_checker
from verifier.judging.judge import Judgement
from verifier.pipeline import Verifier
from verifier.sandbox import values
from verifier.sandbox.base import Facts, Program, Sandbox
from verifier.sandbox.keeper import Keeper, SandboxOptions
from verifier.suite.model import FunctionSuite, StdioSuite, Suite
from verifier.verdict import Verdict

MAX_ANSWER_BYTES = 16 << 20
"""Of an answer that is kept; a longer one is as if there were none."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a submission answered in one case."""

    facts: Facts
    value: object = None
    """The returned value, or the printed text; None where there is none (see `given`)."""
    given: bool = False
    size_bytes: int = 0
    """What counts against the output limit: printed, or encoded."""


class Runner:
    """Workers for the tools of authors; a context manager.

    `workers` is how many submissions run at the same time (default: one for each processor this process may use).
    """

    def __init__(self, workers: int | None = None, options: SandboxOptions | None = None) -> None:
        self.workers = workers or len(os.sched_getaffinity(0))
        self._keeper = Keeper(self.workers, options)
        self._verifier = Verifier(workers=self.workers, sandbox=self._keeper)

    def __enter__(self) -> Runner:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def start(self) -> None:
        """Raises SandboxError where the sandbox can't be set up on this machine."""
        self._verifier.start()

    def close(self) -> None:
        self._verifier.close()

    def judge(self, code: str, suite: Suite) -> Judgement:
        """One submission. Never raises: a failure of ours is verdict JE."""
        return self._verifier.judge(code, suite)

    def judge_all(self, jobs: Sequence[tuple[str, Suite]]) -> list[Judgement]:
        """Code and suite of each: on all workers at once, started in this order."""
        with ThreadPoolExecutor(self.workers) as pool:
            return list(pool.map(lambda job: self.judge(*job), jobs))

    def answers(self, code: str, suite: FunctionSuite | StdioSuite) -> list[Answer]:
        """What a submission answers, case by case, whether right or wrong. Raises SandboxError, and NotPlain for
        arguments that can't be sent."""
        with self._keeper.slot() as sandbox:
            if isinstance(suite, FunctionSuite):
                return _function_answers(code, suite, sandbox)
            return _stdio_answers(code, suite, sandbox)

    def custom_verdicts(
        self, suite: FunctionSuite | StdioSuite, answers: Sequence[tuple[int, object]]
    ) -> list[tuple[Verdict, str]]:
        """What a suite's own checker makes of answers, each with the number of its case, and what it said. AC, WA, or
        JE where the checker itself failed. Raises SandboxError, and NotPlain for an answer that can't be sent."""
        found = []
        with self._keeper.slot() as sandbox, custom_checker(suite, sandbox) as checker:
            assert checker is not None, "a checker of ours is asked directly"
            for index, answer in answers:
                printed = str(answer).encode() if isinstance(suite, StdioSuite) else values.dumps(answer)
                judged = checker.judge(index, printed)
                found.append((judged.verdict, judged.note or judged.message))
        return found


def _function_answers(code: str, suite: FunctionSuite, sandbox: Sandbox) -> list[Answer]:
    program = Program(code, "function", suite.entry_point, suite.result, scratch=suite.scratch)
    calls = [values.dumps([case.args, case.kwargs] if case.kwargs else [case.args]) for case in suite.cases]
    found = []
    limit = min(suite.limits.output_bytes, MAX_ANSWER_BYTES)
    for facts in sandbox.run_calls(program, calls, suite.limits, max_answer_bytes=limit):
        if facts.answer is None:
            found.append(Answer(facts))
            continue
        try:
            found.append(Answer(facts, values.loads(facts.answer), True, len(facts.answer)))
        except values.NotPlain:
            found.append(Answer(facts, size_bytes=len(facts.answer)))
    return found


def _stdio_answers(code: str, suite: StdioSuite, sandbox: Sandbox) -> list[Answer]:
    program = Program(code, "stdio", scratch=suite.scratch)
    found = []
    for case in suite.cases:
        facts = sandbox.run_program(program, case.stdin.encode(), suite.limits, keep_bytes=MAX_ANSWER_BYTES)
        whole = facts.stdout_bytes == len(facts.stdout)
        text = facts.stdout.decode("utf-8", "replace")
        found.append(Answer(facts, text if whole else None, whole and facts.killed is None, facts.stdout_bytes))
    return found
