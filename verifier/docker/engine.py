"""The Docker engine of this machine, and the image."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from verifier.errors import VerifierError

IMAGE = "rl-code-verifier:local"


class DockerError(VerifierError):
    """What is missing or was refused, and what to do about it."""


def connect() -> Any:
    """A client of the engine that DOCKER_HOST, or else the usual socket, leads to."""
    try:
        import docker
    except ImportError:
        raise DockerError("the package docker is missing: pip install 'rl-code-verifier[docker]'") from None
    try:
        client = docker.from_env()
    except docker.errors.DockerException as error:
        raise DockerError(_no_engine(error)) from None
    try:
        client.ping()
    except (docker.errors.DockerException, OSError) as error:
        client.close()
        raise DockerError(_no_engine(error)) from None
    return client


def _no_engine(error: BaseException) -> str:
    address = os.environ.get("DOCKER_HOST") or "unix:///var/run/docker.sock"
    kinds = {type(cause) for cause in _causes(error)}
    if PermissionError in kinds:
        return (
            f"permission denied at {address}: join the group `docker` (sudo usermod -aG docker $USER, then log in "
            "anew), use rootless Docker, or run this as root"
        )
    if FileNotFoundError in kinds:
        return f"no Docker engine here: there is no socket at {address}; install Docker, or set DOCKER_HOST"
    if ConnectionRefusedError in kinds:
        return f"the Docker engine is not running: nobody answers at {address}; start it (sudo systemctl start docker)"
    return f"no Docker engine answers at {address}: {error}"


def _causes(error: object) -> Iterator[BaseException]:
    """An error and those it was made of: the client wraps the system's three times."""
    if isinstance(error, BaseException):
        yield error
        for inner in (*error.args, error.__cause__ or error.__context__):
            yield from _causes(inner)


@contextmanager
def told() -> Iterator[None]:
    """What the engine refuses, as a DockerError."""
    import docker

    try:
        yield
    except docker.errors.APIError as error:
        raise DockerError(f"the Docker engine refuses: {error.explanation or error}") from None
    except (docker.errors.DockerException, OSError) as error:
        raise DockerError(f"the Docker engine failed: {error}") from None


def has_image(client: Any, image: str) -> bool:
    import docker

    with told():
        try:
            client.images.get(image)
        except docker.errors.ImageNotFound:
            return False
        return True


def build(
    client: Any,
    source: Path,
    *,
    target: str = "local",
    tag: str = IMAGE,
    build_args: Mapping[str, str] | None = None,
    show: Callable[[str], None] = lambda text: None,
) -> None:
    """Builds the image from `source`, the project's folder; `show` is given what the engine says meanwhile."""
    if not source.joinpath("Dockerfile").is_file():
        raise DockerError(f"no Dockerfile in {source}: the image is built from the project's source folder")
    with told():
        for message in client.api.build(
            path=str(source.resolve()), tag=tag, target=target, buildargs=dict(build_args or {}), rm=True, decode=True
        ):
            show(message.get("stream") or "")
            if "error" in message:
                raise DockerError(f"the build failed: {message['error'].strip()}")
