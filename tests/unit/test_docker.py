"""`verifier docker` where no engine is: what is missing is named, with what to do. The client is the real one; where an
engine is needed, a small HTTP server on a socket says what an engine would."""

from __future__ import annotations

import gc
import http.server
import json
import socket
import socketserver
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from verifier.cli import main
from verifier.docker import container, engine
from verifier.docker.container import Options

pytest.importorskip("docker")

# The client forgets a socket that it could not connect.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")

NOTHING: tuple[int, object] = (404, {"message": "page not found"})
Answers = dict[tuple[str, str], tuple[int, object]]


def docker(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["docker", *map(str, arguments)])


class Engine:
    """Answers on a socket by method and path, without the API's version and the query."""

    def __init__(self, path: Path, answers: Answers) -> None:
        self.asked: list[tuple[str, str]] = []
        known: Answers = {
            ("GET", "/version"): (200, {"ApiVersion": "1.41", "Version": "20.10", "Arch": "amd64"}),
            ("GET", "/_ping"): (200, "OK"),
            ("GET", "/containers/json"): (200, []),
            **answers,
        }
        fake = self

        class Door(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _answer(self) -> None:
                self.close_connection = True
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                path = self.path.partition("?")[0]
                if path.startswith("/v1."):
                    path = "/" + path[1:].partition("/")[2]
                fake.asked.append((self.command, path))
                status, body = known.get((self.command, path), NOTHING)
                text = body if isinstance(body, str) else json.dumps(body)
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Transfer-Encoding", "chunked")  # as the engine sends what it tells by and by
                self.send_header("Connection", "close")
                self.end_headers()
                self.wfile.write(b"%x\r\n%b\r\n0\r\n\r\n" % (len(text.encode()), text.encode()))

            do_GET = do_POST = do_DELETE = _answer

            def address_string(self) -> str:
                return "client"

            def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 (the name is http.server's)
                pass

        self._server = socketserver.ThreadingUnixStreamServer(str(path), Door)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture(autouse=True)
def swept() -> Iterator[None]:
    """What the client forgets is found in the test that it belongs to."""
    yield
    gc.collect()


@pytest.fixture
def start_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Engine]]:
    """start_engine({("POST", "/containers/create"): (404, {...})}): an engine that gives these answers."""
    started: list[Engine] = []

    def start(answers: Answers | None = None) -> Engine:
        path = tmp_path / "docker.sock"
        monkeypatch.setenv("DOCKER_HOST", f"unix://{path}")
        started.append(Engine(path, answers or {}))
        return started[-1]

    yield start
    for each in started:
        each.close()


# Without an engine

COMMANDS = [("check",), ("build", "--source", "."), ("up",), ("score", __file__), ("logs",), ("down",)]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_no_socket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]) -> None:
    """Every command says that there is no engine, where it was looked for, and what to do. The exit status is 3."""
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")

    result = docker(*command)

    assert result.exit_code == 3
    assert f"no Docker engine here: there is no socket at unix://{tmp_path}/none.sock; install Docker" in result.output
    assert "Traceback" not in result.output


def test_an_engine_that_does_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A socket on which nobody listens is told apart from none."""
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(tmp_path / "docker.sock"))
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/docker.sock")

    result = docker("check")

    assert (result.exit_code, "the Docker engine is not running" in result.output) == (3, True)


def test_a_socket_that_this_user_may_not_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is named, and so are the ways to be let in."""

    def refused(self: socket.socket, address: object) -> None:
        raise PermissionError(13, "Permission denied")

    class Closed(socket.socket):
        connect = refused  # type: ignore[assignment]

    monkeypatch.setattr(socket, "socket", Closed)
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/docker.sock")

    result = docker("check")

    assert result.exit_code == 3
    assert f"permission denied at unix://{tmp_path}/docker.sock: join the group `docker`" in result.output


