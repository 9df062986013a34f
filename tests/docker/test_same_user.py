"""On Lambda everything runs as one user. What a submission, or any process, can do to the keeper all the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

ONE: dict[str, Any] = {"kind": "function", "entry_point": "f", "cases": [{"args": [], "expected": 1}]}
MATE = {"id": "mate", "code": "def f(): return 1", "reference_answer": ONE}

FILES = """
import os

def f():
    found = set()
    for pid in (os.getppid(), *range(1, os.getpid())):
        for name in ("environ", "mem", "maps", "cmdline", "fd/0"):
            try:
                os.open(f"/proc/{pid}/{name}", os.O_RDONLY)
                found.add("open")
            except OSError as error:
                found.add(error.errno)
    return sorted(found, key=str)
"""
MEMORY = """
import ctypes, os

libc = ctypes.CDLL(None, use_errno=True)

class Piece(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]

def look(pid, call):
    buffer = ctypes.create_string_buffer(8)
    here, there = Piece(ctypes.addressof(buffer), 8), Piece(4096, 8)
    return 0 if call(pid, ctypes.byref(here), 1, ctypes.byref(there), 1, 0) >= 0 else ctypes.get_errno()

def f():
    # With the right to look, the wrong address would be the error: EFAULT. ESRCH: no such process.
    others = [pid for pid in range(1, os.getpid())]
    return sorted({look(pid, call) for pid in others for call in (libc.process_vm_readv, libc.process_vm_writev)} - {3})
"""
EPERM, EMFILE = 1, 24


@pytest.mark.parametrize(
    ("code", "only"), [(FILES, [EMFILE]), (MEMORY, [EPERM])], ids=["files in /proc", "process_vm_readv and writev"]
)
def test_a_submission_looks_into_no_process(function: Any, code: str, only: list[int]) -> None:
    """Every attempt has the same error; the submission tells which, and is right."""
    suite = {**ONE, "cases": [{"args": [], "expected": only}]}

    results = function.invoke([{"id": "looks", "code": code, "reference_answer": suite}, MATE])

    assert [r["aggregate_reward_score"] for r in results] == [1.0, 1.0], results[0]


LOOK = """
    import ctypes, os, sys, subprocess

    libc = ctypes.CDLL(None, use_errno=True)

    class Piece(ctypes.Structure):
        _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]

    def allowed(act, *arguments):
        try:
            act(*arguments)
            return True
        except OSError:
            return False

    def read_memory(pid):
        buffer = ctypes.create_string_buffer(8)
        here, there = Piece(ctypes.addressof(buffer), 8), Piece(4096, 8)
        if libc.process_vm_readv(pid, ctypes.byref(here), 1, ctypes.byref(there), 1, 0) < 0 and ctypes.get_errno() == 1:
            raise PermissionError

    def read(pid, name):
        with open(f"/proc/{pid}/{name}", "rb") as stream:
            stream.read(0 if name == "mem" else 16)

    def sights(pid):
        seen = [name for name in ("environ", "maps", "mem") if allowed(read, pid, name)]
        return seen + ["process_vm_readv"] * allowed(read_memory, pid)

    words = sys.argv[1].encode()
    pids = [int(name) for name in os.listdir("/proc") if name.isdigit() and int(name) != os.getpid()]
    for pid in pids:
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as stream:
                if words in stream.read().split(b"\\0"):
                    print(*sights(pid), sep=",")
        except OSError:
            pass
    if words == b"readable":
        command = [sys.executable, "-c", "import sys; sys.stdin.read()", "readable"]
        child = subprocess.Popen(command, stdin=subprocess.PIPE)
        print(*sights(child.pid), sep=",")
        child.communicate()
"""
HIDDEN = {"kind": "pytest", "files": {"test_it.py": "from solution import f\ndef test_f(): assert f() == 1"}}


@pytest.mark.parametrize(
    "words",
    ["awslambdaric", "/opt/emulator/aws-lambda-rie", "/var/task/verifier/sandbox/zygote.py",
     "/var/task/verifier/sandbox/tester_zygote.py"],
    ids=["the keeper", "the emulator", "a zygote", "the testers' zygote"],
)  # fmt: skip
def test_nobody_of_the_same_user_looks_into(function: Any, words: str) -> None:
    """What is executed from a file that can't be read keeps its environment and its memory to itself."""
    function.invoke([MATE, {**MATE, "reference_answer": HIDDEN}])

    seen = function.plain(LOOK, words).splitlines()

    assert seen
    assert set(seen) == {""}


def test_into_a_readable_interpreter_anybody_of_the_same_user_looks(function: Any) -> None:
    """The control of the test above."""
    assert function.plain(LOOK, "readable").splitlines()[-1] == "environ,maps,mem,process_vm_readv"


KILLS = {
    "its parent": "import os\ndef f():\n    os.kill(os.getppid(), 9)\n    return 1",
    "everybody": "import os\ndef f():\n    os.kill(-1, 9)\n    return 1",
    "everybody, in a program": "import os\nos.kill(-1, 9)",
}


def culprit(name: str) -> dict[str, Any]:
    suite = {"kind": "stdio", "cases": [{"stdin": "", "stdout": "1"}]} if "program" in name else ONE
    return {"id": "culprit", "code": KILLS[name], "reference_answer": suite}


@pytest.mark.parametrize("name", KILLS)
def test_after_a_kill_the_next_invocation_works(start_function: Callable[..., Any], name: str) -> None:
    """One invocation may end in an error. The one after it is as if nothing had been."""
    function = start_function()

    first = function.invoke([culprit(name), MATE])
    [again] = function.invoke([MATE])

    if isinstance(first, list):
        assert first[0]["aggregate_reward_score"] == 0.0
    assert again["aggregate_reward_score"] == 1.0


TWO_IN_FLIGHT = pytest.mark.xfail(
    strict=False,
    reason="the sweep of one worker may charge its submission with what another's left, "
    "and which of two in flight has killed the keeper shows only in the invocation after the next",
)


@pytest.mark.parametrize(
    ("name", "workers"),
    [
        pytest.param(name, workers, marks=TWO_IN_FLIGHT if workers == "2" else ())
        for name in KILLS
        for workers in ("1", "2")
    ],
)
def test_a_batch_that_is_sent_again_scores_all_but_the_culprit(
    start_function: Callable[..., Any], name: str, workers: str
) -> None:
    """A trainer repeats a failed call with the same batch: the mates have their rewards then, and the culprit SV."""
    function = start_function(VERIFIER_WORKERS=workers)
    batch = [MATE, culprit(name), {**MATE, "id": "other", "code": "def f(): return 1 + 0"}]

    results = function.invoke(batch)
    if not isinstance(results, list):
        results = function.invoke(batch)

    assert isinstance(results, list), results
    assert [r["aggregate_reward_score"] for r in results] == [1.0, 0.0, 1.0]
    assert results[1]["verdict"] == "SV"
