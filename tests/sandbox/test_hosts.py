"""The sandbox works for root and for an ordinary user, on a read-only root and without shared memory.

Each arrangement is a process of its own that judges a few submissions; where this machine can't be arranged so, the
test is skipped with the reason.
"""

# ruff: noqa: E501 - a row of a table is one submission, and its text is not wrapped
from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
USER = 59_000 + os.getpid() % 900
"""An ordinary user that nothing else on the machine runs as, nor another process of the same tests."""

PROGRAM = """
import json, sys
from verifier.pipeline import Verifier
from verifier.sandbox.keeper import SandboxOptions
from verifier.suite.model import parse_suite

limits = {"cpu_time_s": 0.5, "wall_time_s": 3.0, "memory_bytes": 64 << 20, "output_bytes": 1 << 20}
function = {"kind": "function", "entry_point": "f", "cases": [{"args": [n], "expected": n} for n in (1, 2)]}
stdio = {"kind": "stdio", "cases": [{"stdin": "7", "stdout": "7"}]}
with Verifier(workers=1, sandbox=SandboxOptions(python=sys.executable)) as verifier:
    for code in json.load(sys.stdin):
        suite = function if "def f(" in code else stdio
        judged = verifier.judge(code, parse_suite({**suite, "limits": limits}))
        print(json.dumps([judged.verdict, judged.message, list(judged.isolation.in_force)]), flush=True)
"""

SUBMISSIONS = {
    "def f(n): return n": "AC",
    "def f(n): return -n": "WA",
    "def f(n) return n": "CE",
    "def f(n):\n  while True: pass": "TLE",
    "def f(n): x = [bytearray(1 << 20) for _ in range(300)]": "MLE",
    "import asyncio, decimal, zoneinfo\nasync def f(n): return n": "AC",
    "import os\ndef f(n): os._exit(0)": "RTE",
    "import ctypes, time\nif ctypes.CDLL(None).fork() == 0: time.sleep(99)\ndef f(n): return n": "SV",
    "print(input())": "AC",
    "while True: print('x' * 9999)": "OLE",
    "import time; time.sleep(60)": "TLE",
    "import threading\nt = threading.Thread(target=lambda: print(7)); t.start(); t.join()": "AC",
    "open('/etc/passwd')": "RTE",
    "print(7)": "AC",
}


def as_user(command: list[str]) -> list[str]:
    # setpriv itself keeps root's capabilities until it has started something: `env`, which then starts the command.
    return ["setpriv", "--reuid", str(USER), "--regid", str(USER), "--clear-groups", "env", *command]


def in_mounts(script: str, command: list[str]) -> list[str]:
    return ["unshare", "--mount", "--propagation", "private", "sh", "-c", f'{script} && exec "$@"', "sh", *command]


@cache
def interpreter(*, ordinary: bool) -> str:
    """One that can run our dependencies; where `ordinary`, as an ordinary user too."""
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    for python in (sys.executable, f"/usr/bin/python{version}", f"/usr/local/bin/python{version}"):
        test = [python, "-c", "import pydantic, psutil, verifier"]
        if (
            shutil.which(python)
            and not subprocess.run(
                as_user(test) if ordinary else test, env=environment(), capture_output=True
            ).returncode
        ):
            return python
    pytest.skip(f"no interpreter of version {version} that an ordinary user may run")


def environment() -> dict[str, str]:
    packages = [p for p in sys.path if p.endswith("-packages")]
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join([str(ROOT), *packages]),
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def judge(command: list[str], codes: list[str], timeout_s: float = 300) -> list[tuple[str, str, list[str]]]:
    try:
        process = subprocess.run(
            command,
            input=json.dumps(codes),
            capture_output=True,
            text=True,
            env=environment(),
            cwd="/",
            timeout=timeout_s,
        )
    finally:
        if os.geteuid() == 0:
            end_everything_of(USER)
    assert process.returncode == 0, process.stderr
    return [tuple(json.loads(line)) for line in process.stdout.splitlines()]


def end_everything_of(uid: int) -> None:
    """What a keeper that failed left behind; of an ordinary user that only these tests use."""
    pid = os.fork()
    if pid == 0:
        try:
            os.setresuid(uid, uid, uid)
            os.kill(-1, signal.SIGKILL)
        finally:
            os._exit(0)
    os.waitpid(pid, 0)


