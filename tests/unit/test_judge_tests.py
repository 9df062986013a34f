"""Judging suites that bring their own tests, with a sandbox that reports whatever a test of ours makes up."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from verifier import cli
from verifier.errors import SandboxError
from verifier.judging.judge import Judgement, judge, refused
from verifier.judging.judge_tests import _Collected
from verifier.pipeline import Result, Verifier
from verifier.sandbox.base import (
    NOT_RUN,
    Facts,
    Isolation,
    Killed,
    Outcome,
    Program,
    Raised,
    Stage,
    TestFacts,
    TestRun,
    Tests,
)
from verifier.suite.model import Suite, parse_suite
from verifier.verdict import Verdict
from verifier.wire import respond, sample_of

PASSED, FAILED, RAISED, SKIPPED = Outcome.PASSED, Outcome.FAILED, Outcome.RAISED, Outcome.SKIPPED
XFAILED, XPASSED = Outcome.XFAILED, Outcome.XPASSED
SECRET = "sesame"
"""Stands for an expected value, wherever one may turn up."""


@dataclass
class FakeSandbox:
    """Reports `run`; collects `names`, or can't where they are None."""

    run: TestRun
    names: list[str] | None = None
    collected: int = 0
    problem: str = ""
    asked: list[tuple[Program, Tests, dict[str, Any]]] = field(default_factory=list)

    isolation: Isolation = NOT_RUN

    def take_attempts(self) -> tuple[str, ...]:
        return ()

    def collect(self, tests: Tests, limits: Any, *, deadline: float | None = None) -> list[str] | None:
        self.collected += 1
        if self.problem:
            raise SandboxError("collect", self.problem)
        return self.names

    def run_tests(self, program: Program, tests: Tests, limits: Any, **how: Any) -> TestRun:
        self.asked.append((program, tests, how))
        return self.run

    def run_program(self, *_: Any, **__: Any) -> Facts:
        raise AssertionError("not for these kinds")

    run_calls = run_program  # type: ignore[assignment]


count = iter(range(1_000_000))


def suite_of(*functions: str, **more: Any) -> Suite:
    """A suite with a file test_x.py of these test functions; its digest is like no other's."""
    text = "".join(f"def {name}(): pass\n" for name in functions) + f"# {next(count)}\n"
    return parse_suite({"kind": "pytest", "files": {"test_x.py": text}, **more})


def name_of(name: str) -> str:
    return f"test_x.py::{name}"


def report(
    name: str, outcome: Outcome | None = PASSED, *, part_of: str = "", note: str = "", **facts: Any
) -> TestFacts:
    return TestFacts(name_of(name), Facts(**facts), outcome, note, part_of and name_of(part_of))


def judged(
    suite: Suite, reports: Iterable[TestFacts], names: list[str] | None = None, failure: Facts | None = None
) -> Judgement:
    """With the tests `names` collected; None: those that were reported; []: they can't be collected."""
    reports = list(reports)
    found = [r.name for r in reports if not r.part_of] if names is None else list(map(name_of, names))
    sandbox = FakeSandbox(TestRun(reports, failure, SECRET if failure else ""), found or None)
    return judge("code", suite, sandbox)


def verdicts(judgement: Judgement) -> str:
    return " ".join(str(case.verdict) for case in judgement.cases)


