"""The keeper outlives what happens to its zygotes, and keeps nothing of what it ran."""

from __future__ import annotations

import gc
import os
import random
import signal
import tempfile
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from verifier.pipeline import Verifier
from verifier.sandbox.keeper import SandboxOptions
from verifier.sandbox.policy import place_of
from verifier.suite.model import parse_suite

LIMITS = {"cpu_time_s": 0.3, "wall_time_s": 20.0, "memory_bytes": 64 << 20, "output_bytes": 1 << 20}
FUNCTION = parse_suite(
    {
        "kind": "function",
        "entry_point": "f",
        "limits": LIMITS,
        "cases": [{"args": [n], "expected": n} for n in range(5)],
    }
)
STDIO = parse_suite({"kind": "stdio", "limits": LIMITS, "cases": [{"stdin": "7\n", "stdout": "7\n"}]})

# (code, suite, verdict)
MIXED = [
    ("def f(n): return n", FUNCTION, "AC"),
    ("def f(n): return n + 1", FUNCTION, "WA"),
    ("def f(n): return n // (n - 3) * 0 + n", FUNCTION, "RTE"),
    ("def f(n) return n", FUNCTION, "CE"),
    ("import os\ndef f(n): os._exit(n)", FUNCTION, "RTE"),
    ("import decimal\ndef f(n): return n", FUNCTION, "AC"),
    ("def f(n): return [0] * (1 << 28)", FUNCTION, "MLE"),
    ("import os\ndef f(n): os.write(4, b'\\xff' * 9)", FUNCTION, "SV"),
    ("import asyncio\nasync def f(n): return n", FUNCTION, "AC"),
    ("print(input())", STDIO, "AC"),
    ("print(8)", STDIO, "WA"),
    ("print(7); raise ValueError", STDIO, "RTE"),
    ("while True: print('x' * 9999)", STDIO, "OLE"),
    ("import ctypes, time\nif ctypes.CDLL(None).fork() == 0: time.sleep(99)\nprint(7, flush=True)", STDIO, "SV"),
]
SLOW = ("while True: pass", STDIO, "TLE")


def zygotes() -> list[psutil.Process]:
    found = []
    for process in psutil.Process().children():
        try:
            if any("zygote.py" in part for part in process.cmdline()):
                found.append(process)
        except psutil.Error:  # it has just ended
            pass
    return found


@pytest.fixture
def own():
    """A verifier of the test's own, whose zygotes may be killed; and a way to find them."""
    others = {p.pid for p in zygotes()}
    with Verifier(workers=2) as verifier:
        verifier.start()
        yield verifier, lambda: [p for p in zygotes() if p.pid not in others]


def test_a_zygote_that_was_killed_between_runs_is_replaced(own):
    verifier, mine = own
    for _ in range(3):
        for zygote in mine():
            zygote.kill()
            zygote.wait()
        assert verifier.judge("def f(n): return n", FUNCTION).verdict == "AC"


def test_a_zygote_that_was_stopped_is_no_reason_to_hang_for_ever_on_close(own):
    verifier, mine = own
    for zygote in mine():
        zygote.suspend()
    verifier.close()
    assert mine() == []


def test_a_zygote_that_is_killed_at_a_random_moment_costs_no_verdict(own):
    """Killed once under a submission it is our fault, and is tried again; only twice would be the submission's: that a
    kill comes between two of them, and counts for the second, is rare."""
    verifier, mine = own
    chance = random.Random(5)

    def kill_one():
        for zygote in chance.sample(mine(), k=min(1, len(mine()))):
            zygote.kill()  # psutil never hits a process id that was given anew

    seen = Counter()
    for code, suite, verdict in [*MIXED, SLOW] * 3:
        killing = threading.Timer(chance.uniform(0.0, 0.2), kill_one)
        killing.start()
        found = verifier.judge(code, suite).verdict
        killing.cancel()
        killing.join()
        seen[found == verdict] += 1
        assert found in (verdict, "SV", "JE")
    assert seen[True] > 0.7 * seen.total(), seen
    assert verifier.judge("def f(n): return n", FUNCTION).verdict == "AC"


def test_a_cell_that_is_killed_from_outside_is_a_crash_of_that_run_only(own):
    verifier, _ = own
    assert verifier.judge("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", STDIO).verdict == "RTE"
    assert verifier.judge("print(7)", STDIO).verdict == "AC"


def test_eight_threads_share_two_workers(own):
    verifier, _ = own
    with ThreadPoolExecutor(8) as pool:
        jobs = [(pool.submit(verifier.judge, code, suite), verdict) for code, suite, verdict in MIXED * 8]
        found = [(job.result().verdict, verdict) for job, verdict in jobs]
    assert [pair for pair in found if pair[0] != pair[1]] == []


