"""BigCodeBench: unittest classes that stand behind the solution in one file. Here they are a file of their own, which
imports from the solution what it names."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from benchmarks.datasets.trial import read_rows
from benchmarks.testfiles.mutations import mutations
from benchmarks.testfiles.problem import LeftOut, Problem, Problems, Submission
from verifier.suite.formats.two_files import Apart, taken_apart

ROWS = Path("bigcodebench/data/BigCodeBench.jsonl.gz")

NOT_RUN = {
    "BigCodeBench/195": "hangs",
    "BigCodeBench/220": "hangs",
    "BigCodeBench/1040": "hangs",
    "BigCodeBench/176": "wants a network",
    "BigCodeBench/314": "wants a network",
    "BigCodeBench/1005": "wants a network",
    "BigCodeBench/812": "fails as root",
    "BigCodeBench/1101": "wants `python` on the path, or more than 20 s",
    "BigCodeBench/1103": "wants `python` on the path, or more than 20 s",
    "BigCodeBench/1104": "wants `python` on the path, or more than 20 s",
}


OUTWARD = frozenset(
    "ctypes ftplib glob http importlib io multiprocessing os pathlib pkgutil platform shutil signal smtplib socket "
    "sqlite3 ssl subprocess sys tarfile tempfile threading urllib zipfile".split()
)
"""Who imports these is not mutated: plain pytest runs it on this machine, and a mutation might remove other files than
it should."""


def bigcodebench(data: Path, mutants: int) -> Problems:
    """The tasks that need the standard library alone. Raises FileNotFoundError where `data` has no such set."""
    for row in read_rows(data / ROWS):
        name = row["task_id"]
        apart = two_files(row)
        if apart.imported - sys.stdlib_module_names:
            yield LeftOut(name, "imports what is not of the standard library")
        elif name in NOT_RUN:
            yield LeftOut(name, f"in plain Python, too: {NOT_RUN[name]}")
        else:
            code = apart.solution
            harmless = not apart.imported_by_solution & OUTWARD and "open(" not in code
            changed = mutations(code, mutants, name) if harmless else ()
            submissions = Submission("reference", code), *changed
            yield Problem(name, ("solution",), {"test_solution.py": apart.tests}, submissions, cpu_time_s=12.0)


def two_files(row: dict[str, Any]) -> Apart:
    return taken_apart(row["prompt"] + row["canonical_solution"], row["test"])