@pytest.mark.parametrize(
    ("outcome", "facts", "verdict", "message"),
    [
        (PASSED, {}, "AC", ""),
        (XPASSED, {}, "AC", ""),
        (FAILED, {}, "WA", "the test failed"),
        (FAILED, {"raised": Raised("AssertionError", SECRET)}, "WA", "the test failed"),
        (RAISED, {}, "RTE", "the submission raised an exception"),
        (RAISED, {"raised": Raised("ValueError", "no")}, "RTE", "ValueError: no"),
        (RAISED, {"raised": Raised("MemoryError", "")}, "MLE", "memory limit exceeded (MemoryError)"),
        (SKIPPED, {}, "WA", "the suite skipped it"),
        (SKIPPED, {"raised": Raised("Skipped", SECRET)}, "WA", "the suite skipped it"),
        (XFAILED, {}, "WA", "it failed, as the suite expects"),
        (None, {}, "RTE", "the process ended in the midst of the test"),
        (None, {"exit_status": 0}, "RTE", "the process ended in the midst of the test"),
        (None, {"exit_status": 3}, "RTE", "exit status 3"),
        (None, {"signal": signal.SIGSEGV}, "RTE", "killed by SIGSEGV"),
        (None, {"killed": Killed.CPU_TIME}, "TLE", "CPU time over 6 s"),
        (None, {"killed": Killed.WALL_TIME}, "TLE", "wall time over 17 s"),
        (None, {"killed": Killed.MEMORY}, "MLE", "memory limit exceeded"),
        (None, {"killed": Killed.OUTPUT}, "OLE", "output limit exceeded"),
        (None, {"killed": Killed.PROTOCOL}, "SV", "wrote to the sandbox's own channel"),
        (None, {"fault": "no fork"}, "JE", "sandbox failure: no fork"),
        (None, {"killed": Killed.DEADLINE}, "JE", "not judged in time"),
        (None, {"stage": Stage.LOAD, "raised": Raised("E", "x")}, "RTE", "while loading: E: x"),
        # Passed is not enough where the facts speak against it.
        (PASSED, {"cpu_time_s": 7.0}, "TLE", "CPU time over 6 s"),
        (PASSED, {"killed": Killed.PROCESS}, "SV", "started a process of its own"),
        (PASSED, {"killed": Killed.MEMORY}, "MLE", "memory limit exceeded"),
        (PASSED, {"signal": signal.SIGKILL}, "RTE", "killed by SIGKILL"),
        (PASSED, {"exit_status": 1}, "RTE", "exit status 1"),
        (PASSED, {"fault": "x"}, "JE", "sandbox failure: x"),
        (XPASSED, {"cpu_time_s": 7.0}, "TLE", "CPU time over 6 s"),
        (FAILED, {"killed": Killed.CPU_TIME}, "TLE", "CPU time over 6 s"),
    ],
)
def test_outcome_and_facts_make_the_verdict(
    outcome: Outcome | None, facts: dict[str, Any], verdict: str, message: str
) -> None:
    [case] = judged(suite_of("test_a"), [report("test_a", outcome, note=SECRET, **facts)]).cases

    assert (str(case.verdict), case.message) == (verdict, message)
    assert case.note == SECRET


def test_costs_names_and_weights() -> None:
    """Names are without the parameters, which may be expected values; the note has them."""
    suite = suite_of("test_a", "test_b", cases=[{"test": "test_x.py::test_a", "weight": 3, "group": "g"}])
    a1, a2 = (report(f"test_a[{SECRET}{n}]", cpu_time_s=n, wall_time_s=n, peak_memory_bytes=n) for n in (1, 2))

    judgement = judged(suite, [a1, a2, report("test_b", FAILED, note="assert 1 == 2")])

    assert [(c.index, c.name, c.weight, c.group) for c in judgement.cases] == [
        (0, "test_x.py::test_a #1", 3, "g"), (1, "test_x.py::test_a #2", 3, "g"), (2, "test_x.py::test_b", 1, None),
    ]  # fmt: skip
    assert [(c.cpu_time_s, c.wall_time_s, c.peak_memory_bytes) for c in judgement.cases] == [
        (1, 1, 1),
        (2, 2, 2),
        (0, 0, 0),
    ]
    assert [c.note for c in judgement.cases] == [
        f"test_x.py::test_a[{SECRET}1]",
        f"test_x.py::test_a[{SECRET}2]",
        "assert 1 == 2",
    ]
    assert judgement.score.correctness == pytest.approx(6 / 7)
    assert judgement.verdict is Verdict.WA


