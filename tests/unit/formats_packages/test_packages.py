"""Packages are read with bounds: strangers made them."""

from __future__ import annotations

import builtins
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest

from verifier.suite.formats import packages
from verifier.suite.formats.base import Refused, SourceError
from verifier.suite.formats.packages import FolderFiles, ZipFiles, load_yaml, packages_in
from verifier.suite.formats.program_texts import with_helpers
from verifier.suite.formats.rows import Unfit


def zipped(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def test_a_link_out_of_the_source_is_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("hidden")
    package = tmp_path / "source" / "package"
    package.mkdir(parents=True)
    (package.parent / "shared.txt").write_text("shared")
    (package / "out.txt").symlink_to(secret)
    (package / "up").symlink_to(tmp_path)
    (package / "near.txt").symlink_to("../shared.txt")

    files = FolderFiles(package, package.parent)

    assert "up/secret.txt" not in files
    assert files.text("near.txt") == "shared"
    with pytest.raises(Unfit, match=r"out\.txt is a link that leads out"):
        files.read("out.txt")


def test_what_is_no_plain_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "round").symlink_to("round")
    files = FolderFiles(tmp_path, tmp_path)

    assert list(files.paths()) == []
    for name in ("pipe", "round", "none", "a\0b"):
        with pytest.raises(Unfit, match=r"can't be read|no plain file"):
            files.read(name)


def test_a_folder_that_holds_itself_is_read_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "again").symlink_to(".")

    assert list(FolderFiles(tmp_path, tmp_path).paths()) == ["file"]


def test_a_large_file_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "MAX_PACKAGE_FILE_BYTES", 1 << 20)
    (tmp_path / "fits").write_bytes(bytes(1 << 20))
    (tmp_path / "large").write_bytes(bytes((1 << 20) + 1))
    files = FolderFiles(tmp_path, tmp_path)

    assert len(files.read("fits")) == 1 << 20
    with pytest.raises(Unfit, match="large is larger than 1 MiB"):
        files.read("large")


def test_too_many_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "MAX_ENTRIES", 3)
    for number in range(4):
        (tmp_path / f"{number}").touch()
    archive = zipped(tmp_path / "many.zip", {str(number): b"" for number in range(4)})

    with pytest.raises(Unfit, match="more than 3 files"):
        FolderFiles(tmp_path, tmp_path).paths()
    with pytest.raises(Unfit, match="more than 3 files"):
        ZipFiles(archive)


# Archives


def test_paths_that_lead_out_of_an_archive_are_not_there(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("link")
    link.external_attr = 0o120777 << 16
    archive = tmp_path / "a.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for name in ("in.txt", "../up.txt", "/root.txt", "a/../../b.txt", "C:/x.txt", "back\\slash", "folder/"):
            packed.writestr(name, b"x")
        packed.writestr(link, b"/etc/passwd")

    assert list(ZipFiles(archive).paths()) == ["in.txt"]


def test_an_archive_that_unpacks_to_too_much_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "MAX_PACKAGE_FILE_BYTES", 1 << 20)
    archive = zipped(tmp_path / "bomb.zip", {f"{n}": bytes(1 << 20) for n in range(9)} | {"one": bytes(2 << 20)})
    files = ZipFiles(archive)

    with pytest.raises(Unfit, match="one is larger than 1 MiB"):
        files.read("one")
    for number in range(8):
        files.read(f"{number}")
    with pytest.raises(Unfit, match="holds more than 8 MiB"):
        files.read("8")


def test_what_an_archive_says_of_a_size_is_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "MAX_PACKAGE_FILE_BYTES", 1000)
    archive = zipped(tmp_path / "liar.zip", {"file": bytes(5000)})
    content = archive.read_bytes()
    archive.write_bytes(content.replace((5000).to_bytes(4, "little"), (10).to_bytes(4, "little")))

    with pytest.raises(Unfit):
        ZipFiles(archive).read("file")


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04 broken"])
def test_a_broken_archive_costs_no_other_package(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "broken.zip").write_bytes(content)
    zipped(tmp_path / "good.zip", {"problem.yaml": b"name: x"})

    found = dict(packages_in(tmp_path, "problem.yaml"))

    assert isinstance(found["broken"], Refused) and "no zip archive" in found["broken"].reason
    assert list(found["good"].paths()) == ["problem.yaml"]  # type: ignore[union-attr]


def test_a_package_within_an_archive_has_the_paths_of_its_own_folder(tmp_path: Path) -> None:
    zipped(tmp_path / "set.zip", {"a/problem.yaml": b"", "a/data/x": b"a's", "b/problem.yaml": b"", "b/y": b""})

    found = dict(packages_in(tmp_path / "set.zip", "problem.yaml"))

    assert {name: list(files.paths()) for name, files in found.items()} == {  # type: ignore[union-attr]
        "set/a": ["data/x", "problem.yaml"],
        "set/b": ["problem.yaml", "y"],
    }


def test_an_archive_of_too_many_packages_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "MAX_PACKAGES", 1)
    zipped(tmp_path / "set.zip", {"a/problem.yaml": b"", "b/problem.yaml": b""})

    [(_, found)] = packages_in(tmp_path, "problem.yaml")

    assert isinstance(found, Refused) and "more than 1 packages" in found.reason


# Sources and YAML


@pytest.mark.parametrize(
    ("format_name", "what"),
    [("kattis", "holds no problem.yaml"), ("dmoj", "holds no init.yml"), ("exercism", "holds no exercise"),
     ("quixbugs", "holds no python_testcases")],
)  # fmt: skip
def test_a_source_without_problems_says_what_it_should_hold(tmp_path: Path, format_name: str, what: str) -> None:
    from verifier.suite.formats.registry import FORMATS

    with pytest.raises(SourceError, match=what):
        list(FORMATS[format_name].read(tmp_path))


def test_yaml_is_plain_data() -> None:
    assert load_yaml("a: [1, 2.5, x]\nb: {c: null, 'd*': '*'}\n") == {"a": [1, 2.5, "x"], "b": {"c": None, "d*": "*"}}
    for text in ("a: !!python/name:os.system", "a: &x 1\nb: *x", "a: [", "a: b\n---\nc: d"):
        with pytest.raises(ValueError):
            load_yaml(text)


def test_large_yaml_is_not_parsed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "MAX_YAML_BYTES", 10)
    (tmp_path / "large.yaml").write_text("a: 0123456789")

    with pytest.raises(Unfit, match="larger than"):
        FolderFiles(tmp_path, tmp_path).yaml("large.yaml")


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without_yaml(name: str, *args: Any, **kwargs: Any) -> Any:
        if name == "yaml":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without_yaml)

    with pytest.raises(SourceError, match=r"pip install 'rl-code-verifier\[packages\]'"):
        load_yaml("a: 1")


# Programs of several files


def test_one_text_of_several_files_runs_as_they_do(tmp_path: Path) -> None:
    import subprocess
    import sys

    code = "from __future__ import annotations\nimport first\nfrom second import name\nprint(first.name(), name())\n"
    helpers = {"first": "from second import name\n", "second": 'def name():\n    return "it\'s \\\\ \\"here\\""\n'}
    program = tmp_path / "program.py"
    program.write_text(with_helpers(code, helpers))

    run = subprocess.run([sys.executable, "-I", str(program)], capture_output=True, text=True, check=True)

    assert run.stdout == 'it\'s \\ "here" it\'s \\ "here"\n'
