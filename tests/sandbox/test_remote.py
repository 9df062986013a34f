"""The executor split: what crosses, and what an executor that lies, dies or hangs can do with it."""

from __future__ import annotations

import base64
import json
import math
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sandbox.texts import texts_in
from verifier import executor
from verifier.errors import SandboxError
from verifier.judging.judge import Judgement, judge
from verifier.limits import Limits
from verifier.pipeline import Verifier
from verifier.sandbox import executor_wire, remote, values
from verifier.sandbox.base import Facts, Isolation, Killed, Program, Raised, Stage
from verifier.sandbox.executor_wire import Malformed, read_answer, read_request, write_answer, write_request
from verifier.sandbox.keeper import Keeper
from verifier.sandbox.policy import ALWAYS, Layer
from verifier.sandbox.remote import ExecutorDied, RemoteKeeper, RemoteSandbox, Transport
from verifier.suite.model import parse_suite
from verifier.verdict import Verdict

SECRETS = ["the-first-secret-4711", "another-secret-0815", "third-secret-31337"]
SUITE = parse_suite(
    {
        "kind": "function",
        "entry_point": "f",
        "limits": {"cpu_time_s": 1.0, "wall_time_s": 20.0},
        "cases": [{"args": [n], "expected": secret} for n, secret in enumerate(SECRETS)],
    }
)
PROGRAM = parse_suite({"kind": "stdio", "cases": [{"stdin": f"{n}\n", "stdout": s} for n, s in enumerate(SECRETS)]})
HELLO = json.dumps(write_answer([], [], Isolation(()))).encode()


def judged(transport: Transport, suite: Any = SUITE, code: str = "def f(n): return n") -> Judgement:
    return judge(code, suite, RemoteSandbox(transport))


@pytest.fixture(scope="module")
def keeper() -> Iterator[Keeper]:
    with Keeper(1) as keeper:
        yield keeper


# What crosses


@pytest.mark.parametrize("suite", [SUITE, PROGRAM], ids=["function", "stdio"])
def test_no_expected_value_leaves_the_grader(keeper: Keeper, suite: Any) -> None:
    """Code and inputs are in the requests, and no answer is, in no form."""
    requests: list[bytes] = []
    send = executor.local_transport(keeper)

    def transport(request: bytes, deadline: float | None) -> bytes:
        requests.append(request)
        return bytes(send(request))

    code = "def f(n): return 'the-marker'" if suite is SUITE else "print(input(), 'the-marker')"
    judgement = judged(transport, suite, code)

    assert judgement.verdict is Verdict.WA
    crossed = "\0".join(text for request in requests for text in texts_in(json.loads(request)))
    assert "the-marker" in crossed
    assert not any(secret in crossed or secret[::-1] in crossed for secret in SECRETS)


FACTS = st.builds(
    Facts,
    stage=st.sampled_from(Stage),
    killed=st.none() | st.sampled_from(Killed),
    fault=st.none() | st.text(st.characters(codec="ascii", categories=("L", "N"))),
    raised=st.none() | st.builds(Raised, st.text(max_size=100), st.text(max_size=500)),
    exit_status=st.none() | st.integers(0, 255),
    signal=st.none() | st.integers(0, 64),
    answer=st.none() | st.binary(max_size=100),
    answer_too_large=st.booleans(),
    stdout=st.just(b""),
    stdout_bytes=st.just(0),
    stderr_tail=st.binary(max_size=100),
    cpu_time_s=st.floats(0, 1e9),
    wall_time_s=st.floats(0, 1e9),
    peak_memory_bytes=st.integers(0, 2**53),
)


@given(st.lists(FACTS, min_size=1, max_size=4))
def test_facts_survive_the_way(facts: list[Facts]) -> None:
    """What a sound executor writes is what the grader reads."""
    answer = json.dumps(write_answer(facts, ["fork"], Isolation(()), keep_bytes=100)).encode()

    read = read_answer(answer, most=4, keep_bytes=100, do="calls")

    rounded = [f._replace(cpu_time_s=round(f.cpu_time_s, 7), wall_time_s=round(f.wall_time_s, 7)) for f in facts]
    assert read.facts == rounded
    assert read.attempts == ("fork",)


