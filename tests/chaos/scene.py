"""What faults act on, and what may be left behind: the processes, folders, mounts and descriptors of one verifier."""

from __future__ import annotations

import contextlib
import gc
import os
import random
import stat
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from verifier.sandbox.policy import place_of

WORKERS = 2
PATIENCE_S = 5.0
"""How long one waits for a victim to be there, and for what was killed to be gone."""


@dataclass
class Scene:
    """Made before the verifier whose processes it finds: those that are there already are not touched."""

    folder: Path
    """Where the verifier keeps its temporary files."""
    is_small: bool
    """Whether it is a file system of its own, small enough to be filled."""
    chance: random.Random = field(default_factory=random.Random)
    standing: set[int] = field(default_factory=lambda: set(psutil.pids()))

    # Processes; a stopped or dead one is found too

    def zygotes(self) -> list[psutil.Process]:
        """Of cells."""
        return self._scripts("/zygote.py")

    def tester_zygotes(self) -> list[psutil.Process]:
        return self._scripts("/tester_zygote.py")

    def all_zygotes(self) -> list[psutil.Process]:
        return self.zygotes() + self.tester_zygotes()

    def cells(self) -> list[psutil.Process]:
        return [child for zygote in self.zygotes() for child in children_of(zygote.pid)]

    def testers(self) -> list[psutil.Process]:
        return [child for zygote in self.tester_zygotes() for child in children_of(zygote.pid)]

    def victim(self, find: Callable[[], list[psutil.Process]]) -> psutil.Process | None:
        """One of those that are found, once there are any."""
        until = time.monotonic() + PATIENCE_S
        while not (found := find()):
            if time.monotonic() > until:
                return None
            time.sleep(0.002)
        return self.chance.choice(found)

    def _scripts(self, ending: str) -> list[psutil.Process]:
        found = []
        for process in children_of(os.getpid()):
            with contextlib.suppress(psutil.Error):
                if process.pid not in self.standing and any(part.endswith(ending) for part in process.cmdline()):
                    found.append(process)
        return found


def children_of(parent: int) -> list[psutil.Process]:
    """Quickly, since a cell may live for a few milliseconds."""
    found = []
    with contextlib.suppress(OSError):
        for task in os.listdir(f"/proc/{parent}/task"):
            with contextlib.suppress(OSError, psutil.Error):
                for pid in Path(f"/proc/{parent}/task/{task}/children").read_text().split():
                    found.append(psutil.Process(int(pid)))
    return found


# A place for temporary files


@contextmanager
def temporary_place(size_bytes: int = 256 << 10, files: int = 64) -> Iterator[tuple[Path, bool]]:
    """A folder that temporary files go to meanwhile, and whether it is a file system of its own, which takes root."""
    before = tempfile.tempdir
    folder = Path(tempfile.mkdtemp(prefix="chaos-"))
    folder.chmod(0o711)  # cells pass through it to their own
    is_small = os.geteuid() == 0 and _mount(folder, size_bytes, files)
    tempfile.tempdir = str(folder)
    try:
        yield folder, is_small
    finally:
        tempfile.tempdir = before
        if is_small:
            subprocess.run(["umount", "--lazy", str(folder)], check=False)
        with contextlib.suppress(OSError):
            folder.rmdir()


def _mount(folder: Path, size_bytes: int, files: int) -> bool:
    options = f"size={size_bytes},nr_inodes={files},mode=711"
    try:
        return not subprocess.run(
            ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], capture_output=True
        ).returncode
    except OSError:
        return False


# What is left behind


def descriptors() -> int:
    gc.collect()
    return len(os.listdir("/proc/self/fd"))


def left_behind(scene: Scene, *, closed: bool, patience_s: float = PATIENCE_S) -> list[str]:
    """What nobody should find while nothing runs, each as a line of text; `closed` says that the verifier is. Waits
    for what is about to go."""
    until = time.monotonic() + patience_s
    while (found := _left_behind(scene, closed)) and time.monotonic() < until:
        time.sleep(0.05)
    return found


def _left_behind(scene: Scene, closed: bool) -> list[str]:
    zygotes = scene.all_zygotes()
    found = [*_processes(scene, zygotes), *_mounts(["self", *(str(zygote.pid) for zygote in zygotes)])]
    if closed:
        found += [f"zygote {zygote.pid}" for zygote in zygotes]
        found += [f"zombie {p.pid}" for p in children_of(os.getpid()) if p.pid not in scene.standing and _is_dead(p)]
    folders = temporary_files(scene.folder)
    # As long as it is open, each worker may keep an empty folder for cells and one for testers.
    if closed or any(count > 2 for count in Counter(Path(path).stat().st_uid for path in folders).values()):
        found += folders
    return found


def _processes(scene: Scene, zygotes: list[psutil.Process]) -> list[str]:
    """Cells and testers. Also those that their zygote did not survive: they have its command line."""
    users = _users()
    below = {child.pid for zygote in zygotes for child in children_of(zygote.pid)}
    mine = {process.pid for process in zygotes}
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.pid in scene.standing or process.pid in mine:
                continue
            is_orphan = process.ppid() == 1 and any(part.endswith("zygote.py") for part in process.cmdline())
            if process.pid in below or process.uids().real in users or is_orphan:
                found.append(f"process {process.pid}, {process.status()}")
    return found


def _users() -> set[int]:
    users = {place_of(number)[user] for number in range(WORKERS) for user in (0, 1)}
    return {user for user in users if user is not None}


def _is_dead(process: psutil.Process) -> bool:
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def _mounts(processes: list[str]) -> list[str]:
    found = []
    for process in processes:
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{process}/mountinfo").read_text().splitlines():
                if f"/verifier-{os.getpid()}-" in line:
                    found.append(f"mount of {process}: {line.split()[4]}")
    return found


def temporary_files(folder: Path) -> list[str]:
    """What has our name or belongs to a user of cells or testers, wherever temporary files lie."""
    users = _users()
    found = set()
    for place in {folder, Path(tempfile.gettempdir()), Path("/tmp"), Path("/dev/shm"), Path("/var/tmp")}:
        with contextlib.suppress(OSError):
            for entry in place.iterdir():
                with contextlib.suppress(OSError):
                    about = entry.lstat()
                    if entry.name.startswith(f"verifier-{os.getpid()}-") or about.st_uid in users:
                        found.add(f"{entry}/" if stat.S_ISDIR(about.st_mode) else str(entry))
    return sorted(found)