@pytest.mark.parametrize("address", ["nonsense://x", "unix:///dev/null", "tcp://127.0.0.1:1", "tcp://host.invalid:1"])
def test_an_address_that_leads_nowhere(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    """Whatever DOCKER_HOST holds, there is a message that names it, and no traceback."""
    monkeypatch.setenv("DOCKER_HOST", address)

    result = docker("check")

    assert (result.exit_code, address in result.output) == (3, True)
    assert isinstance(result.exception, SystemExit)


def test_the_package_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra that brings it is named."""
    monkeypatch.setitem(sys.modules, "docker", None)

    result = docker("check")

    assert (result.exit_code, "pip install 'rl-code-verifier[docker]'" in result.output) == (3, True)


# With one


def test_an_engine_answers(start_engine: Callable[..., Engine]) -> None:
    start_engine()

    result = docker("check")

    assert (result.exit_code, result.output) == (0, "Docker 20.10 answers (amd64)\n")


def test_up_without_the_image(start_engine: Callable[..., Engine]) -> None:
    """It is not pulled from anywhere: the message says how to build it."""
    fake = start_engine({("POST", "/containers/create"): (404, {"message": "No such image: rl-code-verifier:local"})})

    result = docker("up")

    assert result.exit_code == 3
    assert "no image rl-code-verifier:local: build it with `verifier docker build`" in result.output
    assert not any("/images/create" in path for _, path in fake.asked)


def test_what_the_engine_refuses_is_told(start_engine: Callable[..., Engine]) -> None:
    start_engine({("POST", "/containers/create"): (409, {"message": "the name is in use by container 17"})})

    result = docker("up")

    assert (result.exit_code, "the name is in use by container 17" in result.output) == (3, True)


@pytest.mark.parametrize("command", [("score", __file__), ("logs",)], ids=lambda command: command[0])
def test_what_needs_a_container_says_how_to_start_it(
    start_engine: Callable[..., Engine], tmp_path: Path, command: tuple[str, ...]
) -> None:
    start_engine()
    file = tmp_path / "samples.jsonl"
    file.write_text("")

    result = docker(*(file if argument == __file__ else argument for argument in command))

    assert (result.exit_code, "`verifier docker up`" in result.output) == (3, True)


def test_down_where_nothing_is_up(start_engine: Callable[..., Engine]) -> None:
    start_engine()

    result = docker("down")

    assert (result.exit_code, result.output) == (0, "nothing is up\n")


def test_build_needs_the_source(start_engine: Callable[..., Engine], tmp_path: Path) -> None:
    start_engine()

    result = docker("build", "--source", tmp_path)

    assert (result.exit_code, "no Dockerfile in" in result.output) == (3, True)


def test_a_build_that_fails(start_engine: Callable[..., Engine], tmp_path: Path) -> None:
    """What the engine said is shown, and the failure once more at the end."""
    said = [{"stream": "Step 1/2\n"}, {"error": "the command returned a non-zero code: 1"}]
    start_engine({("POST", "/build"): (200, "".join(map(json.dumps, said)))})
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")

    result = docker("build", "--source", tmp_path)

    assert result.exit_code == 3
    assert "Step 1/2" in result.output
    assert result.output.endswith("the build failed: the command returned a non-zero code: 1\n")


def test_build_if_missing_leaves_what_is_there(start_engine: Callable[..., Engine], tmp_path: Path) -> None:
    fake = start_engine({("GET", "/images/rl-code-verifier:local/json"): (200, {"Id": "sha256:1"})})

    result = docker("build", "--if-missing", "--source", tmp_path)

    assert (result.exit_code, result.output) == (0, "rl-code-verifier:local is there\n")
    assert ("POST", "/build") not in fake.asked


@pytest.mark.parametrize("command", [("up", "--env", "NAME"), ("build", "--build-arg", "NAME")])
def test_a_pair_without_a_value_is_a_usage_error(start_engine: Callable[..., Engine], command: tuple[str, ...]) -> None:
    start_engine()

    result = docker(*command)

    assert (result.exit_code, "must be NAME=VALUE" in result.output) == (2, True)


# How a container is started


def test_a_container_gets_as_little_as_it_needs(tmp_path: Path) -> None:
    """No network, nothing to write to but /tmp, no capabilities, no new ones, no shared memory, limits on the rest."""
    given: dict[str, Any] = container._arrangement(Options(suites=tmp_path, cpus=1.5))

    assert given["network_mode"] == "none"
    assert given["read_only"] is True
    assert list(given["tmpfs"]) == ["/tmp"]
    assert {"noexec", "nosuid", "nodev", "size=512m"} <= set(given["tmpfs"]["/tmp"].split(","))
    assert (given["ipc_mode"], given["cap_drop"], given["security_opt"]) == ("none", ["ALL"], ["no-new-privileges"])
    assert given["mem_limit"] == given["memswap_limit"] == "3008m"
    assert (given["pids_limit"], given["nano_cpus"]) == (1024, 1_500_000_000)
    assert [(mount["Target"], mount["ReadOnly"]) for mount in given["mounts"]] == [("/suites", True)]
    assert given["labels"] == {container.LABEL: container.NAME}
    assert not {"privileged", "ports", "devices", "volumes", "cap_add"} & given.keys()


def test_workers_follow_the_processors_that_it_may_use() -> None:
    """Inside, the machine's number would be seen."""
    environment = container._arrangement(Options(cpus=2.5))["environment"]

    assert environment["VERIFIER_WORKERS"] == "2"
    assert "VERIFIER_WORKERS" not in container._arrangement(Options())["environment"]
    assert container._arrangement(Options(cpus=2.5, workers=4))["environment"]["VERIFIER_WORKERS"] == "4"
    small = container._arrangement(Options(cpus=8, memory="1g"))["environment"]
    assert (small["VERIFIER_WORKERS"], small["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]) == ("1", "1024")


def test_a_seccomp_profile_is_read_here(tmp_path: Path) -> None:
    """The engine may be on another machine: it is given the text."""
    profile = tmp_path / "profile.json"
    profile.write_text('{"defaultAction": "SCMP_ACT_ALLOW"}')

    given = container._arrangement(Options(seccomp=profile))

    assert given["security_opt"][1] == 'seccomp={"defaultAction": "SCMP_ACT_ALLOW"}'


def test_the_engine_is_told_apart_by_its_causes() -> None:
    """The client wraps the system's error three times; in a chain without one the message is the client's."""
    wrapped = ValueError("outer", ConnectionError("Connection aborted.", PermissionError(13, "x")))

    assert "permission denied" in engine._no_engine(wrapped)
    assert "no Docker engine answers at" in engine._no_engine(ValueError("strange"))
