"""Suites and events in S3, from a real HTTP server: moto's, with a front before it that counts, waits and fails."""

from __future__ import annotations

import functools
import http.client
import json
import os
import subprocess
import sys
import textwrap
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("moto.server")

from moto.server import ThreadedMotoServer

from verifier.errors import RequestError, SuiteError
from verifier.pipeline import Verifier
from verifier.suite import s3
from verifier.suite.s3 import S3Store, event_reader, new_client, place_of
from verifier.suite.store import DirectoryStore, held_bytes, open_store
from verifier.verdict import Verdict

HEAD = 'kind = "function"\nentry_point = "f"\n'
ONE, TWO = '{"args": [1], "expected": 1}\n', '{"args": [2], "expected": 2}\n'
BUCKET, PREFIX = "suites-of-tests", "team/suites"
PLACE = f"s3://{BUCKET}/{PREFIX}"
TESTSUITES = Path(__file__).parents[2] / "testsuites"
KEYS = {"aws_access_key_id": "k", "aws_secret_access_key": "s", "region_name": "us-east-1"}


class Front(ThreadingHTTPServer):
    """Hands requests on to moto and its answers back; `meddle` may wait, or answer itself by returning a status."""

    daemon_threads = True

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", 0), _FrontHandler)
        self.behind = port
        self.seen: list[str] = []
        self.meddle: Callable[[str], int | None] = lambda request: None
        self.cut_bodies = 0
        self.url = f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, *what: object) -> None:
        """A client that gave up waiting is what some tests are about."""


class _FrontHandler(BaseHTTPRequestHandler):
    server: Front

    def do_GET(self) -> None:
        request = f"{self.command} {self.path}"
        self.server.seen.append(request)
        status = self.server.meddle(request)
        if status is not None:
            self._answer(status, {}, b"")
            return
        connection = http.client.HTTPConnection("127.0.0.1", self.server.behind)
        connection.request(self.command, self.path, headers=dict(self.headers))
        answer = connection.getresponse()
        body = answer.read()
        headers = {k: v for k, v in answer.getheaders() if k.lower() not in ("transfer-encoding", "connection")}
        headers["Content-Length"] = headers.get("Content-Length", str(len(body)))
        if self.server.cut_bodies and "list-type" not in self.path:
            self.server.cut_bodies -= 1
            body = body[: len(body) // 2]
        self._answer(answer.status, headers, body)

    do_HEAD = do_GET

    def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *what: object) -> None:
        pass


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="module")
def moto() -> Iterator[int]:
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    yield server.get_host_and_port()[1]
    server.stop()


