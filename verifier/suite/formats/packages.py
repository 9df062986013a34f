"""Problem packages: folders and zip archives of files, read with bounds, since strangers made them.

Nothing of a package is unpacked or run. A link that leads out of the source, a path in an archive that would, and a
file that is too large are as if they were not there, except that reading them says why.
"""

from __future__ import annotations

import os
import re
import stat
import zipfile
import zlib
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from itertools import islice, takewhile
from pathlib import Path, PurePosixPath

from verifier.errors import RequestError
from verifier.limits import MIB
from verifier.suite.formats.base import Outcome, Refused, SourceError
from verifier.suite.formats.rows import Unfit
from verifier.suite.source import SourceProblem, parse

MAX_PACKAGE_FILE_BYTES = 64 * MIB
MAX_ENTRIES = 100_000
MAX_PACKAGES = 1000
"""In one archive, of which each is opened by itself."""
MAX_YAML_BYTES = MIB
MAX_TEST_BYTES = 56 * MIB
"""Of all inputs and answers of a problem together: a suite's cases stand in one file, and that has a bound."""

UNREADABLE = "a file that can't be read"


class Files:
    """The files of one package, by their paths within it (`data/secret/1.in`)."""

    def paths(self) -> Sequence[str]:
        """All of them, sorted."""
        raise NotImplementedError

    def read(self, path: str) -> bytes:
        """Raises Unfit for a file that is not there, too large, or can't be read."""
        raise NotImplementedError

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(self.paths())

    def __contains__(self, path: str) -> bool:
        return path in self._known

    def below(self, folder: str) -> list[str]:
        """The paths in a folder and its folders."""
        paths = self.paths()
        first = bisect_left(paths, f"{folder}/")
        return list(takewhile(lambda path: path.startswith(f"{folder}/"), islice(paths, first, None)))

    def text(self, path: str) -> str:
        """As it stands, line ends too. Raises Unfit for one that is no UTF-8."""
        try:
            return self.read(path).decode()
        except UnicodeDecodeError:
            raise Unfit(f"{path} is no UTF-8 text", "binary data") from None

    def source(self, path: str) -> str:
        """A program's or statement's text, with plain line ends and no byte-order mark. Raises Unfit."""
        return self.text(path).removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")

    def yaml(self, path: str) -> object:
        """What a YAML file holds; None for an empty one. Raises Unfit."""
        content = self.read(path)
        if len(content) > MAX_YAML_BYTES:
            raise Unfit(f"{path} is larger than {MAX_YAML_BYTES >> 20} MiB", UNREADABLE)
        try:
            return load_yaml(content.decode("utf-8-sig"))
        except (ValueError, RecursionError) as error:
            reason = "nested too deeply" if isinstance(error, RecursionError) else str(error)
            raise Unfit(
                f"{path} is no YAML that can be read: {reason[:200]}", "a YAML file that can't be read"
            ) from None

    def mapping(self, path: str) -> Mapping[str, object]:
        """A YAML file's keys and values; empty where there is no such file, or nothing in it. Raises Unfit."""
        value = self.yaml(path) if path in self else None
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise Unfit(f"{path} must hold keys and values", "a YAML file that can't be read")
        return {str(key): inner for key, inner in value.items()}


