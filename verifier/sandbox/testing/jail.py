"""How a tester is confined. It is trusted, so this is against accidents: test code that goes astray on what a
submission hands it reaches no network, no other process, no file but its own, and not all of the memory.

Standard library only.
"""

from __future__ import annotations

import contextlib
import os
import resource
import sys
import tempfile

from verifier.sandbox import linux
from verifier.sandbox.inside import Confinement, SetupError, set_limit, setup_identity
from verifier.sandbox.layers import Layers

MAX_DESCRIPTORS = 256
MAX_FILE_BYTES = 64 << 20

_DENIED = frozenset(
    (
        "os.exec os.fork os.forkpty os.posix_spawn os.spawn os.startfile os.system os.kill os.killpg pty.spawn "
        "subprocess.Popen socket.bind socket.connect socket.getaddrinfo socket.gethostbyname socket.gethostbyaddr "
        "socket.getnameinfo socket.sendto socket.sendmsg"
    ).split()
)
_ON_PATHS = frozenset(
    (
        "open os.listdir os.scandir os.mkdir os.rmdir os.remove os.rename os.link os.symlink os.truncate os.chmod "
        "os.chown os.chdir os.utime shutil.rmtree"
    ).split()
)
_ON_TWO_PATHS = frozenset({"os.rename", "os.link", "os.symlink"})


def lower_own_limits() -> None:
    """Runs in the zygote; testers inherit these."""
    for kind, wanted in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, MAX_FILE_BYTES),
        (resource.RLIMIT_MSGQUEUE, 0),
        (resource.RLIMIT_MEMLOCK, 0),
        (resource.RLIMIT_NOFILE, MAX_DESCRIPTORS),
    ):
        set_limit(kind, wanted)


def hide_memory() -> None:
    """Runs in the zygote, and its testers inherit it, where it is granted: no process of the same user can look into
    their memory."""
    with contextlib.suppress(OSError):
        linux.prctl(linux.PR_SET_DUMPABLE, 0)


def confine(confinement: Confinement, layers: Layers, folder: str) -> str:
    """Confines this process to `folder`, and returns the path under which it is now seen."""
    set_limit(resource.RLIMIT_CPU, confinement.cpu_s)
    set_limit(resource.RLIMIT_AS, confinement.address_bytes)
    set_limit(resource.RLIMIT_NPROC, confinement.processes)
    try:
        if layers.change_root(folder):
            folder = "/"
        layers.enter_domain(scratch=True)
    except OSError as error:
        raise SetupError("change of root", error) from None
    setup_identity(confinement, layers)
    temporary = os.path.join(folder, "tmp")
    tempfile.tempdir = temporary
    _add_hook("" if folder == "/" else os.path.realpath(folder))
    return folder


def _add_hook(folder: str) -> None:
    """Python's own ways out raise PermissionError. Without a `folder` all paths are in it anyway."""

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if event in _DENIED:
            raise PermissionError(1, f"{event} is not allowed in tests")
        if folder and event in _ON_PATHS:
            for path in arguments[: 2 if event in _ON_TWO_PATHS else 1]:
                if isinstance(path, bytes):
                    path = os.fsdecode(path)
                if isinstance(path, str) and path != os.devnull:
                    real = os.path.realpath(path)
                    if real != folder and not real.startswith(folder + "/"):
                        raise PermissionError(13, "tests reach no files but their own", path)

    sys.addaudithook(hook)
