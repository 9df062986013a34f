"""Theory of operation.

The *keeper* is the caller's process: it holds the suites, and runs no code of a submission. For each worker it has a
`Slot`, and each slot starts *zygotes* at need: fresh interpreters with an empty environment, one for each environment
of modules (see modules.py). To run a submission, the slot asks a zygote to fork a *cell*, and hands it five
descriptors made for that cell alone: stdin, stdout, stderr, and a pipe each for requests and answers (protocol.py).

                     control: fork, kill / pid, ended
        keeper  <------------------------------------->  zygote          (trusted; runs our code only)
          |                                                | fork
          |   requests: program, calls                     v
          +----------------------------------------->    cell            (untrusted from its first line on)
              answers: values    stdout, stderr            confined by inside.run, in the order it lists

The cell confines itself before it handles the submission's text (inside.py). The keeper watches from outside
(watch.py): CPU by the process's clock, memory by /proc, output by counting; it kills through the zygote, which holds
the cell as its child, so that no signal can hit a reused process id. The zygote reaps the cell, kills every
descendant (sweep.py), and only then reports the end.

Who failed: whatever a cell does is a fact about the submission. What a zygote or the keeper fails at is `fault`, and
is tried once more on a new zygote before it is believed. A zygote that dies twice under the same submission was
killed by it.
"""

from __future__ import annotations

import contextlib
import itertools
import math
import os
import queue
import signal
import socket
import subprocess
import sys
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from verifier.errors import SandboxError
from verifier.limits import Limits
from verifier.sandbox import protocol
from verifier.sandbox.base import Facts, Isolation, Killed, Program, Raised, Stage
from verifier.sandbox.policy import isolation, slot_uid
from verifier.sandbox.turnstile import Turnstile
from verifier.sandbox.watch import GRACE, Ended, Watch

DEFAULT_PACKAGES = ("numpy", "pandas", "scipy", "sympy", "networkx", "sortedcontainers")
"""Third-party packages that submissions may import where the sandbox's interpreter has them."""

ADDRESS_HEADROOM_BYTES = 1 << 30
"""Address space beyond the memory limit: threads reserve stacks that they don't touch. What is touched is limited by
watching it."""

PROCESSES = 256
"""Tasks a cell's user may have, threads included; the zygote's own user counts those of the keeper too."""

ZYGOTE_START_S = 60.0
MAX_ZYGOTES = 4
"""Environments that one slot keeps warm; the least recently used one goes first."""

