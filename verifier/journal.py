"""The crash journal: which submissions ran when the process died.

Where cells share the verifier's user and the kernel refuses every filter, as AWS Lambda does, a submission can still
kill the process that judges it, and with it a whole batch; the batch comes again, and so does the submission. Therefore
each is written down before it runs and struck out after. What a new process finds written down was running when the
last one died: where that was one submission alone, it is a security violation and does not run again. Where there were
several, nobody knows which it was, so each runs once more while no other does; if that kills the process too, it was
that one.

An entry is a file that holds its own name. The name can't be guessed, so a cell, which can list no directory, can't
remove one; and a cell can make files and directories by their path, but write nothing into them, so it can't forge one.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from verifier.errors import RequestError

_PREFIX = "verifier-journal-"
_ALONE, _AMONG_OTHERS = "alone", "among"

MAX_ENTRIES = 10_000
"""That are kept from earlier processes; beyond, the oldest are forgotten."""


class Journal:
    """`folder` outlives the process, as /tmp does between Lambda's invocations. Raises RequestError where no file can
    be made in it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._running: set[object] = set()
        self._nobody_else = threading.Condition(self._lock)
        self._exclusive = False
        self._guilty: set[str] = set()
        self._suspects: set[str] = set()
        try:
            self._read()
            self._remove(self._write("probe", _AMONG_OTHERS))
        except OSError as error:
            raise RequestError(f"can't hold the journal: {error}", path=str(folder)) from None

    def is_guilty(self, key: str) -> bool:
        """Whether running this submission killed an earlier process."""
        return key in self._guilty

    @contextmanager
    def running(self, key: str) -> Iterator[None]:
        """While it is being judged. Waits where it, or another one, has to be the only one. On a full disk it is judged
        all the same, and not written down."""
        suspect = key in self._suspects
        with self._nobody_else:
            self._nobody_else.wait_for(lambda: not self._exclusive and not (suspect and self._running))
            entry = None
            with contextlib.suppress(OSError):
                entry = self._write(key, _ALONE if suspect else _AMONG_OTHERS)
            run = object()
            self._running.add(run)
            self._exclusive = suspect
        try:
            yield
        finally:
            if entry is not None:
                self._remove(entry)
            with self._nobody_else:
                self._running.discard(run)
                self._exclusive = False
                self._suspects.discard(key)
                self._nobody_else.notify_all()

    def _read(self) -> None:
        """Entries of processes that are gone, which become this one's knowledge; what it knows is kept in a file of
        the same kind, for the next."""
        found: dict[str, list[tuple[str, str]]] = {}
        genuine = []
        for path in self._folder.glob(f"{_PREFIX}*"):
            if _is_genuine(path):
                genuine.append(path)
            else:
                self._remove(path)
        for path in sorted(genuine, key=_made_at)[:-MAX_ENTRIES]:
            self._remove(path)
            genuine.remove(path)
        for path in genuine:
            key, how, process, _ = path.name.removeprefix(_PREFIX).split("-")
            if how == "guilty":
                self._guilty.add(key)
            elif not _is_alive(process):
                found.setdefault(process, []).append((key, how))
                self._remove(path)
        for entries in found.values():
            for key, how in entries:
                if how == _ALONE or len(entries) == 1:
                    self._guilty.add(key)
                    self._write(key, "guilty")
                else:
                    self._suspects.add(key)

    def _write(self, key: str, how: str) -> Path:
        path = self._folder / f"{_PREFIX}{key}-{how}-{_this_process()}-{secrets.token_hex(16)}"
        fd = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        try:
            os.write(fd, os.fsencode(path.name))
        finally:
            os.close(fd)
        return path

    @staticmethod
    def _remove(path: Path) -> None:
        with contextlib.suppress(OSError):
            if path.is_dir() and not path.is_symlink():
                path.rmdir()
            else:
                path.unlink()


def key_of(code: str, suite_digest: str) -> str:
    """Names a submission to one suite."""
    text = code.encode("utf-8", "surrogatepass") + b"\0" + suite_digest.encode()
    return hashlib.sha256(text).hexdigest()[:32]


def _is_genuine(path: Path) -> bool:
    """Whether a verifier wrote it."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        try:
            content = os.read(fd, 1024) if stat.S_ISREG(os.fstat(fd).st_mode) else b""
        finally:
            os.close(fd)
    except OSError:
        return False
    return content == os.fsencode(path.name) and len(path.name.removeprefix(_PREFIX).split("-")) == 4


def _made_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _this_process() -> str:
    return f"{os.getpid()}.{_started(os.getpid())}"


def _is_alive(process: str) -> bool:
    pid, _, started = process.partition(".")
    return pid.isdecimal() and _started(int(pid)) == started


def _started(pid: int) -> str:
    """When the process started, in clock ticks since boot, so that a reused process id is told apart; "" where there
    is none."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as stream:
            return stream.read().rpartition(b")")[2].split()[19].decode()
    except (OSError, IndexError):
        return ""
