"""Where the machine, or the container, has less memory than the submissions of one moment may use together."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PROGRAM = """
import json, os, sys
from pathlib import Path
Path(sys.argv[1]).write_text(str(os.getpid()))
from verifier.pipeline import Verifier
limits = {"cpu_time_s": 20, "wall_time_s": 60, "memory_bytes": 300 << 20}
suites = {
    "function": {"entry_point": "f", "cases": [{"args": [n], "expected": n} for n in (1, 2)]},
    "pytest": {"files": {"test_f.py": "from solution import f\\ndef test_f(): assert (f(1), f(2)) == (1, 2)"}},
}
workers, mebibytes = int(sys.argv[3]), int(sys.argv[4])
suite = {"kind": sys.argv[2], "limits": limits, **suites[sys.argv[2]]}
code = f"import time\\ndef f(n):\\n  held = b'x' * ({mebibytes} << 20)\\n  time.sleep(0.3)\\n  return n"
samples = [{"id": n, "code": f"{code}  # {n}", "reference_answer": suite} for n in range(10)]
with Verifier(workers=workers) as verifier:
    print(json.dumps([[str(r.verdict), r.message] for r in verifier.score(samples)]))
"""


@pytest.fixture
def small_group() -> Iterator[Path]:
    """The file that takes a process into a group of 700 MB."""
    name = f"verifier-test-{os.getpid()}"
    for top, limit in (("/sys/fs/cgroup/memory", "memory.limit_in_bytes"), ("/sys/fs/cgroup", "memory.max")):
        group = Path(top, name)
        try:
            group.mkdir()
            (group / limit).write_text(str(700 << 20))
        except OSError:
            if group.is_dir():
                group.rmdir()
            continue
        yield group / "cgroup.procs"
        group.rmdir()
        return
    pytest.skip("no group with a limit of memory can be made here")


@pytest.mark.parametrize(("kind", "workers", "mebibytes"), [("function", 5, 200), ("pytest", 3, 270)])
def test_what_the_kernel_kills_for_want_of_memory_is_judged_again_alone(
    small_group: Path, kind: str, workers: int, mebibytes: int
) -> None:
    """All workers at a time are more than fit; each alone does."""
    arguments = [str(small_group), kind, str(workers), str(mebibytes)]
    done = subprocess.run([sys.executable, "-c", PROGRAM, *arguments], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [["AC", ""]] * 10
