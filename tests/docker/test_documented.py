"""What the documentation has a reader type works as it stands: the container of `docker run`, asked by `curl`."""

from __future__ import annotations

import http.client
import json
import re
import shlex
import shutil
import subprocess
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.unit.test_wire import sdk_problems

ROOT = Path(__file__).parents[2]
PUBLISHED = "127.0.0.1:9000:8080"


def commands(document: str) -> list[list[str]]:
    """Those of its consoles, by words."""
    text = (ROOT / document).read_text("utf-8")
    found = []
    for block in re.findall(r"^```console\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        for command in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            if command.startswith(("docker run", "curl")):
                found.append(shlex.split(command.replace("\\\n", ""), comments=True))
    return found


def of(document: str, program: str) -> list[list[str]]:
    return [words for words in commands(document) if words[0] == program]


@pytest.mark.parametrize("document", ["README.md", "docs/lambda.md"])
def test_a_container_answers_as_it_is_written(engine: Any, image: str, document: str) -> None:
    """Each `docker run` that publishes a port gives each `curl` of the same document its reward."""
    if shutil.which("docker") is None:
        pytest.skip("no `docker` command here")
    runs = [words for words in of(document, "docker") if PUBLISHED in words]
    assert runs
    assert of(document, "curl")
    for words in runs:
        words = [word for word in words[2:] if word not in ("--rm", "--detach", "rl-code-verifier:local")]
        if "--name" in words:
            del words[words.index("--name") : words.index("--name") + 2]
        words[words.index(PUBLISHED)] = "127.0.0.1::8080"
        run = subprocess.run(["docker", "run", "--detach", *words, image], capture_output=True, text=True)
        assert run.returncode == 0, run.stderr
        container = engine.containers.get(run.stdout.strip())
        try:
            for curl in of(document, "curl"):
                answer = posted(container, curl)
                assert sdk_problems(answer, 1) == []
                assert answer[0]["aggregate_reward_score"] == 1.0
        finally:
            container.remove(force=True)


def posted(container: Any, curl: list[str]) -> Any:
    _, url, data, event = curl
    assert data == "-d"
    path = url.removeprefix("http://127.0.0.1:9000")
    assert path != url
    for _ in range(200):
        container.reload()
        ports = container.ports.get("8080/tcp")
        try:
            with closing(http.client.HTTPConnection("127.0.0.1", int(ports[0]["HostPort"]), timeout=120)) as connection:
                connection.request("POST", path, event)
                return json.loads(connection.getresponse().read())
        except (OSError, TypeError, http.client.HTTPException):
            time.sleep(0.1)  # it has just started
    raise AssertionError(container.logs())