def test_requests_survive_the_way() -> None:
    """What the grader asks is what the executor reads, half a surrogate pair and all."""
    program = Program("x = '\ud800'\0", "function", "f", "args[0]", scratch=True)
    limits = Limits(2.0, 3.0, 5 << 20, 7)

    read = read_request(
        json.loads(
            write_request(
                "calls",
                program,
                limits,
                calls=[b"\0\xff"],
                keep_bytes=5,
                stop_early=True,
                max_timeouts=3,
                time_limit_s=2,
            )
        )
    )

    assert (read.program, read.limits, read.calls) == (program, limits, (b"\0\xff",))
    assert (read.keep_bytes, read.stop_early, read.max_timeouts, read.time_limit_s) == (5, True, 3, 2.0)


@pytest.mark.parametrize(
    "request_",
    [None, [], {}, {"do": "run"}, {"do": "calls"}, {"do": "calls", "program": {}, "limits": {}, "keep_bytes": 1}],
)
def test_a_request_that_cannot_be_read_is_a_fault(request_: Any) -> None:
    """The executor answers whatever it is asked."""
    assert set(executor.handler(request_)) == {"fault"}


# What an executor may claim


def usual(**change: Any) -> dict[str, Any]:
    return {"facts": [{"answer": base64.b64encode(b'"x"').decode(), **change}], "attempts": [], "isolation": {}}


@pytest.mark.parametrize(
    "claim",
    [
        b"",
        b"null",
        b"[" * 200_000,
        b'{"facts": [], "attempts": []}',
        b" " * (13 << 20),
        {"facts": [{}, {}]},
        {"facts": {}},
        {"facts": [[]]},
        {"facts": [{}], "more": 1},
        {"facts": [{}], "attempts": "fork"},
        {"facts": [{}], "attempts": ["x"] * 1000},
        {"facts": [{}], "isolation": {"in_force": ["x"] * 100}},
        {"facts": [{}], "isolation": []},
        {"fault": 3},
        usual(reward=1),
        usual(verdict="AC"),
        usual(stdout="AAAA"),
        usual(answer="not base64!"),
        usual(answer="A" * 1_500_000),
        usual(answer=["AAAA"]),
        usual(stage="won"),
        usual(killed=True),
        usual(cpu_time_s=math.nan),
        usual(cpu_time_s=math.inf),
        usual(cpu_time_s="0"),
        usual(cpu_time_s=True),
        usual(wall_time_s=10**400),
        usual(peak_memory_bytes=1.5),
        usual(peak_memory_bytes=2**60),
        usual(exit_status=256),
        usual(signal="9"),
        usual(raised=["E"]),
        usual(raised="E"),
        usual(answer_too_large=1),
        usual(stderr_tail="A" * 10_000),
    ],
    ids=lambda claim: str(claim)[:60],
)
def test_what_no_sound_executor_says_is_refused(claim: Any) -> None:
    """A claim of another form is a judge error, never a reward and never an exception."""
    answer = claim if isinstance(claim, bytes) else json.dumps(claim).encode()

    with pytest.raises(Malformed):
        read_answer(answer, most=1, keep_bytes=1000, do="calls")
    judgement = judged(lambda request: answer)
    assert (judgement.verdict, judgement.score.reward) == (Verdict.JE, 0.0), judgement.message
    assert "executor" in "".join(case.message for case in judgement.cases)


def test_more_output_than_was_printed_is_refused() -> None:
    """Nor may a program's facts hold an answer, or a call's facts an output."""
    for claim in ({"stdout": "AAAA", "stdout_bytes": 2}, {"answer": "AAAA"}):
        with pytest.raises(Malformed):
            read_answer(json.dumps({"facts": [claim]}).encode(), most=1, keep_bytes=9, do="program")


def test_costs_below_zero_count_as_zero() -> None:
    """A claimed cost earns nothing."""
    answer = read_answer(
        json.dumps(usual(cpu_time_s=-5, wall_time_s=-0.5, peak_memory_bytes=-7)).encode(),
        most=1,
        keep_bytes=10,
        do="calls",
    )

    assert answer.facts[0][-3:] == (0.0, 0.0, 0)