def test_references_go_with_their_cases() -> None:
    """A test that takes what the reference takes costs nothing; one without a figure pays from half the limit on."""
    suite = suite_of("test_a", "test_b", cases=[{"test": "test_x.py::test_b", "reference_cpu_time_s": 5.0}])
    penalties = [
        judged(
            suite,
            [report("test_a[1]", cpu_time_s=a), report("test_a[2]", cpu_time_s=a), report("test_b", cpu_time_s=b)],
        ).score.time_penalty
        for a, b in ((0, 5.0), (5.0, 0))
    ]
    assert penalties[0] == 0 and penalties[1] > 0


def test_only_what_was_reported_counts() -> None:
    judgement = judged(suite_of("test_a", "test_b"), [report("test_a")], names=["test_a", "test_b"])

    assert verdicts(judgement) == "AC WA"
    assert judgement.cases[1].message == "not in the report of the tests"


def test_what_nobody_expected_does_not_count() -> None:
    """Tests that turn up only with the submission may come from it."""
    reports = [report("test_a", FAILED), *(report(f"test_b[{n}]") for n in range(9)), report("test_c")]

    judgement = judged(suite_of("test_a"), reports, names=["test_a"])

    assert verdicts(judgement) == "WA"
    assert judgement.score.reward == 0


def test_reported_twice_is_passed_twice_or_not_at_all() -> None:
    judgement = judged(suite_of("test_a"), [report("test_a"), report("test_a", FAILED)], names=["test_a"])
    assert verdicts(judgement) == "WA"


def test_a_case_that_is_named_but_not_collected_is_expected_all_the_same() -> None:
    named = [{"test": "test_x.py::test_b", "weight": 2}, {"test": "test_x.py::test_a[9]"}]
    suite = suite_of("test_a", "test_b", cases=named)
    judgement = judged(suite, [report("test_a[1]")], names=["test_a[1]"])
    assert [(c.name, c.weight, str(c.verdict)) for c in judgement.cases] == [
        ("test_x.py::test_a #1", 1, "AC"), ("test_x.py::test_b", 2, "WA"), ("test_x.py::test_a", 1, "WA"),
    ]  # fmt: skip
    passing = judged(
        suite, [report("test_a[1]"), report("test_b[1]"), report("test_b[2]"), report("test_a[9]")], ["test_a[1]"]
    )
    assert verdicts(passing) == "AC AC AC"


@pytest.mark.parametrize(
    ("failure", "verdict", "message"),
    [
        (Facts(stage=Stage.COMPILE, raised=Raised("SyntaxError", "bad")), "CE", "SyntaxError: bad"),
        (Facts(stage=Stage.LOAD, raised=Raised("NameError", "g")), "RTE", "while loading: NameError: g"),
        (Facts(stage=Stage.LOAD), "RTE", "it ended while loading"),
        (Facts(killed=Killed.CPU_TIME), "TLE", "CPU time over 6 s"),
        (Facts(fault="x"), "JE", "sandbox failure: x"),
        (Facts(), "RTE", "the tests could not load it"),
    ],
)
def test_where_nothing_is_collected_every_case_says_why(failure: Facts, verdict: str, message: str) -> None:
    """Whatever else is reported. The cost is counted once."""
    failure = failure._replace(cpu_time_s=2.0)
    judgement = judged(suite_of("test_a", "test_b"), [report("test_a"), report("test_b")], failure=failure)

    assert [(str(c.verdict), c.message, c.note) for c in judgement.cases] == [(verdict, message, SECRET)] * 2
    assert judgement.score.cpu_time_s == 2.0 and judgement.score.reward == 0


# Skips ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("outcome", [SKIPPED, XFAILED])
@pytest.mark.parametrize(
    ("skips", "expected", "reward"), [("fail", "AC WA", 0.5), ("pass", "AC AC", 1), ("ignore", "AC", 1)]
)
def test_what_the_suite_sets_aside_counts_as_it_says(
    outcome: Outcome, skips: str, expected: str, reward: float
) -> None:
    judgement = judged(suite_of("test_a", "test_b", skips=skips), [report("test_a"), report("test_b", outcome)])
    assert (verdicts(judgement), judgement.score.reward) == (expected, reward)


