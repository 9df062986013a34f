"""The executor as a Lambda function: what the transport makes of AWS's answers, and the handler's settings."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.doors.lambda_server import THROTTLED, Answer, LambdaServer, failed
from verifier import executor, invoke
from verifier.errors import SandboxError
from verifier.invoke import executor_transport
from verifier.limits import Limits
from verifier.pipeline import Verifier
from verifier.sandbox.base import Program
from verifier.sandbox.executor_wire import write_request
from verifier.sandbox.remote import ExecutorDied, RemoteKeeper
from verifier.verdict import Verdict

SAMPLE = {
    "id": "x",
    "code": "def f(x): return x",
    "reference_answer": {"kind": "function", "entry_point": "f", "cases": [{"args": [3], "expected": 3}]},
}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[LambdaServer]:
    monkeypatch.setattr("random.uniform", lambda low, high: 0.0)
    server = LambdaServer({"executor": executor.handler})
    yield server
    server.close()
    if executor._warm_keeper.cache_info().currsize:
        executor._warm_keeper().close()
        executor._warm_keeper.cache_clear()


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (failed(), ExecutorDied),
        (failed("Sandbox.Timedout", "x"), ExecutorDied),
        (failed("Unhandled", "2026 Task timed out after 3.00 seconds"), ExecutorDied),
        (Answer(b'{"errorMessage": "Runtime exited", "errorType": "Runtime.ExitError"}'), ExecutorDied),
        (failed("ImportError", "no module"), SandboxError),
        (Answer(b"", 502), SandboxError),
        (Answer(b"{}", 403, {"x-amzn-errortype": "AccessDeniedException"}), SandboxError),
        (THROTTLED, SandboxError),
    ],
)
def test_what_became_of_an_executor_is_told_apart(server: LambdaServer, answer: Answer, kind: type) -> None:
    """Only AWS's own word that the process ended makes it a death, which may be the submission's doing."""
    server.fault = lambda name, event: answer
    send = executor_transport("executor", retries=2, **server.options)

    with pytest.raises(SandboxError) as raised:
        send(b"{}")

    assert type(raised.value) is kind
    assert len(server.requests) == (3 if answer is THROTTLED else 1)


def test_a_throttled_executor_is_waited_for_until_the_deadline(server: LambdaServer) -> None:
    """Where one at a time is let through, all have their turn while there is time, and each says so when there is none.
    In the grader's own time: it may not give up minutes before."""
    granted = threading.Lock()

    def reserved(name: str, event: Any) -> Answer | None:
        if not granted.acquire(blocking=False):
            return THROTTLED
        try:
            time.sleep(0.3)
        finally:
            granted.release()
        return None

    server.fault = reserved
    samples = [{**SAMPLE, "code": f"def f(x): return x # {n}"} for n in range(6)]
    keeper = RemoteKeeper(executor_transport("executor", **server.options))

    with Verifier(workers=6, sandbox=keeper) as verifier:
        in_time = verifier.score(samples, time_limit_s=60)
        with granted:
            too_late = verifier.score([{**SAMPLE, "code": "def f(x): return 0"}], time_limit_s=0.5)

    assert [(result.verdict, result.message) for result in in_time] == [(Verdict.AC, "")] * 6
    assert [(result.verdict, result.message) for result in too_late] == [(Verdict.JE, "not judged in time")]


