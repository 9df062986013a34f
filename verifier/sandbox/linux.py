"""System calls that Python's library has no name for: the only ctypes of the project.

Every function raises OSError with the kernel's errno, ENOSYS on an architecture whose numbers are not listed. A cell
calls `landlock_restrict_self` and `PreparedFilter.load` right after its fork, where each page written to is copied, so
what they need is made before. Standard library only: this module runs inside the jail's zygote.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
from collections.abc import Sequence

from verifier.sandbox import syscalls

PR_GET_DUMPABLE = 3  # linux/prctl.h
PR_SET_DUMPABLE = 4
PR_SET_CHILD_SUBREAPER = 36
PR_SET_NO_NEW_PRIVS = 38

CLONE_NEWNS = 0x00020000  # linux/sched.h
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

_LC_ALL_MASK = 0x1FBF  # locale.h

_SECCOMP_SET_MODE_FILTER = 1  # linux/seccomp.h
_SPEC_ALLOW = 1 << 2
_NEW_LISTENER = 1 << 3

# linux/landlock.h
_FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 5: 16}  # of ABI and later: how many
_NO_WORK_ON_FILES = 1 << 0 | 1 << 6 | 1 << 9 | 1 << 11 | 1 << 15  # EXECUTE MAKE_CHAR MAKE_SOCK MAKE_BLOCK IOCTL_DEV
_NETWORK_ABI, _NETWORK_RIGHTS = 4, 0b11  # BIND_TCP CONNECT_TCP
_SCOPE_ABI, _SCOPES = 6, 0b11  # ABSTRACT_UNIX_SOCKET SIGNAL
_LANDLOCK_CREATE_RULESET_VERSION = 1
_LANDLOCK_RULE_PATH_BENEATH = 1

_MS_NOSUID, _MS_NODEV, _MS_NOEXEC, _MS_REC, _MS_PRIVATE = 1 << 1, 1 << 2, 1 << 3, 1 << 14, 1 << 18  # linux/mount.h
_MNT_DETACH = 2
_LINUX_CAPABILITY_VERSION_3 = 0x20080522  # linux/capability.h

_libc = ctypes.CDLL(None, use_errno=True)
_syscall = _libc.syscall
_syscall.restype = ctypes.c_long

try:
    _numbers = syscalls.architecture().numbers
except syscalls.UnsupportedArchitecture:
    _numbers = {}


class _FilterProgram(ctypes.Structure):
    """struct sock_fprog."""

    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


# For the calls in a cell: with its argument types told, a call makes no objects of ctypes, and copies fewer pages.
_three_words = _libc["syscall"]
_three_words.argtypes = (ctypes.c_long,) * 4
_three_words.restype = ctypes.c_long


def prctl(option: int, value: int = 0) -> int:
    """What it returns. Raises OSError; inside AWS Lambda every prctl is refused with EPERM."""
    result: int = _libc.prctl(ctypes.c_int(option), *(ctypes.c_ulong(v) for v in (value, 0, 0, 0)))
    if result < 0:
        raise _last_error()
    return result


def keep_locale(name: str) -> bool:
    """Has the C library hold all of a locale, so that it need not be read again. False where there is none."""
    _libc.newlocale.restype = ctypes.c_void_p
    return bool(_libc.newlocale(ctypes.c_int(_LC_ALL_MASK), name.encode(), None))


def unshare(flags: int) -> None:
    """Raises OSError. (`os.unshare` is there from Python 3.12 on.)"""
    if _libc.unshare(ctypes.c_int(flags)) != 0:
        raise _last_error()


# seccomp


def load_filter(program: bytes, *, listener: bool = False) -> int | None:
    """Puts a filter of system calls (seccomp.py) on the calling thread and on all that comes of it; it can't be undone.

    With `listener`, gives a descriptor to read notifications from (notifications.py). Whoever holds that can let calls
    pass, so a child closes it before anything foreign runs. Raises OSError: EACCES without PR_SET_NO_NEW_PRIVS, EBUSY
    where a listener is there already.
    """
    fprog = _FilterProgram(len(program) // 8, program)
    result = _load(ctypes.addressof(fprog), _NEW_LISTENER if listener else 0)
    return result if listener else None


class PreparedFilter:
    """A filter that a zygote makes ready and its cells load, which costs them a third less than `load_filter`."""

    def __init__(self, code: bytes, pid_offsets: Sequence[int]) -> None:
        """Of bpf.Program, for instance `CellFilter.template`."""
        self._buffer = ctypes.create_string_buffer(code, len(code))
        self._words = memoryview(self._buffer).cast("B").cast("I")
        self._pid_places = tuple(offset // 4 for offset in pid_offsets)
        self._fprog = _FilterProgram(len(code) // 8, ctypes.cast(self._buffer, ctypes.c_char_p))
        self._address = ctypes.addressof(self._fprog)

    def load(self, pid: int) -> None:
        """Puts it on the calling thread, for good. `pid` is what os.getpid() gives there. Raises OSError, as
        `load_filter` does."""
        for place in self._pid_places:
            self._words[place] = pid
        _load(self._address, 0)


def _load(address: int, flags: int) -> int:
    # SPEC_ALLOW: before Linux 5.16 a filter slowed the process down by a mitigation, unless it said no. It is of no
    # use here, where no process holds what another one of its address space must not read. EINVAL: before 4.17.
    try:
        return _call_with_words("seccomp", _SECCOMP_SET_MODE_FILTER, flags | _SPEC_ALLOW, address)
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
        return _call_with_words("seccomp", _SECCOMP_SET_MODE_FILTER, flags, address)


# Landlock


def landlock_abi() -> int:
    """Version of what this kernel's Landlock can do, 1 or more. Raises OSError: ENOSYS or EOPNOTSUPP without it."""
    return _call("landlock_create_ruleset", 0, 0, _LANDLOCK_CREATE_RULESET_VERSION)


