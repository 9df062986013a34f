"""The library door: order, streaming, sharing of identical submissions, deadlines, and errors that cost one sample."""

from __future__ import annotations

import asyncio
import itertools
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from verifier.errors import RequestError
from verifier.pipeline import AHEAD, Verifier
from verifier.sandbox.policy import LEVELS, Layer
from verifier.suite.model import Suite, parse_suite
from verifier.verdict import Verdict

SQUARE = {"kind": "function", "entry_point": "f", "cases": [{"args": [3], "expected": 9}]}
RIGHT, WRONG = "def f(x):\n    return x * x\n", "def f(x):\n    return x + x\n"


def short(name: Any, code: str = RIGHT, suite: Any = SQUARE) -> dict[str, Any]:
    return {"id": name, "code": code, "reference_answer": suite}


def test_results_come_in_order(verifier: Verifier) -> None:
    """A slow sample at the front delays the others' turn, not their place."""
    slow = "import time\ntime.sleep(0.3)\n" + RIGHT
    samples = [short("slow", slow), *(short(n, RIGHT + f"# {n}") for n in range(20))]

    results = verifier.score(samples)

    assert [r.id for r in results] == ["slow", *range(20)]
    assert [r.index for r in results] == list(range(21))
    assert {r.verdict for r in results} == {Verdict.AC}


def test_identical_submissions_run_once(verifier: Verifier) -> None:
    """The same code for the same suite is judged once in a batch, and each sample has its own id."""
    results = verifier.score([short("a"), short("b", WRONG), short("c"), short("d", suite={**SQUARE, "title": "x"})])

    assert [str(r.verdict) for r in results] == ["AC", "WA", "AC", "AC"]
    assert [r.id for r in results] == ["a", "b", "c", "d"]
    assert [r.judge_time_s > 0 for r in results] == [True, True, False, False]
    assert results[0].judgement is results[2].judgement


def test_the_same_code_for_another_suite_is_judged_again(verifier: Verifier) -> None:
    """Sharing looks at the suite too."""
    other = {**SQUARE, "cases": [{"args": [3], "expected": 10}]}

    results = verifier.score([short("a"), short("b", suite=other)])

    assert [str(r.verdict) for r in results] == ["AC", "WA"]


def test_a_stream_is_read_only_as_far_as_it_is_needed(verifier: Verifier) -> None:
    """An endless stream of samples can be scored: a bounded number is read ahead."""
    read = 0

    def endless() -> Iterator[dict[str, Any]]:
        nonlocal read
        for read in itertools.count(1):
            yield short(read, RIGHT + f"# {read}")

    results = list(itertools.islice(verifier.stream(endless()), 30))

    assert [r.id for r in results] == list(range(1, 31))
    assert read <= 30 + verifier.workers * AHEAD


@pytest.mark.parametrize(
    ("sample", "verdict", "says"),
    [
        (3, Verdict.JE, "malformed"),
        ({"id": "x", "messages": 1, "reference_answer": SQUARE}, Verdict.JE, "messages"),
        ({"id": "x", "code": RIGHT}, Verdict.JE, "reference_answer"),
        (short("x", suite={**SQUARE, "casez": []}), Verdict.JE, "casez"),
        (short("x", suite={"kind": "function", "entry_point": "f", "cases": []}), Verdict.JE, "cases"),
        (short("x", suite={"suite": "squares"}), Verdict.JE, "no suites"),
        (short("x", suite={"kind": "pytest", "files": {}}), Verdict.JE, "must hold a test file"),
        ({"id": "x", "messages": [], "reference_answer": SQUARE}, Verdict.CE, "no assistant turn"),
        (short("x", "def f(:\n"), Verdict.CE, "SyntaxError"),
        (short("x", "x = '\ud800'"), Verdict.CE, "UnicodeEncodeError"),
        (short("x", "x = 1\0"), Verdict.CE, "null bytes"),
    ],
    ids=lambda value: str(value)[:40] if isinstance(value, str | Verdict) else "sample",
)
def test_one_bad_sample_costs_only_itself(verifier: Verifier, sample: Any, verdict: Verdict, says: str) -> None:
    """Whatever is wrong with a sample, it has a result that says so, and its neighbours are scored."""
    first, bad, last = verifier.score([short("first"), sample, short("last", RIGHT + "#")])

    assert (first.reward, last.reward) == (1.0, 1.0)
    assert (bad.verdict, bad.reward) == (verdict, 0.0)
    assert says in bad.message
    bad.report()


def test_what_is_over_time_is_a_judge_error(verifier: Verifier) -> None:
    """A time limit for the batch cuts off what runs and what waits; both are reported as not judged."""
    endless = {**SQUARE, "limits": {"cpu_time_s": 600, "wall_time_s": 3000}}
    loops = [short(n, f"while True: {n}", endless) for n in range(6)]

    results = verifier.score([short("ok"), *loops], time_limit_s=2)

    assert [str(r.verdict) for r in results] == ["AC"] + ["JE"] * 6
    assert {r.message for r in results[1:]} == {"not judged in time"}


