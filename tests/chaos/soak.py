"""`python -m tests.chaos.soak`: tens of thousands of submissions through one verifier, and what it holds on the way.

Most are honest and cheap; the rest is the mixture of tests/sandbox/test_soak.py, hostile ones among it, and suites with
tests of their own or files. Every 5,000, while nothing runs, a line: memory of the keeper and of its zygotes,
descriptors, processes, temporary files. The status is 1 where a verdict was wrong, something was left behind, or one of
these numbers is not flat.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import psutil

from tests.chaos.scene import WORKERS, Scene, descriptors, left_behind, temporary_files, temporary_place
from tests.sandbox import test_soak
from verifier.pipeline import Verifier

STEP = 5_000
GROWTH_BYTES = 8 << 20
"""That still counts as flat: arenas of the allocator come and go."""
CHEAP, TESTED, MIXED = 950, 30, 20
"""Of 1000 submissions."""

_LIMITS = test_soak.LIMITS | {"cpu_time_s": 2.0}
_CALLS = test_soak.FUNCTION | {"limits": _LIMITS}
_FILES = {"kind": "stdio", "scratch": True, "limits": _LIMITS, "cases": [{"stdin": "7", "stdout": "7"}]}
_TESTS = {
    "kind": "pytest",
    "limits": _LIMITS,
    "files": {
        "test_f.py": "from solution import f\n\ndef test_f(tmp_path):\n    (tmp_path / 'a').write_text('a')\n"
        "    assert f(3) == 9\n\ndef test_g():\n    assert f(2) == 4\n"
    },
}
_ASSERTS = {"kind": "asserts", "limits": _LIMITS, "asserts": ["assert f(3) == 9"]}

_CHEAP = [
    ("def f(n): return n * n", _CALLS, "AC"),
    ("def f(n):\n    return sum(n for _ in range(n))", _CALLS, "AC"),
    ("def f(n): return n + n", _CALLS, "WA"),
    ("def f(n): raise ValueError(n)", _CALLS, "RTE"),
    ("def f(n) return n", _CALLS, "CE"),
]
_TESTED = [
    ("def f(n): return n * n", _TESTS, "AC"),
    ("def f(n): return n + n", _TESTS, "WA"),
    ("def f(n): return n * n", _ASSERTS, "AC"),
    ("import os\ndef f(n): os._exit(0)", _ASSERTS, "RTE"),
    ("with open('a', 'w') as out: out.write(input())\nprint(open('a').read())", _FILES, "AC"),
    ("import os\nos.mkdir('b')\nopen('b/c', 'w').write('x' * 99999)\nprint(input())", _FILES, "AC"),
]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.soak", description=__doc__)
    parser.add_argument("--submissions", type=int, default=50_000, metavar="N", help="how many (50000)")
    parser.add_argument("--step", type=int, default=STEP, metavar="N", help=f"a line after so many ({STEP})")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true", help="print a JSON document at the end")
    options = parser.parse_args(arguments)
    lines: list[dict[str, float]] = []
    seen: Counter[str] = Counter()
    wrong: list[str] = []
    before = descriptors()
    with temporary_place(64 << 20, 16_384) as (folder, is_small):
        scene = Scene(folder, is_small)
        with Verifier(workers=WORKERS) as verifier:
            verifier.start()
            samples = _samples(options.submissions, options.seed)
            began = time.monotonic()
            left: list[str] = []
            while part := list(itertools.islice(samples, options.step)):
                for result in verifier.stream(part):
                    seen[str(result.verdict)] += 1
                    if result.verdict not in str(result.id).split():
                        wrong.append(f"{result.id} -> {result.verdict}: {result.message}")
                left += left_behind(scene, closed=False)
                lines.append(_measured(scene, seen.total(), time.monotonic() - began))
                if not options.json:
                    _print(lines[-1], is_first=len(lines) == 1)
        left += left_behind(scene, closed=True)
    if (after := descriptors()) > before:
        left.append(f"{after - before} descriptors")
    problems = [*wrong[:20], *left[:20], *_not_flat(lines)]
    if options.json:
        report = {"lines": lines, "verdicts": dict(seen), "wrong": wrong, "left_behind": left, "problems": problems}
        print(json.dumps(report, indent=2))
    else:
        print(
            f"\n{' '.join(f'{verdict} {count}' for verdict, count in seen.most_common())}; wrong verdicts {len(wrong)}"
        )
        print(f"left behind: {len(left) or 'nothing'}", *problems, sep="\n")
    return 1 if problems else 0


def _samples(count: int, seed: int) -> Iterator[dict[str, object]]:
    chance = random.Random(seed)
    # Not those of fifty megabytes of output: the keeper holds what it compares with.
    mixture = [row for row in test_soak.MIX if row[2] is not test_soak.LARGE]
    weights = [row[0] for row in mixture]
    for number in range(count):
        kind = chance.choices("ctm", (CHEAP, TESTED, MIXED))[0]
        if kind == "m":
            code, suite, verdict = chance.choices(mixture, weights)[0][1:]
        else:
            code, suite, verdict = chance.choice(_CHEAP if kind == "c" else _TESTED)
        yield {"id": verdict, "code": f"{code}\n# {number}", "reference_answer": suite}


def _measured(scene: Scene, count: int, seconds: float) -> dict[str, float]:
    zygotes = scene.all_zygotes()
    return {
        "submissions": count,
        "per_second": round(count / seconds, 1),
        "keeper_bytes": _memory_bytes(os.getpid()),
        "zygotes_bytes": sum(_memory_bytes(zygote.pid) for zygote in zygotes),
        "zygotes": len(zygotes),
        "descriptors": descriptors(),
        "zygotes_descriptors": sum(_descriptors(zygote.pid) for zygote in zygotes),
        "processes": len(psutil.Process().children(recursive=True)),
        "temporary_files": len(temporary_files(scene.folder)),
    }


def _memory_bytes(pid: int) -> int:
    """Proportional, so that what processes share is counted once; resident where the kernel doesn't tell."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) << 10
    except OSError:
        pass
    return psutil.Process(pid).memory_info().rss


