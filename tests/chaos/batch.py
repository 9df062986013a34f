"""A mixed batch, scored while faults are applied to the verifier, and what became of it."""

from __future__ import annotations

import itertools
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from tests.chaos.faults import Fault
from tests.chaos.scene import Scene
from verifier.pipeline import Verifier
from verifier.suite.model import Suite, parse_suite

LIMITS = {"cpu_time_s": 2.0, "wall_time_s": 30.0, "memory_bytes": 64 << 20, "output_bytes": 1 << 20}
"""Honest submissions stay far below; those that are to meet a limit have a suite of their own."""

_numbers = itertools.count()


@dataclass(frozen=True)
class Entry:
    """A submission that is judged again and again. `verdict` is its own, without a fault."""

    kind: str
    code: str
    suite: Suite
    verdict: str = "AC"

    @property
    def unique_code(self) -> str:
        """No two are the same, so that none is answered from memory."""
        return f"{self.code}\n# {next(_numbers)}\n"


def _suite(**suite: object) -> Suite:
    return parse_suite({"limits": LIMITS, **suite})


_CASES = [{"args": [n], "expected": n} for n in range(4)]
_FUNCTION = _suite(kind="function", entry_point="f", cases=_CASES)
_STDIO = _suite(kind="stdio", cases=[{"stdin": f"{n}\n", "stdout": f"{n}\n"} for n in (7, 8)])
_FILES = _suite(kind="stdio", scratch=True, cases=[{"stdin": f"{n}\n", "stdout": f"{n}\n"} for n in (7, 8)])
_PYTEST = _suite(
    kind="pytest",
    files={
        "test_f.py": "import pytest\nfrom solution import f\n\n"
        "@pytest.mark.parametrize('n', range(3))\ndef test_f(n):\n    assert f(n) == n\n\n"
        "def test_file(tmp_path):\n    path = tmp_path / 'a'\n    path.write_text(str(f(5)) * 500)\n"
        "    assert path.read_text() == '5' * 500\n",
        "data.txt": "5",
    },
)
_ASSERTS = _suite(kind="asserts", entry_point="f", code="def check(candidate):\n    assert candidate(1) == 1\n")

_SLEEP = "import time\ndef f(n):\n    time.sleep(0.03)\n    return n"

HONEST = [
    Entry("function", "def f(n): return n", _FUNCTION),
    Entry("function", _SLEEP, _FUNCTION),
    Entry("function", "import sqlite3, statistics\ndef f(n): return n", _FUNCTION),
    Entry("stdio", "print(input())", _STDIO),
    Entry("stdio", "import time\ntime.sleep(0.05)\nprint(input())", _STDIO),
    Entry(
        "stdio",
        "import time\nwith open('a', 'w') as out: out.write(input())\ntime.sleep(0.03)\nprint(open('a').read())",
        _FILES,
    ),
    Entry("pytest", "def f(n): return n", _PYTEST),
    Entry("pytest", _SLEEP, _PYTEST),
    Entry("pytest", _SLEEP, _ASSERTS),
]
_TIGHT = LIMITS | {"cpu_time_s": 0.3}
OTHERS = [
    Entry("function", "def f(n): return n + 1", _FUNCTION, "WA"),
    Entry("function", "def f(n) return n", _FUNCTION, "CE"),
    Entry("function", "import os\ndef f(n): os._exit(n)", _FUNCTION, "RTE"),
    Entry("function", "import os\ndef f(n): os.write(4, b'\\xff' * 9)", _FUNCTION, "SV"),
    Entry(
        "function",
        "def f(n):\n  while True: pass",
        _suite(kind="function", entry_point="f", cases=_CASES[:1], limits=_TIGHT),
        "TLE",
    ),
    Entry("stdio", "print(9)", _STDIO, "WA"),
    Entry(
        "stdio",
        "import ctypes, time\nif ctypes.CDLL(None).fork() == 0: time.sleep(99)\nprint(input(), flush=True)",
        _STDIO,
        "SV",
    ),
    Entry("pytest", "def f(n): return n + 1", _PYTEST, "WA"),
    Entry("pytest", "import os\ndef f(n): os._exit(0)", _ASSERTS, "RTE"),
]


