"""What the floors above ask of a sandbox, and the facts they get back."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar, Literal, NamedTuple, Protocol

from verifier.limits import Limits

LOST = "zygote"
"""Step of the SandboxError that says: a zygote went away, or stopped answering, in the midst of its work."""


@dataclass(frozen=True, slots=True)
class Program:
    """A submission as the sandbox knows it: its text and how it is entered. No inputs, and no answers ever."""

    code: str
    kind: Literal["function", "stdio", "module"]
    entry_point: str = ""
    """Kind `function`: what is called (`f`, `Solution.f`, `Solution().f`)."""
    result: str = "auto"
    """Kind `function`: what comes back, "return", "args[N]" or "auto" (see FunctionSuite.result)."""
    scratch: bool = False
    """Whether it may work on files, in a directory of its own."""


class Killed(StrEnum):
    """Why the keeper ended a cell. It outranks whatever the exit status says."""

    CPU_TIME = "cpu time"
    WALL_TIME = "wall time"
    MEMORY = "memory"
    OUTPUT = "output"
    PROCESS = "process"
    """It started a process of its own, around what forbids that."""
    CALL = "system call"
    """It made a system call that nothing honest makes."""
    PROTOCOL = "protocol"
    """It sent frames that nobody asked for, or that can't be read."""
    DEADLINE = "deadline"
    """The caller's time was up: says nothing about the submission."""
    ZYGOTE = "zygote"
    """Its zygote died twice while it ran: it attacks the sandbox."""
    DEADLOCK = "deadlock"
    """It waits for its interactor, and the interactor for it."""


class Stage(StrEnum):
    """How far the submission had come."""

    COMPILE = "compile"
    LOAD = "load"
    RUN = "run"


@dataclass(frozen=True, slots=True)
class Raised:
    """An exception as the submission's process described it."""

    type_name: str
    message: str

    def __str__(self) -> str:
        return f"{self.type_name}: {self.message}" if self.message else self.type_name


class Facts(NamedTuple):
    """What was observed of one case. Answers and output are claims of the submission; all else the keeper measured.

    (A tuple, since there is one for each call, and a frozen dataclass of this size takes longer than a cheap call.)
    """

    stage: Stage = Stage.RUN
    killed: Killed | None = None
    fault: str | None = None
    """Our own failure, with its step: nothing is known about the submission then."""
    raised: Raised | None = None
    exit_status: int | None = None
    signal: int | None = None
    answer: bytes | None = None
    """Kind `function`: the value in the codec of `values`, not yet decoded."""
    answer_too_large: bool = False
    stdout: bytes = b""
    stdout_bytes: int = 0
    """Bytes printed to stdout, which may be more than were kept."""
    stderr_tail: bytes = b""
    cpu_time_s: float = 0.0
    wall_time_s: float = 0.0
    peak_memory_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Tests:
    """A suite's own test code. It runs in a tester, never in a submission's process."""

    __test__: ClassVar[bool] = False  # pytest takes classes of such names for tests

    kind: Literal["pytest", "asserts"]
    modules: tuple[str, ...]
    """Names under which the tests import the submission; ("solution",) for kind `asserts`."""
    files: tuple[tuple[str, str], ...] = ()
    """Kind `pytest`: path and text of each file. .py files are importable, others lie in the tester's own folder."""
    steps: tuple[tuple[str, str], ...] = ()
    """Kind `asserts`: the name of the case, or "", and the source text of the statement. Where a step without a name
    fails, every later case has failed: it would look at what earlier steps have left."""
    entry_point: str = ""
    """Kind `asserts`: bound to the name `candidate` too, where not empty."""
    digest: str = ""
    """Key of what is cached for these tests: the suite's digest."""


class Outcome(StrEnum):
    """What became of one test, by the tester's word."""

    PASSED = "passed"
    FAILED = "failed"
    """It failed otherwise than by RAISED."""
    RAISED = "raised"
    """An exception of the submission's own code ended it."""
    SKIPPED = "skipped"
    XFAILED = "xfailed"
    XPASSED = "xpassed"


class TestFacts(NamedTuple):
    """What was observed of one test."""

    name: str
    """pytest's node id, or the step's name; a subtest is "node id [subtest text]"."""
    facts: Facts
    """What it cost the cell, why that was killed, and so on: as for a call."""
    outcome: Outcome | None = None
    """Of the test's own body: PASSED where that came to its end, whatever its subtests did. None where it never ended
    (see the facts' killed, exit_status and signal)."""
    note: str = ""
    """The assertion's message. It may hold expected values, so it is for the suite's author only."""
    part_of: str = ""
    """For a subtest, the test's name."""


class TestRun(NamedTuple):
    """What was observed of all tests of a submission."""

    tests: Sequence[TestFacts] = ()
    """Of every test that was collected, in order."""
    failure: Facts | None = None
    """Nothing was collected: how the submission failed (it doesn't compile or load, was killed, ...). Its `raised` is
    the submission's own exception; one of the test code may quote what was expected, and goes into the note."""
    note: str = ""
    """Why it couldn't be collected, for the author."""


TestFacts.__test__ = TestRun.__test__ = False  # type: ignore[attr-defined]  # as for Tests