def landlock_ruleset(abi: int) -> int:
    """Descriptor of a ruleset that denies all rights to files, TCP ports, abstract sockets and signals outside the
    domain that this ABI knows. Raises OSError."""
    attributes = struct.pack("=Q", _handled_file_rights(abi))
    if abi >= _NETWORK_ABI:
        attributes += struct.pack("=Q", _NETWORK_RIGHTS)
    if abi >= _SCOPE_ABI:
        attributes += struct.pack("=Q", _SCOPES)
    return _call("landlock_create_ruleset", attributes, len(attributes), 0)


def landlock_file_rights(abi: int) -> int:
    """The rights that ordinary work on files takes, as far as this ABI knows them: reading, writing, making, removing
    and renaming files, directories, FIFOs and symbolic links, but no executing, devices and sockets."""
    return _handled_file_rights(abi) & ~_NO_WORK_ON_FILES


def landlock_add_path(ruleset_fd: int, path_fd: int, rights: int) -> None:
    """Grants rights to all that lies under a directory, given as a descriptor of it; O_PATH is enough. Raises OSError,
    EINVAL for rights that the ruleset's ABI lacks."""
    _call("landlock_add_rule", ruleset_fd, _LANDLOCK_RULE_PATH_BENEATH, struct.pack("=Qi", rights, path_fd), 0)


def landlock_restrict_self(ruleset_fd: int) -> None:
    """The calling thread and all that comes of it are a domain of their own from here on, under the ruleset. Raises
    OSError: EPERM without PR_SET_NO_NEW_PRIVS."""
    _call_with_words("landlock_restrict_self", ruleset_fd, 0, 0)


def _handled_file_rights(abi: int) -> int:
    return (1 << max(count for known, count in _FILE_RIGHTS.items() if known <= abi)) - 1


# Namespaces: what there is to do in one


def capset_none() -> None:
    """Gives up all capabilities, those that a program could be executed with (ambient ones too) included. Raises
    OSError."""
    _call("capset", struct.pack("=Ii", _LINUX_CAPABILITY_VERSION_3, 0), bytes(24))


def make_mounts_private() -> None:
    """No mount made here after this is seen in another mount namespace. Raises OSError."""
    _call("mount", b"none", b"/", 0, _MS_REC | _MS_PRIVATE, 0)


def mount_tmpfs(path: str, size_bytes: int, inodes: int, uid: int, mode: int) -> None:
    """Mounts an empty file system that lies in memory, for a user and the group of the same number. Nothing in it is
    executed, is a device, or changes the user. Raises OSError."""
    options = f"size={size_bytes},nr_inodes={inodes},uid={uid},gid={uid},mode={mode:o}".encode()
    _call("mount", b"tmpfs", os.fsencode(path), b"tmpfs", _MS_NOSUID | _MS_NODEV | _MS_NOEXEC, options)


def unmount(path: str) -> None:
    """Takes the mount out of sight at once; it goes when nothing in it is open any more. Raises OSError."""
    _call("umount2", os.fsencode(path), _MNT_DETACH)


def _call(name: str, *arguments: object) -> int:
    words = [ctypes.c_long(argument) if isinstance(argument, int) else argument for argument in arguments]
    result: int = _syscall(ctypes.c_long(_number(name)), *words)
    if result < 0:
        raise _last_error()
    return result


def _call_with_words(name: str, first: int, second: int, third: int) -> int:
    result: int = _three_words(_number(name), first, second, third)
    if result < 0:
        raise _last_error()
    return result


def _number(name: str) -> int:
    if name not in _numbers:
        raise syscalls.UnsupportedArchitecture(os.uname().machine)
    return _numbers[name]


def _last_error() -> OSError:
    code = ctypes.get_errno()
    return OSError(code, os.strerror(code))
