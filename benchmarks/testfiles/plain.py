"""What plain pytest says: `python -m pytest` on the files and the submission, in a folder and a process of its own.

It is the measure of this comparison, so nothing of the verifier is in it. Results are kept on disk: they depend on the
files, the submission and the versions of Python and pytest alone.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.testfiles.problem import PlainRun, PlainTest, Problem, Submission

PLUGIN = Path(__file__).with_name("plugin") / "vf_plain_plugin.py"
WHOLE_TIMEOUT_S = 120.0
"""For one submission: what the alarm of a single test can't end, such as a loop while it is imported."""
MEMORY_BYTES = 1 << 30


def run(problem: Problem, submission: Submission, cache: Path | None = None, *, hash_seed: str = "0") -> PlainRun:
    """Judges one submission. `cache` is the folder of earlier results."""
    settings = {
        "cpu_time_s": problem.cpu_time_s,
        "wall_time_s": 3 * problem.cpu_time_s + 5,
        "max_timeouts": problem.max_timeouts,
        "memory_bytes": MEMORY_BYTES,
    }
    kept = cache / f"{_key(problem, submission, settings, hash_seed)}.json" if cache is not None else None
    if kept is not None and kept.exists():
        found = json.loads(kept.read_text(encoding="utf-8"))
        return PlainRun(**{**found, "tests": {name: PlainTest(**test) for name, test in found["tests"].items()}})
    with tempfile.TemporaryDirectory(prefix="vf-plain-") as folder:
        result = _run(problem, submission, settings, Path(os.path.realpath(folder)), hash_seed)
    if kept is not None:
        kept.parent.mkdir(parents=True, exist_ok=True)
        unfinished = kept.with_suffix(f".{os.getpid()}")
        unfinished.write_text(json.dumps(asdict(result)), encoding="utf-8")
        unfinished.rename(kept)
    return result


def _key(problem: Problem, submission: Submission, settings: dict[str, Any], hash_seed: str) -> str:
    versions = [sys.version, importlib.metadata.version("pytest"), PLUGIN.read_text(encoding="utf-8")]
    all_of_it = [versions, problem.modules, problem.files, submission.code, settings, hash_seed]
    return hashlib.sha256(json.dumps(all_of_it, sort_keys=True).encode("utf-8", "surrogatepass")).hexdigest()[:40]


def _run(problem: Problem, submission: Submission, settings: dict[str, Any], folder: Path, hash_seed: str) -> PlainRun:
    home, work = folder / "home", folder / "work"
    home.mkdir()
    solutions = [f"{module.replace('.', '/')}.py" for module in problem.modules]
    for path, text in {**problem.files, **dict.fromkeys(solutions, submission.code)}.items():
        (work / path).parent.mkdir(parents=True, exist_ok=True)
        (work / path).write_bytes(text.encode("utf-8", "surrogatepass"))
    settings = {
        **settings,
        "report": str(folder / "report.jsonl"),
        "submission": [str(work / path) for path in solutions],
        "tests": [str(work / path) for path in problem.files],
    }
    environment = {
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "PYTHONUTF8": "1",
        "PYTHONHASHSEED": hash_seed,
        "PYTHONPATH": str(PLUGIN.parent),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "VF_PLAIN": json.dumps(settings),
    }
    command = [sys.executable, "-s", "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", PLUGIN.stem, "--rootdir=."]
    began = time.monotonic()
    hangs = _wait([*command, "."], work, environment)
    lines = (folder / "report.jsonl").read_text(encoding="utf-8").splitlines()
    result = _read(lines, hangs)
    result.seconds = round(time.monotonic() - began, 2)
    return result


def _wait(command: Sequence[str], folder: Path, environment: dict[str, str]) -> str:
    """Runs to the end; else says why it was given up."""

    process = subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        process.wait(timeout=WHOLE_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        return f"plain pytest takes more than {WHOLE_TIMEOUT_S:g} s"
    finally:
        # Also what the tests left behind: the group has the id of its leader until that is reaped, or has members.
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    return ""


def _read(lines: list[str], hangs: str) -> PlainRun:
    result, collected, problems = PlainRun({}, hangs=hangs), [], []
    for line in lines:
        entry = json.loads(line)
        kind = entry.pop("kind")
        if kind == "collected":
            collected = entry["tests"]
        elif kind == "problem":
            problems.append(f"{entry['where']}: {entry['note']}")
        elif kind == "internal error":
            raise RuntimeError(f"pytest has an internal error: {entry['note']}")
        elif kind == "stopped":
            result.hangs = result.hangs or "more tests run out of time than are waited for"
        else:
            name = entry.pop("name")
            result.tests[name] = PlainTest(**entry)
    result.note = "; ".join(problems)
    missing = [name for name in collected if name not in result.tests]
    if missing and not result.hangs and not problems:
        result.note = f"pytest ended before {missing[0]} was finished"
    return result