@pytest.mark.parametrize("skips", ["fail", "pass", "ignore"])
@pytest.mark.parametrize("other", [SKIPPED, XFAILED, FAILED, None])
def test_a_run_in_which_nothing_passes_never_pays(skips: str, other: Outcome | None) -> None:
    """Also where a test passed that nobody expected, or that had only subtests which were skipped."""
    reports = [
        report("test_a", SKIPPED), report("test_b", other), report("test_c"), report("test_d"),
        report("test_d [s]", SKIPPED, part_of="test_d"),
    ]  # fmt: skip
    judgement = judged(
        suite_of("test_a", "test_b", "test_d", skips=skips), reports, names=["test_a", "test_b", "test_d"]
    )
    assert judgement.score.reward == 0
    assert len(judgement.cases) == 3 and judgement.verdict in (Verdict.WA, Verdict.RTE)


def test_a_skip_does_not_hide_what_the_process_did() -> None:
    reports = [report("test_a"), report("test_b", SKIPPED, killed=Killed.PROCESS)]
    assert verdicts(judged(suite_of("test_a", "test_b", skips="ignore"), reports)) == "AC SV"


def test_tests_that_are_always_skipped_are_no_cases() -> None:
    text = "@pytest.mark.skip\ndef test_a(): pass\n@pytest.mark.xfail\ndef test_b(): pass\ndef test_c(): pass\n"
    reports = [report("test_a[1]", SKIPPED), report("test_b", XFAILED), report("test_c")]
    for skips, expected in (("fail", ["test_c"]), ("pass", ["test_b", "test_c"])):
        suite = parse_suite({"kind": "pytest", "files": {"test_x.py": text}, "skips": skips})
        judgement = judged(suite, reports)
        assert [case.name for case in judgement.cases] == list(map(name_of, expected))
        assert judgement.score.reward == 1


# Subtests ---------------------------------------------------------------------------------------------------------


def test_subtests_share_what_their_test_counts() -> None:
    suite = suite_of(
        "test_a", "test_b", cases=[{"test": "test_x.py::test_a", "weight": 4, "reference_cpu_time_s": 8.0}]
    )
    reports = [
        report("test_a", cpu_time_s=4.0, peak_memory_bytes=7),
        *(
            report(f"test_a [{SECRET} {n}]", FAILED if n == 3 else PASSED, part_of="test_a", note=SECRET)
            for n in range(4)
        ),
        report("test_b"),
    ]

    judgement = judged(suite, reports)

    assert verdicts(judgement) == "AC AC AC WA AC"
    assert [c.weight for c in judgement.cases] == [1, 1, 1, 1, 1]
    assert [c.cpu_time_s for c in judgement.cases] == [1, 1, 1, 1, 0]
    assert judgement.cases[1].name == "test_x.py::test_a subtest 2"
    assert SECRET in judgement.cases[1].note and SECRET not in repr(judgement.cases[1])
    assert judgement.score.cpu_time_s == 4.0
    assert judgement.score.correctness == pytest.approx(0.8)


@pytest.mark.parametrize(
    ("outcome", "facts", "verdict"),
    [
        (FAILED, {}, "WA"),
        (RAISED, {}, "RTE"),
        (None, {}, "RTE"),
        (SKIPPED, {}, "WA"),
        (PASSED, {"cpu_time_s": 7.0}, "TLE"),
    ],
)
def test_a_test_that_did_not_come_to_its_end_is_one_case(
    outcome: Outcome | None, facts: dict[str, Any], verdict: str
) -> None:
    reports = [report("test_a", outcome, **facts), *(report(f"test_a [{n}]", part_of="test_a") for n in range(9))]
    assert verdicts(judged(suite_of("test_a"), reports)) == verdict


def test_subtests_of_a_test_that_is_not_reported_itself_do_not_count() -> None:
    """Its end is not known: it may have died before the subtest that fails."""
    subtest = report("test_a [1]", part_of="test_a")
    assert verdicts(judged(suite_of("test_a"), [subtest], names=["test_a"])) == "WA"
    assert verdicts(judged(suite_of("test_a"), [subtest], names=[])) == "WA"


