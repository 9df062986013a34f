"""Containers of ours: started with as little as they need, found again by their label, removed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from verifier.docker.engine import IMAGE, DockerError, told
from verifier.settings import workers_for

NAME = "rl-code-verifier"
LABEL = "rl-code-verifier.local"
"""On our containers, with their name as its value."""

PYTHON = "/opt/verifier/bin/python"
"""In the image. Executable and not readable: nobody of the same user looks into what runs on it."""

TIMEOUT_S = 900
"""Of an invocation: the longest that AWS Lambda grants."""

_TIMEOUT = "AWS_LAMBDA_FUNCTION_TIMEOUT"
_MEMORY = "AWS_LAMBDA_FUNCTION_MEMORY_SIZE"
_SUITES = "/suites"


@dataclass(frozen=True)
class Options:
    """How a container is started."""

    name: str = NAME
    image: str = IMAGE
    suites: Path | None = None
    """A directory of suites on the engine's machine; without one, those in the image."""
    user: str | None = None
    """`uid:gid`; the image has one of its own. The kernel counts a user's processes across all containers."""
    memory: str = "3008m"
    cpus: float | None = None
    pids: int = 1024
    tmp: str = "512m"
    workers: int | None = None
    timeout_s: int = TIMEOUT_S
    seccomp: Path | None = None
    """A profile in the place of Docker's own, such as sandbox_image/profiles/lambda.json."""
    environment: Mapping[str, str] = field(default_factory=dict)


def start(client: Any, options: Options) -> Any:
    """The engine's handle of a new container, which has not judged anything yet."""
    import docker

    for old in _ours(client, options.name):
        if old.status in ("running", "restarting", "paused"):
            raise DockerError(f"{options.name} is up already: end it with `verifier docker down --name {options.name}`")
        with told():
            old.remove(force=True)
    with told():
        try:
            container = client.containers.create(options.image, **_arrangement(options))
        except docker.errors.ImageNotFound:
            raise DockerError(f"there is no image {options.image}: build it with `verifier docker build`") from None
        try:
            container.start()
        except BaseException:
            container.remove(force=True)
            raise
    return container


def _arrangement(options: Options) -> dict[str, Any]:
    from docker.types import LogConfig, Mount, Ulimit
    from docker.utils import parse_bytes

    memory_mb = parse_bytes(options.memory) >> 20
    # Without --cpus the handler sees how many there are; a share of them it doesn't see.
    workers = options.workers or (workers_for(memory_mb, max(1, int(options.cpus))) if options.cpus else None)
    environment = {
        "VERIFIER_DETAILS": "1",
        _TIMEOUT: str(options.timeout_s),
        _MEMORY: str(memory_mb),
        **({"VERIFIER_WORKERS": str(workers)} if workers else {}),
        **({"VERIFIER_SUITES": _SUITES} if options.suites else {}),
        **options.environment,
    }
    security = ["no-new-privileges"]
    if options.seccomp:
        security.append(f"seccomp={options.seccomp.read_text()}")
    return {
        "name": options.name,
        "labels": {LABEL: options.name},
        "environment": environment,
        "network_mode": "none",
        "read_only": True,
        "tmpfs": {"/tmp": f"rw,noexec,nosuid,nodev,size={options.tmp},mode=1777"},
        "mounts": [Mount(_SUITES, str(options.suites.resolve()), "bind", read_only=True)] if options.suites else [],
        "ipc_mode": "none",  # no /dev/shm
        "cap_drop": ["ALL"],
        "security_opt": security,
        "mem_limit": options.memory,
        "memswap_limit": options.memory,
        "pids_limit": options.pids,
        "ulimits": [Ulimit(name="nofile", soft=1024, hard=1024)],
        "log_config": LogConfig(type="json-file", config={"max-size": "10m", "max-file": "2"}),
        # Without `init`: nobody inside can kill the first process, and that should be the emulator.
        "restart_policy": {"Name": "on-failure", "MaximumRetryCount": 5},
        **({"user": options.user} if options.user else {}),
        **({"nano_cpus": int(options.cpus * 1e9)} if options.cpus else {}),
    }


def _ours(client: Any, name: str | None) -> list[Any]:
    with told():
        return list(client.containers.list(all=True, filters={"label": f"{LABEL}={name}" if name else LABEL}))


def find(client: Any, name: str = NAME) -> Any:
    """The engine's handle of the container that is up under that name."""
    for container in _ours(client, name):
        if container.status in ("running", "restarting"):
            return container
    raise DockerError(f"{name} is not up: start it with `verifier docker up`")


def timeout_of(container: Any) -> int:
    """Seconds that an invocation may take in it."""
    environment = dict(entry.split("=", 1) for entry in container.attrs["Config"]["Env"])
    return int(environment[_TIMEOUT])


def logs(client: Any, name: str = NAME, *, tail: int | None = None, follow: bool = False) -> Iterator[str]:
    """What the emulator and the handler wrote, by lines."""
    found = _ours(client, name)
    if not found:
        raise DockerError(f"there is no container {name}: start it with `verifier docker up`")
    return written(found[0], tail=tail, follow=follow)


def written(container: Any, *, tail: int | None = None, follow: bool = False) -> Iterator[str]:
    rest = b""
    with told():
        for piece in container.logs(stream=True, follow=follow, tail="all" if tail is None else tail):
            *lines, rest = (rest + piece).split(b"\n")
            yield from (line.decode(errors="replace") for line in lines)
    if rest:
        yield rest.decode(errors="replace")


def down(client: Any, name: str | None = NAME) -> list[str]:
    """Removes the container of that name, or all of ours for None; the names of those that there were."""
    removed = []
    for container in _ours(client, name):
        with told():
            container.remove(force=True)
        removed.append(str(container.name))
    return removed
