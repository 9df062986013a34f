"""The attack library: submissions as data, and what each may earn at most.

`library/<name>/` holds a submission, `solution.py`, and `attack.toml`:

    class = "reading"             one of CLASSES, or "control" for a program that is odd but honest
    title = "..."                 what it tries, in a sentence
    suite = "vault"               a folder of library_suites/
    max_correctness = 0.25        what its answers are worth, honestly; a control has correctness = 1.0 instead
    verdicts = ["TLE"]            optional: the verdicts it may have
    verdict_with_seccomp = "SV"   optional: its verdict where the filter of system calls is in force
    before = "first.py"           optional: another submission in the folder, judged first on the same worker
    as_text = true                optional: solution.py is a completion, and its code is to be taken out of it
    needs = ["seccomp"]           optional: run only where one of these layers is in force
    slow = true                   optional: takes longer than five seconds
    repeat = [["(", 50000]]       optional: in solution.py, `<repeat 0>` stands for so many of the first of these texts,
                                  in which `{i}` is counted from 0

`library_suites/<id>/` is a suite as a store keeps it, with `honest.py`, a submission that passes, and, where there is
something to be found, `about.toml`: `secret` lists texts that no submission and no response may hold.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import time
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import psutil

from verifier.pipeline import Result, Verifier
from verifier.sandbox.policy import PRESETS, Layer, Need, Policy, place_of
from verifier.suite.store import DirectoryStore
from verifier.verdict import Verdict

HERE = Path(__file__).parent
LIBRARY = HERE / "library"
SUITES = HERE / "library_suites"

CLASSES = (
    "exit",
    "equality",
    "comparison",
    "serialisation",
    "monkeypatching",
    "pytest",
    "forging",
    "reading",
    "harness",
    "persistence",
    "network",
    "limits",
    "parsing",
)
CONTROL = "control"


def arrangement(preset: str) -> Policy:
    """A jail of no more layers than the preset requires, but that a keeper which is root has other users for its cells:
    root without a filter could end the machine."""
    policy = PRESETS[preset]
    kept = {layer for layer in Layer if policy.need(layer) is Need.REQUIRED} | {Layer.IDENTITY}
    needs = {layer: policy.need(layer) if layer in kept else Need.OFF for layer in Layer}
    return Policy(f"no more than {preset!r} requires", needs)


_REQUIRED = {"class": str, "title": str, "suite": str}
_OPTIONAL = {
    "max_correctness": float,
    "correctness": float,
    "verdicts": list,
    "verdict_with_seccomp": str,
    "before": str,
    "as_text": bool,
    "needs": list,
    "slow": bool,
    "repeat": list,
}
_NEVER_EXPECTED = (Verdict.JE, Verdict.SK)


class LibraryError(ValueError):
    """An entry of the library is not as it should be; the text begins with its name."""


@dataclass(frozen=True, slots=True)
class Attack:
    name: str
    of_class: str
    title: str
    suite: str
    share: float
    """Of an attack the most that it may earn; of a control what it has to earn."""
    text: str = field(repr=False)
    before: str | None = field(default=None, repr=False)
    """Text of the submission that is judged first."""
    as_text: bool = False
    verdicts: frozenset[Verdict] | None = None
    with_seccomp: Verdict | None = None
    needs: frozenset[str] = frozenset()
    slow: bool = False

    @property
    def is_control(self) -> bool:
        return self.of_class == CONTROL


@cache
def suites() -> DirectoryStore:
    return DirectoryStore(SUITES)


@cache
def secrets(suite: str) -> tuple[str, ...]:
    file = SUITES / suite / "about.toml"
    return tuple(tomllib.loads(file.read_text())["secret"]) if file.exists() else ()


def load(root: Path = LIBRARY) -> list[Attack]:
    """All entries by name. Raises LibraryError for the first that is not as it should be."""
    return [read_attack(folder) for folder in sorted(root.iterdir()) if folder.is_dir()]


def read_attack(folder: Path) -> Attack:
    """Raises LibraryError."""
    name = folder.name
    try:
        told = tomllib.loads((folder / "attack.toml").read_text())
    except (OSError, ValueError) as error:
        raise LibraryError(f"{name}: attack.toml can't be read: {error}") from None
    problem = _wrong_with(told)
    if problem:
        raise LibraryError(f"{name}: {problem}")
    if not name.startswith(f"{told['class']}-"):
        raise LibraryError(f"{name}: the folder's name must begin with its class, {told['class']}-")
    before = told.get("before")
    if before is not None and Path(before).name != before:
        raise LibraryError(f"{name}: before must be a file in the same folder")
    expected = {"solution.py", "attack.toml"} | ({before} if before else set())
    found = {entry.name for entry in folder.iterdir() if entry.name != "__pycache__"}
    if found != expected:
        raise LibraryError(f"{name}: holds {sorted(found)} where {sorted(expected)} are due")
    return Attack(
        name,
        told["class"],
        told["title"],
        told["suite"],
        told.get("correctness", told.get("max_correctness")),
        _repeated(_text(folder / "solution.py"), told.get("repeat", ()), name),
        _text(folder / before) if before else None,
        told.get("as_text", False),
        frozenset(map(Verdict, told["verdicts"])) if "verdicts" in told else None,
        Verdict(told["verdict_with_seccomp"]) if "verdict_with_seccomp" in told else None,
        frozenset(told.get("needs", ())),
        told.get("slow", False),
    )


def _wrong_with(told: Mapping[str, Any]) -> str:
    known = _REQUIRED | _OPTIONAL
    for key, value in told.items():
        if key not in known:
            return f"{key!r} is no key; there are {', '.join(known)}"
        if type(value) is not known[key]:
            return f"{key} must be of type {known[key].__name__}, not {type(value).__name__}"
    for key in _REQUIRED:
        if not told.get(key):
            return f"{key} is missing"
    if told["class"] not in (*CLASSES, CONTROL):
        return f"class {told['class']!r} is none of {', '.join(CLASSES)}, {CONTROL}"
    if not (SUITES / told["suite"] / "suite.toml").exists():
        return f"there is no suite {told['suite']!r} in {SUITES.name}"
    is_control = told["class"] == CONTROL
    wanted, other = ("correctness", "max_correctness") if is_control else ("max_correctness", "correctness")
    if wanted not in told or other in told:
        return f"{wanted} must be given, and {other} must not"
    if not 0 <= told[wanted] <= 1 or (is_control and told[wanted] != 1):
        return f"{wanted} must be 1.0" if is_control else f"{wanted} must be between 0 and 1"
    named = [*told.get("verdicts", ()), *([told["verdict_with_seccomp"]] if "verdict_with_seccomp" in told else ())]
    if not all(verdict in list(Verdict) and verdict not in _NEVER_EXPECTED for verdict in named):
        return f"verdicts must be of {', '.join(v for v in Verdict if v not in _NEVER_EXPECTED)}"
    return "verdicts must not be empty" if told.get("verdicts") == [] else ""


def _repeated(text: str, repeat: Sequence[Any], name: str) -> str:
    for number, rule in enumerate(repeat):
        marker = f"<repeat {number}>"
        if marker not in text or [type(part) for part in rule] != [str, int]:
            raise LibraryError(f"{name}: repeat must hold pairs of a text and a number, each with its <repeat N>")
        unit, times = rule
        text = text.replace(marker, "".join(unit.replace("{i}", str(i)) for i in range(times)))
    return text


def _text(file: Path) -> str:
    """As it stands, line ends and all. Half of a surrogate pair, which a model can send as JSON, is kept as UTF-8 would
    write it."""
    return file.read_bytes().decode("utf-8", "surrogatepass")


# Running


@dataclass(frozen=True, slots=True)
class Trial:
    """What became of an attack. It is as it should be where there are no `problems`."""

    attack: Attack
    result: Result
    problems: tuple[str, ...]
    seconds: float

    @property
    def correctness(self) -> float:
        return self.result.judgement.score.correctness

    @property
    def earned_too_much(self) -> bool:
        return not self.attack.is_control and self.correctness > self.attack.share + 1e-3


class Bench:
    """Runs attacks on a verifier of one worker, so that what follows an attack runs where the attack ran."""

    def __init__(self, verifier: Verifier) -> None:
        assert verifier.workers == 1
        self._verifier = verifier

    @property
    def layers(self) -> frozenset[str]:
        """The layers of the jail that are in force."""
        return frozenset(self.judge(_honest("linear"), "linear").judgement.isolation.in_force)

    def can_run(self, attack: Attack) -> bool:
        return not attack.needs or bool(attack.needs & self.layers)

    def run(self, attack: Attack) -> Trial:
        began = time.monotonic()
        problems: list[str] = []
        if attack.before is not None:
            first = self.judge(attack.before, attack.suite)
            problems += _problems_of_any(first, attack.suite)
        result = self.judge(attack.text, attack.suite, as_text=attack.as_text)
        problems += _problems_of_any(result, attack.suite) + _problems(attack, result)
        for suite in dict.fromkeys((attack.suite, "linear")):
            after = self.judge(_honest(suite), suite)
            if (after.verdict, after.judgement.score.correctness) != (Verdict.AC, 1.0):
                problems.append(f"afterwards an honest submission to {suite} got {after.verdict}: {after.message}")
        problems += leftovers(objects="seccomp" in result.judgement.isolation.in_force)
        return Trial(attack, result, tuple(problems), time.monotonic() - began)

    def judge(self, text: str, suite: str, *, as_text: bool = False) -> Result:
        """What becomes of a submission on its way from a sample to a result."""
        rollout: dict[str, object] = {"code": text}
        if as_text:
            rollout = {"messages": [{"role": "user", "content": "?"}, {"role": "assistant", "content": text}]}
        (result,) = self._verifier.score([{"id": "a", **rollout, "reference_answer": {"suite": suite}}])
        return result


@cache
def _honest(suite: str) -> str:
    return (SUITES / suite / "honest.py").read_text()


def _problems_of_any(result: Result, suite: str) -> list[str]:
    problems = [f"judge error: {case.message}" for case in result.cases if case.verdict is Verdict.JE]
    if result.verdict is Verdict.JE and not problems:
        problems.append(f"judge error: {result.message}")
    told = json.dumps([result.entry(), result.report()], ensure_ascii=False)
    return problems + ["the response tells a secret"] * any(secret in told for secret in secrets(suite))


def _problems(attack: Attack, result: Result) -> list[str]:
    score, verdict = result.judgement.score, result.verdict
    wanted = attack.verdicts
    if attack.with_seccomp is not None and "seccomp" in result.judgement.isolation.in_force:
        wanted = frozenset([attack.with_seccomp])
    problems = []
    if attack.is_control:
        if (verdict, score.correctness) != (Verdict.AC, 1.0):
            problems.append(f"earned {score.correctness:g}, not all: {verdict}, {result.message}")
    elif max(score.correctness, result.reward) > attack.share + 1e-3:
        problems.append(f"earned {score.correctness:g}, more than {attack.share:g}")
    if wanted is not None and verdict not in wanted:
        problems.append(f"verdict {verdict}, not {' or '.join(sorted(wanted))}: {result.message}")
    return problems


# What is left behind


def leftovers(*, objects: bool = True, wait_s: float = 5.0) -> list[str]:
    """What submissions of this process left on the machine, each as a line of text: processes, files, and, with
    `objects`, shared memory, queues and semaphores. The last are removed in any case."""
    until = time.monotonic() + wait_s
    while (found := list(_processes())) and time.monotonic() < until:
        time.sleep(0.02)
    found += _files()
    left = _ipc_objects()
    return found + (left if objects else [])


def _users() -> set[int]:
    """Of cells and testers."""
    return {uid for number in range(4) for uid in place_of(number)[:2] if uid is not None}


def _processes() -> Iterator[str]:
    below: set[int] = set()
    for child in psutil.Process().children():
        with contextlib.suppress(psutil.Error):
            if any(part.endswith("zygote.py") for part in child.cmdline()):
                below.update(process.pid for process in child.children(recursive=True))
    users = _users()
    for process in psutil.process_iter(["uids", "name", "status"]):
        uids = process.info["uids"]
        if process.pid in below or (uids is not None and uids.real in users):
            yield f"left a process: {process.pid} {process.info['name']} {process.info['status']}"


def _files() -> list[str]:
    found, users = [], _users()
    testers_own = f"verifier-{os.getpid()}-"
    for folder in ("/tmp", "/var/tmp", "/dev/shm", "/dev/mqueue", "."):
        with contextlib.suppress(OSError):
            for entry in os.scandir(folder):
                with contextlib.suppress(OSError):
                    uid = entry.stat(follow_symlinks=False).st_uid
                    if uid in users and not entry.name.startswith(testers_own):
                        found.append(f"left a file: {entry.path}")
    return found


def _ipc_objects() -> list[str]:
    libc = ctypes.CDLL(None)
    removals: dict[str, Callable[[int], object]] = {
        "shm": lambda number: libc.shmctl(number, 0, None),
        "msg": lambda number: libc.msgctl(number, 0, None),
        "sem": lambda number: libc.semctl(number, 0, 0),
    }
    found, users = [], _users()
    for kind, remove in removals.items():
        try:
            head, *rows = Path(f"/proc/sysvipc/{kind}").read_text().splitlines()
        except (OSError, ValueError):
            continue
        for row in rows:
            columns = dict(zip(head.split(), row.split(), strict=False))
            if int(columns["cuid"]) in users:
                found.append(f"left an object of kind {kind}: key {columns['key']}")
                remove(int(columns[f"{kind}id"]))
    return found