class FolderFiles(Files):
    """A folder's. Links may lead to anywhere within `top`, the source as a whole."""

    def __init__(self, folder: Path, top: Path) -> None:
        self._folder = folder
        self._top = top.resolve()

    @cached_property
    def _paths(self) -> Sequence[str]:
        found: list[str] = []
        seen: set[Path] = set()
        todo = [(self._folder, "")]
        while todo:
            folder, name = todo.pop()
            real = folder.resolve()
            if real in seen or not real.is_relative_to(self._top):
                continue
            seen.add(real)
            try:
                entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
            except OSError:
                continue
            for entry in entries:
                if entry.name == ".git" or entry.name == "__pycache__":
                    continue
                path = f"{name}{entry.name}"
                with suppress(OSError):  # a link to itself is neither
                    if entry.is_dir():
                        todo.append((Path(entry.path), f"{path}/"))
                    elif entry.is_file():
                        found.append(path)
            if len(found) > MAX_ENTRIES:
                raise Unfit(f"holds more than {MAX_ENTRIES} files", "too many files")
        return sorted(found)

    def paths(self) -> Sequence[str]:
        return self._paths

    def place(self, path: str) -> Path:
        """Where it is. Raises Unfit for a place out of the source."""
        try:
            file = (self._folder / path).resolve()
        except (OSError, RuntimeError, ValueError) as error:  # links in a circle, or no path at all
            raise Unfit(f"{path} can't be read: {error}", UNREADABLE) from None
        if not file.is_relative_to(self._top):
            raise Unfit(f"{path} is a link that leads out of the source", UNREADABLE)
        return file

    def read(self, path: str) -> bytes:
        file = self.place(path)
        try:
            if not stat.S_ISREG(file.stat().st_mode):  # a pipe would be waited for
                raise Unfit(f"{path} is no plain file", UNREADABLE)
            with file.open("rb") as stream:
                return _bounded(path, stream.read(MAX_PACKAGE_FILE_BYTES + 1))
        except OSError as error:
            raise Unfit(f"{path} can't be read: {error.strerror}", UNREADABLE) from None


class ZipFiles(Files):
    """Those of a zip archive, or of a folder in it. What an entry says of its size is not believed."""

    def __init__(self, archive: Path, folder: str = "") -> None:
        self._start = f"{folder}/" if folder else ""
        try:
            self._zip = zipfile.ZipFile(archive)
            infos = self._zip.infolist()
        except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            raise Unfit(f"{archive.name} is no zip archive that can be read: {error}", UNREADABLE) from None
        if len(infos) > MAX_ENTRIES:
            raise Unfit(f"{archive.name} holds more than {MAX_ENTRIES} files", "too many files")
        self.name = archive.name
        self._left = 8 * MAX_PACKAGE_FILE_BYTES
        self._infos = {info.filename.removeprefix(self._start): info for info in infos if self._is_ours(info)}
        self._paths = sorted(self._infos)

    def _is_ours(self, info: zipfile.ZipInfo) -> bool:
        """No folder, and no path that leads out."""
        name = info.filename
        parts = name.split("/")
        is_link = stat.S_ISLNK(info.external_attr >> 16)
        is_inside = not name.startswith("/") and "\\" not in name and ":" not in parts[0] and ".." not in parts
        return name.startswith(self._start) and is_inside and not is_link and not info.is_dir()

    def paths(self) -> Sequence[str]:
        return self._paths

    def read(self, path: str) -> bytes:
        info = self._infos.get(path)
        if info is None:
            raise Unfit(f"{self.name} holds no file {path}", "a file that is missing")
        try:
            with self._zip.open(info) as stream:
                content = _bounded(path, stream.read(MAX_PACKAGE_FILE_BYTES + 1))
        except (OSError, zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError) as error:
            raise Unfit(f"{path} can't be read from {self.name}: {error}", UNREADABLE) from None
        self._left -= len(content)
        if self._left < 0:
            raise Unfit(f"{self.name} holds more than {8 * MAX_PACKAGE_FILE_BYTES >> 20} MiB", UNREADABLE)
        return content

    def close(self) -> None:
        self._zip.close()


def _bounded(path: str, content: bytes) -> bytes:
    if len(content) > MAX_PACKAGE_FILE_BYTES:
        raise Unfit(f"{path} is larger than {MAX_PACKAGE_FILE_BYTES >> 20} MiB", "a file that is too large")
    return content


