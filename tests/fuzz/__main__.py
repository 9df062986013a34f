"""`python -m tests.fuzz TARGET|all [--seconds N]`: fuzzes parsers of foreign bytes (docs/fuzzing.md).

Guided by coverage where atheris is installed (`pip install -e '.[fuzz]'`), else by mutation alone. What fails is told
with its bytes, which then belong into seeds.py; the status is 1.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path
from random import Random

TIMEOUT_S, MEMORY_MB, MAX_BYTES = 20, 2048, 4096
"""What one input may take of the two before it counts as a failure, and how long one is."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("target", help="its name, or `all`")
    parser.add_argument("--seconds", type=int, default=60, help="for each target (default: 60)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--plain", action="store_true", help="without atheris")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.here:
        return _guided(options.target, options.seconds, options.seed)
    from tests.fuzz.targets import TARGETS

    names = list(TARGETS) if options.target == "all" else [options.target]
    if not TARGETS.keys() >= set(names):
        parser.error(f"no such target; there are {', '.join(TARGETS)}")
    if options.plain or not _has_atheris():
        return max([_plain(name, options.seconds, options.seed) for name in names])
    return max([_apart(name, options.seconds, options.seed) for name in names])


def _has_atheris() -> bool:
    import importlib.util

    return importlib.util.find_spec("atheris") is not None


def _plain(name: str, seconds: float, seed: int) -> int:
    from tests.fuzz.mutate import mutate
    from tests.fuzz.seeds import seeds
    from tests.fuzz.targets import TARGETS

    random, inputs, count = Random(seed), seeds(name), 0
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        data = mutate(random.choice(inputs), random, MAX_BYTES)
        count += 1
        try:
            TARGETS[name](data)
        except BaseException:
            traceback.print_exc()
            print(f"{name}: fails after {count} executions on\n{data!r}")
            return 1
    print(f"{name}: {count} executions")
    return 0


def _apart(name: str, seconds: int, seed: int) -> int:
    """In a process of its own, since a crash ends it, and its coverage is its own."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "tests.fuzz", name, "--here", "--seconds", str(seconds), "--seed", str(seed)]
        run = subprocess.run(
            command,
            stderr=subprocess.STDOUT,
            stdout=subprocess.PIPE,
            env={**os.environ, "FUZZ_FOLDER": folder},
            check=False,
        )
        text = run.stdout.decode(errors="replace")
        failing = [path.read_bytes() for path in Path(folder).iterdir() if path.is_file()]
    executions = re.findall(r"^(?:#|stat::number_of_executed_units: +)(\d+)", text, re.M)
    coverage = re.findall(r"cov: (\d+) ft: (\d+) corp: (\d+)", text)
    edges, features, corpus = coverage[-1] if coverage else ("?", "?", "?")
    began = coverage[0][0] if coverage else "?"
    print(
        f"{name}: {executions[-1] if executions else 0} executions, {began} to {edges} edges, {features} features, "
        f"{corpus} inputs kept",
        flush=True,
    )
    if run.returncode or failing:
        print(text[-4000:])
        for data in failing:
            print(f"{name}: fails on\n{data!r}", flush=True)
        return 1
    return 0


def _guided(target: str, seconds: int, seed: int) -> int:
    import atheris

    with atheris.instrument_imports(include=["verifier"]):
        from tests.fuzz import bounds, targets
    from tests.fuzz.mutate import mutate
    from tests.fuzz.seeds import seeds

    bounds.counts_calls = False
    folder = os.environ["FUZZ_FOLDER"]
    inputs = Path(folder, "inputs")
    inputs.mkdir()
    for number, data in enumerate(seeds(target)):
        (inputs / str(number)).write_bytes(data)

    def mutated(data: bytes, max_size: int, number: int) -> bytes:
        random = Random(number)
        if random.random() < 0.3:
            return bytes(atheris.Mutate(data, max_size))
        return mutate(data, random, max_size)

    settings = {
        "max_total_time": seconds,
        "timeout": TIMEOUT_S,
        "rss_limit_mb": MEMORY_MB,
        "max_len": MAX_BYTES,
        "len_control": 0,
        "seed": seed,
        "artifact_prefix": f"{folder}/",
        "print_final_stats": 1,
    }
    arguments = [sys.argv[0], str(inputs), *(f"-{name}={value}" for name, value in settings.items())]
    atheris.Setup(arguments, targets.TARGETS[target], custom_mutator=mutated)
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