def test_claimed_layers_are_worked_out_anew() -> None:
    """What holds follows from the layers that are said to be in force, and only known ones count."""
    told = {"in_force": [*map(str, ALWAYS), "wings"], "missing": {"seccomp": "no\x1b[1m"}, "policy": "linux"}

    read, worse = (
        read_answer(json.dumps({**usual(), "isolation": layers}).encode(), most=1, keep_bytes=9, do="calls").isolation
        for layers in (told, {**told, "in_force": ["identity"]})
    )

    assert (set(read.in_force), read.holds, read.policy) == ({*map(str, ALWAYS)}, "lambda", "executor: linux")
    assert set(read.missing) == {str(layer) for layer in Layer} - {*read.in_force}
    assert "\x1b" not in read.missing["seccomp"]
    assert worse.holds == ""


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
ANSWERS = (
    st.sampled_from(SECRETS) | st.text(max_size=5) | st.integers() | st.lists(st.sampled_from(SECRETS), max_size=2)
)
ENCODED = ANSWERS.map(lambda value: base64.b64encode(values.dumps(value)).decode())
PLAUSIBLE = st.fixed_dictionaries(
    {"answer": ENCODED},
    optional={
        "cpu_time_s": st.floats(-9, 9),
        "peak_memory_bytes": st.integers(-9, 2**40),
        "killed": st.sampled_from([str(word) for word in Killed]),
        "stage": st.sampled_from([str(word) for word in Stage]),
        "exit_status": st.integers(0, 1),
        "raised": st.just(["E", "m"]),
    },
)
WORDS = st.sampled_from([None, True, 0, -1, 1e-9, 1e300, "", "run", "load", "cpu time", "deadline", [], ["E", "m"]])
WILD = st.fixed_dictionaries(
    {},
    optional={
        "answer": ENCODED | JSON,
        **dict.fromkeys(("stage", "killed", "fault", "raised", "exit_status", "signal", "answer_too_large"), WORDS),
        **dict.fromkeys(("cpu_time_s", "wall_time_s", "peak_memory_bytes"), st.integers(-9, 9) | st.floats()),
    },
)
FORGED = st.lists(PLAUSIBLE, min_size=1, max_size=4) | st.lists(PLAUSIBLE | WILD, max_size=5) | JSON


@settings(max_examples=200)
@given(st.lists(FORGED, min_size=1, max_size=6), st.sampled_from(["fraction", "all_or_nothing"]))
def test_who_forges_everything_forges_answers_only(answers: list[Any], policy: str) -> None:
    """Whatever an executor says, a case pays only if the expected value itself was said for it: no more is passed than
    there are right answers among what was said, and no exception comes out."""
    assert SUITE.kind == "function"
    suite = replace_policy(policy)
    said: list[Any] = []
    turn = iter(answers)

    def transport(request: bytes, deadline: float | None) -> bytes:
        asked = len(json.loads(request)["calls"])
        facts = next(turn, None)
        first = len(SECRETS) - asked
        if isinstance(facts, list):
            said.extend(
                (first + place, fact.get("answer")) for place, fact in enumerate(facts) if isinstance(fact, dict)
            )
        return json.dumps({"facts": facts, "attempts": [], "isolation": {}}).encode()

    judgement = judged(transport, suite)

    right = {
        place
        for place, answer in said
        if place < len(SECRETS) and answer == base64.b64encode(values.dumps(SECRETS[place])).decode()
    }
    passed = {case.index for case in judgement.cases if case.passed}
    assert passed <= right
    assert judgement.score.reward <= len(right) / len(SECRETS) + 1e-9
    if policy == "all_or_nothing" and len(right) < len(SECRETS):
        assert judgement.score.reward == 0
    assert len(judgement.cases) == len(SECRETS)


def replace_policy(policy: str) -> Any:
    return parse_suite({**json.loads(SUITE.model_dump_json(include={"kind", "entry_point"})),
                        "cases": [{"args": [n], "expected": s} for n, s in enumerate(SECRETS)],
                        "reward": {"policy": policy}})  # fmt: skip


