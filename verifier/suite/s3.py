"""What is read from S3: suites that samples name (`S3Store`), and events too large for a request (`event_reader`).

botocore is imported when the first of them is made: most verifiers need neither, and it costs a quarter of a second.
"""

from __future__ import annotations

import functools
import re
import threading
import time
import weakref
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, NamedTuple

from verifier.errors import RequestError, SuiteError
from verifier.suite.model import Suite
from verifier.suite.store import (
    CACHED_BYTES,
    MAX_FILE_BYTES,
    REFRESH_S,
    TESTS_FOLDER,
    TOP_FILES,
    check_digest,
    held_bytes,
    read_suite,
    split_reference,
)
from verifier.suite.tested import MAX_FILES

CONNECT_TIMEOUT_S, READ_TIMEOUT_S, REQUEST_ATTEMPTS = 2.0, 5.0, 3
LOAD_TIMEOUT_S = 30.0
"""After so long no further request is made for the same suite or event."""
RETRY_S = 5.0
"""After so long S3 is asked again for what it could not be asked for."""
REMEMBERED = 10_000
"""References whose answers are remembered; the suites themselves are bounded by their bytes."""

_AT_A_TIME = 8
_READINGS = 3
_CHUNK_BYTES = 1 << 18
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_GONE = ("404", "NoSuchKey", "NotFound")
_BUSY = ("Throttling", "ThrottlingException", "RequestTimeout")


class S3Problem(Exception):
    """S3 refused or failed; the text says what, and how to mend it."""


class Unreachable(S3Problem):
    """It failed, or asked to be spared: another time may do."""


class NoAnswer(Unreachable):
    """And it took its time."""


class Changed(S3Problem):
    """The object is another one than was listed, or gone."""


class Place(NamedTuple):
    """Where an object is, or those whose keys begin with `key`."""

    bucket: str
    key: str

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.key}"


class Listed(NamedTuple):
    path: str
    """Relative to what was listed."""
    etag: str
    size: int


def place_of(url: str, *, path: str) -> Place:
    """Raises RequestError, for `path`, where `url` is not `s3://bucket/key`."""
    bucket, _, key = url.removeprefix("s3://").partition("/")
    if not url.startswith("s3://") or not _BUCKET.fullmatch(bucket):
        raise RequestError(f"must be a place in S3 such as 's3://bucket/key', not {url[:100]!r}", path=path)
    if len(key.encode("utf-8", "surrogatepass")) > 1024 or not key.isprintable():
        raise RequestError("the key in S3 must be of at most 1024 printable characters", path=path)
    if any(part in ("", ".", "..") for part in key.removesuffix("/").split("/")[bool(not key) :]):
        raise RequestError("no part of the key in S3 may be empty, '.' or '..'", path=path)
    return Place(bucket, key)


def new_client(*, read_timeout_s: float = READ_TIMEOUT_S, **options: Any) -> Any:
    """A client for S3, with time limits. Region, credentials and endpoint come from where AWS's libraries look for
    them, or from `options`. Raises RequestError where the packages are missing."""
    try:
        # What boto3 is made of: boto3 itself would add nothing here but 70 ms to a cold start.
        import botocore.session
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError
    except ImportError:
        raise RequestError(
            "S3 needs packages that are not installed: pip install 'rl-code-verifier[aws]'", path="s3"
        ) from None
    config = Config(
        connect_timeout=CONNECT_TIMEOUT_S,
        read_timeout=read_timeout_s,
        retries={"mode": "standard", "total_max_attempts": REQUEST_ATTEMPTS},
        max_pool_connections=2 * _AT_A_TIME,
    )
    try:
        return botocore.session.get_session().create_client("s3", config=config, **options)
    except BotoCoreError as error:
        raise RequestError(f"AWS's settings can't be used: {error}", path="s3") from None


@functools.cache
def shared_client() -> Any:
    return new_client()


