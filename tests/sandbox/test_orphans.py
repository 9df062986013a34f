"""Where a host refuses prctl, as AWS Lambda does, orphans go to the first process: they are found, killed and charged
all the same."""

# ruff: noqa: E501 - a row of a table is one submission, and its text is not wrapped
from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

PROGRAM = """
import json, psutil, sys
from verifier.pipeline import Verifier
from verifier.sandbox import linux
from verifier.sandbox.bpf import ALLOW, assemble, error
from verifier.sandbox.policy import place_of
from verifier.sandbox.syscalls import architecture
linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)
refused = {name: error(1) for name in ("prctl", "seccomp", "landlock_create_ruleset", "unshare")}
linux.load_filter(assemble(architecture(), refused, default=ALLOW, beyond=ALLOW).code)
with Verifier(workers=int(sys.argv[1])) as verifier:
    for line in sys.stdin:
        print(json.dumps([r.report() for r in verifier.score(json.loads(line))]), flush=True)
users = {place_of(n).cell_uid for n in range(int(sys.argv[1]))} - {None}
left = [str(p) for p in psutil.process_iter(["uids", "status"])
        if p.info["uids"].real in users and p.info["status"] != "zombie"]
print(json.dumps(left))  # root's cells have users of their own; others can't be told apart here
"""
LIMITS = {"cpu_time_s": 0.5, "wall_time_s": 10, "memory_bytes": 64 << 20}
SUITE = {"kind": "stdio", "limits": LIMITS, "cases": [{"stdin": "", "stdout": "ok"}]}
HONEST = "print('ok')"
RAW = "import ctypes, os, resource, signal, time\nfork = ctypes.CDLL(None).fork\n"
HAND_OVER = (
    RAW
    + """
first = os.getpid()
signal.signal(signal.SIGUSR1, lambda *a: (time.sleep(0.3), os._exit(0)))  # when the other one has ended
child = fork()
if child == 0:
    if fork() == 0:
        time.sleep(0.05)  # by now its parent is dead, and it is no descendant of the first process any more
        SHED
        WORK
        os.write(1, b"ok")
        os.kill(first, signal.SIGUSR1)
    os._exit(0)
os.waitpid(child, 0)
while True: time.sleep(1)
"""
)
BUSY, LARGE = "while time.process_time() < 2: pass", "held = bytearray(200 << 20); time.sleep(1)"
ORPHANS = {
    "a grandchild that works": HAND_OVER.replace("WORK", BUSY).replace("SHED", "pass"),
    "a grandchild that works in a session of its own": HAND_OVER.replace("WORK", BUSY).replace("SHED", "os.setsid()"),
    "a grandchild that takes memory": HAND_OVER.replace("WORK", LARGE).replace("SHED", "pass"),
    "a daemon": RAW + "if fork() == 0:\n  os.setsid()\n  while True: time.sleep(1)\nprint('ok', flush=True)\nos._exit(0)",
    "a daemon that moves from process to process": RAW + "if fork() == 0:\n  os.setsid()\n  while True:\n    if fork(): os._exit(0)\nprint('ok', flush=True)\nos._exit(0)",
}  # fmt: skip
SHED = HAND_OVER.replace("WORK", BUSY).replace(
    "SHED", "os.setsid(); resource.setrlimit(resource.RLIMIT_RTTIME, (1, 1))"
)


@pytest.fixture
def score() -> Iterator[Any]:
    """score(codes, workers=1): reports, of a verifier on such a host."""
    if not hasattr(os, "pidfd_open"):
        pytest.skip("an old kernel")

    def run(codes: list[str], workers: int = 1) -> list[dict[str, Any]]:
        samples = [{"id": n, "code": code, "reference_answer": SUITE} for n, code in enumerate(codes)]
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, str(workers)],
            input=json.dumps(samples) + "\n",
            capture_output=True,
            text=True,
            timeout=240,
        )
        if "PermissionError" in done.stderr:
            pytest.skip("this host refuses prctl itself: the other tests show it")
        assert done.returncode == 0, done.stderr
        told, left = done.stdout.splitlines()
        assert json.loads(left) == []
        reports: list[dict[str, Any]] = json.loads(told)
        assert {"seccomp", "landlock", "namespaces"} <= set(reports[0]["isolation"]["missing"])
        return reports

    return run


@pytest.mark.parametrize("name", ORPHANS)
def test_what_nobody_inherits_is_charged_to_its_cell_and_ended(score, name: str) -> None:
    orphan, after = score([ORPHANS[name], HONEST])
    assert (orphan["verdict"], after["verdict"]) == ("SV", "AC"), (orphan["message"], after["message"])
    assert orphan["attempts"] == ["child process"]


def test_what_has_shed_every_sign_is_ended_and_earns_nothing(score) -> None:
    orphan, after = score([SHED, HONEST])
    assert (orphan["aggregate_reward_score"], after["verdict"]) == (0.0, "AC"), orphan["message"]


def test_no_other_worker_s_submission_is_charged(score) -> None:
    """Cells that end while another worker sweeps, and orphans of another worker's cell."""
    daemon = ORPHANS["a daemon"]
    codes = [daemon + f"\n# {n}" if n % 8 == 0 else HONEST + f"  # {n}" for n in range(160)]
    verdicts = [report["verdict"] for report in score(codes, workers=4)]
    assert {verdict for n, verdict in enumerate(verdicts) if n % 8} == {"AC"}
    assert set(verdicts[::8]) == {"SV"}
