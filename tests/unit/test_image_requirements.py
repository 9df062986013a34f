"""What the image is made of is pinned, whole, and what pyproject.toml asks for."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
FILES = sorted(path.name for path in (ROOT / "sandbox_image").glob("*requirements.txt"))


def pins(name: str) -> dict[str, str]:
    """Versions by package. Every entry is pinned, and has a hash."""
    text = (ROOT / "sandbox_image" / name).read_text()
    entries = re.sub(r"(?m)^#.*\n", "", text).replace("\\\n", " ").splitlines()
    found = {}
    for entry in entries:
        match = re.fullmatch(r"([a-z0-9-]+)==([\w.]+)((?: +--hash=sha256:[0-9a-f]{64})+)", entry)
        assert match, entry
        found[match[1]] = match[2]
    return found


@pytest.mark.parametrize("name", FILES)
def test_everything_is_pinned_by_version_and_hash(name: str) -> None:
    assert pins(name)


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("keeper-requirements.txt", PROJECT["project"]["dependencies"]),
        ("keeper-requirements.txt", PROJECT["project"]["optional-dependencies"]["aws"]),
        ("build-requirements.txt", PROJECT["build-system"]["requires"]),
    ],
    ids=["dependencies", "aws", "build system"],
)
def test_the_pins_are_what_pyproject_asks_for(name: str, wanted: list[str]) -> None:
    """Where not: `make lock`."""
    pinned = pins(name)

    for requirement in map(Requirement, wanted):
        version = pinned.get(canonicalize_name(requirement.name), "none")
        assert requirement.specifier.contains(version), f"{requirement}: {version}"


def test_hidden_tests_run_on_one_pytest_everywhere() -> None:
    """The keeper's and the sandbox's environments have the same."""
    assert pins("keeper-requirements.txt")["pytest"] == pins("requirements.txt")["pytest"]


def test_the_images_label_has_the_projects_version() -> None:
    [version] = re.findall(r'image\.version="(.*)"', (ROOT / "Dockerfile").read_text())

    assert version == PROJECT["project"]["version"]
