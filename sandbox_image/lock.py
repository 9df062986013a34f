"""Pins what the image is made of: writes the requirements in this folder anew, with the newest releases that fit.

    python sandbox_image/lock.py [FILE ...]

Each package is pinned by version and by the hashes of its wheels for CPython 3.13 on x86_64 and aarch64, the packages
that it needs included, so that the Dockerfile installs with --require-hashes --no-deps. A file's first lines (its
comments) are kept. Needs pip 23 or newer, and an index of packages.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path

HERE = Path(__file__).parent
PYTHON = "3.13"
MACHINES = ("x86_64", "aarch64")
PLATFORMS = ("manylinux_2_28", "manylinux_2_17", "manylinux2014")
PYPROJECT = tomllib.loads((HERE.parent / "pyproject.toml").read_text())
PROJECT = PYPROJECT["project"]

WANTED: dict[str, list[str]] = {
    "requirements.txt": ["numpy", "pytest"],
    "keeper-requirements.txt": [
        *PROJECT["dependencies"],
        *PROJECT["optional-dependencies"]["aws"],
        "awslambdaric>=4.2,<5",
    ],
    "build-requirements.txt": PYPROJECT["build-system"]["requires"],
    "emulator-requirements.txt": ["aws-sam-cli"],
}
ALONE = {"emulator-requirements.txt"}
"""Without what they need: of AWS's SAM command line nothing is run, only the emulator taken out."""


def main() -> None:
    for name in sys.argv[1:] or WANTED:
        path = HERE / Path(name).name
        head = takewhile(lambda line: line.startswith("#"), path.read_text().splitlines(keepends=True))
        path.write_text("".join(head) + "".join(pinned(WANTED[path.name], alone=path.name in ALONE)))
        print(path)


def pinned(wanted: list[str], *, alone: bool) -> Iterator[str]:
    """Lines of a file of requirements: what was wanted first, the rest by name."""
    versions: dict[str, set[str]] = {}
    hashes: dict[str, set[str]] = {}
    for machine in MACHINES:
        for found in resolved(wanted, machine, alone=alone):
            name = plain_name(found["metadata"]["name"])
            versions.setdefault(name, set()).add(found["metadata"]["version"])
            hashes.setdefault(name, set()).add(found["download_info"]["archive_info"]["hashes"]["sha256"])
    first = [plain_name(re.split(r"[^\w.-]", requirement)[0]) for requirement in wanted]
    for name in sorted(versions, key=lambda name: (name not in first, name)):
        [version] = versions[name]  # the same on every machine
        yield f"{name}=={version}"
        yield from (f" \\\n    --hash=sha256:{digest}" for digest in sorted(hashes[name]))
        yield "\n"


def resolved(wanted: list[str], machine: str, *, alone: bool) -> list[dict[str, dict[str, str]]]:
    """pip's report of what it would install."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.json")
        command = [sys.executable, "-m", "pip", "install", "--dry-run", "--quiet", "--ignore-installed"]
        command += ["--disable-pip-version-check", "--report", str(report), "--target", folder, *["--no-deps"] * alone]
        command += ["--only-binary", ":all:", "--implementation", "cp", "--python-version", PYTHON]
        command += [f"--platform={platform}_{machine}" for platform in PLATFORMS]
        subprocess.run([*command, *wanted], check=True)
        return list(json.loads(report.read_text())["install"])


def plain_name(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    main()