@pytest.fixture(scope="module")
def running_front(moto: int) -> Iterator[Front]:
    front = Front(moto)
    thread = threading.Thread(target=front.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield front
    front.shutdown()
    thread.join()
    front.server_close()


@pytest.fixture
def front(running_front: Front) -> Front:
    """With nothing behind it yet."""
    _post(running_front.behind, "reset")
    running_front.meddle = lambda request: None
    running_front.seen.clear()
    running_front.cut_bodies = 0
    return running_front


def _post(port: int, what: str, data: bytes = b"") -> None:
    url, headers = f"http://127.0.0.1:{port}/moto-api/{what}", {"Content-Type": "text/plain"}
    urllib.request.urlopen(urllib.request.Request(url, data, headers, method="POST")).close()


@functools.cache
def client_of(url: str, read_timeout_s: float = 60) -> Any:
    """By default one that waits for long, since the machine may be busy."""
    return new_client(endpoint_url=url, read_timeout_s=read_timeout_s, **KEYS)


@pytest.fixture
def bucket(front: Front) -> Any:
    """A client that goes to moto itself, so that what it does isn't counted."""
    client = client_of(f"http://127.0.0.1:{front.behind}")
    client.create_bucket(Bucket=BUCKET)
    return client


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(front: Front, bucket: Any, clock: Clock) -> S3Store:
    return open_s3(front, clock)


def open_s3(front: Front, clock: Clock | None = None, **options: Any) -> S3Store:
    return S3Store(PLACE, client=client_of(front.url), clock=clock or Clock(), **options)


def put(bucket: Any, path: str, content: str | bytes) -> None:
    bucket.put_object(Bucket=BUCKET, Key=f"{PREFIX}/{path}", Body=content)


def put_suite(bucket: Any, name: str, cases: str = ONE, toml: str = HEAD) -> None:
    put(bucket, f"{name}/suite.toml", toml)
    put(bucket, f"{name}/cases.jsonl", cases)


def refusal(store: S3Store, ref: str) -> SuiteError:
    with pytest.raises(SuiteError) as caught:
        store.get(ref)
    return caught.value


# What is found


def test_every_example_suite_is_the_same_from_a_directory_and_from_s3(store: S3Store, bucket: Any) -> None:
    """The whole folder is uploaded, with all that lies beside a suite's files; digests are equal."""
    local = DirectoryStore(TESTSUITES)
    for name in local.ids():
        for file in (TESTSUITES / name).rglob("*"):
            if file.is_file():
                put(bucket, str(file.relative_to(TESTSUITES)), file.read_bytes())

    digests = {name: store.get(name).digest for name in local.ids()}

    assert len(digests) >= 10
    assert digests == {name: local.get(name).digest for name in local.ids()}


def test_test_files_are_read_and_what_editors_leave_is_not(store: S3Store, bucket: Any, tmp_path: Path) -> None:
    """Line ends and a byte order mark are as in a directory; folder markers, hidden files and bytecode are left out."""
    files = {
        "a/suite.toml": b'kind = "pytest"\r\nmodule = "solution"\r\n',
        "a/tests/test_a.py": b"\xef\xbb\xbfimport solution\r\ndef test_a():\r\n    assert solution.f() == 1\r\n",
        "a/tests/data/words.txt": "ä\n".encode(),
    }
    for path, content in files.items():
        put(bucket, path, content)
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    for path in ("a/tests/", "a/tests/.hidden.py", "a/tests/__pycache__/x.pyc", "a/tests/.git/test_b.py"):
        put(bucket, path, b"\xff")

    suite: Any = store.get("a")

    assert suite.files == {
        "data/words.txt": "ä\n",
        "test_a.py": "import solution\ndef test_a():\n    assert solution.f() == 1\n",
    }
    assert suite.digest == DirectoryStore(tmp_path).get("a").digest


def test_a_bucket_without_a_prefix(front: Front, bucket: Any) -> None:
    bucket.put_object(Bucket=BUCKET, Key="top/suite.toml", Body=HEAD)
    bucket.put_object(Bucket=BUCKET, Key="top/cases.jsonl", Body=ONE)

    for place in (f"s3://{BUCKET}", f"s3://{BUCKET}/"):
        assert S3Store(place, client=client_of(front.url)).get("top").id == "top"


# When it asks


def test_a_warm_suite_costs_no_request_and_one_for_each_refresh(
    store: S3Store, bucket: Any, front: Front, clock: Clock
) -> None:
    put_suite(bucket, "a")
    first = store.get("a")
    assert len(front.seen) == 3  # listed, and two files

    for _ in range(50):
        assert store.get("a") is first
    assert len(front.seen) == 3

    clock.now += 60
    assert store.get("a") is first
    assert len(front.seen) == 4 and "list-type=2" in front.seen[-1]


def test_a_change_is_seen_after_the_refresh_time(store: S3Store, bucket: Any, clock: Clock) -> None:
    put_suite(bucket, "a", ONE)
    before = store.get("a").digest
    put(bucket, "a/cases.jsonl", TWO)

    clock.now += 59
    assert store.get("a").digest == before
    clock.now += 1
    assert store.get("a").digest != before

    bucket.delete_object(Bucket=BUCKET, Key=f"{PREFIX}/a/suite.toml")
    clock.now += 60
    assert "no suite of this id" in refusal(store, "a").problem


def test_a_clock_that_was_set_back_does_not_stop_the_asking(
    store: S3Store, bucket: Any, clock: Clock, front: Front
) -> None:
    put_suite(bucket, "a")
    store.get("a")
    asked = len(front.seen)
    clock.now -= 10_000
    store.get("a")
    assert len(front.seen) == asked + 1


def test_a_digest_that_was_found_is_never_asked_about_again(
    store: S3Store, bucket: Any, front: Front, clock: Clock
) -> None:
    """It goes on to be found when the suite has changed, beside the new one."""
    put_suite(bucket, "a", ONE)
    old = store.get("a")
    ref = f"a@{old.digest}"
    assert store.get(ref) is old
    put(bucket, "a/cases.jsonl", TWO)
    clock.now += 1_000_000
    asked = len(front.seen)

    assert store.get(ref) is old
    assert len(front.seen) == asked
    new = store.get("a")
    assert new.digest != old.digest
    assert store.get(f"a@{new.digest}") is new
    assert store.get(ref) is old


def test_a_digest_that_is_new_to_a_warm_store_is_asked_about_at_once(store: S3Store, bucket: Any, front: Front) -> None:
    """A suite is uploaded, and a sample that names its new digest comes before the refresh time is over."""
    put_suite(bucket, "a", ONE)
    store.get("a")
    put(bucket, "a/cases.jsonl", TWO)
    digest = open_s3(front).get("a").digest

    assert store.get(f"a@{digest}").digest == digest


def test_a_digest_that_does_not_match(store: S3Store, bucket: Any, front: Front) -> None:
    put_suite(bucket, "a")
    digest = store.get("a").digest

    error = refusal(store, "a@sha256:" + "0" * 64)

    assert error.path == "a" and digest in error.problem
    asked = len(front.seen)
    refusal(store, "a@sha256:" + "0" * 64)
    assert len(front.seen) == asked, "a batch of samples with a wrong digest must not ask once each"


def test_what_is_missing_is_asked_about_once_in_a_refresh(
    store: S3Store, bucket: Any, front: Front, clock: Clock
) -> None:
    for _ in range(10):
        assert refusal(store, "a").path == "a"
    assert len(front.seen) == 1
    put_suite(bucket, "a")
    clock.now += 60
    assert store.get("a").id == "a"


def test_threads_that_need_one_suite_share_one_load(store: S3Store, bucket: Any, front: Front) -> None:
    for name in ("a", "b"):
        put_suite(bucket, name)
    front.meddle = lambda request: time.sleep(0.1)
    barrier = threading.Barrier(16)

    def get(number: int) -> object:
        barrier.wait()
        return store.get("ab"[number % 2])

    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(get, range(16)))

    assert len(set(map(id, found))) == 2
    assert len(front.seen) == 6, front.seen


