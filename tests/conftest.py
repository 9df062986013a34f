"""What all tests share: one warm Verifier, and helpers that judge a submission given as text.

A sandbox test is a submission that runs for real, and is named by its outcome. No test looks at a clock: limits are
small so that the tests are quick, and whatever a test claims must hold on a busy machine too.
"""

from __future__ import annotations

import os
import signal
import textwrap
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import psutil
import pytest
from hypothesis import HealthCheck, settings

from verifier.judging.judge import Judgement
from verifier.pipeline import Verifier
from verifier.sandbox.policy import place_of
from verifier.suite.model import parse_suite

collect_ignore = ["attacks/library_suites"]
"""Hidden tests of the suites that are attacked."""

WORKERS = 2
LIMITS = {"cpu_time_s": 1.0, "wall_time_s": 20.0}
"""Wall time is long, so that only what is meant to sleep meets it."""

settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")

Judge = Callable[..., Judgement]


@pytest.fixture(scope="session")
def verifier() -> Iterator[Verifier]:
    with Verifier(workers=WORKERS) as verifier:
        yield verifier


@pytest.fixture(scope="session")
def in_force(verifier: Verifier) -> frozenset[str]:
    """The layers of the jail that this host grants."""
    return frozenset(verifier.judge("def f(): pass", function_suite([([], None)])).isolation.in_force)


@pytest.fixture(scope="session")
def under_filter() -> bool:
    """Whether a filter of system calls is in force already, as in most containers."""
    return "Seccomp:\t2" in Path("/proc/self/status").read_text(encoding="ascii")


@pytest.fixture(scope="session")
def judge_function(verifier: Verifier) -> Judge:
    """judge_function(code, cases, entry_point="f", **suite): a case is (args, expected)."""

    def judge(code: str, cases: Sequence[tuple[list[Any], Any]], entry_point: str = "f", **suite: Any) -> Judgement:
        return verifier.judge(textwrap.dedent(code), function_suite(cases, entry_point, **suite))

    return judge


@pytest.fixture(scope="session")
def judge_stdio(verifier: Verifier) -> Judge:
    """judge_stdio(code, cases, **suite): a case is (stdin, stdout)."""

    def judge(code: str, cases: Sequence[tuple[str, str]], **suite: Any) -> Judgement:
        return verifier.judge(textwrap.dedent(code), stdio_suite(cases, **suite))

    return judge


def function_suite(cases: Sequence[tuple[list[Any], Any]], entry_point: str = "f", **suite: Any) -> Any:
    suite["limits"] = LIMITS | suite.get("limits", {})
    written = [{"args": args, "expected": expected} for args, expected in cases]
    return parse_suite({"kind": "function", "entry_point": entry_point, "cases": written, **suite})


def stdio_suite(cases: Sequence[tuple[str, str]], **suite: Any) -> Any:
    suite["limits"] = LIMITS | suite.get("limits", {})
    return parse_suite({"kind": "stdio", "cases": [{"stdin": i, "stdout": o} for i, o in cases], **suite})


@pytest.fixture
def left_behind(verifier: Verifier) -> Iterator[Callable[[], list[str]]]:
    """left_behind(): the processes that submissions of this test process left, each as a line of text. It waits a
    little for those that were killed already; what it finds is ended after the test."""
    yield _left_behind
    if os.geteuid() == 0 and _left_behind(0):
        _end_cell_users()


def _cell_users() -> set[int]:
    uids = [place_of(number)[user] for number in range(64) for user in (0, 1)]
    return {uid for uid in uids if uid is not None}


def _left_behind(wait_s: float = 5.0) -> list[str]:
    until = time.monotonic() + wait_s
    while True:
        uids = _cell_users()
        below = {p.pid for zygote in psutil.Process().children() if _is_zygote(zygote) for p in _children(zygote)}
        found = []
        for process in psutil.process_iter(["uids", "status", "name"]):
            uid = process.info["uids"]
            if process.pid in below or (uid is not None and uid.real in uids):
                found.append(f"{process.pid} {process.info['name']} {process.info['status']}")
        if not found or time.monotonic() > until:
            return found
        time.sleep(0.05)


def _end_cell_users() -> None:
    """Kills all processes of the users that cells of this test process run as, in one system call for each user: what
    forks faster than its processes are listed would survive anything else."""
    for uid in _cell_users():
        pid = os.fork()
        if pid == 0:
            try:
                os.setresuid(uid, uid, uid)
                os.kill(-1, signal.SIGKILL)
            finally:
                os._exit(0)
        os.waitpid(pid, 0)


def _is_zygote(process: psutil.Process) -> bool:
    try:
        return any(part.endswith("zygote.py") for part in process.cmdline())
    except psutil.Error:
        return False


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.Error:
        return []