class Bucket:
    """Bounded reads from one bucket. What goes wrong is an S3Problem."""

    def __init__(self, name: str, client: Any = None) -> None:
        self.name = name
        self._client = shared_client() if client is None else client

    def list(self, prefix: str, *, most: int, delimiter: str = "") -> tuple[list[Listed], set[str]]:
        """What begins with `prefix`, and the folders there where a delimiter is given."""
        files: list[Listed] = []
        folders: set[str] = set()
        asked: dict[str, Any] = {"Bucket": self.name, "Prefix": prefix, "Delimiter": delimiter}
        while True:
            page = self._call(self._client.list_objects_v2, f"s3:ListBucket on {self.name}", asked)
            for entry in page.get("Contents", ()):
                files.append(Listed(entry["Key"].removeprefix(prefix), entry["ETag"], entry["Size"]))
            folders.update(entry["Prefix"].removeprefix(prefix) for entry in page.get("CommonPrefixes", ()))
            if len(files) + len(folders) > most:
                raise S3Problem(f"{Place(self.name, prefix)} holds more than {most} files")
            if not page.get("IsTruncated"):
                return files, folders
            asked["ContinuationToken"] = page["NextContinuationToken"]

    def get(self, key: str, *, most_bytes: int, etag: str | None = None) -> bytes:
        """The object's content; `etag` insists on the one that was listed."""
        place = Place(self.name, key)
        asked = {"Bucket": self.name, "Key": key} | ({"IfMatch": etag} if etag else {})
        for attempt in range(REQUEST_ATTEMPTS):
            answer = self._call(self._client.get_object, f"s3:GetObject on {place}", asked)
            body = answer["Body"]
            try:
                if answer["ContentLength"] > most_bytes:
                    raise S3Problem(
                        f"{place} holds {answer['ContentLength']} bytes; at most {most_bytes >> 20} MiB are read"
                    )
                return b"".join(_chunks(body, most_bytes))
            except _broken_off() as error:
                # The client's own retries end where a body begins.
                if attempt == REQUEST_ATTEMPTS - 1:
                    raise Unreachable(f"{place} could not be read to its end ({type(error).__name__})") from None
            finally:
                body.close()
        raise AssertionError

    def _call(self, method: Callable[..., Any], need: str, asked: dict[str, Any]) -> Any:
        from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError, NoCredentialsError

        try:
            return method(**{name: value for name, value in asked.items() if value != ""})
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", ""))
            status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
            if code == "NoSuchBucket":
                raise S3Problem(f"there is no bucket {self.name!r}") from None
            if code in _GONE or status == 404:
                raise Changed(f"there is no {Place(self.name, asked.get('Key', ''))}") from None
            if status == 412:
                raise Changed(f"{Place(self.name, asked.get('Key', ''))} changes while it is read") from None
            if status == 403:
                # S3 says so, too, of what is not there, to who may not list the bucket.
                or_else = ", and kms:Decrypt on its key where it has one; or there is no such object" * ("Key" in asked)
                raise S3Problem(
                    f"access denied ({code[:60]}): the role of this verifier needs {need}{or_else}"
                ) from None
            if status >= 500 or code in _BUSY:
                raise Unreachable(f"S3 failed ({code[:60]}, status {status})") from None
            raise S3Problem(f"S3 refused the request ({code[:60]}, status {status}); it needs {need}") from None
        except NoCredentialsError:
            raise S3Problem(f"no AWS credentials were found; they need {need}") from None
        except HTTPClientError as error:
            raise NoAnswer(f"S3 did not answer ({type(error).__name__})") from None
        except BotoCoreError as error:
            raise S3Problem(f"S3 can't be asked ({type(error).__name__}: {str(error)[:200]})") from None


def _chunks(body: Any, most_bytes: int) -> Iterator[bytes]:
    until = time.monotonic() + LOAD_TIMEOUT_S
    left = most_bytes
    while chunk := body.read(_CHUNK_BYTES):
        left -= len(chunk)
        if left < 0:
            raise S3Problem("it holds more than it said")
        if time.monotonic() > until:
            raise Unreachable(f"S3 took more than {LOAD_TIMEOUT_S:g} s")
        yield chunk


def _broken_off() -> tuple[type[BaseException], ...]:
    from botocore.exceptions import BotoCoreError

    return BotoCoreError, OSError