# Executors that fail


def test_an_executor_that_stops_early_is_asked_again() -> None:
    """What it leaves out doesn't count as skipped: it is asked until all cases have facts."""

    def transport(request: bytes, deadline: float | None) -> bytes:
        [first, *_] = json.loads(request)["calls"]
        [[n]] = values.loads(base64.b64decode(first))
        return json.dumps(usual(answer=base64.b64encode(values.dumps(SECRETS[n])).decode())).encode()

    judgement = judged(transport)

    assert (judgement.verdict, judgement.score.passed) == (Verdict.AC, 3)


def test_an_executor_that_fails_is_a_judge_error() -> None:
    """No connection, a fault, an exception that nobody thought of: the reason is told, after one more try."""
    for error in (SandboxError("call executor", "throttled"), OSError("no route")):
        tries = []

        def transport(
            request: bytes, deadline: float | None, error: Exception = error, tries: list[int] = tries
        ) -> bytes:
            tries.append(1)
            raise error

        judgement = judged(transport)

        assert judgement.verdict is Verdict.JE
        assert "call executor" in judgement.message
        assert len(tries) == 2


def test_an_accident_costs_nothing(keeper: Keeper) -> None:
    """One lost answer is asked for again."""
    send, lost = executor.local_transport(keeper), [1]

    def transport(request: bytes, deadline: float | None) -> bytes:
        if lost:
            raise ExecutorDied("call executor", f"lost {lost.pop()}")
        return bytes(send(request))

    assert judged(transport, code=f"def f(n): return {SECRETS}[n]").verdict is Verdict.AC


def test_who_kills_the_executor_twice_is_a_violation() -> None:
    """An executor that dies under a submission, twice, and answers without it, was killed by it: a submission must not
    be able to choose to be our failure. One that doesn't answer at all is our failure."""

    def killed(request: bytes, deadline: float | None) -> bytes:
        if json.loads(request)["do"] == "hello":
            return HELLO
        raise ExecutorDied("call executor", "Runtime.ExitError")

    def broken(request: bytes, deadline: float | None) -> bytes:
        raise ExecutorDied("call executor", "Runtime.ExitError")

    by_it, by_us = judged(killed), judged(broken)

    assert (by_it.verdict, by_it.attempts) == (Verdict.SV, ("executor killed",))
    assert by_us.verdict is Verdict.JE


def test_an_executor_that_hangs_does_not_hold_up_the_grader(monkeypatch: pytest.MonkeyPatch) -> None:
    """At the caller's deadline the grader answers, whatever the executor does."""
    monkeypatch.setattr(remote, "LATE_S", 0.1)

    released, ended = threading.Event(), threading.Event()

    def transport(request: bytes, deadline: float | None) -> bytes:
        released.wait(60)
        ended.set()
        return b""

    judgement = judge("def f(n): pass", SUITE, RemoteSandbox(transport), deadline=time.monotonic() + 0.3)

    assert not ended.is_set()
    released.set()
    assert {case.message for case in judgement.cases} == {"not judged in time"}


# Sizes


def test_calls_are_split_below_the_limit(keeper: Keeper, monkeypatch: pytest.MonkeyPatch) -> None:
    """No request is larger than Lambda takes, however many cases there are; an argument that alone is larger is a
    judge error of its case."""
    monkeypatch.setattr(remote, "MAX_REQUEST_BYTES", 4000)
    send, sizes = executor.local_transport(keeper), []

    def transport(request: bytes, deadline: float | None) -> bytes:
        sizes.append(len(request))
        return bytes(send(request))

    cases = [{"args": ["x" * 300, n], "expected": n} for n in range(20)]
    cases[7]["args"] = ["x" * 9000, 7]
    suite = parse_suite({"kind": "function", "entry_point": "f", "cases": cases})

    judgement = judged(transport, suite, "def f(x, n): return n")

    assert [case.verdict for case in judgement.cases] == [Verdict.JE if n == 7 else Verdict.AC for n in range(20)]
    assert len(sizes) > 2
    assert max(sizes) <= 4000


