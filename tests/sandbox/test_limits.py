"""Every limit of a case is a verdict of its own, with the keeper's reason, and a right answer below it passes."""

# ruff: noqa: E501 - a row of a table is one submission, and its text is not wrapped
from __future__ import annotations

import pytest

from verifier.limits import Limits
from verifier.sandbox.base import Program
from verifier.sandbox.turnstile import Turnstile

MIB = 1 << 20
SHORT = {"cpu_time_s": 0.5}
SLEEPY = {"cpu_time_s": 0.5, "wall_time_s": 0.5}
TIGHT = {"memory_bytes": 64 * MIB}

TLE, MLE, OLE = "CPU time over", "memory limit exceeded", "output limit exceeded"

# name: (program, verdict, part of the message, limits). Each prints the right answer, "ok", were it let go on.
STDIO = {
    "a Python loop": ("while True: pass", "TLE", TLE, SHORT),
    "a C loop that holds the interpreter": ("x = 9**9**9", "TLE", TLE, SHORT),
    "a regular expression that backtracks": ("import re; re.match('(a+)+$', 'a' * 40 + 'b')", "TLE", TLE, SHORT),
    "a loop that swallows every exception": (
        "while True:\n try:\n  while True: pass\n except BaseException: pass",
        "TLE",
        TLE,
        SHORT,
    ),
    "threads that loop": (
        "import threading\nfor _ in range(4):\n threading.Thread(target=lambda: [0 for _ in iter(int, 1)]).start()",
        "TLE",
        TLE,
        SHORT,
    ),
    "a loop at exit": ("import atexit\n@atexit.register\ndef g():\n while True: pass\nprint('ok')", "TLE", TLE, SHORT),
    "a loop that ignores signals": (
        "import signal\nfor s in range(1, 64):\n try: signal.signal(s, 1)\n except (OSError, ValueError): pass\nwhile 1: pass",
        "TLE",
        TLE,
        SHORT,
    ),
    "a sleep": ("import time; time.sleep(60)", "TLE", "wall time over", SLEEPY),
    "a program that stops itself": ("import os, signal; os.kill(os.getpid(), signal.SIGSTOP)", "TLE", "wall", SLEEPY),
    "a thread that never ends": (
        "import threading; threading.Thread(target=threading.Event().wait).start(); print('ok')",
        "TLE",
        "wall time over",
        SLEEPY,
    ),
    "a flood of stdout": ("while True: print('x' * 9999)", "OLE", OLE, {"output_bytes": MIB}),
    "a flood of stderr": (
        "import sys\nwhile True: sys.stderr.write('x' * 9999)",
        "OLE",
        OLE,
        {"output_bytes": MIB},
    ),
    "a flood at exit": (
        "import atexit\natexit.register(lambda: print('x' * 2_000_000))\nprint('ok')",
        "OLE",
        OLE,
        {"output_bytes": MIB},
    ),
    "memory that is touched": ("x = bytearray(200 << 20); print('ok')", "MLE", MLE, TIGHT),
    "a list that grows for ever": ("x = []\nwhile True: x.append([0] * 1000)", "MLE", MLE, TIGHT),
    "a single huge allocation": ("x = [0] * (1 << 33); print('ok')", "MLE", MLE, TIGHT),
    "a peak that is freed again": ("x = bytearray(200 << 20); del x; print('ok')", "MLE", MLE, TIGHT),
    "a swallowed MemoryError, with the memory held": (
        "x = []\ntry:\n while True: x.append(bytearray(1 << 20))\nexcept MemoryError: pass\nprint('ok')",
        "MLE",
        MLE,
        TIGHT,
    ),
    "a shared anonymous mapping that is touched": (
        "import mmap\nm = mmap.mmap(-1, 200 << 20)\nfor i in range(0, len(m), 4096): m[i] = 1\nprint('ok')",
        "MLE",
        MLE,
        TIGHT,
    ),
    "a crash of the interpreter": ("import os; os.abort()", "RTE", "SIGABRT", {}),
    "a segmentation fault": ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "RTE", "SIGSEGV", {}),
    "a kill by itself": ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "RTE", "SIGKILL", {}),
}

PASSES = {
    "address space that is reserved and not touched": "import mmap; m = mmap.mmap(-1, 900 << 20); print('ok')",
    "stacks of threads, reserved and not touched": """
        import threading
        go = threading.Event()
        threads = [threading.Thread(target=go.wait) for _ in range(60)]
        for t in threads: t.start()
        go.set()
        for t in threads: t.join()
        print("ok")
        """,
    "one thread with a stack of 256 MB": """
        import sys, threading
        threading.stack_size(256 << 20)
        sys.setrecursionlimit(1 << 20)
        def depth(n): return 0 if n == 0 else 1 + depth(n - 1)
        def main():
            assert depth(10_000) == 10_000
            print("ok")
        t = threading.Thread(target=main); t.start(); t.join()
        """,
    "memory just below the limit": "x = bytearray(32 << 20); print('ok')",
    "a sleep shorter than the wall time": "import time; time.sleep(0.3); print('ok')",
}


