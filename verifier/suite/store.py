"""Where suites are kept: directories today; other places can follow the same protocol."""

from __future__ import annotations

import os
import re
import threading
import tomllib
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from verifier.errors import SuiteError
from verifier.suite.literals import load_json
from verifier.suite.model import Suite, parse_suite
from verifier.suite.tested import MAX_FILES

SUITE_FILE, CASES_FILE, TESTS_FOLDER = "suite.toml", "cases.jsonl", "tests"
_ID = re.compile(r"[a-z0-9][a-z0-9_.-]{0,127}")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")

Stamp = tuple[tuple[str, tuple[int, int, int] | None], ...]
"""Path, and modification time (ns), size and inode of each file; None for one that isn't there."""


class SuiteStore(Protocol):
    """Anything that finds a suite by its reference: `id`, or `id@sha256:<hex>` to insist on its content."""

    def get(self, ref: str) -> Suite:
        """Raises SuiteError if there is no such suite, it isn't valid, or its digest is another."""
        ...


class DirectoryStore:
    """Suites in `<root>/<id>/`: `suite.toml`, and its cases in `cases.jsonl` (one a line) or inline as `[[cases]]`. The
    `files` of a suite of kind `pytest` are those in `tests/`, or inline.

    An id is `[a-z0-9][a-z0-9_.-]*`, so it can't lead elsewhere, and neither may a symbolic link. The last `cached`
    suites stay in memory and are read again when a file changes. May be used from several threads.
    """

    def __init__(self, root: Path, *, cached: int = 64) -> None:
        self.root = Path(root)
        self._cached = cached
        self._cache: OrderedDict[str, tuple[Stamp, Suite]] = OrderedDict()
        self._lock = threading.Lock()

    def ids(self) -> list[str]:
        """The ids of all suites under the root, sorted, whether valid or not."""
        if not self.root.is_dir():
            return []
        return sorted(
            entry.name for entry in self.root.iterdir() if _ID.fullmatch(entry.name) and (entry / SUITE_FILE).is_file()
        )

    def get(self, ref: str) -> Suite:
        """The suite of a reference; its `id` is set.

        Raises SuiteError, whose path names the id, and the line of `cases.jsonl` where that is at fault.
        """
        name, at, wanted = ref.partition("@")
        if not _ID.fullmatch(name):
            raise SuiteError(f"{ref[:80]!r} is no suite id; an id is like 'two-sum', of a-z, 0-9, '_', '.' and '-'")
        if at and not _DIGEST.fullmatch(wanted):
            raise SuiteError("after '@' there must be 'sha256:' and 64 hexadecimal digits", path=name)
        suite = self._load(name)
        if at and suite.digest != wanted:
            raise SuiteError(f"the suite's digest is {suite.digest}, not the one that was asked for", path=name)
        return suite

    def _load(self, name: str) -> Suite:
        tests = self._tests(name)
        files = [self._inside(name, file) for file in (SUITE_FILE, CASES_FILE, *tests)]
        stamp = tuple((str(file), _stamp(file)) for file in files)
        if stamp[0][1] is None:
            raise SuiteError(f"there is no suite of this id (no {name}/{SUITE_FILE} in the store)", path=name)
        with self._lock:
            kept = self._cache.get(name)
            if kept and kept[0] == stamp:
                self._cache.move_to_end(name)
                return kept[1]
        found = {path.removeprefix(f"{TESTS_FOLDER}/"): file for path, file in zip(tests, files[2:], strict=True)}
        suite = _read(name, files[0], files[1] if stamp[1][1] else None, found)
        with self._lock:
            self._cache[name] = (stamp, suite)
            self._cache.move_to_end(name)
            while len(self._cache) > self._cached:
                self._cache.popitem(last=False)
        return suite

    def _tests(self, name: str) -> list[str]:
        """Paths of the suite's test files and their data, without what Python and editors leave beside them."""
        found: list[str] = []
        todo = [TESTS_FOLDER]
        while todo:
            folder = todo.pop()
            try:
                entries = list(os.scandir(self._inside(name, folder)))
            except FileNotFoundError:
                continue
            except OSError as error:
                raise SuiteError(f"{folder} can't be read: {error.strerror}", path=name) from None
            for entry in entries:
                path = f"{folder}/{entry.name}"
                if entry.name.startswith(".") or entry.name == "__pycache__":
                    continue
                (todo if entry.is_dir(follow_symlinks=False) else found).append(path)
            if len(found) > MAX_FILES:
                raise SuiteError(f"{TESTS_FOLDER} holds more than {MAX_FILES} files", path=name)
        return sorted(found)

    def _inside(self, name: str, file: str) -> Path:
        path = (self.root / name / file).resolve()
        if not path.is_relative_to(self.root.resolve()):
            raise SuiteError(f"{file} is a link that leads out of the store", path=name)
        return path


def _stamp(file: Path) -> tuple[int, int, int] | None:
    try:
        status = file.stat()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise SuiteError(f"{file.name} can't be read: {error.strerror}", path=file.parent.name) from None
    return status.st_mtime_ns, status.st_size, status.st_ino


def _text(name: str, file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise SuiteError("not UTF-8 text", path=f"{name}/{file.name}") from None
    except OSError as error:
        raise SuiteError(f"can't be read: {error.strerror}", path=f"{name}/{file.name}") from None


def _read(name: str, suite_file: Path, cases_file: Path | None, tests: Mapping[str, Path]) -> Suite:
    try:
        value: dict[str, object] = tomllib.loads(_text(name, suite_file))
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        raise SuiteError(f"not valid TOML: {error}", path=f"{name}/{SUITE_FILE}") from None
    if value.setdefault("id", name) != name:
        raise SuiteError("must be the name of the directory; leave it out", path=f"{name}/{SUITE_FILE}.id")
    if value.get("kind") == "pytest" and tests:
        if "files" in value:
            raise SuiteError(f"has files both in {SUITE_FILE} and in {TESTS_FOLDER}/; keep one of them", path=name)
        value["files"] = {path: _text(f"{name}/{TESTS_FOLDER}", file) for path, file in tests.items()}
    if cases_file is None:
        if "cases" not in value and value.get("kind") not in ("pytest", "asserts"):
            raise SuiteError(f"has no cases: add {CASES_FILE}, or [[cases]] to {SUITE_FILE}", path=name)
        return parse_suite(value, path=name)
    if "cases" in value:
        raise SuiteError(f"has cases both in {SUITE_FILE} and in {CASES_FILE}; keep one of them", path=name)
    cases, lines = _read_cases(name, cases_file)
    try:
        return parse_suite({**value, "cases": cases}, path=name)
    except SuiteError as error:
        place = re.match(re.escape(name) + r"\.cases\[([0-9]+)\]", error.path)
        if place is None:
            raise
        line = lines[int(place[1])]
        raise SuiteError(error.problem, path=f"{name}/{CASES_FILE}:{line}{error.path[place.end() :]}") from None


def _read_cases(name: str, file: Path) -> tuple[list[object], list[int]]:
    """The cases, and the line (from 1) of each; blank lines are passed over."""
    cases: list[object] = []
    lines: list[int] = []
    for number, line in enumerate(_text(name, file).split("\n"), start=1):
        if line.strip():
            try:
                cases.append(load_json(line))
            except ValueError as error:
                raise SuiteError(str(error), path=f"{name}/{CASES_FILE}:{number}") from None
            lines.append(number)
    return cases, lines