def all_as_expected(found: list[tuple[str, str, list[str]]]) -> None:
    wrong = [
        (code, verdict, f) for (code, verdict), f in zip(SUBMISSIONS.items(), found, strict=True) if f[0] != verdict
    ]
    assert wrong == []


@pytest.fixture
def root():
    if os.geteuid() != 0:
        pytest.skip("only root can arrange this")


def mountable(script: str) -> None:
    tried = subprocess.run(in_mounts(script, ["true"]), capture_output=True, text=True)
    if tried.returncode:
        pytest.skip(f"this machine does not let us: {tried.stderr.strip()}")


def test_as_we_are():
    found = judge([interpreter(ordinary=False), "-c", PROGRAM], list(SUBMISSIONS))
    all_as_expected(found)
    assert ("identity" in found[0][2]) == (os.geteuid() == 0)


def test_as_an_ordinary_user(root):
    found = judge(as_user([interpreter(ordinary=True), "-c", PROGRAM]), list(SUBMISSIONS))
    all_as_expected(found)
    assert "identity" not in found[0][2]
    assert {"descriptor lock", "resource limits", "sweep"} <= set(found[0][2])


READ_ONLY = "mount --bind / / && mount -o remount,bind,ro / && ! touch /read-only-test 2>/dev/null"
NO_SHM = "mount -t tmpfs -o size=4k tmpfs /dev && ! test -e /dev/shm"
HAS_NULL = "mkdir -p /tmp && touch /tmp && mknod -m 666 /dev/null c 1 3 && mknod -m 666 /dev/urandom c 1 9"


@pytest.mark.parametrize("ordinary", [False, True])
@pytest.mark.parametrize(
    "script",
    [READ_ONLY, f"{NO_SHM} && {HAS_NULL}", f"{NO_SHM} && {HAS_NULL} && {READ_ONLY}"],
    ids=["read-only root", "no shared memory", "both"],
)
def test_on_a_bare_host(root, script, ordinary):
    mountable(script)
    command = [interpreter(ordinary=ordinary), "-c", PROGRAM]
    all_as_expected(judge(in_mounts(script, as_user(command) if ordinary else command), list(SUBMISSIONS)))


# What a cell that has its keeper's own user can do.

SAME_USER = {
    "killing its parent": "import os\ndef f(n):\n  os.kill(os.getppid(), 9)\n  return n",
    "stopping its parent": "import os\ndef f(n):\n  os.kill(os.getppid(), 19)\n  return n",
    "killing everybody": "import os\ndef f(n):\n  os.kill(-1, 9)\n  return n",
    "taking its parent's descriptors": "import os, resource\ndef f(n):\n  resource.prlimit(os.getppid(), resource.RLIMIT_NOFILE, (0, 0))\n  return n",
    "taking its parent's memory": "import os, resource\ndef f(n):\n  resource.prlimit(os.getppid(), resource.RLIMIT_AS, (1 << 20, 1 << 20))\n  return n",
    "taking its parent's CPU": "import os, resource\ndef f(n):\n  resource.prlimit(os.getppid(), resource.RLIMIT_CPU, (0, 0))\n  return n",
    "slowing its parent down": "import os\ndef f(n):\n  os.setpriority(0, os.getppid(), 19)\n  return n",
}


@pytest.mark.parametrize("name", SAME_USER)
def test_a_cell_of_an_ordinary_user_does_not_harm_the_next_one(root, name):
    honest = ["def f(n): return n", "print(input())", "def f(n): return n + 0"]
    found = judge(
        as_user([interpreter(ordinary=True), "-c", PROGRAM]), [honest[0], SAME_USER[name], *honest], timeout_s=60
    )
    assert [verdict for verdict, _, _ in found[2:]] == ["AC"] * 3, found
    assert found[1][0] != "JE"


def test_a_cell_of_an_ordinary_user_does_not_remove_its_files(root, tmp_path):
    folder = Path("/tmp") / f"owned-{os.getpid()}"
    folder.mkdir()
    try:
        (folder / "file").write_text("mine")
        for path in (folder, folder / "file"):
            os.chown(path, USER, USER)
        code = f"import os\ntry: os.unlink('{folder}/file')\nexcept OSError: pass\nprint(7)"
        judge(as_user([interpreter(ordinary=True), "-c", PROGRAM]), [code])
        assert (folder / "file").exists()
    finally:
        shutil.rmtree(folder)
