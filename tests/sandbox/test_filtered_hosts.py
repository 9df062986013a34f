"""Hosts that filter system calls themselves, as containers do: what they refuse is no hole, and no failure."""

from __future__ import annotations

import json
import os
import subprocess
from typing import Any

import pytest

from tests.sandbox import test_hosts as hosts

PROGRAM = """
import json, sys
from verifier.pipeline import Verifier
from verifier.sandbox import linux
from verifier.sandbox.bpf import ALLOW, assemble, error
from verifier.sandbox.syscalls import architecture
from verifier.suite.model import parse_suite
refused, codes = json.load(sys.stdin)
linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)
linux.load_filter(assemble(architecture(), {name: error(1) for name in refused}, default=ALLOW, beyond=ALLOW).code)
suite = parse_suite({"kind": "function", "entry_point": "f", "cases": [{"expected": "refused"}]})
with Verifier(workers=1) as verifier:
    for code in codes:
        judged = verifier.judge(code, suite)
        print(json.dumps([judged.verdict, judged.attempts, judged.message, judged.isolation.in_force]), flush=True)
"""
LIBC = "import ctypes, os\nC = ctypes.CDLL(None)\ndef f():\n  "
HONEST = "def f(): return 'refused'"
OF_DOCKER = ["ptrace", "add_key", "keyctl", "bpf", "unshare", "mount", "setns", "perf_event_open"]


def judge(refused: list[str], codes: list[str], *, as_user: bool = False) -> list[list[Any]]:
    command = [hosts.interpreter(ordinary=as_user), "-c", PROGRAM]
    process = subprocess.run(
        hosts.as_user(command) if as_user else command,
        input=json.dumps([refused, codes]),
        capture_output=True,
        text=True,
        env=hosts.environment(),
        cwd="/",
        timeout=240,
    )
    if "PermissionError" in process.stderr:
        pytest.skip("this host refuses prctl itself")
    assert process.returncode == 0, process.stderr
    return [json.loads(line) for line in process.stdout.splitlines()]


def test_what_the_host_refuses_is_a_violation_all_the_same(in_force: frozenset[str]) -> None:
    """Its answer outranks a listener's: nobody would hear of the call, and the submission could try another."""
    if "seccomp" not in in_force:
        pytest.skip("needs seccomp")
    codes = {
        LIBC + "C.ptrace(0, 0, 0, 0); return 'refused'": ["SV", ["forbidden call"]],
        LIBC + "C.unshare(0x10000000); return 'refused'": ["SV", ["forbidden call"]],
        LIBC + "C.shmget(7, 4096, 0o1666); return 'refused'": ["SV", ["forbidden call"]],
        LIBC + "C.socket(1, 1, 0); C.ptrace(0, 0, 0, 0); return 'refused'": ["SV", ["forbidden call", "socket"]],
        LIBC + "C.socket(1, 1, 0); return 'refused'": ["AC", ["socket"]],
        HONEST: ["AC", []],
    }
    found = judge(OF_DOCKER, list(codes))
    assert [each[:2] for each in found] == list(codes.values()), found
    assert "seccomp" in found[0][3]


def test_a_user_namespace_that_cannot_be_left_powerless_is_not_entered(in_force: frozenset[str]) -> None:
    """Some hosts let an ordinary user make one, and refuse what comes then: there would be no way back."""
    if os.geteuid() != 0 or "namespaces" not in in_force:
        pytest.skip("only root can arrange this, where there are namespaces")
    who = "import os\ndef f(): return 'refused' if os.getuid() == " + str(hosts.USER) + " else os.getuid()"
    try:
        granted, refused = (judge(names, [who, HONEST], as_user=True) for names in ([], ["capset"]))
    finally:
        hosts.end_everything_of(hosts.USER)
    if "namespaces" not in granted[0][3]:
        pytest.skip("this host grants an ordinary user none")
    assert [each[0] for each in refused] == ["AC", "AC"], refused
    assert "namespaces" not in refused[0][3]
