"""How a cell is confined, from the fork to the submission.

`run` is the order of the confinement; read it first. What follows it is in `running.py`. Standard library
only: this module runs inside the jail.
"""

from __future__ import annotations

import contextlib
import os
import resource
import sys
from typing import NamedTuple, NoReturn

from verifier.sandbox import values
from verifier.sandbox.layers import Layers
from verifier.sandbox.modules import Environment, needs
from verifier.sandbox.orphans import SCRATCH_DESCRIPTORS
from verifier.sandbox.protocol import ANSWERS_FD, SCRATCH_BYTES, frame, write_all
from verifier.sandbox.proxy import cell
from verifier.sandbox.proxy.warm_up import converse
from verifier.sandbox.running import answer_error, error_payload, run_submission
from verifier.sandbox.submitted import FILE_NAME

MAX_SIGNALS = 1024
"""That may be queued: each takes memory of the kernel's, which nobody is charged with."""

_setrlimit = resource.setrlimit  # ours; what cells see of it is another (substitutes.py)

STACK_BYTES = 1 << 30
"""Of the main thread. Python programs recurse deeply through C (sorted keys, lru_cache), and the kernel maps the rest
of memory at least 128 MiB below the stack's top, so more is not always there."""


class Confinement(NamedTuple):
    """What the keeper asks of one cell; every number is the keeper's."""

    uid: int
    """The user and group that the cell becomes; -1 where the zygote is not root and can't change it."""
    cpu_s: int
    """Backstop only: the keeper watches the clock itself."""
    address_bytes: int
    processes: int
    scratch: str = ""
    """The directory that the cell may work on files in; empty where it may not."""


class SetupError(Exception):
    """A layer of the jail could not be set up."""

    def __init__(self, step: str, error: OSError | ValueError) -> None:
        super().__init__(f"{step}: {error}")


def run(received: list[int], confinement: Confinement, layers: Layers, environment: Environment) -> NoReturn:
    """The child's side of a fork: never returns."""
    status = 70
    try:
        setup_descriptors(received, layers)
        setup_session()
        setup_limits(confinement)
        setup_root(confinement, layers)
        setup_domain(confinement, layers)
        setup_identity(confinement, layers)
        lock_descriptors(confinement)
        setup_calls(confinement, layers)
        # From here on the submission's text is handled: everything above holds by now.
        status = run_submission(environment)
    except SetupError as error:
        with contextlib.suppress(OSError):
            write_all(ANSWERS_FD, frame(b"Z" + str(error).encode()))
    except BaseException as error:
        with contextlib.suppress(OSError):
            answer_error(b"X", error)
        status = 1
    finally:
        os._exit(status)


def warm_up() -> None:
    """Runs in the zygote: what every cell does is done once, so that no cell pays for the first time."""
    values.loads(values.dumps([[1, "x", 1.5, (2,)]]))
    needs(compile("def f(x: int) -> int:\n    return x\n", FILE_NAME, "exec"), Environment((), (), whole_stdlib=True))
    error_payload(b"X", ValueError("x"))
    converse()
    cell.prepare()


def hide() -> None:
    """Runs in the zygote, last: our own modules are none that a submission could import. What is loaded of them goes
    on working. (In the zygote, since walking through sys.modules would cost each cell fifty copied pages.)"""
    for name in [n for n in sys.modules if n == "verifier" or n.startswith("verifier.")]:
        del sys.modules[name]


# Confinement, in order


def setup_descriptors(received: list[int], layers: Layers) -> None:
    layers.close_descriptors()
    for target, fd in enumerate(received):
        os.dup2(fd, target, inheritable=False)
    os.closerange(len(received), max(received) + 16)


def setup_session() -> None:
    os.setsid()


def lower_own_limits() -> None:
    """Runs in the zygote, which never comes near these; its cells inherit them and are spared setting them."""
    for kind, wanted in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_MSGQUEUE, 0),
        (resource.RLIMIT_MEMLOCK, 0),
        (resource.RLIMIT_SIGPENDING, MAX_SIGNALS),
        (resource.RLIMIT_STACK, STACK_BYTES),
    ):
        set_limit(kind, wanted)


def setup_limits(confinement: Confinement) -> None:
    set_limit(resource.RLIMIT_CPU, confinement.cpu_s)
    set_limit(resource.RLIMIT_AS, confinement.address_bytes)
    set_limit(resource.RLIMIT_NPROC, confinement.processes)
    set_limit(resource.RLIMIT_FSIZE, SCRATCH_BYTES if confinement.scratch else 0)


def set_limit(kind: int, wanted: int) -> None:
    try:
        _setrlimit(kind, (wanted, wanted))
    except (OSError, ValueError):
        lower_limit(kind, wanted)


def lower_limit(kind: int, wanted: int) -> None:
    """Where the hard limit is below what is wanted already, an ordinary user can only go lower."""
    try:
        allowed = resource.getrlimit(kind)[1]
        _setrlimit(kind, (min(wanted, allowed), allowed))
    except (OSError, ValueError) as error:
        raise SetupError(f"resource limit {kind}", error) from None


def setup_root(confinement: Confinement, layers: Layers) -> None:
    try:
        layers.change_root(confinement.scratch)
    except OSError as error:
        raise SetupError("change of root", error) from None
    if confinement.scratch:
        os.environ["HOME"] = "/"  # where programs put what is theirs


def setup_domain(confinement: Confinement, layers: Layers) -> None:
    try:
        layers.enter_domain(scratch=bool(confinement.scratch))
    except OSError as error:
        raise SetupError("landlock", error) from None


def setup_identity(confinement: Confinement, layers: Layers) -> None:
    uid = confinement.uid
    try:
        if uid < 0:
            layers.drop_capabilities()
            return
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    except OSError as error:
        raise SetupError("change of user", error) from None
    if 0 in os.getresuid() + os.getresgid():
        raise SetupError("change of user", ValueError("still root afterwards"))


def lock_descriptors(confinement: Confinement) -> None:
    """Nothing that needs a new descriptor works after this, and it can't be undone: open, socket, dup, listdir, exec
    of a dynamic program. Descriptors that stand go on working. A cell that may work on files has a few."""
    limit = SCRATCH_DESCRIPTORS if confinement.scratch else 0
    try:
        _setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    except (OSError, ValueError) as error:
        raise SetupError("resource limit NOFILE", error) from None


def setup_calls(confinement: Confinement, layers: Layers) -> None:
    """Last, since what comes before makes calls that a submission may not make."""
    try:
        layers.filter_calls(scratch=bool(confinement.scratch))
    except OSError as error:
        raise SetupError("seccomp", error) from None
