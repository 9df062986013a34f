"""Samples through a container, by the interface of `Verifier`.

with DockerVerifier() as verifier:
    for result in verifier.score(samples):
        print(result.id, result.verdict, result.reward)
"""

from __future__ import annotations

import struct
import threading
import time
from pathlib import Path
from typing import Any

from verifier.client import FunctionVerifier
from verifier.dispatch import Progress
from verifier.docker.container import NAME, PYTHON, Options, find, start, timeout_of, written
from verifier.docker.engine import DockerError, connect, told
from verifier.invoke import FunctionFailed
from verifier.sandbox.base import Isolation
from verifier.sending import Broken, Never
from verifier.verdict import Verdict

MAX_BATCH = 64
RELAY = Path(__file__).with_name("relay.py")
START_S = 120.0
RESTART_S = 10.0

_PROBE = {
    "id": "probe",
    "code": "def f(): return 1",
    "reference_answer": {"kind": "function", "entry_point": "f", "cases": [{"args": [], "expected": 1}]},
}


class DockerVerifier(FunctionVerifier):
    """Scores samples in the container `name`, which `verifier docker up` has started. Up to `batch` samples go at
    once; how many are judged at a time is the container's matter. Raises DockerError where it is not up."""

    def __init__(
        self,
        name: str = NAME,
        *,
        batch: int = MAX_BATCH,
        progress: Progress | None = None,
        timeout_s: float | None = None,
        client: Any = None,
    ) -> None:
        self._own_client = None if client else connect()
        try:
            container = find(client or self._own_client, name)
            timeout_s = timeout_s or 2 * timeout_of(container) + 60  # another may be asking too
            relayed = Relayed(client or self._own_client, container, timeout_s)
            # One sender: the emulator has one invocation at a time, as an execution environment of AWS Lambda has.
            super().__init__(relayed, concurrency=1, batch=batch, retries=0, progress=progress)
        except BaseException:
            self._close_client()
            raise

    def _shut(self) -> None:
        super()._shut()
        self._close_client()

    def _close_client(self) -> None:
        if self._own_client is not None:
            self._own_client.close()


def up(client: Any, options: Options, *, start_s: float = START_S) -> Isolation:
    """Starts a container and waits until it judges. The layers of the jail in force come with its first result."""
    container = start(client, options)
    try:
        try:
            with DockerVerifier(options.name, timeout_s=start_s, client=client) as verifier:
                [result] = verifier.score([_PROBE])
            if result.verdict is not Verdict.AC:
                raise DockerError(f"it can't judge: {result.verdict} {result.message}")
            if options.suites:
                _check_suites(container)
        except DockerError as error:
            said = "\n".join(written(container, tail=20))
            raise DockerError(f"{options.name} did not start: {error}\n{said}".strip()) from None
    except BaseException:
        container.remove(force=True)
        raise
    return result.judgement.isolation


def _check_suites(container: Any) -> None:
    with told():
        code = "import os; [os.listdir(entry) for entry in os.scandir('/suites') if entry.is_dir()]"
        status, output = container.exec_run([PYTHON, "-c", code])
    if status:
        said = output.decode(errors="replace").strip().splitlines()
        why = said[-1] if said else status
        raise DockerError(f"its user can't read the suites ({why}): chmod -R a+rX them, or give --user")


class Relayed:
    """The function in the container. `relay.py` is started there at the first call, and again after a failure."""

    def __init__(self, client: Any, container: Any, timeout_s: float) -> None:
        self._client = client
        self._container = container
        self._timeout_s = timeout_s
        self._channel: _Channel | None = None
        self._lock = threading.Lock()

    def close(self) -> None:
        if self._channel is not None:
            self._channel.close()
            self._channel = None

    def invoke(self, payload: bytes) -> bytes:
        """The answer to one invocation, when those before it have theirs. Raises Broken, or Never where the container
        is gone."""
        with self._lock:
            return self._invoke(payload)

    def _invoke(self, payload: bytes) -> bytes:
        try:
            if self._channel is None:
                self._channel = _Channel(self._client, self._container)
            status, answer = self._channel.invoke(payload, self._timeout_s)
        except OSError as error:
            said = self._channel.said() if self._channel else ""
            self.close()
            self._wait_for_a_restart()
            raise Broken(f"the container hung up: {said or error or type(error).__name__}") from None
        except DockerError as error:
            raise Never(str(error)) from None
        if answer.startswith(b"Task timed out"):
            raise FunctionFailed("Sandbox.Timedout", answer[:200].decode(errors="replace"))
        if status == 0:
            raise Broken(answer[:200].decode(errors="replace"))
        return answer

    def _wait_for_a_restart(self) -> None:
        until = time.monotonic() + RESTART_S
        while True:
            try:
                with told():
                    self._container.reload()
            except DockerError as error:
                raise Never(f"the container is gone: {error}") from None
            if self._container.status == "running":
                return
            if time.monotonic() > until:
                raise Never(f"the container has ended: see `verifier docker logs --name {self._container.name}`")
            time.sleep(0.1)


class _Channel:
    """A relay in the container, and the engine's socket that leads to its standard streams."""

    def __init__(self, client: Any, container: Any) -> None:
        code = RELAY.read_text(encoding="utf-8")
        with told():
            made = client.api.exec_create(container.id, [PYTHON, "-c", code], stdin=True)
            self._stream = client.api.exec_start(made["Id"], socket=True)
        # What the client makes of a Unix or TCP socket can only be read; of TLS it gives the socket itself.
        self._socket = getattr(self._stream, "_sock", self._stream)
        self._out = bytearray()
        self._errors = bytearray()

    def invoke(self, event: bytes, timeout_s: float) -> tuple[int, bytes]:
        """Status and body. Raises OSError where the relay or the engine hangs up, TimeoutError among others."""
        self._socket.settimeout(timeout_s)
        self._socket.sendall(b"%d\n%b" % (len(event), event))
        while b"\n" not in self._out:
            self._receive()
        head, _, self._out = self._out.partition(b"\n")
        status, length = map(int, head.split())
        while len(self._out) < length:
            self._receive()
        body = bytes(self._out[:length])
        del self._out[:length]
        return status, body

    def _receive(self) -> None:
        """One of the engine's frames: which stream it is of, how long it is, and its content."""
        kind, length = struct.unpack(">BxxxL", self._exactly(8))
        (self._out if kind == 1 else self._errors).extend(self._exactly(length))

    def _exactly(self, length: int) -> bytes:
        pieces = []
        while length:
            piece = self._socket.recv(min(length, 1 << 20))
            if not piece:
                raise ConnectionError("the stream ended")
            pieces.append(piece)
            length -= len(piece)
        return b"".join(pieces)

    def said(self) -> str:
        """The last line on the relay's standard error."""
        return (self._errors.decode(errors="replace").strip().splitlines() or [""])[-1][:300]

    def close(self) -> None:
        response = getattr(self._stream, "_response", None)  # which the client ties to it
        for each in (response, self._stream, self._socket):
            if each is not None:
                each.close()
