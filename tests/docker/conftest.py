"""The image as AWS Lambda runs it: an ordinary user, a read-only root, no capabilities, a filter that refuses what
Lambda refuses (sandbox_image/profiles/lambda.json), and AWS's emulator in the place of the service.

A test talks to the function over HTTP, as a caller does. What an attacker inside could do without the jail it shows by
`Function.plain`, a process of the same user in the same container.
"""

from __future__ import annotations

import fcntl
import http.client
import json
import os
import tempfile
import textwrap
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

try:
    import docker
except ImportError:
    docker = None

ROOT = Path(__file__).parents[2]
LABEL = "rl-code-verifier.tests"
READABLE_PYTHON = "/usr/local/bin/python3"
"""In the image: an interpreter of no environment, for what is run from outside."""

# A user that no other container of this machine is likely to have: the kernel counts a user's processes across them.
USER, GROUP = 20_000 + os.getpid() % 10_000, 990

ARRANGEMENT: dict[str, Any] = {
    "user": f"{USER}:{GROUP}",
    "read_only": True,
    "tmpfs": {"/tmp": "rw,exec,nosuid,nodev,size=512m,mode=1777"},
    "ipc_mode": "none",  # no /dev/shm
    "cap_drop": ["ALL"],
    "mem_limit": "3008m",
    "memswap_limit": "3008m",
    "pids_limit": 1024,
    "ulimits": [{"name": "nofile", "soft": 1024, "hard": 1024}],
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.docker)
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def engine() -> Iterator[Any]:
    if docker is None:
        pytest.skip("the docker package is not installed (extra: docker)")
    try:
        client = docker.from_env()
        client.ping()
    except docker.errors.DockerException as error:
        pytest.skip(f"no Docker engine answers: {error}")
    yield client
    client.close()


@pytest.fixture(scope="session")
def image(engine: Any) -> str:
    """The image with the emulator. VERIFIER_TEST_IMAGE names one that is built already."""
    if ready := os.environ.get("VERIFIER_TEST_IMAGE"):
        return ready
    settings = ("PYTHON_IMAGE", "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL")
    # One process of the tests builds it; the others find all of it in the engine's cache.
    with open(Path(tempfile.gettempdir()) / f"{LABEL}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        built, _ = engine.images.build(
            path=str(ROOT),
            target="local",
            tag="rl-code-verifier:local",
            rm=True,
            buildargs={name: os.environ[name] for name in settings if name in os.environ},
        )
    return str(built.id)


class Function:
    """One execution environment."""

    def __init__(self, engine: Any, image: str, environment: Mapping[str, str]) -> None:
        profile = (ROOT / "sandbox_image/profiles/lambda.json").read_text()
        self._container = engine.containers.run(
            image,
            detach=True,
            environment={"VERIFIER_DETAILS": "1", "VERIFIER_WORKERS": "2", **environment},
            labels=[LABEL],
            ports={"8080/tcp": ("127.0.0.1", None)},
            security_opt=["no-new-privileges", f"seccomp={profile}"],
            **{**ARRANGEMENT, "ulimits": [docker.types.Ulimit(**limit) for limit in ARRANGEMENT["ulimits"]]},
        )
        try:
            self._port = self._published()
        except BaseException:
            self.close()
            raise

    def _published(self) -> int:
        """The port; waits until the emulator listens."""
        for _ in range(200):
            self._container.reload()
            ports = self._container.ports.get("8080/tcp")
            if ports and self.run("import socket; socket.create_connection(('127.0.0.1', 8080))")[0] == 0:
                return int(ports[0]["HostPort"])
            if self._container.status == "exited":
                break
            time.sleep(0.05)
        raise AssertionError(f"the emulator does not listen: {self.logs()}")

    def invoke(self, event: object) -> Any:
        """What the caller gets for an event."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=300)
        try:
            connection.request("POST", "/2015-03-31/functions/function/invocations", json.dumps(event).encode())
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()

    def plain(self, code: str, *arguments: str) -> str:
        """What `code` prints, run without a jail as the function's own user."""
        status, output = self.run(code, *arguments)
        assert status == 0, output
        return output

    def run(self, code: str, *arguments: str) -> tuple[int, str]:
        command = [READABLE_PYTHON, "-c", textwrap.dedent(code), *arguments]
        status, output = self._container.exec_run(command, user=f"{USER}:{GROUP}")
        return status, output.decode(errors="replace")

    def logs(self) -> str:
        return str(self._container.logs().decode(errors="replace"))

    def close(self) -> None:
        self._container.remove(force=True)


StartFunction = Callable[..., Function]


@pytest.fixture
def start_function(engine: Any, image: str) -> Iterator[StartFunction]:
    """start_function(NAME="value", ...): a new execution environment with these variables."""
    started: list[Function] = []

    def start(**environment: str) -> Function:
        started.append(Function(engine, image, environment))
        return started[-1]

    yield start
    for function in started:
        function.close()


@pytest.fixture(scope="module")
def function(engine: Any, image: str) -> Iterator[Function]:
    """One for all tests of a module that leave it as it was."""
    function = Function(engine, image, {})
    yield function
    function.close()