def load_yaml(text: str) -> object:
    """One YAML document of plain data.

    Raises ValueError with a readable reason, also for aliases (`*name`), by which few lines can make a value of any
    size; SourceError where PyYAML is missing.
    """
    try:
        import yaml
    except ImportError:
        raise SourceError(
            "problem packages need the package PyYAML: pip install 'rl-code-verifier[packages]'"
        ) from None
    try:
        if "*" in text and any(isinstance(token, yaml.AliasToken) for token in yaml.scan(text)):
            raise ValueError("it uses aliases (*name), which are not followed; write the value out")
        value: object = yaml.safe_load(text)
        return value
    except yaml.YAMLError as error:
        raise ValueError(" ".join(str(error).split())) from None


def packages_in(source: Path, marker: str) -> Iterator[tuple[str, Files | Refused]]:
    """Each package of a source: the folders that hold `marker` (`problem.yaml`), and the zip archives that do.

    The name is the path of its folder within the source. Raises SourceError where there is none.
    """
    if not source.exists():
        raise SourceError(f"{source}: there is no such file or folder")
    count = 0
    for name, file in _candidates(source, marker):
        if file.name == marker:
            count += 1
            yield name, FolderFiles(file.parent, source)
            continue
        try:
            archive = ZipFiles(file)
            markers = [path for path in archive.paths() if PurePosixPath(path).name == marker]
            if len(markers) > MAX_PACKAGES:
                raise Unfit(f"{file.name} holds more than {MAX_PACKAGES} packages", "too many files")
            for path in markers:
                count += 1
                inner = str(PurePosixPath(path).parent)
                folder = "" if inner == "." else inner
                yield (f"{name}/{folder}" if folder else name), ZipFiles(file, folder)
            archive.close()
        except Unfit as reason:
            count += 1
            yield name, Refused(name, str(reason), reason.kind)
    if not count:
        raise SourceError(f"{source}: holds no {marker}, nor a zip archive with one")


def _candidates(source: Path, marker: str) -> Iterator[tuple[str, Path]]:
    """Markers outside of other packages, and zip archives that are no part of a package."""
    if source.is_file():
        yield source.stem, source
        return
    if (source / marker).is_file():
        yield source.resolve().name, source / marker
        return
    for folder, folders, files in os.walk(source):
        place = Path(folder)
        folders.sort()
        if marker in files:
            folders.clear()
            yield place.relative_to(source).as_posix(), place / marker
            continue
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in sorted(files):
            if name.lower().endswith((".zip", ".kpp")):
                yield (place / name).relative_to(source).with_suffix("").as_posix(), place / name


def outcome_of_package(name: str, files: Files | Refused, convert: Callable[[str, Files], Outcome]) -> Outcome:
    """Of one package, whatever it holds."""
    if isinstance(files, Refused):
        return files
    try:
        return convert(name, files)
    except Unfit as reason:
        return Refused(name, str(reason), reason.kind)
    except RequestError as error:
        return Refused(name, str(error), "tests that can't be used")
    except RecursionError:
        return Refused(name, "nested too deeply", "tests that can't be used")


# Programs in a package

_PYTHON = re.compile(r"\.(py|py3)$")
_PYPY = re.compile(r"(?m)^\s*(?:from|import)\s+__pypy__\b")
_SHEBANG = re.compile(r"#!.*\b(pypy|python)([23]?)[0-9.]*\b")


def foreign_python(path: str, code: str) -> str:
    """Why a program is none for CPython 3, "" where it is. Code that is no Python 3 at all says so."""
    if not _PYTHON.search(path):
        return "in another language"
    shebang = _SHEBANG.match(code)
    if _PYPY.search(code) or (shebang and shebang[1] == "pypy"):
        return "for PyPy"
    if shebang and shebang[2] == "2":
        return "for Python 2"
    try:
        parse(code)
    except SourceProblem:
        return "not Python 3"
    return ""


def stored_bytes(text: str) -> int:
    """About what a text takes as JSON in a suite's file."""
    return len(text.encode()) + sum(map(text.count, '\n\r\t"\\'))


def counted(count: int, what: str) -> str:
    """`1 case`, `2 cases`."""
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
