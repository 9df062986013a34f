"""Python's own functions as they behave in a cell, where the jail would answer otherwise than honest programs expect.

All of it runs in the zygote. None of it confines: what a submission undoes, the jail refuses all the same. Standard
library only.
"""

from __future__ import annotations

import _sitebuiltins
import builtins
import contextlib
import errno
import functools
import os
import resource
import sys
import time
from typing import Any, NoReturn


def install(*, whole_stdlib: bool) -> None:
    deny_processes()
    _signal_own_group()
    _clamp_stack()
    _stay_where_it_is()
    _add_site_builtins()
    if whole_stdlib:
        _map_privately()


def deny_processes() -> None:
    """Python's own ways to fork fail as they do where a filter forbids them, so that an honest
    program learns it by an exception. One that goes around this is found out by the keeper (watch.py)."""
    for module in (os, sys.modules["posix"]):
        for name in ("fork", "forkpty", "posix_spawn", "posix_spawnp", "execv", "execve"):
            if hasattr(module, name):
                setattr(module, name, _denied)
        module.system = _system  # type: ignore[attr-defined]
    time.clock_settime = _denied
    with contextlib.suppress(ImportError):
        import _posixsubprocess  # where vfork is refused it would try fork, which is none of an honest program's doing

        _posixsubprocess.fork_exec = _denied
        if "subprocess" in sys.modules:
            sys.modules["subprocess"]._fork_exec = _denied  # type: ignore[attr-defined]


def _system(command: str | bytes | os.PathLike[str]) -> int:
    """As where no process can be started. Without a filter one would be, for a moment, and the keeper might see it."""
    sys.audit("os.system", os.fsencode(command))  # a tester refuses it by that
    return -1


def _signal_own_group() -> None:
    """A cell leads its process group; the filter knows it as 0 only."""
    kill, getpgrp = os.kill, os.getpgrp

    @functools.wraps(kill)
    def kill_(pid: int, signal: int, /) -> None:
        kill(0 if type(pid) is int and pid < -1 and -pid == getpgrp() else pid, signal)

    @functools.wraps(os.killpg)
    def killpg(pgid: int, signal: int, /) -> None:
        kill_(0 if pgid == 0 else -pgid, signal)

    for module in (os, sys.modules["posix"]):
        vars(module).update(kill=kill_, killpg=killpg)


def _clamp_stack() -> None:
    """Programs ask for all the stack there is before they recurse; what is beyond the hard limit is an error elsewhere
    only where that limit is finite, as it is here."""
    real, get = resource.setrlimit, resource.getrlimit
    unlimited = resource.RLIM_INFINITY

    @functools.wraps(real)
    def setrlimit(kind: int, limits: tuple[int, int], /) -> None:
        soft, hard = limits
        allowed = get(kind)[1]
        if kind == resource.RLIMIT_STACK and allowed != unlimited:
            soft, hard = (allowed if n == unlimited or n > allowed else n for n in (soft, hard))
        real(kind, (soft, hard))

    vars(resource)["setrlimit"] = setrlimit


def _stay_where_it_is() -> None:
    """A filter that knows no paths refuses this too: programs go to the directory of their own file, where they are."""
    real = os.chdir

    @functools.wraps(real)
    def chdir(path: Any) -> None:
        try:
            real(path)
        except OSError:
            if type(path) is int or os.path.abspath(os.fsdecode(path)) != os.getcwd():
                raise

    os.chdir = chdir


def _map_privately() -> None:
    """Memory without a file is shared with child processes by default, and there are none. The filter refuses it so,
    since such memory is charged to nobody."""
    import mmap

    class PrivateMmap(mmap.mmap):
        def __new__(cls, fileno: int, length: int, *args: Any, **kwargs: Any) -> Any:
            if fileno == -1:
                kwargs |= dict(zip(("flags", "prot", "access", "offset"), args, strict=False))
                args = ()
                flags = kwargs.get("flags", mmap.MAP_SHARED)
                kwargs["flags"] = flags & ~mmap.MAP_SHARED | mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS
                if kwargs.pop("access", mmap.ACCESS_DEFAULT) == mmap.ACCESS_READ:
                    kwargs["prot"] = mmap.PROT_READ
            return super().__new__(cls, fileno, length, *args, **kwargs)

    PrivateMmap.__name__ = PrivateMmap.__qualname__ = "mmap"
    PrivateMmap.__module__ = "mmap"
    vars(mmap)["mmap"] = PrivateMmap


def _add_site_builtins() -> None:
    """The zygote starts without `site`: `exit()`, `quit()` and `help()` as scripts know them."""

    def exit_script(code: object = None) -> NoReturn:
        raise SystemExit(code)

    vars(builtins).update(exit=exit_script, quit=exit_script, help=_sitebuiltins._Helper())


def _denied(*args: object, **kwargs: object) -> NoReturn:
    raise PermissionError(errno.EPERM, "child processes are not allowed")
