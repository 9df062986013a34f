"""A folder for the testers of one slot, one after the other. Each finds it empty."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile


class TesterFolder:
    """Most tests write no file, so the folder stays from one to the next: to make and remove one takes longer than many
    a test on a busy disk."""

    def __init__(self, uid: int | None) -> None:
        self._uid = uid
        self._path = ""

    def get(self) -> str:
        """An empty folder but for an empty `tmp`, which only the tester's user can use. Raises OSError."""
        if self._path and not self._is_clean():
            self.close()
        if not self._path:
            self._path = tempfile.mkdtemp(prefix=f"verifier-{os.getpid()}-")
            os.mkdir(os.path.join(self._path, "tmp"), 0o700)
            if self._uid is not None:
                for path in (os.path.join(self._path, "tmp"), self._path):
                    os.chown(path, self._uid, self._uid)
        return self._path

    def clear(self) -> None:
        """After a tester has ended."""
        if self._path and not self._is_clean():
            self.close()

    def close(self) -> None:
        if self._path:
            shutil.rmtree(self._path, ignore_errors=True)
            self._path = ""

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