_ENVIRONMENT = {
    "PYTHONHASHSEED": "0",  # the same submission iterates over its sets in the same order every time
    "PYTHONUTF8": "1",
    "LANG": "C.UTF-8",
    "TZ": "UTC",
    "HOME": "/nonexistent",
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


class Zygote:
    """A running zygote. Raises SandboxError where it can't be started, or is lost while it is used."""

    def __init__(self, options: SandboxOptions, environment: frozenset[str]) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        arguments = {
            "control_fd": theirs.fileno(),
            "packages": sorted(environment - {"stdlib"}),
            "allowed": list(options.packages),
            "whole_stdlib": bool(environment),
        }
        script = str(Path(__file__).with_name("zygote.py"))
        self._socket = ours
        try:
            self._process = subprocess.Popen(
                [options.python, "-s", "-P", "-S", "-B", script, protocol.pack(arguments).decode()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                pass_fds=(theirs.fileno(),),
                env=_ENVIRONMENT,
                cwd="/",
                start_new_session=True,
            )
        except OSError as error:
            ours.close()
            raise SandboxError("start zygote", f"{options.python}: {error.strerror}", errno=error.errno) from None
        finally:
            theirs.close()
        try:
            ready = self._ready()
        except BaseException:
            self.close()
            raise
        self.version: str = ready["version"]
        self.packages = frozenset(ready["packages"])
        self.baseline_bytes: int = ready["baseline_bytes"]
        self.address_bytes: int = ready["address_bytes"]
        self.subreaper: bool = ready["subreaper"]
        self.processes: int = ready["processes"]

    def _ready(self) -> dict[str, Any]:
        self._socket.settimeout(ZYGOTE_START_S)
        try:
            message = self.receive()
        except TimeoutError:
            raise SandboxError("start zygote", f"not ready after {ZYGOTE_START_S:g} s") from None
        except SandboxError as error:
            self._process.kill()
            raise SandboxError("start zygote", self._last_words() or error.problem) from None
        self._socket.settimeout(None)
        if "ready" not in message:
            step = f"start zygote, {message.get('failed')}"
            raise SandboxError(step, str(message.get("problem")), errno=message.get("errno"))
        ready = message["ready"]
        assert isinstance(ready, dict)
        return ready

    def _last_words(self) -> str:
        assert self._process.stderr is not None
        text = self._process.stderr.read(65_536).decode(errors="replace").strip()
        return text.splitlines()[-1] if text else ""

    def fileno(self) -> int:
        return self._socket.fileno()

    def receive(self) -> dict[str, Any]:
        try:
            packet = self._socket.recv(protocol.MAX_CONTROL_BYTES)
        except TimeoutError:
            raise
        except OSError as error:
            raise SandboxError("zygote", "lost", errno=error.errno) from None
        if not packet:
            raise SandboxError("zygote", "lost: it closed its control socket")
        return protocol.unpack(packet)

    def fork(self, confinement: dict[str, Any], fds: Sequence[int]) -> int:
        """The process id of a new cell, which has `fds` as its descriptors 0, 1, 2, ..."""
        try:
            socket.send_fds(self._socket, [protocol.pack({"fork": confinement})], list(fds))
        except OSError as error:
            raise SandboxError("zygote", "lost", errno=error.errno) from None
        answer = self.receive()
        if "pid" not in answer:
            raise SandboxError(str(answer.get("refused")), str(answer.get("problem")), errno=answer.get("errno"))
        pid = answer["pid"]
        assert isinstance(pid, int)
        return pid

    def kill_cell(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.send(protocol.pack({"kill": 1}))

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


@dataclass(slots=True)
class _Cell:
    """One finished cell: its watch, and how it began."""

    watch: Watch
    ended: Ended
    needs: frozenset[str] | None = None


class Slot:
    """The sandbox of one worker. See `base.Sandbox`."""

    def __init__(self, number: int, options: SandboxOptions, turnstile: Turnstile) -> None:
        self._options = options
        self._uid = slot_uid(number)
        self._turnstile = turnstile
        self._zygotes: OrderedDict[frozenset[str], Zygote] = OrderedDict()
        self._alone = False
        self._subreaper = True

    @property
    def isolation(self) -> Isolation:
        return isolation(uid=self._uid, subreaper=self._subreaper)

    def start(self) -> None:
        """Starts the zygote that most submissions use. Raises SandboxError."""
        self._zygote(frozenset())

    def close(self) -> None:
        while self._zygotes:
            self._zygotes.popitem()[1].close()

    # What is asked of a sandbox

    def run_program(
        self, program: Program, stdin: bytes, limits: Limits, *, keep_bytes: int, deadline: float | None = None
    ) -> Facts:
        facts = self._run_program(program, stdin, limits, keep_bytes, deadline)
        if _is_borderline(facts, limits):
            with self._by_itself():
                facts = self._run_program(program, stdin, limits, keep_bytes, deadline)
        return facts

    def run_calls(
        self,
        program: Program,
        calls: Sequence[bytes],
        limits: Limits,
        *,
        max_answer_bytes: int,
        deadline: float | None = None,
    ) -> list[Facts]:
        done: list[Facts] = []
        while len(done) < len(calls):
            done += self._run_calls(program, calls[len(done) :], limits, max_answer_bytes, deadline)
        for position, facts in enumerate(done):
            if _is_borderline(facts, limits):
                with self._by_itself():
                    call = calls[position : position + 1]
                    [done[position]] = self._run_calls(program, call, limits, max_answer_bytes, deadline)
        return done

    def _run_program(
        self, program: Program, stdin: bytes, limits: Limits, keep_bytes: int, deadline: float | None
    ) -> Facts:
        cell = self._cell(program, (), stdin, limits, keep_bytes, 0, deadline)
        if isinstance(cell, Facts):
            return cell
        watch = cell.watch
        facts = replace(
            _end_facts(cell, limits),
            stdout=watch.stdout,
            stdout_bytes=watch.stdout_bytes,
            stderr_tail=watch.stderr_tail,
            cpu_time_s=cell.ended.cpu_s,
            wall_time_s=watch.wall_s,
        )
        return _with_report(facts, watch.frames[0]) if watch.frames else facts

    def _run_calls(
        self, program: Program, calls: Sequence[bytes], limits: Limits, max_answer_bytes: int, deadline: float | None
    ) -> list[Facts]:
        """Facts of the first of `calls`, at least one: as many as one cell could answer, and what ended it."""
        cell = self._cell(program, calls, b"", limits, 0, max_answer_bytes, deadline)
        if isinstance(cell, Facts):
            return [cell] * len(calls)
        watch, end = cell.watch, _end_facts(cell, limits)
        loaded = bool(watch.frames) and watch.frames[0] == b"L"
        answers = watch.frames[1:] if loaded else []
        shares = _shares(watch, cell.ended)
        if end.killed is Killed.MEMORY and len(answers) == len(calls) and len(calls) > 1:
            # All answered, yet at some moment there was too much: which call it was shows one by one.
            return [self._run_calls(program, [call], limits, max_answer_bytes, deadline)[0] for call in calls]
        done = []
        for (cpu_s, wall_s), answer in zip(shares[1:], answers, strict=False):
            facts = Facts(
                answer=answer[1:] if answer[:1] == b"V" else None,
                cpu_time_s=cpu_s,
                wall_time_s=wall_s,
                peak_memory_bytes=end.peak_memory_bytes,
            )
            done.append(facts if facts.answer is not None else _with_report(facts, answer))
        if len(done) == len(calls):
            if end.killed in (Killed.MEMORY, Killed.OUTPUT, Killed.PROTOCOL):
                done[-1] = replace(end, cpu_time_s=done[-1].cpu_time_s, wall_time_s=done[-1].wall_time_s)
            return done
        cpu_s, wall_s = shares[-1]
        last = replace(end, cpu_time_s=cpu_s, wall_time_s=wall_s, stage=Stage.RUN if loaded else Stage.LOAD)
        if loaded:
            return [*done, last]
        # It failed before any call, as it would again for each of them.
        return [_with_report(last, watch.frames[0]) if watch.frames else last] * len(calls)

    # One cell

    @contextmanager
    def _by_itself(self) -> Iterator[None]:
        """A borderline time is measured again while no other cell of this keeper runs."""
        with self._turnstile.alone():
            self._alone = True
            try:
                yield
            finally:
                self._alone = False

    def _cell(
        self,
        program: Program,
        calls: Sequence[bytes],
        stdin: bytes,
        limits: Limits,
        keep_bytes: int,
        max_answer_bytes: int,
        deadline: float | None,
    ) -> _Cell | Facts:
        """Runs a cell in the environment that the submission needs; Facts where there is nothing more to know."""
        environment: frozenset[str] = frozenset()
        lost = 0
        for _ in range(8):
            try:
                zygote = self._zygote(environment)
                with contextlib.nullcontext() if self._alone else self._turnstile.among_others():
                    cell = self._one(zygote, program, calls, stdin, limits, keep_bytes, max_answer_bytes, deadline)
            except SandboxError as error:
                self._discard(environment)
                lost += 1
                if lost > 1:
                    if error.step == "zygote":
                        return Facts(killed=Killed.ZYGOTE)
                    return Facts(fault=str(error))
                continue
            if cell.needs is None:
                return cell
            environment |= cell.needs
        return Facts(fault="environment: the submission keeps asking for more modules")

    def _one(
        self,
        zygote: Zygote,
        program: Program,
        calls: Sequence[bytes],
        stdin: bytes,
        limits: Limits,
        keep_bytes: int,
        max_answer_bytes: int,
        deadline: float | None,
    ) -> _Cell:
        is_function = program.kind == "function"
        header = protocol.pack(
            {
                "kind": program.kind,
                "code": program.code,
                "entry_point": program.entry_point,
                "result": program.result,
                "max_answer_bytes": max_answer_bytes,
            }
        )
        requests = b"".join(itertools.chain([protocol.frame(header)], (protocol.frame(call) for call in calls)))
        confinement = {
            "uid": self._uid,
            "cpu_s": math.ceil(limits.cpu_time_s * GRACE * (len(calls) + 1)) + 3,
            "address_bytes": zygote.address_bytes + limits.memory_bytes + ADDRESS_HEADROOM_BYTES,
            "processes": PROCESSES + (zygote.processes if self._uid is None else 0),
        }
        mine: list[int] = []
        theirs: list[int] = []
        try:
            pipes = _open_pipes(mine, theirs, is_function)
            pid = zygote.fork(confinement, theirs)
        except BaseException as error:
            for fd in mine:
                os.close(fd)
            if isinstance(error, OSError):
                raise SandboxError("open pipes", error.strerror or "", errno=error.errno) from None
            raise
        finally:
            for fd in set(theirs):
                os.close(fd)
        watch = Watch(
            zygote,
            pid,
            limits,
            keep_bytes=keep_bytes,
            max_frame_bytes=max_answer_bytes + 65_536,
            expected_frames=len(calls) + 1,
            deadline=deadline,
        )
        try:
            watch.read_answers(pipes["answers"])
            watch.read_output(pipes["stdout"], pipes.get("stderr", -1))
            watch.feed(pipes["requests"], requests)
            if not is_function:
                watch.feed(pipes["stdin"], stdin)
            watch.until_end()
        except BaseException as error:
            if isinstance(error, SandboxError) or not isinstance(error, Exception):
                _kill_quietly(pid)
            raise
        finally:
            watch.close()
        assert watch.ended is not None
        cell = _Cell(watch, watch.ended)
        if watch.frames and watch.frames[0][:1] == b"N":
            cell.needs = _asked_for(watch.frames[0], zygote.packages)
        elif watch.frames and watch.frames[0][:1] == b"Z":
            raise SandboxError("set up cell", watch.frames[0][1:].decode(errors="replace"))
        return cell

    def _zygote(self, environment: frozenset[str]) -> Zygote:
        zygote = self._zygotes.get(environment)
        if zygote is None:
            while len(self._zygotes) >= MAX_ZYGOTES:
                self._zygotes.popitem(last=False)[1].close()
            zygote = self._zygotes[environment] = Zygote(self._options, environment)
            self._subreaper = zygote.subreaper
        self._zygotes.move_to_end(environment)
        return zygote

    def _discard(self, environment: frozenset[str]) -> None:
        zygote = self._zygotes.pop(environment, None)
        if zygote is not None:
            zygote.close()


class Keeper:
    """A slot for each worker. Use it as a context manager; `slot()` may be called from any thread."""

    def __init__(self, workers: int, options: SandboxOptions | None = None) -> None:
        options = options or SandboxOptions()
        turnstile = Turnstile()
        self._slots = [Slot(number, options, turnstile) for number in range(workers)]
        self._free: queue.LifoQueue[Slot] = queue.LifoQueue()  # the slot used last is the warmest
        for slot in reversed(self._slots):
            self._free.put(slot)

    def __enter__(self) -> Keeper:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def start(self) -> None:
        """Starts every slot's first zygote. Raises SandboxError."""
        for slot in self._slots:
            slot.start()

    def close(self) -> None:
        for slot in self._slots:
            slot.close()

    @contextmanager
    def slot(self) -> Iterator[Slot]:
        """A slot for the caller alone; waits until one is free."""
        slot = self._free.get()
        try:
            yield slot
        finally:
            self._free.put(slot)


def _open_pipes(mine: list[int], theirs: list[int], is_function: bool) -> dict[str, int]:
    """Our ends by name. `theirs` gets the cell's, in the order of CELL_FDS; both lists are filled as we go, so that
    the caller can close what was opened before a failure."""
    pipes: dict[str, int] = {}

    def pipe(name: str, *, cell_reads: bool) -> None:
        read, write = os.pipe()
        ours, its = (write, read) if cell_reads else (read, write)
        pipes[name] = ours
        mine.append(ours)
        theirs.append(its)

    if is_function:
        theirs.append(os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC))
        pipe("stdout", cell_reads=False)
        theirs.append(theirs[-1])
    else:
        pipe("stdin", cell_reads=True)
        pipe("stdout", cell_reads=False)
        pipe("stderr", cell_reads=False)
    pipe("requests", cell_reads=True)
    pipe("answers", cell_reads=False)
    return pipes


def _asked_for(frame: bytes, packages: frozenset[str]) -> frozenset[str]:
    """The environment that a cell asks for, of which it gets what there is: the cell's word may not be believed."""
    import json

    with contextlib.suppress(ValueError, TypeError):
        return frozenset(json.loads(frame[1:])) & (packages | {"stdlib"})
    return frozenset()


def _end_facts(cell: _Cell, limits: Limits) -> Facts:
    """How the process ended."""
    ended, watch = cell.ended, cell.watch
    peak = max(0, ended.peak_bytes - watch.baseline_bytes)
    killed = watch.killed
    if killed is None and peak > limits.memory_bytes:
        killed = Killed.MEMORY
    status = ended.status
    return Facts(
        killed=killed,
        exit_status=os.waitstatus_to_exitcode(status) if os.WIFEXITED(status) else None,
        signal=os.WTERMSIG(status) if os.WIFSIGNALED(status) else None,
        peak_memory_bytes=peak,
    )


def _with_report(facts: Facts, frame: bytes) -> Facts:
    """`facts` with what the cell itself says of the same case."""
    kind, body = frame[:1], frame[1:]
    if kind == b"B":
        return replace(facts, answer_too_large=True)
    stage = {b"C": Stage.COMPILE, b"X": Stage.LOAD, b"E": Stage.RUN}.get(kind)
    if stage is None:
        return replace(facts, killed=facts.killed or Killed.PROTOCOL)
    return replace(facts, stage=stage, raised=_raised(body))


def _raised(body: bytes) -> Raised:
    import json

    try:
        name, message = json.loads(body)
        return Raised(str(name)[:100], str(message)[:500])
    except (ValueError, TypeError, RecursionError):
        return Raised("Exception", "")


def _shares(watch: Watch, ended: Ended) -> list[tuple[float, float]]:
    """(CPU s, wall s) of each frame, and of what was going on after the last one. Frames that came between two looks
    share the time between them equally."""
    shares: list[tuple[float, float]] = []
    for before, after in itertools.pairwise(watch.marks):
        count = after.frames - before.frames
        shares += [((after.cpu_s - before.cpu_s) / count, (after.wall_s - before.wall_s) / count)] * count
    last = watch.marks[-1]
    shares.append((max(0.0, ended.cpu_s - last.cpu_s), max(0.0, watch.wall_s - last.wall_s)))
    return shares


def _is_borderline(facts: Facts, limits: Limits) -> bool:
    return facts.killed is None and facts.cpu_time_s > limits.cpu_time_s


def _kill_quietly(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, signal.SIGKILL)