def test_answers_are_split_below_the_limit(keeper: Keeper, monkeypatch: pytest.MonkeyPatch) -> None:
    """What doesn't fit into one response comes with the next."""
    monkeypatch.setattr(executor_wire, "MAX_ANSWER_BYTES", 200_000)
    cases = [{"args": [n], "expected": f"{n}" + "x" * 40_000} for n in range(10)]
    suite = parse_suite({"kind": "function", "entry_point": "f", "cases": cases})
    count = []

    def transport(request: bytes, deadline: float | None) -> bytes:
        answer = bytes(executor.local_transport(keeper)(request))
        assert len(answer) <= 200_000
        count.append(1)
        return answer

    judgement = judged(transport, suite, "def f(n): return str(n) + 'x' * 40_000")

    assert (judgement.verdict, judgement.score.passed) == (Verdict.AC, 10)
    assert len(count) > 2


def test_answers_that_cannot_come_back_are_a_judge_error_for_everyone(keeper: Keeper) -> None:
    """It goes by the suite and not by what was answered, so that nobody can choose it."""
    suite = parse_suite(
        {"kind": "function", "entry_point": "f", "cases": [{"args": [], "expected": "x" * 600_000}]},
    )
    transport = executor.local_transport(keeper)

    right, wrong = judged(transport, suite, "def f(): return 'x' * 600_000"), judged(transport, suite, "def f(): pass")

    assert (right.verdict, wrong.verdict) == (Verdict.JE, Verdict.JE)
    assert "large" in right.message


def test_an_answer_that_is_larger_than_asked_for_is_told_so() -> None:
    """A cell that goes around its own limit doesn't make a malformed answer of the executor's."""
    told = write_answer([Facts(answer=b"x" * 11)], [], Isolation(()), keep_bytes=10)

    assert told["facts"] == [{"answer_too_large": True}]


# In the place of the keeper


def test_suites_with_tests_are_refused(verifier: Verifier, keeper: Keeper) -> None:
    """Their code holds expected values, so nothing of them is sent: a judge error that says so."""
    sent: list[bytes] = []
    remote_keeper = RemoteKeeper(lambda request, deadline: sent.append(request) or b"")  # type: ignore[func-returns-value]
    asserts = {"kind": "asserts", "asserts": ["assert f(1) == 2"]}
    tests = {"kind": "pytest", "files": {"test_it.py": "from solution import f\ndef test_it(): assert f(1) == 2"}}

    with Verifier(workers=1, sandbox=remote_keeper) as split:
        results = split.score([{"id": 1, "code": "x=1", "reference_answer": suite} for suite in (asserts, tests)])

    assert [result.verdict for result in results] == [Verdict.JE, Verdict.JE]
    assert all("not supported" in result.message for result in results)
    assert sent == []


def test_starting_asks_whether_the_executor_is_there(keeper: Keeper) -> None:
    """`start` fails where scoring would."""
    RemoteKeeper(executor.local_transport(keeper)).start()
    with pytest.raises(SandboxError, match="it failed: no"):
        RemoteKeeper(lambda request, deadline: b'{"fault": "no"}').start()


def test_the_executor_reports_its_layers(keeper: Keeper) -> None:
    """A result says what jail it ran in, as told by the executor."""
    with Verifier(workers=1, sandbox=RemoteKeeper(executor.local_transport(keeper))) as split:
        judgement = split.judge(f"def f(n): return {SECRETS}[n]", SUITE)

    assert judgement.verdict is Verdict.AC
    assert "descriptor lock" in judgement.isolation.in_force
    assert judgement.isolation.policy == "executor: library"
    assert replace(judgement.isolation, policy="").holds


def test_attempts_come_back(keeper: Keeper) -> None:
    """What a submission tried is known to the grader too."""
    code = "import os\nos.write(4, b'x' * 99)\ndef f(n): return n"

    judgement = judged(executor.local_transport(keeper), code=code)

    assert judgement.verdict is Verdict.SV
    assert "forged answer" in judgement.attempts
