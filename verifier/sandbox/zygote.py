"""A warm interpreter that forks cells. Run as a script by the keeper: `python -s -P -S -B zygote.py <json>`.

It holds nothing secret: no environment, no descriptors but its control socket, no suite. It trusts the keeper, and
nobody trusts what runs in the children it forks. Standard library only.

A zygote of testers (tester_zygote.py) is the same with another `Role`.
"""

from __future__ import annotations

import gc
import os
import resource
import select
import sys
import time
from typing import Any, NoReturn

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))

import _signal
import _socket  # the C module: `socket` would bring enum, selectors and more into every fork

from verifier.sandbox.modules import Environment, installed, no_fork_hooks

with no_fork_hooks():  # that of `threading`
    from verifier.sandbox import inside, linux, opened, protocol, substitutes
    from verifier.sandbox.calls import HeldCalls
    from verifier.sandbox.layers import Layers
    from verifier.sandbox.sweep import Sweeper

_fork = os.fork  # ours; what cells see of it is taken away


def _lowest(fd: int) -> int:
    """`fd` under the lowest free number. It came with the keeper's, which may be large; a child closes what lies around
    the descriptors it was given (inside.setup_descriptors), and those are low."""
    found = os.dup(fd)
    os.close(fd)
    return found


class Role:
    """What kind of children a zygote has: cells. Another kind overrides this."""

    def load(self, environment: Environment, options: dict[str, Any]) -> None:
        """Imports, while files can be opened, what all children have in common. Raises ImportError or OSError."""
        environment.load()

    def warm_up(self) -> None:
        """Does once what every child does."""
        inside.warm_up()

    def lower_own_limits(self) -> None:
        """Sets limits that the children inherit."""
        inside.lower_own_limits()

    def substitute_open(self, *, filtered: bool) -> None:
        """Makes `open` what it is in a child, and fail there as it would with a filter of system calls."""
        opened.install(filtered=filtered)

    def run(
        self, received: list[int], confinement: inside.Confinement, layers: Layers, environment: Environment
    ) -> NoReturn:
        """The child's side of a fork."""
        inside.run(received, confinement, layers, environment)


def main(role: Role) -> NoReturn:
    _let_go_of_streams()
    options = protocol.unpack(sys.argv[1].encode())
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # whatever the keeper has for itself at the moment
    control = _socket.socket(fileno=_lowest(options["control_fd"]))
    try:
        environment = Environment(options["packages"], options["allowed"], whole_stdlib=options["whole_stdlib"])
        role.load(environment, options)
        sweeper = Sweeper()
        layers = Layers(options["layers"])
        layers.set_apart()
        layers.give_up_privileges()
        packages = installed(options["allowed"])
        environment.allowed = frozenset(packages)
        environment.seal()
        role.warm_up()
        inside.hide()
        substitutes.install(whole_stdlib=environment.whole_stdlib)
        layers.prepare()
        role.lower_own_limits()
        layers.try_out()
        role.substitute_open(filtered=layers.filters_calls)
    except (OSError, ImportError) as error:
        failed = {"failed": "load", "problem": str(error), "errno": getattr(error, "errno", None)}
        if getattr(error, "name", None) == "pytest":
            failed["failed"] = "load pytest"
        control.send(protocol.pack(failed))
        sys.exit(1)
    time.localtime()  # reads the time zone while files can be opened
    linux.keep_locale(os.environ.get("LANG", "C"))
    gc.collect()
    gc.freeze()
    gc.disable()
    ready = {
        "version": sys.version.split()[0],
        "packages": packages,
        "baseline_bytes": _idle_peak_bytes(role),
        "address_bytes": _status_bytes("VmSize"),
        "orphan_mark": None if sweeper.is_reaper else sweeper.mark.decode(),
        "problems": layers.problems,
        "can_mount": layers.can_mount,
    }
    layers.watch_calls()
    control.send(protocol.pack({"ready": ready}))
    cells = _Cells(role, control, sweeper, environment, layers)
    while True:
        packet, received = _receive(control)
        if packet.startswith(b"fork"):
            _, uid, cpu_s, address_bytes, processes, *scratch = packet.split(maxsplit=5)
            path = os.fsdecode(scratch[0]) if scratch else ""
            others = sweeper.own_processes() if int(uid) < 0 else 0
            confinement = inside.Confinement(int(uid), int(cpu_s), int(address_bytes), int(processes) + others, path)
            cells.one(confinement, received)


def _let_go_of_streams() -> None:
    """The keeper starts this on pipes, since `sys.stdin` and `sys.stdout` remember from their making on whether they
    can seek, and a cell's can't. Whatever the libraries print here goes nowhere."""
    null = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1):
        os.dup2(null, number)
    os.close(null)


