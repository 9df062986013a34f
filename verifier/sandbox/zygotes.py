"""The keeper's handle on a zygote: starting it, asking it for cells, noticing that it is lost."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from verifier.errors import SandboxError
from verifier.sandbox import protocol
from verifier.sandbox.base import LOST
from verifier.sandbox.folder import Folder
from verifier.sandbox.policy import Layer, Policy, Problem, policy_of

DEFAULT_PACKAGES = ("numpy", "pandas", "scipy", "sympy", "networkx", "sortedcontainers", "pytest")
"""Third-party packages that submissions may import where the sandbox's interpreter has them."""

ZYGOTE_START_S = 60.0

ANSWER_S = 30.0
"""How long a zygote may take to fork; one that is frozen is lost."""

ENVIRONMENT = {
    "PYTHONHASHSEED": "0",  # the same submission iterates over its sets in the same order every time
    "PYTHONUTF8": "1",
    "LANG": "C.UTF-8",
    "TZ": "UTC",
    "HOME": "/nonexistent",
    "PATH": "/usr/local/bin:/usr/bin:/bin",  # nothing can be started, but programs read it
    "MALLOC_ARENA_MAX": "2",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}


@dataclass(frozen=True, slots=True)
class SandboxOptions:
    """How cells are made, apart from the limits of a suite."""

    python: str = sys.executable
    """The interpreter that submissions run on; it needs no package of ours."""
    packages: tuple[str, ...] = DEFAULT_PACKAGES
    policy: str | Policy = "library"
    """Which layers of the jail are required: the name of a preset, or a policy of your own (policy.py)."""


Script = Literal["zygote", "tester_zygote"]
"""What a zygote forks: cells, or testers."""