def test_two_verifiers_run_side_by_side():
    with Verifier(workers=1) as one, Verifier(workers=1) as two, ThreadPoolExecutor(2) as pool:
        jobs = [pool.submit(v.judge, "def f(n): return n", FUNCTION) for v in (one, two) * 20]
        assert {job.result().verdict for job in jobs} == {"AC"}


def test_three_hundred_mixed_submissions_leave_nothing(own, left_behind):
    verifier, mine = own
    verifier.judge("def f(n): return n", FUNCTION)
    gc.collect()
    descriptors, temporary = _descriptors(), _temporary()
    chance, wrong = random.Random(3), []
    for number in range(300):
        code, suite, verdict = SLOW if number % 60 == 59 else chance.choice(MIXED)
        found = verifier.judge(code, suite)
        if found.verdict != verdict:
            wrong.append((code, verdict, found.verdict, found.message))
    assert wrong == []
    assert left_behind() == []
    gc.collect()
    # A zygote for each environment of each worker may have been added since: a socket and a pipe each.
    assert len(_descriptors()) <= len(descriptors) + 3 * len(mine())
    assert _temporary() == temporary


def _descriptors() -> set[str]:
    return set(os.listdir("/proc/self/fd"))


def _temporary() -> set[str]:
    """Files of the users that our cells and testers run as, and whatever has our name, where temporary files lie."""
    users = {place_of(number)[user] for number in range(64) for user in (0, 1)}
    folders = [Path(tempfile.gettempdir()), Path("/dev/shm"), Path("/var/tmp")]
    entries = [entry for folder in folders if folder.is_dir() for entry in folder.iterdir()]
    return {str(e) for e in entries if e.name.startswith(f"verifier-{os.getpid()}-") or e.lstat().st_uid in users}


def test_closing_ends_every_zygote_and_gives_back_every_descriptor():
    gc.collect()
    before, others = len(_descriptors()), {p.pid for p in zygotes()}
    for _ in range(3):
        with Verifier(workers=2) as verifier:
            for code, suite, verdict in MIXED[:8]:
                assert verifier.judge(code, suite).verdict == verdict
    assert {p.pid for p in zygotes()} == others
    assert len(_descriptors()) == before


def test_the_death_of_the_keeper_ends_its_zygotes_and_cells(tmp_path):
    """By SIGKILL: nothing can be cleaned up but by what sees the socket close."""
    import subprocess
    import sys

    program = """
import sys, threading, time
from verifier.pipeline import Verifier
from verifier.suite.model import parse_suite
suite = parse_suite({"kind": "stdio", "cases": [{"stdout": "7"}], "limits": {"cpu_time_s": 60}})
verifier = Verifier(workers=1)
verifier.start()
threading.Thread(target=verifier.judge, args=("while True: pass", suite)).start()
time.sleep(0.5)
print("running", flush=True)
time.sleep(60)
"""
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout.readline() == "running\n"
        below = psutil.Process(process.pid).children(recursive=True)
        assert len(below) >= 2
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
    _, alive = psutil.wait_procs(below, timeout=20)
    assert [p for p in alive if p.status() != psutil.STATUS_ZOMBIE] == []


def test_an_interpreter_that_is_not_there_is_a_judge_error_and_no_exception():
    with Verifier(workers=1, sandbox=SandboxOptions(python="/no/such/python")) as verifier:
        judged = verifier.judge("print(7)", STDIO)
    assert judged.verdict == "JE"
    assert "/no/such/python" in judged.message


def test_an_interpreter_that_fails_to_start_is_a_judge_error():
    with Verifier(workers=1, sandbox=SandboxOptions(python="/bin/false")) as verifier:
        assert verifier.judge("print(7)", STDIO).verdict == "JE"


def test_a_deadline_that_has_passed_is_a_judge_error(verifier):
    import time

    judged = verifier.judge(
        "while True: pass", parse_suite({"kind": "stdio", "cases": [{"stdout": "7"}]}), deadline=time.monotonic() + 0.3
    )
    assert (judged.verdict, judged.message) == ("JE", "not judged in time")


def test_a_cell_has_no_descriptor_but_its_own_however_many_the_keeper_has():
    """The zygote's control socket has the number that it had in the keeper."""
    code = """
import os
found = []
for fd in range(400):
    try:
        os.fstat(fd)
        found.append(fd)
    except OSError:
        pass
print(*found)
"""
    held = [os.open(os.devnull, os.O_RDONLY) for _ in range(200)]
    try:
        with Verifier(workers=1) as verifier:
            suite = parse_suite({"kind": "stdio", "cases": [{"stdout": "0 1 2 3 4"}]})
            assert verifier.judge(code, suite).verdict == "AC"
    finally:
        for fd in held:
            os.close(fd)