@pytest.mark.parametrize("name", STDIO)
def test_a_program_over_a_limit_is_told_which(judge_stdio, name):
    code, verdict, reason, limits = STDIO[name]
    judged = judge_stdio(code, [("", "ok")], limits=limits)
    assert (judged.verdict, judged.score.reward) == (verdict, 0), judged.message
    assert reason in judged.message


@pytest.mark.parametrize("name", PASSES)
def test_a_program_below_its_limits_passes(judge_stdio, name):
    judged = judge_stdio(PASSES[name], [("", "ok")], limits={"memory_bytes": 64 * MIB})
    assert judged.verdict == "AC", judged.message


def test_fifty_megabytes_of_right_output_pass(judge_stdio):
    line = "0123456789" * 10 + "\n"
    judged = judge_stdio(
        f"for _ in range(500_000): print({line.strip()!r})", [("", line * 500_000)], limits={"cpu_time_s": 10}
    )
    assert judged.verdict == "AC", judged.message


def test_a_function_that_floods_stdout_is_over_the_output_limit_and_the_others_are_not(judge_function):
    code = "def f(n):\n while n == 1: print('x' * 9999)\n return n"
    judged = judge_function(code, [([0], 0), ([1], 1), ([2], 2)], limits={"output_bytes": MIB})
    assert [c.verdict for c in judged.cases] == ["AC", "OLE", "AC"], judged.message


def test_an_answer_over_the_output_limit_is_told_so(judge_function):
    judged = judge_function("def f(): return 'x' * 5000", [([], "x")], limits={"output_bytes": 1000})
    assert judged.verdict == "OLE"


@pytest.mark.parametrize(
    ("verdict", "bad"),
    [
        ("TLE", "while True: pass"),
        ("TLE", "9**9**9"),
        ("MLE", "x = [bytearray(1 << 20) for _ in range(300)]"),
        ("RTE", "import os; os._exit(0)"),
        ("RTE", "import os; os.abort()"),
        ("RTE", "import os, signal; os.kill(0, signal.SIGKILL)"),
    ],
)
def test_what_kills_one_case_leaves_the_others_theirs(judge_function, verdict, bad):
    code = f"def f(n):\n  if n == 2:\n    {bad}\n  return n"
    judged = judge_function(code, [([n], n) for n in range(5)], limits=SHORT | {"memory_bytes": 64 * MIB})
    assert [c.verdict for c in judged.cases] == ["AC", "AC", verdict, "AC", "AC"], judged.message


def test_each_program_has_a_process_of_its_own(judge_stdio):
    code = "import os, sys\nn = int(input())\nif n == 1:\n  while True: pass\nif n == 2: os.abort()\nprint(n)"
    judged = judge_stdio(code, [(str(n), str(n)) for n in range(4)], limits=SHORT)
    assert [c.verdict for c in judged.cases] == ["AC", "TLE", "RTE", "AC"]


def test_early_stop_skips_what_follows_the_first_failure(judge_function):
    judged = judge_function("def f(n): return n if n < 3 else 0", [([n], n) for n in range(20)], early_stop=True)
    assert [c.verdict for c in judged.cases] == ["AC"] * 3 + ["WA"] + ["SK"] * 16


# Processes

RAW = "import ctypes, os, signal, time\nfork = ctypes.CDLL(None).fork\n"
"""Python's own os.fork is refused with an exception; this goes around that."""

BOMBS = {
    "a fork bomb": "while True: fork()",
    "a fork bomb that leaves its parents": "while True:\n  if fork(): os._exit(0)",
    "a bomb in every generation": "for _ in range(50): fork()\nos._exit(0)",
}
DAEMONS = {
    "a child": "if fork() == 0:\n  while True: time.sleep(1)",
    "a double fork": "if fork() == 0:\n  if fork() == 0:\n    os.setsid()\n    while True: time.sleep(1)\n  os._exit(0)",
    "a busy child": "if fork() == 0:\n  os.setsid()\n  while True: pass",
    "a child that ignores signals": "if fork() == 0:\n  for s in range(1, 30):\n    try: signal.signal(s, 1)\n"
    "    except (OSError, ValueError): pass\n  while True: signal.pause()",
    "a stopped child": "if fork() == 0: os.kill(os.getpid(), signal.SIGSTOP)",
    "a child that moves from process to process": "if fork() == 0:\n  os.setsid()\n  while True:\n    if fork(): os._exit(0)",
    "a clone": "if ctypes.CDLL(None).syscall(56, 17, 0, 0, 0, 0) == 0:\n  while True: time.sleep(1)",
}


@pytest.mark.parametrize(
    "call",
    [
        "os.fork()",
        "os.forkpty()",
        "os.posix_spawn('/bin/true', ['true'], {})",
        "import pty; pty.fork()",
        "import multiprocessing as m; p = m.Process(target=print); p.start(); p.join()",
    ],
)
def test_python_s_own_ways_to_fork_raise(judge_stdio, left_behind, call):
    code = f"import os\ntry:\n  {call}\nexcept OSError: print('refused')"
    assert judge_stdio(code, [("", "refused")]).verdict == "AC"
    assert left_behind() == []


