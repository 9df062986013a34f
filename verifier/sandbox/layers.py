"""The layers that a host may refuse: what a zygote prepares of them once, so that each cell puts them on cheaply.

Each is tried before it is relied on, by a child that puts on all of them in the order in which a cell does
(`try_out`). What fails there is a problem that the keeper is told of, with step and errno, and that no cell tries
again. Standard library only: this module runs inside the jail's zygote.
"""

from __future__ import annotations

import errno
import fcntl
import os
import resource
from collections.abc import Callable, Sequence
from typing import Any

from verifier.sandbox import linux, seccomp
from verifier.sandbox.protocol import SCRATCH_BYTES, SCRATCH_FILES

_Step = tuple[str, str, Callable[[], object]]
"""Layer, what is done, and the doing."""

_fork = os.fork  # ours; what cells see of it is taken away

_HIGH_FD = 200
"""Descriptors of the zygote's own lie above those that a cell sorts out, as far as the limit on them allows."""


def _moved_up(fd: int) -> int:
    moved = fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, min(_HIGH_FD, resource.getrlimit(resource.RLIMIT_NOFILE)[0] - 8))
    os.close(fd)
    return moved


class Layers:
    """`asked` names the layers that the policy wants to be tried; `problems` those that are not to be had, with step,
    reason and errno."""

    def __init__(self, asked: Sequence[str]) -> None:
        self._asked = frozenset(asked)
        self.problems: dict[str, tuple[str, str, int | None]] = {}
        self._has_user_namespace = False
        self.can_mount = False
        """Whether scratch directories are file systems of their own."""
        self._root: str | None = None
        self._ruleset = -1
        self._abi = 0
        self._filter: linux.PreparedFilter | None = None
        self._scratch_filter: linux.PreparedFilter | None = None
        self.listener = -1
        """Tells of break-outs, where the kernel has such listeners; see calls.py."""

    # In the zygote, in this order

    def set_apart(self) -> None:
        """Namespaces: a network that leads nowhere, memory and queues of its own, and mounts that nobody else sees. An
        ordinary user gets them with a user namespace, in which it may do as little as outside but for these."""
        if not self._is_asked("namespaces"):
            return
        uid, gid = os.getuid(), os.getgid()
        flags = linux.CLONE_NEWNET | linux.CLONE_NEWIPC | linux.CLONE_NEWNS
        steps: list[_Step] = [("namespaces", "unshare", lambda: linux.unshare(flags))]
        if uid != 0:
            flags |= linux.CLONE_NEWUSER
            steps.append(("namespaces", "maps of users", lambda: _map_to_itself(uid, gid)))
        steps.append(("namespaces", "private mounts", linux.make_mounts_private))
        # By a child first, since there is no way back: a host may grant a user namespace and nothing in it.
        failed = _first_failure(steps if uid == 0 else [*steps, ("namespaces", "capset", linux.capset_none)])
        if failed is not None:
            self._fail(*failed)
            return
        for _, _, do in steps:
            do()
        self.can_mount = True
        self._has_user_namespace = uid != 0

    def give_up_privileges(self) -> None:
        """No program that is executed gains anything by being setuid; filters and Landlock ask for it."""
        if self._is_asked("no new privileges"):
            self._try(
                "no new privileges", "prctl(PR_SET_NO_NEW_PRIVS)", lambda: linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)
            )

    def prepare(self) -> None:
        """The filter of system calls and Landlock's rules, as far as the host knows such a thing."""
        if self._is_asked("landlock"):
            self._try("landlock", "landlock_create_ruleset", self._prepare_landlock)
        if self._is_asked("seccomp"):
            self._try("seccomp", "filter", self._prepare_filters)
        if self._is_asked("empty root"):
            # It lasts as long as this process, nothing can be made in it, and a read-only file system has it too.
            self._root = f"/proc/{os.getpid()}/fdinfo"

    def try_out(self) -> None:
        """A child puts on all layers, and tells how far it came."""
        while True:
            failed = _first_failure(self._steps())
            if failed is None:
                return
            self._fail(*failed)
            self._drop(failed[0])

    def watch_calls(self) -> None:
        """The zygote's own filter, last of all: from now on, break-outs of its children are known, and it can make no
        such call itself."""
        if self._filter is None:
            return
        is_first = not _has_filter()
        try:
            listener = linux.load_filter(seccomp.zygote_filter(listener=True, is_first=is_first), listener=True)
            assert listener is not None
            self.listener = _moved_up(listener)
        except OSError as error:
            if error.errno not in (errno.EINVAL, errno.EBUSY, errno.ENOSYS):
                raise
            # Before Linux 5.0, or where the zygote runs under a listener already: the kernel kills, and says no more.
            linux.load_filter(seccomp.zygote_filter(listener=False))

    def mount_scratch(self, path: str, uid: int) -> bool:
        """A file system of its own for one cell, with an empty `tmp`. False where nothing can be mounted: the
        directory is used as it is, and the keeper empties it."""
        if self.can_mount:
            owner = os.getuid() if uid < 0 else uid
            linux.mount_tmpfs(path, SCRATCH_BYTES, SCRATCH_FILES, owner, 0o700)
            try:
                os.mkdir(path + "/tmp", 0o700)
                os.chown(path + "/tmp", owner, owner)
            except OSError:
                linux.unmount(path)
                raise
        return self.can_mount

    def unmount_scratch(self, path: str) -> None:
        linux.unmount(path)

    # In a cell, in this order

    def close_descriptors(self) -> None:
        """First of all: what only the zygote may hold."""
        if self.listener >= 0:
            os.close(self.listener)

    def change_root(self, scratch: str) -> bool:
        """The lock stops whatever needs a descriptor; calls that take a path (stat, mkdir, symlink, unlink) find
        nothing behind this either. False where it is refused, and only the current directory is changed."""
        if self._root is None:
            if scratch:
                os.chdir(scratch)
            return False
        os.chroot(scratch or self._root)
        os.chdir("/")
        return True

    def enter_domain(self, *, scratch: bool) -> None:
        """Landlock: no file outside the scratch directory, no connection, no signal to anyone outside. After the
        change of root, which looks into the zygote's own directory."""
        if self._ruleset < 0:
            return
        if scratch:
            ruleset = linux.landlock_ruleset(self._abi)
            place = os.open(".", os.O_PATH | os.O_CLOEXEC)
            linux.landlock_add_path(ruleset, place, linux.landlock_file_rights(self._abi))
            os.close(place)
            linux.landlock_restrict_self(ruleset)
            os.close(ruleset)
        else:
            linux.landlock_restrict_self(self._ruleset)
        os.close(self._ruleset)

    def drop_capabilities(self) -> None:
        """Those of the user namespace. (Root loses its own by changing user.)"""
        if self._has_user_namespace:
            linux.capset_none()

    def filter_calls(self, *, scratch: bool) -> None:
        chosen = self._scratch_filter if scratch else self._filter
        if chosen is not None:
            chosen.load(os.getpid())

    # What is tried, and what came of it

    @property
    def filters_calls(self) -> bool:
        return self._filter is not None

    def _is_asked(self, layer: str) -> bool:
        if layer in self._asked:
            return True
        self.problems[layer] = ("policy", "switched off", None)
        return False

    def _try(self, layer: str, step: str, do: Callable[[], Any]) -> None:
        try:
            do()
        except OSError as error:
            self._fail(layer, step, error)

    def _fail(self, layer: str, step: str, error: OSError) -> None:
        self.problems[layer] = (step, error.strerror or str(error), error.errno)

    def _drop(self, layer: str) -> None:
        if layer == "landlock":
            os.close(self._ruleset)
            self._ruleset = -1
        elif layer == "seccomp":
            self._filter = self._scratch_filter = None
        elif layer == "empty root":
            self._root = None
        else:  # its cells would keep the capabilities of a namespace that this process is in
            raise OSError(self.problems[layer][2], f"{self.problems[layer][0]}: {self.problems[layer][1]}")

    def _prepare_landlock(self) -> None:
        self._abi = linux.landlock_abi()
        self._ruleset = _moved_up(linux.landlock_ruleset(self._abi))

    def _prepare_filters(self) -> None:
        self._filter = linux.PreparedFilter(*seccomp.CellFilter(scratch=False).template)
        self._scratch_filter = linux.PreparedFilter(*seccomp.CellFilter(scratch=True, bounded=self.can_mount).template)

    def _steps(self) -> list[_Step]:
        return [
            ("empty root", "chroot", lambda: self.change_root("")),
            ("landlock", "landlock_restrict_self", lambda: self.enter_domain(scratch=False)),
            ("namespaces", "capset", self.drop_capabilities),
            ("seccomp", "seccomp", lambda: self.filter_calls(scratch=False)),
            ("seccomp", "a call that must be refused", self._check_filter),
        ]

    def _check_filter(self) -> None:
        """A filter that the host takes and doesn't apply would be worse than none."""
        if self._filter is None:
            return
        try:
            os.mkdir("/")
        except OSError as error:
            if error.errno == errno.EACCES:
                return
            raise
        raise OSError(errno.EIO, "not refused")


def _first_failure(steps: Sequence[_Step]) -> tuple[str, str, OSError] | None:
    """The first step that fails in a child which takes one after the other."""
    reading, writing = os.pipe()
    pid = _fork()
    if pid == 0:
        status = 70
        try:
            for number, (_, _, do) in enumerate(steps):
                try:
                    do()
                except OSError as error:
                    os.write(writing, b"%d %d" % (number, error.errno or 0))
                    break
            status = 0
        finally:
            os._exit(status)
    os.close(writing)
    told = os.read(reading, 64)
    os.close(reading)
    _, status = os.waitpid(pid, 0)
    if told:
        number, code = map(int, told.split())
        return (*steps[number][:2], OSError(code, os.strerror(code)))
    if status != 0:
        raise OSError(errno.EIO, f"the trial of the jail's layers ended with status {status}")
    return None


def _map_to_itself(uid: int, gid: int) -> None:
    for name, text in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
        with open(f"/proc/self/{name}", "w", encoding="ascii") as stream:
            stream.write(text)


def _has_filter() -> bool:
    """Whether a filter of system calls is in force already, such as a container's."""
    with open("/proc/self/status", "rb") as stream:
        return any(line.split() == [b"Seccomp:", b"2"] for line in stream)
