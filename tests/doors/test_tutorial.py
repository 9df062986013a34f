"""docs/authoring.md: every file in it is written, every command run, in its order, and prints what is shown."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import boto3
import pytest
from moto.server import ThreadedMotoServer

TEXT = Path(__file__).parents[2].joinpath("docs", "authoring.md").read_text(encoding="utf-8")
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.S | re.M)
STATUS = re.compile(r"\s+# exit status (\d)$")


class File(NamedTuple):
    path: str
    text: str


class Command(NamedTuple):
    line: str
    status: int
    shown: list[str]


def steps(text: str) -> Iterator[File | Command]:
    """The last path in backticks before a block that is no console names the file that the block holds."""
    end = 0
    for fence in FENCE.finditer(text):
        before, end = text[end : fence.start()], fence.end()
        kind, body = fence.groups()
        if kind != "console":
            yield File(re.findall(r"`([\w./-]+\.\w+)`", before)[-1], body)
            continue
        for part in re.split(r"^\$ ", body, flags=re.M)[1:]:
            line, *shown = part.splitlines()
            status = STATUS.search(line)
            yield Command(STATUS.sub("", line), int(status[1]) if status else 0, shown)


def pattern(shown: list[str]) -> str:
    lines = [
        r"(?:.*\n)*?" if line == "..." else ".*".join(map(_blanks, line.split("..."))) + "\\s*\n" for line in shown
    ]
    return "".join(lines) or r"(?:.*\n)*"


def _blanks(text: str) -> str:
    return r"\s+".join(map(re.escape, re.split(r"\s+", text)))


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    for name, value in {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    boto3.client("s3").create_bucket(Bucket="my-suites")
    yield
    server.stop()


@pytest.mark.slow
def test_the_tutorial_does_what_it_says(bucket: None, tmp_path: Path) -> None:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    commands = 0
    for step in steps(TEXT):
        if isinstance(step, File):
            file = tmp_path / step.path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(step.text, encoding="utf-8")
            continue
        commands += 1
        done = subprocess.run(
            ["sh", "-c", step.line],
            cwd=tmp_path,
            env=os.environ | {"PATH": path, "COLUMNS": "120"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=600,
        )
        assert done.returncode == step.status, f"{step.line}\n{done.stdout}"
        assert re.fullmatch(pattern(step.shown), done.stdout), f"{step.line}\n{done.stdout}"
    assert commands > 12


@pytest.mark.parametrize(
    ("shown", "printed", "fits"),
    [
        (["a", "..."], "a\nb\nc\n", True),
        (["a", "..."], "b\n", False),
        (["...", "c ... 1"], "a\nc   x 1\n", True),
        (["c"], "c\nd\n", False),
        ([], "anything\n", True),
    ],
)
def test_what_is_left_out_is_any_text(shown: list[str], printed: str, fits: bool) -> None:
    assert bool(re.fullmatch(pattern(shown), printed)) == fits