@pytest.mark.parametrize("name", BOMBS)
def test_a_fork_bomb_earns_nothing_and_the_next_submission_is_judged(judge_stdio, judge_function, left_behind, name):
    judged = judge_stdio(RAW + "print('ok', flush=True)\n" + BOMBS[name], [("", "ok")], limits=SLEEPY)
    assert left_behind() == []
    assert judged.verdict == "SV", judged.message
    assert judge_function("def f(n): return n", [([1], 1)]).verdict == "AC"


@pytest.mark.parametrize("name", DAEMONS)
def test_a_daemon_is_found_and_dead_before_the_verdict_is_out(judge_stdio, left_behind, name):
    judged = judge_stdio(f"{RAW}{DAEMONS[name]}\nprint('ok', flush=True)\nos._exit(0)", [("", "ok")], limits=SHORT)
    assert left_behind(0) == []
    assert judged.verdict == "SV", judged.message


@pytest.mark.parametrize("name", DAEMONS)
def test_a_daemon_of_a_function_is_dead_too(judge_function, left_behind, name):
    judged = judge_function(f"{RAW}{DAEMONS[name]}\ndef f(n): return n", [([1], 1)], limits=SHORT)
    assert left_behind(0) == []
    assert judged.score.reward == 0
    assert judged.verdict == "SV", judged.message


def test_a_file_that_is_open_already_can_not_grow(judge_stdio):
    judged = judge_stdio("import resource, os\nprint(resource.getrlimit(resource.RLIMIT_FSIZE))", [("", "(0, 0)")])
    assert judged.verdict == "AC", judged.message


def test_memory_is_charged_to_every_call_that_took_too_much(judge_function):
    """Calls that had been answered before the keeper looked are MLE too, whenever it looks."""
    code = "def f(n):\n    x = bytearray(n << 20)\n    for i in range(0, len(x), 4096): x[i] = 1\n    return n"
    sizes = [100, 1, 100, 1, 100]
    judged = judge_function(code, [([n], n) for n in sizes], limits={"memory_bytes": 64 << 20, "cpu_time_s": 5.0})
    assert [c.verdict for c in judged.cases] == ["MLE", "AC", "MLE", "AC", "MLE"]


def test_answers_that_are_too_much_together_are_not_kept(judge_function):
    """A mebibyte for each of a thousand cases would be all the memory that the keeper has."""
    code = "def f(n): return 'x' * 1_000_000 if n % 2 else n"
    judged = judge_function(code, [([n], n) for n in range(100)])
    wrong = [case.message for case in judged.cases[1::2]]
    assert wrong[0] == "type differs" and "far larger" in wrong[-1]
    assert wrong.count("type differs") * 1_000_000 <= 34 * MIB
    assert [case.verdict for case in judged.cases[::2]] == ["AC"] * 50  # small ones are kept whatever came before


def test_large_answers_that_are_right_are_kept(judge_function):
    judged = judge_function("def f(n): return [n] * 400_000", [([n], [n] * 400_000) for n in range(10, 60)])
    assert judged.verdict == "AC", judged.message


@pytest.fixture
def waits(monkeypatch) -> list[Turnstile]:
    """One entry for each time that a cell runs while all others wait."""
    waits = []
    alone = Turnstile.alone
    monkeypatch.setattr(Turnstile, "alone", lambda turnstile: waits.append(turnstile) or alone(turnstile))
    return waits


def test_what_is_too_slow_by_itself_too_is_soon_believed(waits, judge_function, judge_stdio):
    """Each borderline case that is measured again has the whole batch wait."""
    burn = "import time\ndef burn(s):\n end = time.process_time() + s\n while time.process_time() < end: pass\n"
    limits = {"limits": {"cpu_time_s": 0.4, "wall_time_s": 60.0}}
    slow = judge_function(burn + "def f(n):\n burn(0.46)\n return n", [([n], n) for n in range(7)], **limits)
    # Of calls that share a process some may be charged with less, where the keeper looks late.
    assert sum(case.verdict == "TLE" for case in slow.cases) > 3
    assert 1 <= len(waits) <= 3
    waits.clear()
    program = burn + "n = input()\nburn(0.46)\nprint(n)"
    slow = judge_stdio(program, [(f"{n}\n", f"{n}\n") for n in range(7)], **limits)
    assert {case.verdict for case in slow.cases} == {"TLE"}
    assert len(waits) <= 3


def test_what_was_too_slow_for_one_suite_is_not_believed_by_another(verifier, waits):
    program = Program("import time\nend = time.process_time() + 0.46\nwhile time.process_time() < end: pass", "stdio")
    with verifier._keeper.slot() as slot:
        for _ in range(5):
            slot.run_program(program, b"", Limits(cpu_time_s=0.4), keep_bytes=10)
        assert 1 <= len(waits) <= 3
        waits.clear()
        slot.run_program(program, b"", Limits(cpu_time_s=0.41), keep_bytes=10)
    assert len(waits) == 1