def test_a_store_that_hangs_costs_only_what_comes_after(verifier: Verifier) -> None:
    """The results that there are by the deadline are kept, however long the store takes, and after it nothing more is
    asked of it."""
    asked: list[str] = []
    released = threading.Event()

    class Store:
        def get(self, ref: str) -> Suite:
            asked.append(ref)
            if ref == "hangs":
                released.wait(60)
            return parse_suite(SQUARE)

    samples = [short(name, suite={"suite": name}) for name in ("quick", "hangs", "late")]
    with Verifier(Store(), workers=1) as with_store:
        with_store.start()
        try:
            results = with_store.score([*samples, short("late too")], time_limit_s=4)
            assert not released.is_set()
        finally:
            released.set()

    assert [(str(r.verdict), r.message) for r in results] == [("AC", "")] + [("JE", "not judged in time")] * 3
    assert [r.id for r in results] == ["quick", "hangs", "late", "late too"]
    assert asked == ["quick", "hangs"]


def test_a_limit_above_the_memory_that_there_is_is_a_judge_error() -> None:
    """Who runs into it would be killed by the kernel, and look like an attacker; the others are judged."""
    large = {**SQUARE, "limits": {"memory_bytes": 2 << 30}}
    with Verifier(workers=1, memory_bytes=1 << 30) as verifier:
        ok, bad = verifier.score([short("ok"), short("bad", suite=large)])

    assert (ok.verdict, bad.verdict) == (Verdict.AC, Verdict.JE)
    assert "limits.memory_bytes is 2,048 MiB, and this environment has 1,024" in bad.message


def test_async_form(verifier: Verifier) -> None:
    """`ascore` gives what `score` gives, and leaves the event loop free meanwhile."""

    async def scores() -> tuple[list[str], int]:
        ticks = 0

        async def tick() -> None:
            nonlocal ticks
            while True:
                await asyncio.sleep(0.01)
                ticks += 1

        ticking = asyncio.create_task(tick())
        slow = "import time\ntime.sleep(0.3)\n" + RIGHT
        results = await verifier.ascore([short("a", slow), short("b", WRONG)])
        ticking.cancel()
        return [str(r.verdict) for r in results], ticks

    verdicts, ticks = asyncio.run(scores())

    assert verdicts == ["AC", "WA"]
    assert ticks > 2


def test_suites_from_a_directory() -> None:
    """A sample may name its suite, with or without the digest."""
    root = Path(__file__).parents[2] / "testsuites"
    code = next((root / "pantry-check/submissions/accepted").glob("*.py")).read_text()
    with Verifier(root, workers=1) as verifier:
        assert verifier._store is not None
        digest = verifier._store.get("pantry-check").digest
        good, exact, wrong = verifier.score(
            [
                short("a", code, {"suite": "pantry-check"}),
                short("b", code, {"suite": f"pantry-check@{digest}"}),
                short("c", code, {"suite": "pantry-check@sha256:" + "0" * 64}),
            ]
        )

    assert (good.verdict, exact.verdict, wrong.verdict) == (Verdict.AC, Verdict.AC, Verdict.JE)
    assert "digest" in wrong.message


def test_report_holds_no_expected_value(verifier: Verifier) -> None:
    """Nothing that is shown of a wrong answer tells the right one."""
    suite = {**SQUARE, "cases": [{"args": [3], "expected": "the-secret"}], "checker": "exact"}
    program = {"kind": "stdio", "cases": [{"stdin": "", "stdout": "the-secret"}]}

    results = verifier.score([short("a", suite=suite), short("b", "print('other')", program)])

    assert [r.verdict for r in results] == [Verdict.WA, Verdict.WA]
    assert "the-secret" not in str([r.report() for r in results])


def test_a_report_says_what_it_was_judged_by_and_how_long_it_waited(verifier: Verifier) -> None:
    """As the result has it, with the time in the queue beside the time of the judging."""
    [result] = verifier.score([short("a")])
    report: Any = result.report()

    assert report["suite"] == result.suite == parse_suite(SQUARE).digest
    assert report["timing"] == {
        "judge_time_s": round(result.judge_time_s, 6),
        "queue_time_s": round(result.queue_time_s, 6),
    }


def test_isolation_is_reported(verifier: Verifier) -> None:
    """Every result says which layers were in force, and which were not and why."""
    [result] = verifier.score([short("a")])

    isolation = result.report()["isolation"]
    assert isinstance(isolation, dict)
    assert {"resource limits", "descriptor lock", "sweep"} <= set(isolation["in_force"])
    layers = {str(layer) for layer in Layer}
    assert {*isolation["in_force"], *isolation["missing"]} == layers
    assert not set(isolation["in_force"]) & set(isolation["missing"])
    assert (isolation["policy"], isolation["holds"] in LEVELS) == ("library", True)
    [level] = [m["value"] for m in result.entry()["metrics_list"] if m["name"] == "isolation_level"]
    assert level == LEVELS[isolation["holds"]]


def test_workers_must_be_positive() -> None:
    """A worker count that can't be is refused by name."""
    with pytest.raises(RequestError, match="workers"):
        Verifier(workers=0)


def test_a_sandbox_that_cannot_start_is_a_judge_error() -> None:
    """Where no interpreter can be started, each sample is a judge error that names the step; nothing is a zero."""
    from verifier.sandbox.keeper import SandboxOptions

    with Verifier(workers=1, sandbox=SandboxOptions(python="/no/such/python")) as verifier:
        [result] = verifier.score([short("a")])

    assert result.verdict is Verdict.JE
    assert "start zygote" in result.message
