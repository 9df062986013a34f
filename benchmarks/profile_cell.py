"""Where a submission's time goes: `python -m benchmarks.profile_cell [--count N] [--kind KIND] [--keeper]`.

Prints the stages inside a cell (CPU microseconds and page faults for each submission); with `--keeper`, the keeper's
own functions by cProfile, for which the stages are left alone. The stopwatch costs a little itself: compare stages with
each other, and whole runs with `benchmarks.speed`.
"""

from __future__ import annotations

import argparse
import contextlib
import cProfile
import os
import pstats
import struct
import subprocess
import tempfile
from pathlib import Path
from typing import Any
from unittest import mock

from benchmarks import work
from verifier.pipeline import Verifier
from verifier.suite.model import parse_suite

TABLE_BYTES = 1 << 14
ZYGOTE = Path(__file__).resolve().parent / "drivers" / "profiled_zygote.py"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.profile_cell", description=__doc__)
    parser.add_argument("--count", type=int, default=400)
    parser.add_argument("--kind", choices=("functions", "programs"), default="functions")
    parser.add_argument("--keeper", action="store_true")
    options = parser.parse_args()
    tasks = work.function_tasks() if options.kind == "functions" else work.program_tasks(1)
    suites = {task["code"]: parse_suite(work.suite_of(task)) for task in tasks}
    jobs = [
        (submission["code"], suites[tasks[number % len(tasks)]["code"]])
        for number, submission in enumerate(work.submissions(tasks, options.count, "profile"))
    ]
    with tempfile.NamedTemporaryFile() as table:
        table.truncate(TABLE_BYTES)
        with contextlib.nullcontext() if options.keeper else profiled(table.name), Verifier(workers=1) as verifier:
            for code, suite in jobs[: len(tasks)]:
                verifier.judge(code + "# warm-up\n", suite)
            if options.keeper:
                profile = cProfile.Profile()
                profile.enable()
            else:
                reset(table)
            for code, suite in jobs:
                verifier.judge(code, suite)
            if options.keeper:
                profile.disable()
                pstats.Stats(profile).sort_stats("tottime").print_stats(25)
                return
            print_stages(table, options.count)


def profiled(path: str) -> Any:
    """Has the keeper start our zygote for its own; the command line is otherwise as it was."""
    popen = subprocess.Popen

    def start(command: list[str], **options: Any) -> subprocess.Popen[bytes]:
        command = [str(ZYGOTE) if part.endswith("zygote.py") else part for part in command]
        return popen(command, **{**options, "env": {**(options.get("env") or os.environ), "PROFILE_FILE": path}})

    return mock.patch("subprocess.Popen", start)


def reset(table: Any) -> None:
    table.seek(TABLE_BYTES // 2)
    table.write(bytes(TABLE_BYTES // 2))
    table.flush()


def print_stages(table: Any, count: int) -> None:
    table.seek(0)
    data = table.read()
    names = data[: TABLE_BYTES // 2].rstrip(b"\0").decode().split("\n")
    print(f"{'stage':28} {'calls':>7} {'CPU us':>9} {'page faults':>12}   for each submission")
    for number, name in enumerate(names):
        seen, seconds, faults = struct.unpack_from("ddd", data, TABLE_BYTES // 2 + number * 24)
        print(f"{name:28} {seen / count:7.1f} {seconds / count * 1e6:9.0f} {faults / count:12.1f}")


if __name__ == "__main__":
    main()