class Zygote:
    """A running zygote, of cells or of testers. Raises SandboxError where it can't be started, or is lost while it is
    used.

    `environment` names what is loaded: packages, "stdlib" for the whole standard library, and for testers "pytest".
    """

    def __init__(self, options: SandboxOptions, environment: frozenset[str], script: Script = "zygote") -> None:
        try:
            ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        except OSError as error:
            raise SandboxError("start zygote", "no socket pair", errno=error.errno) from None
        policy = policy_of(options.policy)
        # A tester's pytest is set up for running tests; a cell's is a package as others, for what models write.
        set_up = environment & {"pytest"} if script == "tester_zygote" else frozenset()
        arguments = {
            "control_fd": theirs.fileno(),
            "packages": sorted(environment - {"stdlib"} - set_up),
            "allowed": list(options.packages),
            "whole_stdlib": bool(environment - set_up),
            "pytest": bool(set_up),
            "layers": policy.asked(),
        }
        path = str(Path(__file__).with_name(f"{script}.py"))
        self._socket = ours
        self._is_ready = False
        pipe: tuple[int, ...] = ()
        try:
            pipe = reading, writing = os.pipe()
            self._process = subprocess.Popen(
                [options.python, "-s", "-P", "-S", "-B", path, protocol.pack(arguments).decode()],
                stdin=reading,
                stdout=writing,
                stderr=subprocess.PIPE,
                pass_fds=(theirs.fileno(),),
                env=ENVIRONMENT,
                cwd="/",
                start_new_session=True,
            )
        except OSError as error:
            ours.close()
            raise SandboxError("start zygote", f"{options.python}: {error.strerror}", errno=error.errno) from None
        finally:
            theirs.close()
            for fd in pipe:
                os.close(fd)
        try:
            ready = self._ready()
        except BaseException:
            self.close()
            raise
        self.version: str = ready["version"]
        self.packages = frozenset(ready["packages"])
        self.baseline_bytes: int = ready["baseline_bytes"]
        self.address_bytes: int = ready["address_bytes"]
        self.problems = {Layer(layer): Problem(*told) for layer, told in ready["problems"].items()}
        """Layers that its cells can't have, and why."""
        mark = ready["orphan_mark"]
        self.orphan_mark: bytes | None = None if mark is None else mark.encode()
        """What orphans of its cells bear (orphans.py); None where it inherits them."""
        self.can_mount: bool = ready["can_mount"]
        """Whether scratch directories are file systems of their own."""
        self.filters_calls = Layer.SECCOMP not in self.problems
        try:
            policy.check(self.problems)
        except SandboxError:
            self.close()
            raise

    def _ready(self) -> dict[str, Any]:
        self._socket.settimeout(ZYGOTE_START_S)
        try:
            message = protocol.unpack(self.receive())
        except TimeoutError:
            raise SandboxError("start zygote", f"not ready after {ZYGOTE_START_S:g} s") from None
        except SandboxError as error:
            self._process.kill()
            raise SandboxError("start zygote", self._last_words() or error.problem) from None
        self._socket.settimeout(ANSWER_S)
        if "ready" not in message:
            step = f"start zygote, {message.get('failed')}"
            raise SandboxError(step, str(message.get("problem")), errno=message.get("errno"))
        ready = message["ready"]
        assert isinstance(ready, dict)
        self._is_ready = True
        return ready

    def _last_words(self) -> str:
        assert self._process.stderr is not None
        text = self._process.stderr.read(65_536).decode(errors="replace").strip()
        return text.splitlines()[-1] if text else ""

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def fileno(self) -> int:
        return self._socket.fileno()

    def receive(self) -> bytes:
        """The next packet."""
        try:
            packet = self._socket.recv(protocol.MAX_CONTROL_BYTES)
        except TimeoutError:
            if self._is_ready:
                raise SandboxError(LOST, f"lost: no answer in {ANSWER_S:g} s") from None
            raise
        except OSError as error:
            raise SandboxError(LOST, "lost", errno=error.errno) from None
        if not packet:
            raise SandboxError(LOST, "lost: it closed its control socket")
        return packet

    def scratch(self, folder: Folder) -> str:
        """The path of an empty directory for a cell to work on files in. Raises SandboxError where there can be none,
        or it would not be all that there is: Landlock alone leaves times, rights and names of other files open."""
        for layer in (Layer.ROOT, Layer.SECCOMP):
            if layer in self.problems:
                why = f"needs the layer {str(layer)!r}, which this host does not grant ({self.problems[layer]})"
                raise SandboxError("scratch = true", why)
        if not self.can_mount:
            folder.close()  # one that was used tells of its user, by its times
        try:
            return folder.get()
        except OSError as error:
            raise SandboxError("make scratch directory", error.strerror or "", errno=error.errno) from None

    def fork(self, confinement: Sequence[int], fds: Sequence[int], scratch: str = "") -> int:
        """The process id of a new cell, which has `fds` as its descriptors 0, 1, 2, ..."""
        self.ask_fork(confinement, fds, scratch)
        return self.forked()

    def ask_fork(self, confinement: Sequence[int], fds: Sequence[int], scratch: str = "") -> None:
        """The first half of `fork`: `fds` may be closed afterwards."""
        packet = b"fork %d %d %d %d" % tuple(confinement) + (b" " + os.fsencode(scratch) if scratch else b"")
        try:
            socket.send_fds(self._socket, [packet], list(fds))
        except OSError as error:
            raise SandboxError("fork", "zygote lost", errno=error.errno) from None

    def forked(self) -> int:
        """The other half: the process id. A zygote that is lost by now was not lost to the submission, which has not
        been handed out."""
        try:
            answer = self.receive()
        except SandboxError as error:
            raise SandboxError("fork", f"zygote {error.problem}", errno=error.errno) from None
        try:
            if answer.startswith(b"refused"):
                [code] = protocol.numbers(answer, "refused", 1)
                raise SandboxError("fork", os.strerror(code), errno=code)
            [pid] = protocol.numbers(answer, "pid", 1)
        except ValueError as error:
            raise SandboxError(LOST, str(error)) from None
        return pid

    def kill_cell(self) -> None:
        """Has the cell killed. A zygote that was stopped, by a cell of the same user, is woken for it."""
        self._process.send_signal(signal.SIGCONT)
        with contextlib.suppress(OSError):
            self._socket.send(b"kill")

    def close(self) -> None:
        """Ends it and its cell. The zygote kills its cell when it sees the socket closed; SIGKILL is for one that
        doesn't see."""
        self._socket.close()
        try:
            self._process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stderr is not None:
            self._process.stderr.close()


class ZygotePool:
    """The zygotes of one slot that fork the same kind of process, by environment. The least recently used one goes
    when there are too many."""

    def __init__(self, options: SandboxOptions, script: Script, size: int) -> None:
        self._options = options
        self._script: Script = script
        self._size = size
        self._zygotes: OrderedDict[frozenset[str], Zygote] = OrderedDict()

    def get(self, environment: frozenset[str]) -> Zygote:
        """Starts it where there is none, or where it has died meanwhile. Raises SandboxError."""
        zygote = self._zygotes.get(environment)
        if zygote is not None and not zygote.is_alive:
            self.discard(environment)
            zygote = None
        if zygote is None:
            while len(self._zygotes) >= self._size:
                self._zygotes.popitem(last=False)[1].close()
            zygote = self._zygotes[environment] = Zygote(self._options, environment, self._script)
        self._zygotes.move_to_end(environment)
        return zygote

    def discard(self, environment: frozenset[str]) -> None:
        zygote = self._zygotes.pop(environment, None)
        if zygote is not None:
            zygote.close()

    def close(self) -> None:
        while self._zygotes:
            self._zygotes.popitem()[1].close()
