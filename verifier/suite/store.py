"""Where suites are kept: directories here, S3 in s3.py; other places can follow the same protocol."""

from __future__ import annotations

import os
import re
import threading
import tomllib
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from verifier.errors import RequestError, SuiteError
from verifier.suite.literals import load_json
from verifier.suite.model import Suite, parse_suite
from verifier.suite.tested import MAX_FILES, MAX_TEXT_BYTES

SUITE_FILE, CASES_FILE, TESTS_FOLDER = "suite.toml", "cases.jsonl", "tests"
CHECKER_FILE, INTERACTOR_FILE = "checker.py", "interactor.py"
ARBITER_FILES = {CHECKER_FILE: "checker", INTERACTOR_FILE: "interactor"}
"""Files that hold the `code` of these fields."""
TOP_FILES = (SUITE_FILE, CASES_FILE, *ARBITER_FILES)
MAX_FILE_BYTES = 64 << 20
"""Of each file beside `tests/`. The files in there may have MAX_TEXT_BYTES together."""
CACHED_BYTES = 128 << 20
"""Of memory, for suites that a store keeps."""
CASE_BYTES = 1 << 10
"""What a case takes in memory beside its content; measured 0.8 KiB."""
REFRESH_S = 60.0
_ID = re.compile(r"[a-z0-9][a-z0-9_.-]{0,127}")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")

Stamp = tuple[tuple[str, tuple[int, int, int] | None], ...]
"""Path, and modification time (ns), size and inode of each file; None for one that isn't there."""


class SuiteStore(Protocol):
    """Anything that finds a suite by its reference: `id`, or `id@sha256:<hex>` to insist on its content. One that is
    far away may have a method `expect(ref)` too, which is told of a suite a little before that is asked for, and
    returns at once (S3Store)."""

    def get(self, ref: str) -> Suite:
        """Raises SuiteError if there is no such suite, it isn't valid, or its digest is another."""
        ...


def open_store(place: str | Path, *, refresh_s: float = REFRESH_S) -> SuiteStore:
    """The store of a directory, or of `s3://bucket/prefix`, where a suite's changes are seen after `refresh_s`.

    Raises RequestError for what is no place in S3, and where the packages for S3 are missing.
    """
    if isinstance(place, Path):
        if place.parts[:1] == ("s3:",):
            raise RequestError("a place in S3 must be given as text: a Path makes one slash of two", path="suites")
    elif place.startswith("s3:"):
        from verifier.suite.s3 import S3Store

        return S3Store(place, refresh_s=refresh_s)
    return DirectoryStore(Path(place))


def split_reference(ref: str) -> tuple[str, str]:
    """Id, and digest or "". Raises SuiteError."""
    name, at, digest = ref.partition("@")
    if not _ID.fullmatch(name):
        raise SuiteError(f"{ref[:80]!r} is no suite id; an id is like 'two-sum', of a-z, 0-9, '_', '.' and '-'")
    if at and not _DIGEST.fullmatch(digest):
        raise SuiteError("after '@' there must be 'sha256:' and 64 hexadecimal digits", path=name)
    return name, digest


def check_digest(suite: Suite, wanted: str, name: str) -> None:
    """Raises SuiteError for a suite that is not the one asked for; `wanted` may be ""."""
    if wanted and suite.digest != wanted:
        raise SuiteError(f"the suite's digest is {suite.digest}, not the one that was asked for", path=name)


