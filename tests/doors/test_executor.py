"""The executor as a Lambda function: what the transport makes of AWS's answers, and the handler's settings."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.doors.lambda_server import THROTTLED, Answer, LambdaServer, failed
from verifier import executor
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