def test_subtests_that_are_skipped() -> None:
    reports = [
        report("test_a"), report("test_a [1]", part_of="test_a"), report("test_a [2]", SKIPPED, part_of="test_a"),
    ]  # fmt: skip
    for skips, expected in (("fail", "AC WA"), ("pass", "AC AC"), ("ignore", "AC")):
        judgement = judged(suite_of("test_a", skips=skips), reports)
        assert verdicts(judgement) == expected
        assert sum(case.weight for case in judgement.cases) == 1


# Discovery --------------------------------------------------------------------------------------------------------


def fallen_back(*reports: TestFacts) -> Judgement:
    return judged(suite_of("test_a", "test_b"), reports, names=[])


def test_without_discovery_a_function_is_a_case() -> None:
    """It passes if all of its tests did, and there was one."""
    both = [report("test_a[1]", cpu_time_s=1), report("test_a[2]", cpu_time_s=2, peak_memory_bytes=5)]
    judgement = fallen_back(*both, report("test_b"))
    assert verdicts(judgement) == "AC AC"
    assert [c.name for c in judgement.cases] == ["test_x.py::test_a", "test_x.py::test_b"]
    assert (judgement.cases[0].cpu_time_s, judgement.cases[0].peak_memory_bytes) == (3, 5)
    assert verdicts(fallen_back(report("test_a[1]"), report("test_a[2]", FAILED), report("test_b"))) == "WA AC"
    assert verdicts(fallen_back(report("test_a[1]"))) == "AC WA"
    assert verdicts(fallen_back(report("test_a"), report("test_a [s]", FAILED, part_of="test_a"))) == "WA WA"
    assert verdicts(fallen_back(report("test_a[1]"), report("test_a[2] [s]", part_of="test_a[2]"))) == "WA WA"
    assert verdicts(fallen_back(report("test_aa"), report("test_c"), report("test_b"))) == "WA AC"


def test_a_suite_without_any_test_is_our_failure() -> None:
    suite = parse_suite({"kind": "pytest", "files": {"test_x.py": "from made import *"}})
    judgement = judge("code", suite, FakeSandbox(TestRun([report("test_a")])))
    assert judgement.verdict is Verdict.JE and "no tests" in judgement.message


def test_tests_are_collected_once_for_a_suite() -> None:
    suite, other = suite_of("test_a"), suite_of("test_a")
    sandbox = FakeSandbox(TestRun([report("test_a")]), [name_of("test_a")])
    for _ in range(3):
        assert judge("code", suite, sandbox).score.reward == 1
    assert sandbox.collected == 1
    judge("code", other, sandbox)
    assert sandbox.collected == 2


def test_what_can_not_be_collected_is_not_asked_for_again() -> None:
    suite, sandbox = suite_of("test_a"), FakeSandbox(TestRun([report("test_a")]), None)
    for _ in range(3):
        assert judge("code", suite, sandbox).score.reward == 1
    assert sandbox.collected == 1


def test_a_failure_to_collect_is_kept_for_nobody() -> None:
    suite, sandbox = suite_of("test_a"), FakeSandbox(TestRun([report("test_a")]), problem="no fork")
    for _ in range(2):
        with pytest.raises(SandboxError, match="no fork"):
            judge("code", suite, sandbox)
    sandbox.problem = ""
    assert judge("code", suite, sandbox).score.reward == 1
    assert sandbox.collected == 3


def test_threads_wait_for_the_first_that_collects() -> None:
    suite = suite_of("test_a")
    entered, release = threading.Event(), threading.Event()

    class Slow(FakeSandbox):
        def collect(self, *args: Any, **kwargs: Any) -> list[str] | None:
            entered.set()
            assert release.wait(30)
            return super().collect(*args, **kwargs)

    sandbox = Slow(TestRun([report("test_a")]), [name_of("test_a")])
    with ThreadPoolExecutor(4) as pool:
        runs = [pool.submit(judge, "code", suite, sandbox) for _ in range(4)]
        assert entered.wait(30)
        release.set()
        assert [run.result().score.reward for run in runs] == [1] * 4
    assert sandbox.collected == 1


