"""Thousands of mixed submissions in one run, alone and beside other work: every verdict as expected, nothing left.

`SOAK_SUBMISSIONS` in the environment says how many (default 500; 5,000 take some five minutes).
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import random
from collections import Counter

import psutil
import pytest

from verifier.pipeline import Verifier

pytestmark = pytest.mark.slow

COUNT = int(os.environ.get("SOAK_SUBMISSIONS", "500"))
LIMITS = {"cpu_time_s": 0.25, "wall_time_s": 30.0, "memory_bytes": 64 << 20, "output_bytes": 80 << 20}
LINE = "0123456789" * 100

FUNCTION = {
    "kind": "function",
    "entry_point": "f",
    "limits": LIMITS,
    "cases": [{"args": [n], "expected": n * n} for n in range(10)],
}
STDIO = {"kind": "stdio", "limits": LIMITS, "cases": [{"stdin": f"{n}\n", "stdout": f"{n * n}\n"} for n in range(3)]}
LARGE = {
    "kind": "stdio",
    "limits": LIMITS | {"cpu_time_s": 5.0},
    "cases": [{"stdin": "", "stdout": f"{LINE}\n" * 50_000}],
}

# Touching 200 MB takes a slow machine a quarter of a second.
HUNGRY = FUNCTION | {"early_stop": True, "limits": LIMITS | {"cpu_time_s": 5.0}}

# (share in 1000, code, suite, verdict); each is made unique, so that none is answered from memory.
MIX = [
    (400, "def f(n): return n * n", FUNCTION, "AC"),
    (150, "def f(n): return n + n", FUNCTION, "WA"),
    (150, "n = int(input()); print(n * n)", STDIO, "AC"),
    (70, "n = int(input()); print(n + n)", STDIO, "WA"),
    (60, "def f(n): return n * n // (5 - n) * (5 - n)", FUNCTION, "WA RTE"),
    (40, "import os\ndef f(n): os.abort()", FUNCTION, "RTE"),
    (40, "def f(n) return n", FUNCTION, "CE"),
    (
        30,
        "import ctypes, os\nif ctypes.CDLL(None).fork() == 0:\n  while True: pass\nprint(0, flush=True); os._exit(0)",
        STDIO,
        "SV",
    ),
    (25, "def f(n): x = [bytearray(1 << 20) for _ in range(200)]", HUNGRY, "MLE"),
    (15, "while True: pass", STDIO | {"early_stop": True}, "TLE"),
    (10, "def f(n):\n  while True: pass", FUNCTION | {"early_stop": True}, "TLE"),
    (7, f"for _ in range(50_000): print({LINE!r})", LARGE, "AC"),
    (3, "while True: print('x' * 100_000)", STDIO | {"early_stop": True}, "OLE TLE"),
]


def _samples(count: int, seed: int):
    chance = random.Random(seed)
    weights = [row[0] for row in MIX]
    for number in range(count):
        _, code, suite, verdict = chance.choices(MIX, weights)[0]
        yield {"id": verdict, "code": f"{code}\n# {number}", "reference_answer": suite}


def _busy() -> None:
    while True:
        pass


@pytest.fixture(params=[False, True], ids=["alone", "beside two busy processes"])
def load(request):
    processes = [
        multiprocessing.get_context("spawn").Process(target=_busy, daemon=True) for _ in range(2 * request.param)
    ]
    for process in processes:
        process.start()
    yield
    for process in processes:
        process.kill()
        process.join()


def test_a_long_run_of_mixed_submissions(load, left_behind):
    me, resident, seen, wrong = psutil.Process(), [], Counter(), []
    with Verifier(workers=2) as verifier:
        verifier.start()
        for number, result in enumerate(verifier.stream(_samples(COUNT, seed=1))):
            seen[str(result.verdict)] += 1
            if result.verdict not in result.id.split():
                wrong.append((result.id, result.verdict, result.message))
            if number % max(1, COUNT // 50) == 0:
                resident.append(me.memory_info().rss)
        descriptors = me.num_fds()
        assert wrong == [], Counter(wrong)
        assert left_behind() == []
    gc.collect()
    assert seen.total() == COUNT
    assert me.num_fds() < descriptors
    # Flat: the second half holds no more than the first did at its height, but for noise.
    half = len(resident) // 2
    assert max(resident[half:]) < max(resident[:half]) + (24 << 20), [r >> 20 for r in resident]
