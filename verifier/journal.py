"""The crash journal: which submissions ran when the process died.

Where cells share the verifier's user and the kernel refuses every filter, as AWS Lambda does, a submission can still
kill the process that judges it, and with it a whole batch; the batch comes again, and so does the submission. Therefore
each is written down before it runs and struck out after. What a new process finds written down was running when the
last one died: where that was one submission alone, it is a security violation and does not run again. Where there were
several, nobody knows which it was, so each runs once more while no other does; if that kills the process too, it was
that one.

An entry is an empty file. Its name can't be guessed, and a cell can list no directory, so it can't remove or make one.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from verifier.errors import RequestError

_PREFIX = "verifier-journal-"
_ALONE, _AMONG_OTHERS = "alone", "among"

MAX_SUSPECTS = 10_000
"""Entries that are kept from earlier processes; beyond, the oldest are forgotten."""


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
        known = sorted(self._folder.glob(f"{_PREFIX}*"), key=_made_at)
        for path in known[:-MAX_SUSPECTS]:
            self._remove(path)
        for path in known[-MAX_SUSPECTS:]:
            parts = path.name.removeprefix(_PREFIX).split("-")
            if len(parts) != 4:
                continue
            key, how, process, _ = parts
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
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        return path

    @staticmethod
    def _remove(path: Path) -> None:
        with contextlib.suppress(OSError):
            path.unlink()


def key_of(code: str, suite_digest: str) -> str:
    """Names a submission to one suite."""
    text = code.encode("utf-8", "surrogatepass") + b"\0" + suite_digest.encode()
    return hashlib.sha256(text).hexdigest()[:32]


def _made_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _this_process() -> str:
    return f"{os.getpid()}.{_started(os.getpid())}"


def _is_alive(process: str) -> bool:
    pid, _, started = process.partition(".")
    return pid.isdigit() and _started(int(pid)) == started


def _started(pid: int) -> str:
    """When the process started, in clock ticks since boot, so that a reused process id is told apart; "" where there
    is none."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as stream:
            return stream.read().rpartition(b")")[2].split()[19].decode()
    except (OSError, IndexError):
        return ""