def test_what_is_kept_is_bounded() -> None:
    kept = _Collected()
    kept.MAX_TESTS = 10  # type: ignore[misc]
    suites = [suite_of("test_a") for _ in range(5)]
    sandbox = FakeSandbox(TestRun(), [name_of(f"test_a[{n}]") for n in range(3)])
    for suite in suites:
        assert len(kept.get(suite, sandbox, None)) == 3  # type: ignore[arg-type]
    kept.get(suites[-1], sandbox, None)  # type: ignore[arg-type]
    assert sandbox.collected == 5
    kept.get(suites[0], sandbox, None)  # type: ignore[arg-type]
    assert sandbox.collected == 6


# Stopping ---------------------------------------------------------------------------------------------------------


def test_what_the_sandbox_is_asked() -> None:
    suite = suite_of("test_a", early_stop=True, max_timeouts=3, module=["solution", "main"])
    sandbox = FakeSandbox(TestRun([report("test_a")]), [name_of("test_a")])
    judge("code", suite, sandbox, deadline=5.0)
    [(program, tests, how)] = sandbox.asked
    assert (program.code, program.kind) == ("code", "module")
    assert (tests.kind, tests.modules, tests.digest) == ("pytest", ("solution", "main"), suite.digest)
    assert [path for path, _ in tests.files] == ["test_x.py"]
    assert how == {"stop_early": True, "max_timeouts": 3, "deadline": 5.0}


FOUR = ["test_a", "test_b", "test_c", "test_d"]


@pytest.mark.parametrize(
    ("reports", "expected"),
    [
        ([report("test_a"), report("test_b", FAILED)], "AC WA SK SK"),
        ([report("test_a"), report("test_b", FAILED), report("test_c")], "AC WA SK SK"),
        ([report("test_a")], "AC WA SK SK"),
        ([report("test_a"), report("test_z", FAILED)], "AC WA SK SK"),
    ],
)
def test_early_stop(reports: list[TestFacts], expected: str) -> None:
    """Nothing after the first failure counts; what is missing without one has failed itself."""
    judgement = judged(suite_of(*FOUR, early_stop=True), reports, names=FOUR)
    assert verdicts(judgement) == expected
    assert judgement.verdict is Verdict.WA


def test_after_too_many_timeouts() -> None:
    late = [report(name, None, killed=Killed.CPU_TIME) for name in FOUR]
    suite = {"max_timeouts": 2}
    assert verdicts(judged(suite_of(*FOUR, **suite), late[:2], names=FOUR)) == "TLE TLE SK SK"
    assert verdicts(judged(suite_of(*FOUR, **suite), late[:1], names=FOUR)) == "TLE WA WA WA"
    unexpected = [report("test_y", None, killed=Killed.CPU_TIME), report("test_z", None, killed=Killed.CPU_TIME)]
    assert verdicts(judged(suite_of(*FOUR, **suite), unexpected, names=FOUR)) == "WA WA WA WA"


@pytest.mark.parametrize("facts", [{"killed": Killed.DEADLINE}, {"fault": "x"}])
def test_what_we_cut_off_is_our_failure(facts: dict[str, Any]) -> None:
    judgement = judged(suite_of(*FOUR), [report("test_a"), report("test_b", None, **facts)], names=FOUR)
    assert verdicts(judgement) == "AC JE JE JE"


# Asserts ----------------------------------------------------------------------------------------------------------


