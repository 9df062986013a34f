"""Two interpreters without their jail: a forked cell serves a submission, the test process or another fork uses it.

`solution(code)` gives the module's proxy in this process. `same(name, test)` runs a snippet of test code twice, each
time in a process of its own: beside a module in solutions/ as it is, and with the proxy of it; what it shows must be
the same.
"""

from __future__ import annotations

import contextlib
import io
import os
import pickle
import re
import select
import signal
import socket
import sys
import textwrap
import time
import traceback
import types
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from verifier.sandbox.protocol import PEER_FD
from verifier.sandbox.proxy import cell, tester

MAX_BYTES = 64 << 20
WAIT_S = 60.0
"""For a snippet that hangs; none takes a second."""


def fork(work: Callable[[], None]) -> int:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # xdist's workers have a thread, which is no part of the child
        pid = os.fork()
    if pid:
        return pid
    try:
        work()
    except BaseException:
        os.write(2, traceback.format_exc().encode())
    finally:
        os._exit(0)


def start_cell(code: str, modules: tuple[str, ...] = ("solution",)) -> tuple[int, int]:
    """The process that serves this submission, and the tester's end of the socket."""
    mine, theirs = socket.socketpair()

    def work() -> None:
        mine.close()
        os.dup2(theirs.fileno(), PEER_FD)
        cell.prepare()
        cell.serve_tests(compile(textwrap.dedent(code), "solution.py", "exec", dont_inherit=True))

    pid = fork(work)
    theirs.close()
    return pid, mine.detach()


def end(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def names_in(code: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", code))


@pytest.fixture
def connect() -> Iterator[Callable[..., tester.Peer]]:
    """connect(code, mentioned=names in the code, **options of Peer): a tester's side with its cell."""
    pids, fds = [], []

    def start(code: str, mentioned: frozenset[str] | None = None, **options: Any) -> tester.Peer:
        pid, fd = start_cell(code)
        pids.append(pid)
        fds.append(fd)
        return tester.Peer(
            fd, ["solution"], names_in(code) if mentioned is None else mentioned, **{"max_bytes": MAX_BYTES, **options}
        )

    yield start
    for fd in fds:
        os.close(fd)
    for pid in pids:
        end(pid)


@pytest.fixture
def solution(connect: Callable[..., tester.Peer]) -> Callable[..., Any]:
    """solution(code, mentioned=None): the proxy of the submission's module."""
    return lambda code, mentioned=None: connect(code, mentioned).module()


# Differential


def _shown(value: Any) -> Any:
    return type(value).__name__, repr(value)


def run_plain(code: str, test: str) -> Any:
    """What the test shows where the submission is an ordinary module."""

    def load() -> None:
        module = types.ModuleType("solution")
        module.__file__ = "solution.py"
        sys.modules["solution"] = module
        exec(compile(textwrap.dedent(code), "solution.py", "exec", dont_inherit=True), vars(module))

    return _in_process(load, test)


def run_proxied(code: str, test: str) -> Any:
    """What it shows with a proxy."""
    pid, fd = start_cell(code)
    peers = []

    def load() -> None:
        mentioned = names_in(test)
        # As prepared code has it: what a star import must not bind.
        peers.append(tester.Peer(fd, ["solution"], mentioned, MAX_BYTES))
        peers[0].install()
        peers[0].begin()

    try:
        return _in_process(load, test, peers)
    finally:
        os.close(fd)
        end(pid)


def _in_process(load: Callable[[], None], test: str, peers: list[tester.Peer] | None = None) -> Any:
    ours, theirs = os.pipe()

    def work() -> None:
        os.close(ours)
        shown: list[Any] = []
        output = io.TextIOWrapper(io.BytesIO(), "utf-8", newline="\n")
        sys.stdout = sys.stderr = output
        try:
            load()
            namespace = {"show": lambda *values: shown.extend(map(_shown, values)), "__name__": "test_it"}
            module = types.ModuleType("test_it")
            vars(module).update(namespace)
            sys.modules["test_it"] = module
            exec(compile(textwrap.dedent(test), "test_it.py", "exec", dont_inherit=True), vars(module))
        except BaseException as error:
            shown.append(("raised", type(error).__name__, str(error)))
        output.flush()
        printed = output.buffer.getvalue().decode()  # type: ignore[attr-defined]
        gone = [peer._link.gone for peer in peers or ()]
        with os.fdopen(theirs, "wb") as file:
            pickle.dump({"shown": shown, "printed": printed, "gone": any(gone) and gone}, file)

    pid = fork(work)
    os.close(theirs)
    try:
        return _read(ours)
    finally:
        os.close(ours)
        end(pid)


def _read(fd: int) -> Any:
    until = time.monotonic() + WAIT_S
    data = b""
    while True:
        if not select.select([fd], [], [], max(0.0, until - time.monotonic()))[0]:
            return "hangs"
        part = os.read(fd, 1 << 16)
        if not part:
            return pickle.loads(data) if data else "died"
        data += part


@pytest.fixture
def same() -> Callable[[str, str], None]:
    """same(name, test): the test shows the same with a proxy as with the plain module, and it ends by itself."""

    def check(name: str, test: str) -> None:
        code = (Path(__file__).parent / "solutions" / f"{name}.py").read_text()
        expected = run_plain(code, test)
        assert expected["shown"] or expected["printed"]
        assert run_proxied(code, test) == expected

    return check
