"""Nothing that a submission leaves reaches the next one, and no cost is hidden from the keeper."""

# ruff: noqa: E501 - a row of a table is one submission, and its text is not wrapped
from __future__ import annotations

import ctypes
import os
from pathlib import Path

import pytest

LIBC = "import ctypes\nC = ctypes.CDLL(None, use_errno=True)\n"
KEY = 0x5E5A3E

NEEDS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a cell an empty root directory")

# name: (what the first submission does in f, what the second does in f to find it)
CHANNELS = {
    "a module's state": ("import json; json.left = 1", "import json; return hasattr(json, 'left')"),
    "a builtin": ("import builtins; builtins.left = 1", "import builtins; return hasattr(builtins, 'left')"),
    "a patched function": ("import math; math.gcd = lambda *a: 'left'", "import math; return math.gcd(2, 4) == 'left'"),
    "the environment": ("import os; os.environ['left'] = '1'", "import os; return 'left' in os.environ"),
    "the seed of random": (
        "import random; random.seed(7)",
        "import random; a = random.random(); random.seed(7); return a == random.random()",
    ),
    "the recursion limit": (
        "import sys; sys.setrecursionlimit(77)",
        "import sys; return sys.getrecursionlimit() == 77",
    ),
    "the decimal context": (
        "import decimal; decimal.getcontext().prec = 3",
        "import decimal; return decimal.getcontext().prec == 3",
    ),
    "a signal handler": (
        "import signal; signal.signal(signal.SIGUSR1, lambda *a: 0)",
        "import signal; return callable(signal.getsignal(signal.SIGUSR1))",
    ),
    "the priority": ("import os; os.nice(5)", "import os; return os.nice(0) > 0"),
    "the umask": ("import os; os.umask(0o123)", "import os; return os.umask(0) == 0o123"),
    "the affinity": (
        "import os; os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])",
        "import os; return len(os.sched_getaffinity(0)) == 1 and os.cpu_count() > 1",
    ),
}
NAME = f"/tmp/left-{os.getpid()}"
SYSTEM_CHANNELS = {
    "a name in /tmp": (
        f"import os; os.symlink('sesame', {NAME!r})",
        f"import os; return os.readlink({NAME!r}) == 'sesame'",
    ),
    "a directory in /tmp": (f"import os; os.mkdir({NAME!r})", f"import os; return os.path.isdir({NAME!r})"),
    "a pipe in /tmp": (f"import os; os.mkfifo({NAME!r})", f"import os; return os.path.exists({NAME!r})"),
    "shared memory of System V": (
        LIBC + f"C.shmget({KEY}, 4096, 0o1666)",
        LIBC + f"return C.shmget({KEY}, 4096, 0o666) >= 0",
    ),
    "a message queue of System V": (LIBC + f"C.msgget({KEY}, 0o1666)", LIBC + f"return C.msgget({KEY}, 0o666) >= 0"),
    "a keyring": (
        LIBC + "C.syscall(248, b'user', b'left', b'sesame', 6, -4)",
        LIBC + "return C.syscall(250, 10, -4, b'user', b'left', 0) >= 0",
    ),
}


def _function(body: str) -> str:
    return "def f():\n" + "\n".join("  " + line for line in body.splitlines())


@pytest.fixture
def tidy():
    """Removes what a submission got past the jail."""
    yield
    path = Path(NAME)
    if path.is_dir() and not path.is_symlink():
        path.rmdir()
    else:
        path.unlink(missing_ok=True)
    libc = ctypes.CDLL(None)
    for get, control in ((libc.shmget, libc.shmctl), (libc.msgget, libc.msgctl)):
        found = get(KEY, *([0] if get is libc.shmget else []), 0)
        if found >= 0:
            control(found, 0, None)


def _finds(judge_function, leave: str, find: str) -> bool:
    """Whether a submission finds what an earlier one left, in any of the workers."""
    for _ in range(4):
        judge_function(_function(leave), [([], None)])
    found = [judge_function(_function(find), [([], True)]).verdict == "AC" for _ in range(4)]
    return any(found)