def test_an_answer_is_waited_for_as_long_as_a_function_may_run(
    server: LambdaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The longest that AWS grants, since nobody here knows the function's own timeout; callers have their deadlines."""
    made: list[Any] = []
    monkeypatch.setattr(invoke, "Function", lambda name, **settings: made.append(settings))

    executor_transport("executor", **server.options)

    assert made[0]["timeout_s"] >= 900


def test_an_executor_that_is_killed_is_the_submissions_doing(server: LambdaServer) -> None:
    """Through all layers: dead twice under one submission and alive without it, so it is a violation; the next
    submission is judged as ever."""
    server.fault = lambda name, event: failed() if "kill" in json.dumps(event) else None
    keeper = RemoteKeeper(executor_transport("executor", **server.options))

    with Verifier(workers=2, sandbox=keeper) as verifier:
        verifier.start()
        by_it, fine = verifier.score([{**SAMPLE, "code": "kill"}, SAMPLE])

    assert (by_it.verdict, fine.verdict) == (Verdict.SV, Verdict.AC)


def test_the_executor_answers_before_its_time_is_up(server: LambdaServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """What runs when the function's time ends is cut off, so that it is not the time that kills the executor."""

    class Context:
        def get_remaining_time_in_millis(self) -> int:
            return 1500

    monkeypatch.setenv("VERIFIER_TIME_RESERVE_S", "0.5")
    program = Program("def f():\n    while True: pass", "function", "f")
    request = write_request("calls", program, Limits(cpu_time_s=60), calls=[b"[[]]"], keep_bytes=99)
    answer: Any = executor.handler(json.loads(request), Context())

    assert [fact["killed"] for fact in answer["facts"]] == ["deadline"]


def test_a_jail_that_cannot_be_had_is_a_fault(server: LambdaServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The executor says what is wrong with it, and the grader makes a judge error of that."""
    monkeypatch.setenv("VERIFIER_SANDBOX_PYTHON", "/no/such/python")
    keeper = RemoteKeeper(executor_transport("executor", **server.options))

    with Verifier(workers=1, sandbox=keeper) as verifier:
        with pytest.raises(SandboxError, match="start zygote"):
            verifier.start()
        [result] = verifier.score([SAMPLE])

    assert result.verdict is Verdict.JE
    assert "start zygote" in result.message


def test_a_grader_that_is_given_an_executor_runs_nothing_itself(
    server: LambdaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The handler's setting: the submission runs in the executor, and the reward is the grader's."""
    from verifier import handler as door

    for name, value in {
        "VERIFIER_EXECUTOR_FUNCTION": "executor",
        "VERIFIER_LOGS": "off",
        "AWS_ENDPOINT_URL": server.options["endpoint_url"],
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
    }.items():
        monkeypatch.setenv(name, value)
    door._warm_verifier.cache_clear()
    door._observer.cache_clear()
    try:
        wrong = {**SAMPLE, "id": "y", "code": "def f(x): return -x"}
        results = door.handler([SAMPLE, wrong])
        assert [result["aggregate_reward_score"] for result in results] == [1.0, 0.0]
        assert isinstance(door._warm_verifier()._keeper, RemoteKeeper)
    finally:
        door._warm_verifier().close()
        door._warm_verifier.cache_clear()
        door._observer.cache_clear()


def test_a_grader_does_not_call_its_executor_in_the_init_phase(server: LambdaServer) -> None:
    """That would be two cold starts at a time, one of them for nobody: the executor has an early start of its own."""
    settings = {
        "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9",
        "VERIFIER_EXECUTOR_FUNCTION": "executor",
        "AWS_ENDPOINT_URL": server.options["endpoint_url"],
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
    }
    code = "import verifier.handler as door; print(door._warm_verifier.cache_info().currsize)"
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | settings, capture_output=True, text=True, timeout=120
    )

    assert (done.stdout, done.returncode) == ("1\n", 0), done.stderr
    assert server.requests == []


def test_a_suite_for_more_memory_than_the_executor_has(server: LambdaServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Is a judge error that says so, and not a submission that killed it."""
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "1024")
    large = {**SAMPLE["reference_answer"], "limits": {"memory_bytes": 2 << 30}}  # type: ignore[dict-item]
    keeper = RemoteKeeper(executor_transport("executor", **server.options))

    with Verifier(workers=1, sandbox=keeper) as verifier:
        verifier.start()
        ok, bad = verifier.score([SAMPLE, {**SAMPLE, "reference_answer": large}])

    assert (ok.verdict, bad.verdict) == (Verdict.AC, Verdict.JE)
    assert "limits.memory_bytes is 2,048 MiB" in bad.message