class DirectoryStore:
    """Suites in `<root>/<id>/`: `suite.toml`, and its cases in `cases.jsonl` (one a line) or inline as `[[cases]]`. The
    `files` of a suite of kind `pytest` are those in `tests/`, or inline; so is the `code` of a custom checker that in
    `checker.py`, and that of an interactor in `interactor.py`.

    An id is `[a-z0-9][a-z0-9_.-]*`, so it can't lead elsewhere, and neither may a symbolic link. The last `cached`
    suites stay in memory, `cached_bytes` of them by an estimate, and are read again when a file changes. May be used
    from several threads.
    """

    def __init__(self, root: Path, *, cached: int = 64, cached_bytes: int = CACHED_BYTES) -> None:
        self.root = Path(root)
        self._cached = cached
        self._cached_bytes = cached_bytes
        self._cache: OrderedDict[str, tuple[Stamp, Suite, int]] = OrderedDict()
        self._lock = threading.Lock()

    def ids(self) -> list[str]:
        """The ids of all suites under the root, sorted, whether valid or not; folders that can't be looked into are
        among them. Raises SuiteError where the root can't be."""
        try:
            names = os.listdir(self.root)
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as error:
            raise SuiteError(f"can't be read: {error.strerror}", path=str(self.root)) from None
        return sorted(name for name in names if _ID.fullmatch(name) and _may_be_suite(self.root / name))

    def get(self, ref: str) -> Suite:
        """The suite of a reference; its `id` is set.

        Raises SuiteError, whose path names the id, and the line of `cases.jsonl` where that is at fault.
        """
        name, wanted = split_reference(ref)
        suite = self._load(name)
        check_digest(suite, wanted, name)
        return suite

    def _load(self, name: str) -> Suite:
        paths = (*TOP_FILES, *self._tests(name))
        files = {path: self._inside(name, path) for path in paths}
        stamp = tuple((str(file), _stamp(file)) for file in files.values())
        with self._lock:
            kept = self._cache.get(name)
            if kept and kept[0] == stamp:
                self._cache.move_to_end(name)
                return kept[1]
        # A test file that is gone by now is still read, which says so.
        sizes = {
            path: status[1] if status else 0
            for path, (_, status) in zip(paths, stamp, strict=True)
            if status or path not in TOP_FILES
        }
        read: list[bytes] = []

        def contents(wanted: Sequence[str]) -> Sequence[bytes]:
            found = [_content(name, path, files[path]) for path in wanted]
            read.extend(found)
            return found

        suite = read_suite(name, sizes, contents)
        with self._lock:
            self._cache[name] = (stamp, suite, held_bytes(suite, read))
            self._cache.move_to_end(name)
            while len(self._cache) > self._cached or (len(self._cache) > 1 and self._held() > self._cached_bytes):
                self._cache.popitem(last=False)
        return suite

    def _held(self) -> int:
        return sum(held for _, _, held in self._cache.values())

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


def _may_be_suite(folder: Path) -> bool:
    try:
        return folder.joinpath(SUITE_FILE).is_file()
    except OSError:
        return True  # and what is wrong with it is said where it is read


def _stamp(file: Path) -> tuple[int, int, int] | None:
    try:
        status = file.stat()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise SuiteError(f"{file.name} can't be read: {error.strerror}", path=file.parent.name) from None
    return status.st_mtime_ns, status.st_size, status.st_ino