def test_memory_is_bounded_by_bytes(front: Front, bucket: Any) -> None:
    """The longest unused goes first; one that is larger than all there is stays until the next comes."""
    for name in "abc":
        put_suite(bucket, name)
    unbounded = open_s3(front)
    size = held_bytes(unbounded.get("a"), [HEAD.encode(), ONE.encode()])
    assert [held for _, held in unbounded._suites.values()] == [size]
    store = open_s3(front, cached_bytes=2 * size)
    a, b = store.get("a"), store.get("b")
    assert store.get("a") is a
    store.get("c")
    assert store.get("a") is a
    assert store.get("b") is not b
    put_suite(bucket, "large", ONE * 100)
    large = store.get("large")
    assert store.get("large") is large
    assert len(store._suites) == 1
    assert sum(size for _, size in store._suites.values()) == 2 * size - store._bytes_left


# What is wrong


def test_what_is_wrong_in_a_suite_is_named_as_in_a_directory(store: S3Store, bucket: Any) -> None:
    put_suite(bucket, "toml", toml="kind = \n")
    assert refusal(store, "toml").path == "toml/suite.toml" and "TOML" in refusal(store, "toml").problem
    put_suite(bucket, "line", '{"expected": 1}\n\n{"expected": 1, "wieght": 2}\n')
    assert refusal(store, "line").path == "line/cases.jsonl:3.wieght"
    put_suite(bucket, "bytes", "")
    put(bucket, "bytes/cases.jsonl", b"\xff\xfe\x00")
    assert refusal(store, "bytes").path == "bytes/cases.jsonl" and "UTF-8" in refusal(store, "bytes").problem
    put(bucket, "none/suite.toml", HEAD)
    assert "has no cases" in refusal(store, "none").problem