def _descriptors(pid: int) -> int:
    try:
        return len(os.listdir(f"/proc/{pid}/fd"))
    except OSError:
        return 0


def _not_flat(lines: Sequence[dict[str, float]]) -> list[str]:
    """The second half may hold no more than the first did at its height. The first line is warm-up: it is left out."""
    measured = lines[1:]
    half = len(measured) // 2
    if not half:
        return []
    found = []
    # (Each worker has up to two folders that stay for the next submission; left_behind knows.)
    for key in lines[0].keys() - {"submissions", "per_second", "temporary_files"}:
        before, after = (max(line[key] for line in part) for part in (measured[:half], measured[half:]))
        if after > before + (GROWTH_BYTES if key.endswith("_bytes") else 0):
            found.append(f"not flat: {key}: {before:g}, then {after:g}")
    return found


def _print(line: dict[str, float], *, is_first: bool) -> None:
    cells = {
        "submissions": f"{line['submissions']:,}",
        "per second": f"{line['per_second']:.0f}",
        "keeper, MB": f"{line['keeper_bytes'] / 1e6:.1f}",
        "zygotes, MB": f"{line['zygotes_bytes'] / 1e6:.1f}",
        "zygotes": str(line["zygotes"]),
        "descriptors": str(line["descriptors"]),
        "of the zygotes": str(line["zygotes_descriptors"]),
        "processes": str(line["processes"]),
        "temporary files": str(line["temporary_files"]),
    }
    if is_first:
        print(f"| {' | '.join(cells)} |\n|{'---|' * len(cells)}")
    print(f"| {' | '.join(cells.values())} |", flush=True)


if __name__ == "__main__":
    sys.exit(main())