class _Cells:
    """Forks one cell after the other, and waits for each."""

    def __init__(
        self, role: Role, control: _socket.socket, sweeper: Sweeper, environment: Environment, layers: Layers
    ) -> None:
        self._role = role
        self._control = control
        self._sweeper = sweeper
        self._environment = environment
        self._layers = layers
        self._held = HeldCalls(layers.listener) if layers.listener >= 0 else None
        self._poller = select.poll()
        self._poller.register(control.fileno(), select.POLLIN)
        if self._held is not None:
            self._poller.register(layers.listener, select.POLLIN)

    def one(self, confinement: inside.Confinement, received: list[int]) -> None:
        """Little happens here between a fork and the cell's end: each page that this process writes to meanwhile is
        copied, as in the cell itself."""
        uid = confinement.uid
        limits = None if uid >= 0 else _limits()
        held = self._held
        if held is not None:
            held.begin()
        mounted = False
        try:
            if confinement.scratch:
                mounted = self._layers.mount_scratch(confinement.scratch, uid)
            pid = _fork()
        except OSError as error:
            if mounted:
                self._layers.unmount_scratch(confinement.scratch)
            _close_all(received)
            self._control.send(b"refused %d" % (error.errno or 0))
            return
        if pid == 0:
            self._role.run(received, confinement, self._layers, self._environment)
        self._control.send(b"pid %d" % pid)
        _close_all(received)
        status, usage = self._until_end(pid, uid)
        leftovers = self._sweeper.sweep(pid, uid if uid >= 0 else os.getuid())
        if mounted:
            self._layers.unmount_scratch(confinement.scratch)
        if limits is not None and _limits() != limits:
            os._exit(1)  # by the same user's hand: the next cells must not inherit that
        cpu_us = int((usage.ru_utime + usage.ru_stime) * 1e6)
        ended = b"ended %d %d %d %d" % (status, cpu_us, usage.ru_maxrss * 1024, leftovers)
        if held is None or (held.break_out < 0 and not held.denied):
            self._control.send(ended + b" -1")
        else:
            self._control.send(b" ".join((ended, *(b"%d" % number for number in (held.break_out, *held.denied)))))

    def _until_end(self, pid: int, uid: int) -> tuple[int, resource.struct_rusage]:
        """Waits for the cell, kills it when the keeper says so or is gone, and reaps it."""
        poller, control = self._poller, self._control
        pidfd = _pidfd(pid)
        if pidfd >= 0:
            poller.register(pidfd, select.POLLIN)
        try:
            while True:
                for fd, _ in poller.poll(None if pidfd >= 0 else 1):
                    if fd == pidfd:
                        continue
                    if fd == control.fileno():
                        packet = control.recv(protocol.MAX_CONTROL_BYTES)
                        os.kill(pid, _signal.SIGKILL)  # it is not reaped yet, so this is still its process id
                        if not packet:
                            os.waitpid(pid, 0)
                            self._sweeper.sweep(pid, uid if uid >= 0 else os.getuid())
                            os._exit(0)
                    elif self._held is not None and self._held.take():
                        os.kill(pid, _signal.SIGKILL)
                ended, status, usage = os.wait4(pid, os.WNOHANG)
                if ended:
                    return status, usage
        finally:
            if pidfd >= 0:
                poller.unregister(pidfd)
                os.close(pidfd)


def _close_all(fds: list[int]) -> None:
    for fd in fds:
        os.close(fd)


def _pidfd(pid: int) -> int:
    """A descriptor that becomes readable when the process ends; -1 where the kernel has none (before 5.3)."""
    try:
        return os.pidfd_open(pid)
    except OSError:
        return -1


def _receive(control: _socket.socket) -> tuple[bytes, list[int]]:
    """The next packet and the descriptors that came with it; ends the process when the keeper has closed."""
    size = len(protocol.CELL_FDS) * 4
    packet, ancillary, _, _ = control.recvmsg(protocol.MAX_CONTROL_BYTES, _socket.CMSG_SPACE(size))
    if not packet:
        os._exit(0)
    fds: list[int] = []
    for level, kind, data in ancillary:
        if level == _socket.SOL_SOCKET and kind == _socket.SCM_RIGHTS:
            fds.extend(memoryview(data).cast("i"))
    return packet, fds


def _limits() -> list[tuple[int, int]]:
    """This process's own resource limits, which a cell of the same user could lower from outside."""
    return [resource.getrlimit(kind) for kind in range(16)]  # RLIM_NLIMITS


def _idle_peak_bytes(role: Role) -> int:
    """Peak memory of a cell that does nothing of its own. Not this process's: a child has only some of its pages."""
    pid = _fork()
    if pid == 0:
        role.warm_up()
        os._exit(0)
    return os.wait4(pid, 0)[2].ru_maxrss * 1024


def _status_bytes(field: str) -> int:
    with open("/proc/self/status", "rb") as stream:
        for line in stream:
            if line.startswith(field.encode()):
                return int(line.split()[1]) * 1024
    return 0


if __name__ == "__main__":
    main(Role())