def test_asserts_are_judged_by_their_steps() -> None:
    suite = parse_suite(
        {"kind": "asserts", "setup": "import math", "entry_point": "f", "code": "assert f(1) == 1\nassert f(2) == 2",
         "cases": [{"test": "line 2", "weight": 3}]}
    )  # fmt: skip
    run = TestRun([TestFacts("line 1", Facts(), PASSED), TestFacts("line 2", Facts(), FAILED, SECRET)])
    sandbox = FakeSandbox(run)

    judgement = judge("code", suite, sandbox)

    assert [(c.name, str(c.verdict), c.weight) for c in judgement.cases] == [("line 1", "AC", 1), ("line 2", "WA", 3)]
    [(program, tests, _)] = sandbox.asked
    assert program.kind == "module" and sandbox.collected == 0
    assert (tests.kind, tests.modules, tests.entry_point) == ("asserts", ("solution",), "f")
    assert [name for name, _ in tests.steps] == ["", "line 1", "line 2"]
    for outcome in (SKIPPED, XFAILED):
        run = TestRun([TestFacts("line 1", Facts(), outcome), TestFacts("line 2", Facts(), PASSED)])
        assert verdicts(judge("code", suite, FakeSandbox(run))) == "WA AC"


# Without a run ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("suite", "cases"),
    [
        (suite_of("test_a", "test_b"), ["test_x.py::test_a", "test_x.py::test_b"]),
        (parse_suite({"kind": "pytest", "files": {"test_x.py": "from made import *"}}), ["tests"]),
        (parse_suite({"kind": "asserts", "code": "assert f(1)"}), ["line 1"]),
    ],
)
def test_a_submission_that_is_not_run_fails_every_known_case(suite: Suite, cases: list[str]) -> None:
    judgement = refused(suite, Verdict.CE, "no code")
    assert [(c.name, str(c.verdict), c.message) for c in judgement.cases] == [(name, "CE", "no code") for name in cases]
    assert (judgement.verdict, judgement.score.reward) == (Verdict.CE, 0)


def test_a_completion_without_code_is_a_compile_error() -> None:
    """Through the pipeline; no worker is needed for it."""
    verifier = Verifier(workers=1)
    reference = {"kind": "pytest", "files": {"test_x.py": "from made import *"}}
    [result] = verifier.score([{"id": 1, "completion": "I can't.", "reference_answer": reference}])
    assert result.verdict is Verdict.CE
    verifier.close()


def test_the_entry_point_tells_which_block_is_the_code() -> None:
    """Kind `asserts` names what the solution has to define."""
    verifier = Verifier(workers=1)
    completion = "```python\ndef f(x):\n    return x\n```\n```python\nprint(1)\n```"
    reference = {"kind": "asserts", "entry_point": "f", "code": "def check(candidate):\n    assert candidate(1)"}
    job = verifier._prepare(sample_of({"id": 1, "completion": completion, "reference_answer": reference}, 0), 0)
    assert "def f" in job.code  # type: ignore[union-attr]
    verifier.close()


# What is told to whom ---------------------------------------------------------------------------------------------


def secretive() -> Judgement:
    """Expected values wherever a tester may put them."""
    raised = Raised("AssertionError", SECRET)
    reports = [
        report("test_a", FAILED, note=f"assert 1 == {SECRET}", raised=raised),
        report(f"test_b[{SECRET}]", FAILED, note=SECRET), report("test_c", SKIPPED, note=SECRET, raised=raised),
        report("test_d"), report(f"test_d [{SECRET}]", FAILED, part_of="test_d", note=SECRET, raised=raised),
        report(f"test_e[{SECRET}]", note=SECRET), report("test_f", XFAILED, note=SECRET, raised=raised),
    ]  # fmt: skip
    return judged(suite_of(*(f"test_{letter}" for letter in "abcdef")), reports)


def test_no_expected_value_leaves_but_for_the_author() -> None:
    """Not in a response, a report, the text of a result or of a judgement."""
    result = Result(0, "id", secretive())
    shown = [
        json.dumps(result.report()),
        json.dumps(respond([result.entry()], "http")),
        repr(result),
        str(result.judgement),
    ]
    assert not any(SECRET in text or "note" in text for text in shown)
    assert SECRET in json.dumps(result.report(for_author=True))
    assert all("note" in case for case in result.report(for_author=True)["cases"])  # type: ignore[attr-defined]


