"""The executor split and suites whose own code judges: custom checkers stay here, and interactors are refused."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from tests.sandbox.texts import texts_in
from verifier import executor
from verifier.judging.judge import judge
from verifier.pipeline import Verifier
from verifier.sandbox.keeper import Keeper
from verifier.sandbox.remote import RemoteKeeper, RemoteSandbox
from verifier.suite.model import parse_suite
from verifier.suite.writing import suite_value
from verifier.verdict import Verdict

SECRETS = ["the-first-secret-4711", "another-secret-0815", "third-secret-31337"]


@pytest.fixture(scope="module")
def keeper() -> Iterator[Keeper]:
    with Keeper(1) as keeper:
        yield keeper


CHECKED = """
def check(case, answer):
    return answer == case.expected or (False, "checker-marker")
"""


def own_suite(kind: str) -> Any:
    checker = {"name": "custom", "code": CHECKED}
    if kind == "interactive":
        code = "def interact(case, submission):\n    return submission.read_line() == case.expected\n"
        return parse_suite({"kind": kind, "interactor": {"code": code}, "cases": [{"expected": SECRETS[0]}]})
    cases = [{"args": [n], "expected": s} for n, s in enumerate(SECRETS)]
    if kind == "stdio":
        cases = [{"stdin": f"{n}\n", "stdout": f"{s}\n"} for n, s in enumerate(SECRETS)]
        return parse_suite({"kind": kind, "checker": checker, "cases": cases})
    return parse_suite({"kind": kind, "entry_point": "f", "checker": checker, "cases": cases})


@pytest.mark.parametrize("kind", ["function", "stdio"])
def test_a_custom_checker_stays_with_the_grader(keeper: Keeper, kind: str) -> None:
    """It judges, in a tester on the grader's side, and neither it nor what it expects is in a request."""
    requests: list[bytes] = []
    send = executor.local_transport(keeper)

    def transport(request: bytes, deadline: float | None) -> bytes:
        requests.append(request)
        return bytes(send(request))

    right = f"S = {SECRETS!r}\n" + ("def f(n): return S[n]" if kind == "function" else "print(S[int(input())])")
    wrong = "def f(n): return S[0] if n else None" if kind == "function" else "print(input())"
    with Verifier(workers=2, sandbox=RemoteKeeper(transport)) as split:
        assert split.judge(right, own_suite(kind)).verdict is Verdict.AC
        requests.clear()
        judgement = split.judge(wrong.replace("S[0]", "1"), own_suite(kind))

    assert [case.verdict for case in judgement.cases] == [Verdict.WA] * 3
    assert "checker-marker" in judgement.cases[0].note
    crossed = "\0".join(text for request in requests for text in texts_in(json.loads(request)))
    assert not any(secret in crossed for secret in (*SECRETS, "checker-marker", "def check"))


def test_many_workers_share_few_testers(keeper: Keeper) -> None:
    samples = [
        {"id": n, "code": f"def f(n): return {n}", "reference_answer": suite_value(own_suite("function"))}
        for n in range(12)
    ]
    turn = threading.Lock()
    send = executor.local_transport(keeper)

    def transport(request: bytes, deadline: float | None) -> bytes:
        with turn:
            return bytes(send(request))

    with Verifier(workers=8, sandbox=RemoteKeeper(transport)) as split:
        assert [result.verdict for result in split.score(samples)] == [Verdict.WA] * 12


def test_without_testers_a_custom_checker_is_a_judge_error(keeper: Keeper) -> None:
    sandbox = RemoteSandbox(executor.local_transport(keeper))
    judgement = judge("def f(n): return n", own_suite("function"), sandbox)
    assert judgement.verdict is Verdict.JE
    assert "no testers" in judgement.message


def test_an_interactive_suite_is_a_judge_error_that_says_so(keeper: Keeper) -> None:
    judgement = judge("print(1)", own_suite("interactive"), RemoteSandbox(executor.local_transport(keeper)))
    assert judgement.verdict is Verdict.JE
    assert "suites of kind interactive are not supported" in judgement.message