@dataclass(frozen=True, slots=True)
class Arbiter:
    """Code of a suite that says whether an answer is right: a checker, or an interactor. It runs in a tester, never in
    a submission's process nor in the keeper's."""

    role: Literal["checker", "interactor"]
    form: Literal["function", "program"]
    code: str
    limits: Limits
    """Of its own, for each case."""
    flags: tuple[str, ...] = ()
    """Form `program`: arguments after the three paths."""
    answers: Literal["value", "text"] = "text"
    """What a checker gets: plain data in the codec of `values`, or UTF-8 (form `program`: bytes of any kind)."""
    seed: str = ""
    """Of its chance: the suite's digest."""


class Ruling(NamedTuple):
    """What an arbiter made of an answer, or a conversation. Only `accepted is True` says that it is right."""

    accepted: bool | None = None
    """None where it came to no word that counts."""
    why: str = ""
    """Its reason, and what it wrote. May hold expected values, so it is for the suite's author only."""
    failure: str = ""
    """How it failed, where it did; for the author only too."""
    involved: bool = False
    """Whether what the submission said may have had a part in the failure."""
    timed_out: bool = False
    """It was ended since it took too long."""
    heard_end: bool = False
    """An interactor's: whether the submission had ended, or closed its output, before this word."""
    unreadable: bool = False
    """The answer is no plain data, or more than can be read: nothing that the checker was shown."""
    fault: str | None = None
    """Our own failure, with its step."""
    is_late: bool = False
    """The caller's deadline went by."""


class Conversed(NamedTuple):
    """A submission that talked to an interactor."""

    facts: Facts
    ruling: Ruling
    transcript: str = ""
    """What both said, as far as there is room. For the suite's author only."""


class Checking(Protocol):
    """A checker at work, in one tester for as many answers as it bears."""

    def check(self, case: bytes, answer: bytes) -> Ruling:
        """`case` is a dict in the codec of `values`: {"args", "kwargs", "expected"} or {"input", "expected"}. Never
        raises for what the checker does; a failure of ours is `Ruling.fault`."""
        ...


@dataclass(frozen=True, slots=True)
class Isolation:
    """The layers of the jail that are in force, by the names of docs/design.md, and those that this host refuses."""

    in_force: tuple[str, ...]
    missing: dict[str, str] = field(default_factory=dict)
    """Why, for each layer that is not in force."""
    policy: str = ""
    """What was asked for: a preset's name, or a policy's own."""
    holds: str = ""
    """The strongest preset whose required layers are all in force."""


NOT_RUN = Isolation(())
"""Of a submission that was never run."""


class Sandbox(Protocol):
    """One worker's place to run submissions; not to be shared between threads.

    No method raises for anything that a submission does; a failure of our own is `Facts.fault`.
    """

    @property
    def isolation(self) -> Isolation: ...

    def take_attempts(self) -> tuple[str, ...]:
        """What submissions tried since the last call of this that honest ones don't, or may but were refused: names of
        system calls, and "forbidden call" (the kernel killed it, and does not say for which), "child process", "forged
        answer", "zygote killed"."""
        ...

    def run_program(
        self, program: Program, stdin: bytes, limits: Limits, *, keep_bytes: int, deadline: float | None = None
    ) -> Facts:
        """Runs a `stdio` program once, in a process of its own. At most `keep_bytes` of stdout are kept, all are
        counted. `deadline` is a time.monotonic() value."""
        ...

    def run_calls(
        self,
        program: Program,
        calls: Sequence[bytes],
        limits: Limits,
        *,
        max_answer_bytes: int,
        max_answers_bytes: int | None = None,
        stop_early: bool = False,
        max_timeouts: int | None = None,
        deadline: float | None = None,
    ) -> list[Facts]:
        """Calls a `function` program's entry point with each of `calls`, each [args] or [args, kwargs] in the codec of
        `values`. Once the answers have `max_answers_bytes` together, further ones are as too large, unless they are
        small. Calls share a process until one of them kills it; then the next gets a fresh one. With
        `stop_early`, or once `max_timeouts` of them ran out of time, it doesn't: the list is then shorter than
        `calls`."""
        ...

    def collect(self, tests: Tests, limits: Limits, *, deadline: float | None = None) -> list[str] | None:
        """Names of all tests, found without a submission: imports of it get a stand-in. None where the test code can't
        be loaded so. Raises SandboxError for a failure of ours."""
        ...

    def run_tests(
        self,
        program: Program,
        tests: Tests,
        limits: Limits,
        *,
        stop_early: bool = False,
        max_timeouts: int | None = None,
        deadline: float | None = None,
    ) -> TestRun:
        """Runs all tests on a `module` program. They share a cell until one of them kills it; then the next gets a
        fresh one. With `stop_early`, or once `max_timeouts` of them ran out of time, it doesn't: the rest is then not
        reported."""
        ...

    def checking(self, arbiter: Arbiter, *, deadline: float | None = None) -> AbstractContextManager[Checking]:
        """A checker, whose tester is started at the first answer. Other methods may be called meanwhile."""
        ...

    def converse(
        self, program: Program, arbiter: Arbiter, case: bytes, limits: Limits, *, deadline: float | None = None
    ) -> Conversed:
        """Runs a `stdio` program once, with an interactor at the other end of its stdin and stdout. `case` is a dict in
        the codec of `values`: {"input", "expected"}. `limits` are those of the submission."""
        ...