def test_failures_to_load_keep_their_secret() -> None:
    judgement = judged(suite_of("test_a"), [report("test_a")], failure=Facts(stage=Stage.LOAD))
    result = Result(0, "id", judgement)
    assert SECRET not in json.dumps(result.report()) and SECRET in json.dumps(result.report(for_author=True))


def test_the_command_line_shows_notes_only_if_asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """Control characters in them are not obeyed."""
    judgement = secretive()
    object.__setattr__(judgement.cases[0], "note", f"\x1b[31m{SECRET}\nline two")

    class FakeVerifier:
        def __enter__(self) -> FakeVerifier:
            return self

        def __exit__(self, *_: object) -> None: ...

        def judge(self, *_: object) -> Judgement:
            return judgement

    monkeypatch.setattr(cli, "_open", lambda *_: FakeVerifier())
    (tmp_path / "x").mkdir()
    (tmp_path / "x/suite.toml").write_text('kind = "asserts"\ncode = "assert f(1)"\n')
    (tmp_path / "code.py").write_text("")
    arguments = ["run", str(tmp_path / "code.py"), "--suite", str(tmp_path / "x")]

    plain = CliRunner().invoke(cli.main, arguments)
    noted = CliRunner().invoke(cli.main, [*arguments, "--show-notes"])

    assert plain.exit_code == noted.exit_code == 1, plain.output
    assert "test_a" in plain.output and SECRET not in plain.output
    assert f"    \N{REPLACEMENT CHARACTER}[31m{SECRET}\n    line two" in noted.output


# Laws -------------------------------------------------------------------------------------------------------------

names = st.sampled_from(["test_a", "test_b", "test_a[1]", "test_a[2]", "test_z", "test_b[0]"])
facts = st.sampled_from(
    [Facts()] * 4 + [Facts(killed=k) for k in Killed] + [Facts(cpu_time_s=9.0), Facts(exit_status=0), Facts(fault="x")]
)
reports = st.builds(
    lambda name, outcome, facts, sub: TestFacts(
        name_of(name) + (" [s]" if sub else ""), facts, outcome, SECRET, name_of(name) if sub else ""
    ),
    names, st.sampled_from([*Outcome, None]), facts, st.booleans(),
)  # fmt: skip


@given(
    st.lists(reports, max_size=6), st.lists(names, unique=True, max_size=4),
    st.sampled_from(["fail", "pass", "ignore"]), st.booleans(),
)  # fmt: skip
def test_only_expected_tests_that_ran_and_passed_are_paid(
    run: list[TestFacts], collected: list[str], skips: str, early_stop: bool
) -> None:
    """Whatever is reported: some reward needs an expected test that passed with clean facts, and a full one needs all
    of them to have been reported. Every result is a case of its own, and no secret is told."""
    suite = suite_of("test_a", "test_b", skips=skips, early_stop=early_stop)
    judgement = judged(suite, run, names=collected)
    expected = set(map(name_of, collected)) or {name_of("test_a"), name_of("test_b")}

    def counts(test: TestFacts) -> bool:
        name = test.part_of or test.name
        return name in expected or (not collected and name.partition("[")[0] in expected)

    clean = [
        t for t in run if counts(t) and t.outcome in (PASSED, XPASSED)
        and t.facts.killed is None and t.facts.fault is None and t.facts.cpu_time_s < 6
    ]  # fmt: skip
    assert [case.index for case in judgement.cases] == list(range(len(judgement.cases)))
    assert judgement.cases and all(case.weight > 0 for case in judgement.cases)
    if judgement.score.correctness > 0:
        assert [t for t in clean if not t.part_of]
    if judgement.verdict is Verdict.AC:
        reported = {t.name for t in run if not t.part_of}
        assert expected <= reported | {name.partition("[")[0] for name in reported}
        bad = [t for t in run if counts(t) and t not in clean and t.outcome not in (SKIPPED, XFAILED)]
        assert all(t.part_of and t.part_of not in reported for t in bad)
    assert SECRET not in json.dumps(Result(0, 0, judgement).report())