def test_a_suite_that_is_mended_is_found_after_the_refresh(store: S3Store, bucket: Any, clock: Clock) -> None:
    put_suite(bucket, "a", toml="kind = \n")
    refusal(store, "a")
    put_suite(bucket, "a")
    clock.now += 60
    assert store.get("a").id == "a"


@pytest.mark.parametrize("ref", ["", "..", "../a", "a/b", "a/../b", "A", "a\n", "a%2f..", "é", "a@", "a@sha256:1"])
def test_references_that_are_none_ask_nothing(store: S3Store, front: Front, ref: str) -> None:
    refusal(store, ref)
    assert front.seen == []


def test_what_is_too_large_is_not_downloaded(
    store: S3Store, bucket: Any, front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cases, the head, all tests together, and how many there are."""
    monkeypatch.setattr("verifier.suite.store.MAX_FILE_BYTES", 1 << 20)
    monkeypatch.setattr("verifier.suite.store.MAX_TEXT_BYTES", 1 << 20)
    monkeypatch.setattr(s3, "MAX_FILES", 5)
    put_suite(bucket, "cases", "x" * ((1 << 20) + 1))
    put_suite(bucket, "head", toml="#" * ((1 << 20) + 1))
    put(bucket, "tests/suite.toml", 'kind = "pytest"\n')
    put(bucket, "many/suite.toml", 'kind = "pytest"\n')
    for number in range(2):
        put(bucket, f"tests/tests/test_{number}.py", "#" * (600 << 10))
    for number in range(6):
        put(bucket, f"many/tests/test_{number}.py", "#")

    assert refusal(store, "cases").path == "cases/cases.jsonl"
    assert "1048577 bytes; at most 1 MiB" in refusal(store, "cases").problem
    assert refusal(store, "head").path == "head/suite.toml"
    assert refusal(store, "tests").path == "tests/tests" and "1228800 bytes" in refusal(store, "tests").problem
    assert "more than 5 files" in refusal(store, "many").problem

    downloaded = [request for request in front.seen if "list-type" not in request]
    assert len(downloaded) == 1 and "tests/suite.toml" in downloaded[0]


def test_a_directory_has_the_same_bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("verifier.suite.store.MAX_FILE_BYTES", 1 << 20)
    (tmp_path / "a").mkdir()
    (tmp_path / "a/suite.toml").write_text(HEAD)
    (tmp_path / "a/cases.jsonl").write_bytes(b" " * ((1 << 20) + 1))
    with pytest.raises(SuiteError, match="at most 1 MiB"):
        DirectoryStore(tmp_path).get("a")


def test_no_bucket(front: Front) -> None:
    error = refusal(open_s3(front), "a")
    assert error.path == "a" and "there is no bucket 'suites-of-tests'" in error.problem


def test_access_that_is_denied_says_which_permission_is_missing(front: Front, bucket: Any, moto: int) -> None:
    """moto checks IAM's policies: a user who may list and not read, and one who may do nothing."""
    import boto3

    put_suite(bucket, "a")
    iam = boto3.client("iam", endpoint_url=f"http://127.0.0.1:{moto}", **KEYS)
    clients = []
    for user, actions in (("reader", ["s3:ListBucket"]), ("nobody", ["sqs:SendMessage"])):
        iam.create_user(UserName=user)
        statement = {"Effect": "Allow", "Action": actions, "Resource": "*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam.put_user_policy(UserName=user, PolicyName="p", PolicyDocument=policy)
        key = iam.create_access_key(UserName=user)["AccessKey"]
        keys = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
        clients.append(new_client(endpoint_url=front.url, region_name="us-east-1", **keys))
    _post(moto, "reset-auth", b"0")
    try:
        errors = [refusal(S3Store(PLACE, client=client), "a") for client in clients]
    finally:
        _post(moto, "reset-auth", b"inf")

    assert "access denied" in errors[0].problem and f"needs s3:GetObject on {PLACE}/a/suite.toml" in errors[0].problem
    assert "kms:Decrypt on its key" in errors[0].problem and "no such object" in errors[0].problem
    assert "access denied" in errors[1].problem and f"needs s3:ListBucket on {BUCKET}" in errors[1].problem
    assert "kms" not in errors[1].problem


def test_no_credentials(front: Front, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("HOME", str(tmp_path))
    client = new_client(endpoint_url=front.url, region_name="us-east-1")
    assert "no AWS credentials" in refusal(S3Store(PLACE, client=client), "a").problem


# When S3 fails


def test_s3_that_does_not_answer_is_a_clear_error_and_is_asked_again_soon(
    bucket: Any, front: Front, clock: Clock
) -> None:
    """The client tries a bounded number of times; samples that come meanwhile, of whatever suite, don't wait again."""
    put_suite(bucket, "a")
    store = S3Store(PLACE, client=client_of(front.url, read_timeout_s=1.5), clock=clock)
    over = threading.Event()
    front.meddle = lambda request: (over.wait(20), None)[1]
    try:
        error = refusal(store, "a")
        assert error.path == "a" and "S3 did not answer (ReadTimeoutError)" in error.problem
        asked = len(front.seen)
        assert asked == s3.REQUEST_ATTEMPTS
        refusal(store, "a")
        for number in range(10):
            assert "did not answer a moment ago" in refusal(store, f"other-{number}").problem
        assert len(front.seen) == asked
    finally:
        over.set()
        front.meddle = lambda request: None
    clock.now += s3.RETRY_S
    assert store.get("a").id == "a"


def test_a_suite_in_memory_outlives_a_failure_of_s3(store: S3Store, bucket: Any, front: Front, clock: Clock) -> None:
    put_suite(bucket, "a")
    first = store.get("a")
    front.meddle = lambda request: 503
    clock.now += 60
    assert store.get("a") is first
    asked = len(front.seen)
    assert store.get("a") is first
    assert len(front.seen) == asked
    assert "S3 failed" in refusal(store, "b").problem

    front.meddle = lambda request: None
    put(bucket, "a/cases.jsonl", TWO)
    clock.now += s3.RETRY_S
    assert store.get("a").digest != first.digest


def test_a_suite_in_memory_does_not_outlive_a_refusal(store: S3Store, bucket: Any, front: Front, clock: Clock) -> None:
    put_suite(bucket, "a")
    store.get("a")
    front.meddle = lambda request: 403
    clock.now += 60
    assert "access denied" in refusal(store, "a").problem


def test_a_few_failures_go_unnoticed(store: S3Store, bucket: Any, front: Front) -> None:
    """A 503, and a body that breaks off, which the client itself does not try again."""
    put_suite(bucket, "a", ONE * 1000)
    front.meddle = lambda request: 503 if len(front.seen) == 1 else None
    front.cut_bodies = 1
    assert len(store.get("a").known_cases) == 1000


def test_a_body_that_always_breaks_off(store: S3Store, bucket: Any, front: Front) -> None:
    put_suite(bucket, "a")
    front.cut_bodies = 1000
    assert "could not be read to its end" in refusal(store, "a").problem
    assert len(front.seen) == 1 + s3.REQUEST_ATTEMPTS


def test_a_suite_that_is_uploaded_while_it_is_read_is_read_again(store: S3Store, bucket: Any, front: Front) -> None:
    """Never the head of one and the cases of another."""
    put_suite(bucket, "a", ONE, HEAD)
    new_head = HEAD.replace('"f"', '"g"')

    def upload_between(request: str) -> None:
        if "a/cases.jsonl" in request and front.seen.count(request) == 1:
            put_suite(bucket, "a", TWO, new_head)

    front.meddle = upload_between
    suite: Any = store.get("a")

    assert (suite.entry_point, suite.cases[0].expected) == ("g", 2)


def test_a_suite_that_never_rests(store: S3Store, bucket: Any, front: Front) -> None:
    put_suite(bucket, "a")

    def upload_again(request: str) -> None:
        if "a/cases.jsonl" in request:
            put(bucket, "a/cases.jsonl", ONE + "\n" * len(front.seen))

    front.meddle = upload_again
    assert "changes while it is read" in refusal(store, "a").problem
    assert len(front.seen) == 9


# As `suites`


@pytest.mark.parametrize(
    "place",
    ["s3:", "s3://", "s3:///a", "s3://B/x", "s3://a", "s3://buc/a//b", "s3://buc/../x", "s3://buc/x\n", "s3:/b/x"],
)
def test_places_that_are_none(place: str) -> None:
    with pytest.raises(RequestError, match="suites"):
        open_store(place)


def test_a_path_can_not_hold_a_place_in_s3() -> None:
    """pathlib makes s3:/bucket of s3://bucket."""
    with pytest.raises(RequestError, match="as text"):
        open_store(Path("s3://bucket/suites"))


@pytest.mark.usefixtures("from_environment")
def test_a_batch_with_suites_in_s3(front: Front, bucket: Any) -> None:
    """What is wrong with a suite costs its own samples only, with a path and a way to mend it."""
    put_suite(bucket, "good", ONE)
    put_suite(bucket, "corrupt", toml="kind = \n")
    code = "def f(x):\n    return x\n"
    names = ["missing", "good", "corrupt", "good@sha256:" + "0" * 64, "good"]
    samples = [{"id": name, "code": code, "reference_answer": {"suite": name}} for name in names]

    with Verifier(PLACE, workers=1) as verifier:
        results = verifier.score(samples)

    assert [r.verdict for r in results] == [Verdict.JE, Verdict.AC, Verdict.JE, Verdict.JE, Verdict.AC]
    assert "missing: there is no suite of this id (no missing/suite.toml in the store)" in results[0].message
    assert "corrupt/suite.toml: not valid TOML" in results[2].message
    assert "the suite's digest is" in results[3].message
    assert results[1].suite == f"good@{open_s3(front).get('good').digest}"


@pytest.mark.usefixtures("from_environment")
def test_the_suites_of_a_batch_are_loaded_at_the_same_time(front: Front, bucket: Any) -> None:
    """S3 answers none of them before it was asked for each of the first four."""
    names = [f"s{n}" for n in range(6)]
    for name in names:
        put_suite(bucket, name)
    asked: set[str] = set()
    four = threading.Event()

    def meddle(request: str) -> int | None:
        asked.add(next(name for name in names if f"{name}%2F" in request or f"{name}/" in request))
        if len(asked) >= 4:
            four.set()
        return None if four.wait(60) else 403

    front.meddle = meddle
    samples = [{"code": "def f(x): return x", "reference_answer": {"suite": name}} for name in names * 2]
    with Verifier(PLACE, workers=1) as verifier:
        results = verifier.score(samples)

    assert [r.verdict for r in results] == [Verdict.AC] * 12
    assert len(front.seen) == 3 * 6, "each was loaded once"


def test_a_store_that_raises_anything_costs_its_samples_only() -> None:
    class Broken:
        def get(self, ref: str) -> Any:
            raise OSError("the disk is gone")

        def expect(self, ref: str) -> None:
            raise OSError("and nothing is to be expected")

    inline = {"kind": "function", "entry_point": "f", "cases": [{"args": [1], "expected": 1}]}
    code = "def f(x):\n    return x\n"
    with Verifier(Broken(), workers=1) as verifier:
        references = ({"suite": "a"}, inline)
        results = verifier.score([{"code": code, "reference_answer": reference} for reference in references])

    assert [r.verdict for r in results] == [Verdict.JE, Verdict.AC]
    assert "the disk is gone" in results[0].message


def test_the_command_line_takes_a_place_in_s3(front: Front, bucket: Any, tmp_path: Path) -> None:
    put_suite(bucket, "good", ONE)
    (tmp_path / "solution.py").write_text("def f(x):\n    return x\n")
    (tmp_path / "samples.jsonl").write_text('{"code": "def f(x): return x", "reference_answer": {"suite": "good"}}\n')
    env = {**os.environ, **_environment(front)}
    for arguments in (
        ["score", "samples.jsonl", "--suites", PLACE, "--workers", "1"],
        ["run", "solution.py", "--suites", PLACE, "--suite", "good"],
    ):
        done = subprocess.run([_command(), *arguments], cwd=tmp_path, env=env, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "AC" in done.stdout
    missing = [_command(), "score", "samples.jsonl", "--suites", "s3://no"]
    done = subprocess.run(missing, cwd=tmp_path, env=env, capture_output=True, text=True)
    assert done.returncode == 2 and "must be a place in S3" in done.stderr


def test_without_the_packages_the_extra_is_named() -> None:
    """botocore is not even looked for until S3 is asked for."""
    code = """
        import sys
        sys.modules["botocore"] = sys.modules["botocore.session"] = None
        from verifier.pipeline import Verifier
        import verifier.handler, verifier.cli
        Verifier("testsuites").close()
        try:
            Verifier("s3://bucket/suites")
        except Exception as error:
            print(type(error).__name__, error)
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("RequestError s3: S3 needs packages")
    assert "rl-code-verifier[aws]" in done.stdout


def _command() -> str:
    return str(Path(sys.executable).parent / "verifier")


def _environment(front: Front) -> dict[str, str]:
    keys = {"AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s", "AWS_DEFAULT_REGION": "us-east-1"}
    return {**keys, "AWS_ENDPOINT_URL_S3": front.url, "AWS_EC2_METADATA_DISABLED": "true"}


@pytest.fixture
def from_environment(front: Front, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, value in _environment(front).items():
        monkeypatch.setenv(name, value)
    s3.shared_client.cache_clear()
    yield
    s3.shared_client.cache_clear()


# Events


@pytest.fixture
def reader(front: Front, bucket: Any) -> Callable[[str], bytes]:
    for key in ("events/a.json", "events-of-others/a.json", "events/deep/er/a.json", "secret.json"):
        bucket.put_object(Bucket=BUCKET, Key=key, Body=key)
    return event_reader(f"s3://{BUCKET}/events", client_of(front.url))


def test_events_below_the_prefix_are_read(reader: Callable[[str], bytes]) -> None:
    for key in ("events/a.json", "events/deep/er/a.json"):
        assert reader(f"s3://{BUCKET}/{key}") == key.encode()


@pytest.mark.parametrize(
    "url",
    [
        f"s3://{BUCKET}/secret.json",
        f"s3://{BUCKET}/events-of-others/a.json",
        f"s3://{BUCKET}/events",
        f"s3://{BUCKET}/events/",
        f"s3://{BUCKET}/events/../secret.json",
        f"s3://{BUCKET}/events/./../secret.json",
        f"s3://{BUCKET}/events//a.json",
        f"s3://{BUCKET}/Events/a.json",
        f"S3://{BUCKET}/events/a.json",
        f"s3://{BUCKET}x/events/a.json",
        f"s3://other/events/{BUCKET}/events/a.json",
        f"s3://{BUCKET}@other/events/a.json",
        f"s3://arn:aws:s3:us-east-1:1:accesspoint/{BUCKET}/events/a.json",
        "s3://events/a.json",
        "http://169.254.169.254/latest/meta-data",
        "file:///etc/passwd",
        "/etc/passwd",
        "",
    ],
)
def test_nothing_else_is_asked_for(reader: Callable[[str], bytes], front: Front, url: str) -> None:
    with pytest.raises(RequestError, match="samples_s3"):
        reader(url)
    assert front.seen == []


def test_encoded_dots_are_a_key_and_no_way_out(reader: Callable[[str], bytes]) -> None:
    with pytest.raises(RequestError, match="there is no s3"):
        reader(f"s3://{BUCKET}/events/%2e%2e/secret.json")


def test_an_event_that_is_too_large_is_not_downloaded(
    reader: Callable[[str], bytes], bucket: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(s3, "MAX_FILE_BYTES", 1 << 20)
    bucket.put_object(Bucket=BUCKET, Key="events/large", Body=b" " * ((1 << 20) + 1))
    with pytest.raises(RequestError, match="at most 1 MiB"):
        reader(f"s3://{BUCKET}/events/large")


def test_a_prefix_that_is_no_place() -> None:
    with pytest.raises(RequestError, match="VERIFIER_EVENTS_PREFIX"):
        event_reader("https://bucket/events")
    assert place_of("s3://bucket/a b/ü", path="x") == ("bucket", "a b/ü")
