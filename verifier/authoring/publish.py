"""Suites brought to S3, where `verifier.suite.s3.S3Store` finds them with the digest that they have here.

What is uploaded is what judges (suite.toml, cases.jsonl, checker.py or interactor.py, tests/), and nothing else of the
author's. No reader ever sees a part of one suite and a part of another: S3 can't change two objects at once, but a
folder without suite.toml is no suite, so where more than one object has to change suite.toml goes first and comes last.
In between readers are told that there is no such suite. One object alone is replaced in place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from verifier.errors import SuiteError
from verifier.suite.model import Suite
from verifier.suite.s3 import Bucket, Place, S3Problem, S3Store, Stamp
from verifier.suite.store import MAX_FILE_BYTES, SUITE_FILE, TESTS_FOLDER, TOP_FILES, DirectoryStore, read_suite

TIMEOUT_S = 60.0
"""For an answer of S3 to one request, which may carry 64 MiB."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one suite."""

    id: str
    status: str
    """`published` (it was not there), `replaced`, `unchanged`, or `failed`."""
    digest: str = ""
    """Of the suite here; "" where it can't be read."""
    uploaded: tuple[str, ...] = ()
    """Paths, in order. In a dry run: what would be."""
    deleted: tuple[str, ...] = ()
    problem: str = ""
    """Why it failed, and how to mend that."""

    @property
    def has_failed(self) -> bool:
        return self.status == "failed"

    @property
    def reference(self) -> str:
        """By which samples insist on its content."""
        return f"{self.id}@{self.digest}" if self.digest else self.id


class Step(NamedTuple):
    """One request that changes the store."""

    path: str
    content: bytes | None
    """None to delete it."""


class WritableS3Store(S3Store):
    """A store in S3 whose suites can be changed. `kms_key` is a key's id or ARN, by which S3 encrypts what is written;
    by default it does as the bucket says."""

    def __init__(self, place: str, client: Any, *, kms_key: str = "") -> None:
        super().__init__(place, refresh_s=0, client=client)
        self._writer = _Writer(self.place.bucket, client, kms_key)

    def found(self, name: str) -> tuple[Stamp, Suite | SuiteError | None]:
        """The files that are there, and the suite that they make; None where they make none. Raises S3Problem."""
        stamp = self._list(name)
        if all(file.path != SUITE_FILE for file in stamp):
            return stamp, None
        try:
            return self._load(name)
        except SuiteError as error:
            return stamp, error

    def content(self, name: str, path: str) -> bytes:
        """Raises S3Problem."""
        return self._writer.get(self._folder(name) + path, most_bytes=MAX_FILE_BYTES)

    def take(self, name: str, step: Step) -> None:
        """Raises S3Problem."""
        self._writer.change(self._folder(name) + step.path, step.content)


class _Writer(Bucket):
    def __init__(self, name: str, client: Any, kms_key: str) -> None:
        super().__init__(name, client)
        self._encryption = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": kms_key} if kms_key else {}

    def change(self, key: str, content: bytes | None) -> None:
        asked: dict[str, Any] = {"Bucket": self.name, "Key": key}
        place = Place(self.name, key)
        if content is None:
            self._call(self._client.delete_object, f"s3:DeleteObject on {place}", asked)
            return
        need = f"s3:PutObject on {place}"
        if self._encryption:
            need += " and kms:GenerateDataKey on the key"
        self._call(self._client.put_object, need, {**asked, "Body": content, **self._encryption})