@dataclass
class Outcome:
    """What became of the submissions that were judged while a fault was applied."""

    fault: str
    times: int = 0
    """It was applied, and found something to be applied to."""
    verdicts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    """Verdicts that are neither a submission's own nor a judge error."""
    not_recovered: list[str] = field(default_factory=list)
    """Of the batch of honest submissions right after it: all that were not AC."""
    left_behind: list[str] = field(default_factory=list)
    messages: Counter[str] = field(default_factory=Counter)
    """Of judge errors."""

    @property
    def is_good(self) -> bool:
        return not (self.wrong or self.not_recovered or self.left_behind)

    def add(self, other: Outcome) -> None:
        self.times += other.times
        self.verdicts += other.verdicts
        self.messages += other.messages
        self.wrong += other.wrong
        self.not_recovered += other.not_recovered
        self.left_behind += other.left_behind


class Batch:
    """Judges entries in threads of its own, and knows which are in flight."""

    def __init__(self, verifier: Verifier, fault: Fault, threads: int) -> None:
        self.outcome = Outcome(fault.name)
        self._verifier = verifier
        self._fault = fault
        self._threads = threads
        self._changed = threading.Condition()
        self._in_flight: set[int] = set()

    def run(self, entries: Sequence[Entry], scene: Scene, *, most_times: int = 3) -> Outcome:
        """Applies the fault while the entries are judged, at moments of its own choice."""
        left = iter(list(entries))
        workers = [threading.Thread(target=self._work, args=(left,)) for _ in range(self._threads)]
        for worker in workers:
            worker.start()
        with self._changed:
            self._changed.wait_for(lambda: self._in_flight, timeout=5)
        for _ in range(most_times):
            if not any(worker.is_alive() for worker in workers):
                break
            hit = self._apply(scene)
            self.outcome.times += hit is not None
            if hit and self._fault.strikes:
                with self._changed:
                    self._changed.wait_for(lambda hit=hit: not hit & self._in_flight, timeout=120)
            time.sleep(scene.chance.uniform(0.0, 0.3))
        for worker in workers:
            worker.join()
        return self.outcome

    def _apply(self, scene: Scene) -> set[int] | None:
        """Which submissions it may have hit; None where there was nothing to apply it to."""
        before = set(self._in_flight)
        with self._fault.begin(scene) as is_applied:
            with self._changed:
                after = before | self._in_flight
            if self._fault.lasts_s:
                time.sleep(self._fault.lasts_s)
        return after if is_applied else None

    def _work(self, entries: Iterator[Entry]) -> None:
        while True:
            with self._changed:
                entry = next(entries, None)
                if entry is None:
                    return
                number = next(_numbers)
                self._in_flight.add(number)
                self._changed.notify_all()
            try:
                self._judge(entry)
            finally:
                with self._changed:
                    self._in_flight.discard(number)
                    self._changed.notify_all()

    def _judge(self, entry: Entry) -> None:
        judged = self._verifier.judge(entry.unique_code, entry.suite)
        verdict = str(judged.verdict)
        with self._changed:
            self.outcome.verdicts[verdict] += 1
            if verdict == "JE":
                self.outcome.messages[judged.message] += 1
            elif verdict != entry.verdict:
                self.outcome.wrong.append(
                    f"{entry.kind} {entry.verdict} -> {verdict}: {judged.message}: {entry.code!r}"
                )


def not_recovered(verifier: Verifier, entries: Iterable[Entry] = HONEST) -> list[str]:
    """Of one honest submission after the other, those that are not AC."""
    found = []
    for entry in entries:
        judged = verifier.judge(entry.unique_code, entry.suite)
        if judged.verdict != "AC":
            found.append(f"{entry.kind}: {judged.verdict}: {judged.message}")
    return found