def _content(name: str, path: str, file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise SuiteError(f"can't be read: {error.strerror}", path=f"{name}/{path}") from None


# From files to a suite, wherever they come from


def read_suite(name: str, sizes: Mapping[str, int], read: Callable[[Sequence[str]], Sequence[bytes]]) -> Suite:
    """The suite `name`, of which `sizes` says what there is (`suite.toml`, `cases.jsonl`, `tests/...`) and how large it
    is; `read` gives the content of several. Nothing is read that is too large or not needed. Raises SuiteError."""
    if SUITE_FILE not in sizes:
        raise SuiteError(f"there is no suite of this id (no {name}/{SUITE_FILE} in the store)", path=name)
    _check_size(f"{name}/{SUITE_FILE}", sizes[SUITE_FILE], MAX_FILE_BYTES)
    for file in (CASES_FILE, *ARBITER_FILES):
        _check_size(f"{name}/{file}", sizes.get(file, 0), MAX_FILE_BYTES)
    value = _head(name, _text(name, SUITE_FILE, read([SUITE_FILE])[0]))
    tests = sorted(path for path in sizes if path.startswith(f"{TESTS_FOLDER}/"))
    if value.get("kind") == "pytest" and tests:
        if "files" in value:
            raise SuiteError(f"has files both in {SUITE_FILE} and in {TESTS_FOLDER}/; keep one of them", path=name)
        _check_size(f"{name}/{TESTS_FOLDER}", sum(sizes[path] for path in tests), MAX_TEXT_BYTES)
        texts = [_text(name, path, content) for path, content in zip(tests, read(tests), strict=True)]
        value["files"] = {path.removeprefix(f"{TESTS_FOLDER}/"): text for path, text in zip(tests, texts, strict=True)}
    for file in ARBITER_FILES:
        if file in sizes:
            _add_code(name, value, file, lambda file=file: _text(name, file, read([file])[0]))  # type: ignore[misc]
    if CASES_FILE not in sizes:
        if "cases" not in value and value.get("kind") not in ("pytest", "asserts"):
            raise SuiteError(f"has no cases: add {CASES_FILE}, or [[cases]] to {SUITE_FILE}", path=name)
        return parse_suite(value, path=name)
    if "cases" in value:
        raise SuiteError(f"has cases both in {SUITE_FILE} and in {CASES_FILE}; keep one of them", path=name)
    cases, lines = _cases(name, _text(name, CASES_FILE, read([CASES_FILE])[0]))
    try:
        return parse_suite({**value, "cases": cases}, path=name)
    except SuiteError as error:
        place = re.match(re.escape(name) + r"\.cases\[([0-9]+)\]", error.path)
        if place is None:
            raise
        line = lines[int(place[1])]
        raise SuiteError(error.problem, path=f"{name}/{CASES_FILE}:{line}{error.path[place.end() :]}") from None


def held_bytes(suite: Suite, files: Iterable[bytes]) -> int:
    """About what a suite takes in memory: what was measured, and at most 2.5 times that. JSON of many small values
    takes fifty times its text."""
    text = sum(2 * len(f) + 96 * f.count(b"[") + 64 * f.count(b",") + 320 * f.count(b"{") for f in files)
    return text + CASE_BYTES * (1 + len(suite.known_cases))


def _add_code(name: str, value: dict[str, object], file: str, text: Callable[[], str]) -> None:
    """The code in a file of ARBITER_FILES, as that of its field. Raises SuiteError for one that the suite has no use
    for: more likely than not it is meant to judge."""
    field, at = ARBITER_FILES[file], f"{name}/{file}"
    kinds = ("interactive",) if file == INTERACTOR_FILE else ("function", "stdio")
    kind = value.get("kind")
    if isinstance(kind, str) and kind not in kinds:
        raise SuiteError(f"is for kind {' or '.join(map(repr, kinds))}, and this is {kind!r}; remove it", path=at)
    given = value.get(field, {})
    if field == "checker" and isinstance(given, str):
        given = {"name": given}
    if not isinstance(given, dict):
        return  # which is refused where the suite is read
    if field == "checker" and given.get("name") != "custom":
        raise SuiteError(f'is there, but {SUITE_FILE} doesn\'t say: checker = "custom"', path=at)
    if "code" in given:
        raise SuiteError(f"has code both in {SUITE_FILE} ({field}.code) and in {file}; keep one of them", path=name)
    value[field] = {**given, "code": text()}


def _check_size(path: str, size: int, allowed: int) -> None:
    if size > allowed:
        raise SuiteError(f"holds {size} bytes; at most {allowed >> 20} MiB are read", path=path)


def _text(name: str, path: str, content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SuiteError("not UTF-8 text", path=f"{name}/{path}") from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _head(name: str, text: str) -> dict[str, object]:
    try:
        value: dict[str, object] = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        raise SuiteError(f"not valid TOML: {error}", path=f"{name}/{SUITE_FILE}") from None
    if value.setdefault("id", name) != name:
        raise SuiteError("must be the name of the directory; leave it out", path=f"{name}/{SUITE_FILE}.id")
    return value


def _cases(name: str, text: str) -> tuple[list[object], list[int]]:
    """The cases, and the line (from 1) of each; blank lines are passed over."""
    cases: list[object] = []
    lines: list[int] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            try:
                cases.append(load_json(line))
            except ValueError as error:
                raise SuiteError(str(error), path=f"{name}/{CASES_FILE}:{number}") from None
            lines.append(number)
    return cases, lines