@pytest.mark.parametrize("name", CHANNELS)
def test_the_interpreter_s_state_is_new_for_each_submission(judge_function, name):
    assert not _finds(judge_function, *CHANNELS[name])


@pytest.mark.parametrize("name", SYSTEM_CHANNELS)
def test_no_submission_leaves_a_message_for_the_next_as(judge_function, tidy, in_force, name):
    if not {"seccomp", "empty root" if "/tmp" in name else "seccomp"} & in_force:
        pytest.skip("needs seccomp; a name in /tmp would do with an empty root")
    assert not _finds(judge_function, *SYSTEM_CHANNELS[name])


HAND_OVER = """
import ctypes, os, signal, time
fork, first = ctypes.CDLL(None).fork, os.getpid()
signal.signal(signal.SIGUSR1, lambda *a: (time.sleep(0.3), os._exit(0)))  # when the other one has ended
child = fork()
if child == 0:
    if fork() == 0:
        time.sleep(0.05)  # by now its parent is dead, and it is no descendant of the first process any more
        WORK
        os.write(1, b"ok")
        os.kill(first, signal.SIGUSR1)
    os._exit(0)
os.waitpid(child, 0)
while True: time.sleep(1)
"""


@pytest.mark.parametrize(
    ("work", "limits"),
    [
        ("while time.process_time() < 2: pass", {"cpu_time_s": 0.5}),
        ("held = bytearray(200 << 20)", {"memory_bytes": 64 << 20}),
    ],
)
def test_work_that_a_child_takes_over_earns_nothing(judge_stdio, left_behind, work, limits):
    judged = judge_stdio(HAND_OVER.replace("WORK", work), [("", "ok")], limits=limits)
    assert judged.verdict == "SV", judged.message
    assert left_behind() == []


def test_memory_outside_any_process_is_not_to_be_had(judge_stdio, tidy, in_force, under_filter):
    if "seccomp" not in in_force:
        pytest.skip("needs seccomp")
    code = (
        LIBC
        + f"""
C.shmat.restype = ctypes.c_void_p
found = C.shmget({KEY}, 200 << 20, 0o1666)
print("held" if found >= 0 else "refused")
"""
    )
    judged = judge_stdio(code, [("", "held")], limits={"memory_bytes": 64 << 20})
    assert (judged.verdict, judged.attempts) == ("SV", ("forbidden call" if under_filter else "shmget",))


@NEEDS_ROOT
def test_files_of_the_host_are_not_told_of(judge_stdio):
    code = f"import os\ntry: print(os.stat({__file__!r}).st_size > 0)\nexcept OSError: print('refused')"
    assert judge_stdio(code, [("", "refused")]).verdict == "AC"


def test_two_submissions_of_a_batch_do_not_share_a_process(verifier):
    samples = [
        {
            "id": n,
            "code": f"import sys\nsys.left = getattr(sys, 'left', 0) + 1 + {n} * 0\ndef f(): return sys.left",
            "reference_answer": {"kind": "function", "entry_point": "f", "cases": [{"args": [], "expected": 1}]},
        }
        for n in range(40)
    ]
    assert {r.verdict for r in verifier.score(samples)} == {"AC"}


def test_time_spent_after_the_last_answer_is_bounded(judge_function, left_behind):
    code = "import threading\ndef loop():\n  while True: pass\ndef f():\n  threading.Thread(target=loop).start()\n  return 1"
    judged = judge_function(code, [([], 1)], limits={"cpu_time_s": 0.5})
    assert judged.verdict in ("AC", "TLE")
    assert left_behind() == []


def test_work_between_calls_is_charged(judge_function):
    code = """
import threading, time
def loop():
    until = time.thread_time() + 2
    while time.thread_time() < until: pass
threading.Thread(target=loop, daemon=True).start()
def f(n):
    time.sleep(0.2)
    return n
"""
    judged = judge_function(code, [([n], n) for n in range(8)], limits={"cpu_time_s": 5})
    assert judged.score.cpu_time_s > 0.05