def event_reader(prefix: str, client: Any = None) -> Callable[[str], bytes]:
    """A function that reads events which lie below `prefix`, and nothing else: who writes an event must not be able to
    have any object read that this process may read. Both raise RequestError."""
    allowed = place_of(prefix, path="VERIFIER_EVENTS_PREFIX")
    folder = allowed.key if allowed.key.endswith("/") or not allowed.key else f"{allowed.key}/"

    def read(url: str) -> bytes:
        place = place_of(url, path="samples_s3")
        if place.bucket != allowed.bucket or not place.key.startswith(folder) or place.key == folder:
            raise RequestError("is not below the place that VERIFIER_EVENTS_PREFIX allows", path="samples_s3")
        try:
            return Bucket(place.bucket, client).get(place.key, most_bytes=MAX_FILE_BYTES)
        except S3Problem as problem:
            raise RequestError(str(problem), path="samples_s3") from None

    return read


# Suites

Stamp = tuple[Listed, ...]
"""Path, ETag and size of each file of a suite: what tells whether it has changed."""


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a reference led to: a stamp of a suite, or why there is none."""

    asked_at: float
    good_for_s: float
    found: Stamp | SuiteError

    def is_fresh(self, now: float) -> bool:
        return 0 <= now - self.asked_at < self.good_for_s


class S3Store:
    """Suites in `s3://bucket/prefix/<id>/`, laid out as in a directory.

    A suite stays in memory (`cached_bytes` of them by an estimate, the longest unused goes first). Whether it has
    changed is asked by listing its files, one request, when it is needed and `refresh_s` have gone by; one that was
    asked for by its digest is what it is and is not asked about again. Threads that need the same suite wait for one
    load. Where S3 does not answer, a suite that is in memory goes on being used.
    """

    def __init__(
        self,
        place: str,
        *,
        refresh_s: float = REFRESH_S,
        cached_bytes: int = CACHED_BYTES,
        client: Any = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.place = place_of(place, path="suites")
        self._bucket = Bucket(self.place.bucket, client)
        self._refresh_s = refresh_s
        self._clock = clock
        self._answers: OrderedDict[str, _Answer] = OrderedDict()
        self._suites: OrderedDict[tuple[str, Stamp], tuple[Suite, int]] = OrderedDict()
        self._bytes_left = cached_bytes
        self._no_answer: _Answer | None = None
        self._lock = threading.Lock()
        self._turns: weakref.WeakValueDictionary[str, threading.Lock] = weakref.WeakValueDictionary()
        self._ahead = ThreadPoolExecutor(_AT_A_TIME, thread_name_prefix="s3-ahead")
        self._expected: set[str] = set()

    def expect(self, ref: str) -> None:
        """Begins to load a suite that will be asked for. What is wrong with it is told to whoever asks."""
        with self._lock:
            if ref in self._expected:
                return
            self._expected.add(ref)
        try:
            self._ahead.submit(self._load_ahead, ref)
        except RuntimeError:  # no thread can be started: whoever asks will wait
            self._expected.discard(ref)

    def _load_ahead(self, ref: str) -> None:
        try:
            self.get(ref)
        except SuiteError:
            pass
        finally:
            self._expected.discard(ref)

    def get(self, ref: str) -> Suite:
        """The suite of a reference; its `id` is set.

        Raises SuiteError, whose path names the id, and the line of `cases.jsonl` where that is at fault.
        """
        name, digest = split_reference(ref)
        found = self._known(ref, name)
        if found is None:
            turn = self._turn(name)
            with turn:
                found = self._known(ref, name) or self._ask(ref, name, digest)
        if isinstance(found, SuiteError):
            raise SuiteError(found.problem, path=found.path)
        return found

    def _turn(self, name: str) -> threading.Lock:
        """Who loads the suite holds it; it is forgotten when nobody waits for it."""
        with self._lock:
            return self._turns.setdefault(name, threading.Lock())

    def _known(self, ref: str, name: str) -> Suite | SuiteError | None:
        with self._lock:
            answer = self._answers.get(ref)
            if answer is None or not answer.is_fresh(self._clock()):
                return None
            return answer.found if isinstance(answer.found, SuiteError) else self._kept(name, answer.found)

    def _kept(self, name: str, stamp: Stamp) -> Suite | None:
        kept = self._suites.get((name, stamp))
        if kept is None:
            return None
        self._suites.move_to_end((name, stamp))
        return kept[0]

    def _ask(self, ref: str, name: str, digest: str) -> Suite | SuiteError:
        good_for_s = self._refresh_s
        found: Stamp | SuiteError
        answer: Suite | SuiteError
        try:
            if self._no_answer is not None and self._no_answer.is_fresh(self._clock()):
                raise Unreachable("S3 did not answer a moment ago")
            found, answer = self._load(name)
            check_digest(answer, digest, name)
            if digest:
                good_for_s = float("inf")
        except SuiteError as error:
            # Another one, since this holds all that its traceback refers to.
            found = answer = SuiteError(error.problem, path=error.path)
        except S3Problem as problem:
            found = answer = SuiteError(f"suites are in {self.place}: {problem}", path=name)
            if isinstance(problem, NoAnswer):
                # A batch of many suites must not wait for each of them.
                self._no_answer = _Answer(self._clock(), RETRY_S, found)
            if isinstance(problem, Unreachable):
                good_for_s = min(RETRY_S, self._refresh_s)
                with self._lock:
                    before = self._answers.get(ref)
                    if before is not None and not isinstance(before.found, SuiteError):
                        suite = self._kept(name, before.found)
                        found, answer = (before.found, suite) if suite else (found, answer)
        with self._lock:
            self._answers[ref] = _Answer(self._clock(), good_for_s, found)
            self._answers.move_to_end(ref)
            while len(self._answers) > REMEMBERED:
                self._answers.popitem(last=False)
        return answer

    def _load(self, name: str) -> tuple[Stamp, Suite]:
        until = time.monotonic() + LOAD_TIMEOUT_S
        for reading in range(_READINGS):
            stamp = self._list(name)
            with self._lock:
                kept = self._kept(name, stamp)
            if kept is not None:
                return stamp, kept
            try:
                suite, held = self._read(name, stamp, until)
            except Changed:
                if reading == _READINGS - 1:
                    raise
                continue
            self._keep(name, stamp, suite, held)
            return stamp, suite
        raise AssertionError

    def _folder(self, name: str) -> str:
        return f"{self.place.key.rstrip('/')}/{name}/".lstrip("/")

    def _list(self, name: str) -> Stamp:
        folder = self._folder(name)
        files, folders = self._bucket.list(folder, most=MAX_FILES, delimiter="/")
        found = [file for file in files if file.path in TOP_FILES]
        if f"{TESTS_FOLDER}/" in folders:
            tests, _ = self._bucket.list(f"{folder}{TESTS_FOLDER}/", most=MAX_FILES)
            found += [file._replace(path=f"{TESTS_FOLDER}/{file.path}") for file in tests if _is_meant(file.path)]
        return tuple(sorted(found))

    def _read(self, name: str, stamp: Stamp, until: float) -> tuple[Suite, int]:
        """And what it takes in memory."""
        etags = {file.path: file.etag for file in stamp}
        sizes = {file.path: file.size for file in stamp}
        read: list[bytes] = []

        def content(path: str) -> bytes:
            if time.monotonic() > until:
                raise Unreachable(f"S3 took more than {LOAD_TIMEOUT_S:g} s")
            found = self._bucket.get(self._folder(name) + path, most_bytes=MAX_FILE_BYTES, etag=etags[path])
            read.append(found)
            return found

        def contents(paths: Sequence[str]) -> Sequence[bytes]:
            if len(paths) == 1:
                return [content(paths[0])]
            pool = ThreadPoolExecutor(min(len(paths), _AT_A_TIME), thread_name_prefix="s3")
            try:
                return list(pool.map(content, paths))
            finally:
                pool.shutdown(cancel_futures=True)

        suite = read_suite(name, sizes, contents)
        return suite, held_bytes(suite, read)

    def _keep(self, name: str, stamp: Stamp, suite: Suite, size: int) -> None:
        with self._lock:
            if (name, stamp) not in self._suites:
                self._bytes_left -= size
            self._suites[name, stamp] = suite, size
            while self._bytes_left < 0 and len(self._suites) > 1:
                self._bytes_left += self._suites.popitem(last=False)[1][1]


def _is_meant(path: str) -> bool:
    """Not what consoles, Python and editors leave: markers of folders, hidden files, bytecode."""
    parts = path.split("/")
    return path != "" and parts[-1] != "" and not any(p.startswith(".") or p == "__pycache__" for p in parts)