def publish(
    folders: Iterable[Path], store: WritableS3Store, *, replace: bool = False, dry_run: bool = False
) -> Iterator[Outcome]:
    """What became of each suite, as it is done. One that is there already with the same digest is left alone, and one
    with another digest is replaced only where `replace` says so. Never raises for a suite: the others go on."""
    known: dict[str, Path] = {}
    for folder in folders:
        before = known.setdefault(folder.name, folder)
        if before != folder:
            yield Outcome(
                folder.name, "failed", problem=f"{folder}: another suite of this id was named before: {before}"
            )
            continue
        try:
            suite, files = read_files(folder)
        except SuiteError as error:
            yield Outcome(folder.name, "failed", problem=str(error))
            continue
        try:
            yield _publish(suite, files, store, replace, dry_run)
        except SuiteError as error:
            yield Outcome(folder.name, "failed", suite.digest, problem=str(error))
        except S3Problem as problem:
            yield Outcome(folder.name, "failed", suite.digest, problem=f"{folder.name}: {problem}")


def read_files(folder: Path) -> tuple[Suite, dict[str, bytes]]:
    """A suite, and the content of its files by their paths. Raises SuiteError where it isn't valid."""
    name = folder.name
    suite = DirectoryStore(folder.parent, cached=0).get(name)
    tests = (f"{TESTS_FOLDER}/{file}" for file in getattr(suite, "files", ()))
    try:
        contents = {
            path: folder.joinpath(path).read_bytes() for path in (*TOP_FILES, *tests) if (folder / path).exists()
        }
    except OSError as error:
        raise SuiteError(f"can't be read: {error.strerror}", path=str(error.filename or name)) from None
    # What is uploaded is what was read now, whatever the directory holds a moment later.
    sizes = {path: len(content) for path, content in contents.items()}
    return read_suite(name, sizes, lambda wanted: [contents[path] for path in wanted]), contents


def _publish(suite: Suite, files: Mapping[str, bytes], store: WritableS3Store, replace: bool, dry_run: bool) -> Outcome:
    """Raises S3Problem and SuiteError."""
    name = str(suite.id)
    stamp, there = store.found(name)
    if isinstance(there, Suite) and there.digest == suite.digest:
        return Outcome(name, "unchanged", suite.digest)
    if there is not None and not replace:
        what = f"can't be read ({there})" if isinstance(there, SuiteError) else f"is {there.digest}"
        raise SuiteError(
            f"what is there {what}; publish under another id, or let it be replaced (--replace)", path=name
        )
    sizes = {file.path: file.size for file in stamp}
    steps = plan(files, sizes, lambda path: store.content(name, path))
    if not dry_run:
        _take(name, steps, store, is_there=there is not None)
        store.get(f"{name}@{suite.digest}")
    return Outcome(
        name,
        "published" if there is None else "replaced",
        suite.digest,
        tuple(step.path for step in steps if step.content is not None),
        tuple(step.path for step in steps if step.content is None and step.path != SUITE_FILE),
    )


def plan(files: Mapping[str, bytes], there: Mapping[str, int], content: Callable[[str], bytes]) -> list[Step]:
    """The steps from what is there, by path and size, to `files`; `content` reads what is there. Nobody who reads
    between two of them sees a suite that is neither."""
    uploads = [
        Step(path, new)
        for path, new in files.items()
        if path not in there or there[path] != len(new) or content(path) != new
    ]
    changes = [*uploads, *(Step(path, None) for path in there if path not in files)]
    if len(changes) <= 1:
        return changes
    others = [step for step in changes if step.path != SUITE_FILE]
    head = Step(SUITE_FILE, files[SUITE_FILE])
    return [*([Step(SUITE_FILE, None)] if SUITE_FILE in there else []), *others, head]


def _take(name: str, steps: list[Step], store: WritableS3Store, *, is_there: bool) -> None:
    """Raises S3Problem."""
    if steps and steps[0] == Step(SUITE_FILE, None):
        # Who may delete and not upload would leave nothing: the old head once more shows whether it can be done.
        store.take(name, Step(SUITE_FILE, store.content(name, SUITE_FILE)))
    for number, step in enumerate(steps):
        try:
            store.take(name, step)
        except S3Problem as problem:
            if is_there and number > 0:
                raise S3Problem(f"{problem}; now {name} is not there until it is published again") from None
            raise
