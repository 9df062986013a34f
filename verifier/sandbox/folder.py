"""A folder for the testers, or the cells with scratch directories, of one slot, one after the other. Each finds it
empty."""

from __future__ import annotations

import contextlib
import errno
import itertools
import os
import stat
import tempfile


class Folder:
    """Most of them write no file, so the folder stays from one to the next: to make and remove one takes longer than
    many a test on a busy disk."""

    def __init__(self, uid: int | None) -> None:
        self._uid = uid
        self._path = ""
        self._unremoved: list[str] = []

    def get(self) -> str:
        """An empty folder but for an empty `tmp`, which only the given user can use. Raises OSError."""
        if self._unremoved or (self._path and not self._is_clean()):
            self.close()
        if not self._path:
            self._path = tempfile.mkdtemp(prefix=f"verifier-{os.getpid()}-")
            os.mkdir(os.path.join(self._path, "tmp"), 0o700)
            if self._uid is not None:
                for path in (os.path.join(self._path, "tmp"), self._path):
                    os.chown(path, self._uid, self._uid)
        return self._path

    def clear(self) -> None:
        """After one has ended."""
        if self._path and not self._is_clean():
            self.close()

    def close(self) -> None:
        """Removes it. Where something can't be removed now it stays until it can, and the next one gets another
        folder."""
        paths = [*self._unremoved, *([self._path] if self._path else [])]
        self._path, self._unremoved = "", []
        for path in paths:
            try:
                if not _remove_empty(path):
                    remove_tree(path)
            except FileNotFoundError:
                pass
            except OSError:
                self._unremoved.append(path)

    def settle(self) -> None:
        """Makes up for what could not be removed when its time had come."""
        if self._unremoved:
            self.close()

    def is_full(self) -> bool:
        """Whether nothing can be written to it because its file system is full."""
        try:
            about = os.statvfs(self._path)
        except OSError:
            return False
        return about.f_bavail == 0 or (about.f_files > 0 and about.f_favail == 0)

    def _is_clean(self) -> bool:
        temporary = os.path.join(self._path, "tmp")
        try:
            return (
                os.listdir(self._path) == ["tmp"]
                and not os.listdir(temporary)
                and all(stat.S_IMODE(os.lstat(path).st_mode) == 0o700 for path in (self._path, temporary))
            )
        except OSError:
            return False


_BLOCK_BYTES = 512  # of st_blocks, whatever the file system's own are

_OURS = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM})


def is_over(top: str, pid: int, max_bytes: int, max_files: int) -> bool:
    """Whether there is more in a directory, or in files of process `pid` that have no name any more. What can't be
    looked into counts as too much: nothing honest hides. Where it is for us that it can't, it is not known."""
    size, count, left = 0, 0, [top]
    while left:
        try:
            with os.scandir(left.pop()) as entries:
                for entry in entries:
                    count += 1
                    if entry.is_dir(follow_symlinks=False):
                        left.append(entry.path)
                    else:
                        with contextlib.suppress(FileNotFoundError):  # it is at work there
                            size += entry.stat(follow_symlinks=False).st_blocks * _BLOCK_BYTES
                    if size > max_bytes or count > max_files:
                        return True
        except FileNotFoundError:
            pass
        except OSError as error:
            return error.errno not in _OURS
    with contextlib.suppress(OSError):  # it has ended
        for number in os.listdir(f"/proc/{pid}/fd"):
            with contextlib.suppress(OSError):
                found = os.stat(f"/proc/{pid}/fd/{number}")
                if found.st_nlink == 0 and stat.S_ISREG(found.st_mode):
                    size += found.st_blocks * _BLOCK_BYTES
    return size > max_bytes


def _remove_empty(path: str) -> bool:
    """Removes a folder that nothing was written to. Needs no descriptor, of which the keeper may have none left."""
    try:
        os.rmdir(os.path.join(path, "tmp"))
        os.rmdir(path)
    except OSError:
        return False
    return True


def remove_tree(top: str) -> None:
    """Removes a directory that a hostile program had for its own: however deep, whatever its rights, without following
    a link. Nobody may use it any more. Raises OSError.

    What lies two levels down is moved up one level until nothing does, so no path gets long and nothing recurses.
    """
    numbers = itertools.count()
    os.chmod(top, 0o700)
    while names := os.listdir(top):
        for name in names:
            path = os.path.join(top, name)
            if not stat.S_ISDIR(os.lstat(path).st_mode):
                os.unlink(path)
                continue
            os.chmod(path, 0o700)
            for inner in os.listdir(path):
                below = os.path.join(path, inner)
                if stat.S_ISDIR(os.lstat(below).st_mode):
                    os.chmod(below, 0o700)  # to move a directory, one must be allowed to write to it
                    os.rename(below, os.path.join(top, _free_name(top, numbers)))
                else:
                    os.unlink(below)
            os.rmdir(path)
    os.rmdir(top)


def _free_name(top: str, numbers: itertools.count[int]) -> str:
    return next(name for name in (f"moved-{n}" for n in numbers) if not os.path.lexists(os.path.join(top, name)))
