"""How fast this machine is, as one number: the CPU time of a fixed program, run in a cell as submissions are.

Figures of a suite's references are CPU seconds of the machine that they were measured on. With its speed beside them,
they can be told from those of another machine.
"""

from __future__ import annotations

from verifier.authoring.running import Runner
from verifier.errors import SandboxError
from verifier.suite.model import FunctionSuite, parse_suite

UNIT_S = 0.25
"""CPU seconds of the program below on a machine of speed 1."""
RUNS = 5

_CODE = '''\
import platform


def work():
    """What interpreters do most: integers, dictionaries, lists, texts and calls."""
    words = [f"{number * 7919 % 10007:05}" for number in range(60_000)]
    counts = {}
    for word in words:
        counts[word] = counts.get(word, 0) + 1
    words.sort(key=lambda word: word[::-1])
    total = 0
    for number in range(700_000):
        total = (total * 31 + number) & 0xFFFFFFFF
    return [len(counts), total, platform.python_version()]
'''
_SUITE = parse_suite(
    {
        "kind": "function",
        "entry_point": "work",
        "limits": {"cpu_time_s": 60},
        "cases": [{"expected": None}],
    }
)


def machine_speed(runner: Runner, *, runs: int = RUNS) -> tuple[float, str]:
    """The speed, and the version of Python in the sandbox, such as "3.11". The best of several runs: whatever else
    runs can only slow them down.

    Raises SandboxError where the program could not be run.
    """
    assert isinstance(_SUITE, FunctionSuite)
    times = []
    version = ""
    for _ in range(runs):
        [answer] = runner.answers(_CODE, _SUITE)
        if not (answer.given and isinstance(answer.value, list)):
            raise SandboxError(
                "measure the machine's speed", f"{answer.facts.fault or answer.facts.raised or 'no answer'}"
            )
        times.append(answer.facts.cpu_time_s)
        version = ".".join(str(answer.value[-1]).split(".")[:2])
    return UNIT_S / min(times), version
