"""A machine that has more to do than it can: what costs time then is not the submission's doing."""

from __future__ import annotations

import subprocess
import sys

import pytest

STARVED = """
import os, signal
from verifier.pipeline import Verifier

processor = min(os.sched_getaffinity(0))
code = "for _ in range(30_000): print('x' * 99)"
limits = {"cpu_time_s": 5, "wall_time_s": 0.4}
cases = [{"stdin": "", "stdout": ("x" * 99 + "\\n") * 30_000}]
sample = {"code": code, "reference_answer": {"kind": "stdio", "limits": limits, "cases": cases}}
burners = []
os.sched_setaffinity(0, {processor})
with Verifier(workers=1) as verifier:
    verifier.start()
    for _ in range(2):
        pid = os.fork()
        if not pid:
            while os.getppid() != 1:
                sum(range(100_000))
            os._exit(0)
        burners.append(pid)
    os.setpriority(os.PRIO_PROCESS, 0, 15)
    try:
        [result] = verifier.score([sample])
        print(result.verdict, result.message)
    finally:
        for pid in burners:
            os.kill(pid, signal.SIGKILL)
"""


@pytest.mark.slow
def test_a_keeper_that_gets_no_processor_costs_a_submission_no_time() -> None:
    """What prints waits for whoever reads: nearly all of its time is the keeper's wait for a processor that two others
    are busy with."""
    done = subprocess.run([sys.executable, "-c", STARVED], capture_output=True, text=True)

    assert done.stdout.split() == ["AC"], done.stdout + done.stderr
