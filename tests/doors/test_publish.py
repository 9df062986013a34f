"""`verifier suite publish`: suites to a real HTTP server, moto's, and back with the same digest."""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

pytest.importorskip("moto.server")

from moto.server import ThreadedMotoServer

from verifier.authoring.publish import Step, WritableS3Store, plan, publish
from verifier.cli import main
from verifier.errors import SuiteError
from verifier.suite.s3 import S3Store, new_client
from verifier.suite.store import DirectoryStore, read_suite

BUCKET = "published-suites"
PLACE = f"s3://{BUCKET}/team/suites"
TESTSUITES = Path(__file__).parents[2] / "testsuites"
KEYS = {"AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s", "AWS_DEFAULT_REGION": "us-east-1"}
HEAD = 'kind = "function"\nentry_point = "f"\n'


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    yield "http://127.0.0.1:{1}".format(*server.get_host_and_port())
    server.stop()


def post(url: str, data: bytes = b"") -> None:
    urllib.request.urlopen(urllib.request.Request(url, data, {"Content-Type": "text/plain"}, method="POST")).close()


@pytest.fixture
def client(moto: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """For an empty bucket; commands find the same server by their environment."""
    post(f"{moto}/moto-api/reset")
    settings = {**KEYS, "AWS_ENDPOINT_URL_S3": moto, "AWS_EC2_METADATA_DISABLED": "true"}
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    client = client_of(moto)
    client.create_bucket(Bucket=BUCKET)
    return client


@functools.cache
def client_of(url: str) -> Any:
    """Making one takes longer than most of these tests."""
    keys = {"aws_access_key_id": "k", "aws_secret_access_key": "s", "region_name": "us-east-1"}
    return new_client(endpoint_url=url, read_timeout_s=60, **keys)


def keys(client: Any, prefix: str = "team/suites/") -> list[str]:
    found = client.list_objects_v2(Bucket=BUCKET, Prefix=prefix).get("Contents", [])
    return [entry["Key"].removeprefix(prefix) for entry in found]


def put(client: Any, path: str, content: str) -> None:
    client.put_object(Bucket=BUCKET, Key=f"team/suites/{path}", Body=content)


def write(folder: Path, files: dict[str, str]) -> Path:
    """A suite's directory that holds these files alone."""
    shutil.rmtree(folder, ignore_errors=True)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return folder


def cases(*factors: int) -> str:
    return "".join(json.dumps({"args": [2], "expected": 2 * factor}) + "\n" for factor in factors)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["suite", "publish", *map(str, arguments)])


def digest(folder: Path) -> str:
    return DirectoryStore(folder.parent).get(folder.name).digest


# What is uploaded


def test_every_example_suite_is_found_with_the_same_digest(client: Any) -> None:
    """Of all kinds; the lines that are printed are references, and a second time nothing is done."""
    local = DirectoryStore(TESTSUITES)
    result = run(TESTSUITES, PLACE)
    assert result.exit_code == 0, result.output
    store = S3Store(PLACE, client=client)

    references = [line.split()[0] for line in result.stdout.splitlines()]

    assert references == [f"{name}@{local.get(name).digest}" for name in local.ids()]
    assert {store.get(reference).kind for reference in references} >= {"function", "stdio", "pytest", "asserts"}
    before = keys(client)
    again = run(TESTSUITES, PLACE)
    assert again.exit_code == 0
    assert all(line.endswith("  unchanged") for line in again.stdout.splitlines())
    assert keys(client) == before


def test_nothing_is_uploaded_but_what_judges(client: Any, tmp_path: Path) -> None:
    judging = {
        "suite.toml": 'kind = "pytest"\nmodule = "solution"\n',
        "tests/test_a.py": "import solution\ndef test_a():\n    assert solution.f() == 1\n",
        "tests/data/words.txt": "ä\n",
    }
    beside = {
        "problem.md": "Write f.",
        "answers.jsonl": "",
        "generator.py": "raise SystemExit",
        "equivalent.toml": "",
        "submissions/accepted/a.py": "def f(): return 1\n",
        "tests/__pycache__/test_a.pyc": "x",
        "tests/.hidden": "x",
        ".git/config": "x",
        "cases.jsonl.bak": "x",
    }
    folder = write(tmp_path / "a", judging | beside)

    result = run(folder, PLACE)

    assert result.exit_code == 0, result.output
    assert keys(client) == sorted(f"a/{name}" for name in judging)
    for name, content in judging.items():
        stored = client.get_object(Bucket=BUCKET, Key=f"team/suites/a/{name}")["Body"].read()
        assert stored == content.encode()


def test_tests_of_a_suite_that_has_none_stay_here(client: Any, tmp_path: Path) -> None:
    """A folder `tests` beside a suite of another kind judges nothing."""
    folder = write(tmp_path / "a", {"suite.toml": HEAD, "cases.jsonl": cases(1), "tests/test_a.py": "x = 1\n"})

    assert run(folder, PLACE).exit_code == 0
    assert keys(client) == ["a/cases.jsonl", "a/suite.toml"]


def test_the_code_of_arbiters_goes_along(client: Any, tmp_path: Path) -> None:
    head = HEAD + 'checker = "custom"\n'
    checker = "def check(case, answer):\n    return True\n"
    folder = write(tmp_path / "a", {"suite.toml": head, "cases.jsonl": cases(1), "checker.py": checker})

    assert run(folder, PLACE).exit_code == 0
    assert keys(client) == ["a/cases.jsonl", "a/checker.py", "a/suite.toml"]
    assert S3Store(PLACE, client=client).get("a").digest == digest(folder)


def test_a_bucket_without_a_prefix(client: Any, tmp_path: Path) -> None:
    folder = write(tmp_path / "a", {"suite.toml": HEAD, "cases.jsonl": cases(1)})

    assert run(folder, f"s3://{BUCKET}").exit_code == 0
    assert keys(client, "") == ["a/cases.jsonl", "a/suite.toml"]


# Replacing


def test_another_digest_is_replaced_only_when_asked(client: Any, tmp_path: Path) -> None:
    folder = write(tmp_path / "a", {"suite.toml": HEAD, "cases.jsonl": cases(1)})
    run(folder, PLACE)
    first = digest(folder)
    write(folder, {"suite.toml": HEAD, "cases.jsonl": cases(1, 2)})

    refused = run(folder, PLACE)
    assert refused.exit_code == 1
    assert f"a: what is there is {first}; publish under another id" in refused.output and "--replace" in refused.output
    assert S3Store(PLACE, client=client).get("a").digest == first

    replaced = run(folder, PLACE, "--replace")
    assert replaced.exit_code == 0
    assert replaced.stdout == f"a@{digest(folder)}  replaced (1 uploaded)\n"
    assert S3Store(PLACE, client=client).get("a").digest == digest(folder) != first


def test_files_that_the_new_suite_lacks_are_deleted_and_others_left_alone(client: Any, tmp_path: Path) -> None:
    """Those of the store's layout; what somebody else has put there is none of a suite."""
    folder = write(
        tmp_path / "a",
        {
            "suite.toml": 'kind = "pytest"\nmodule = "solution"\n',
            "tests/test_a.py": "import solution\ndef test_a():\n    assert solution.f() == 1\n",
            "tests/data/words.txt": "ä\n",
        },
    )
    run(folder, PLACE)
    for name in ("a/problem.md", "a/tests/.marker", "a-b/suite.toml", "ab"):
        put(client, name, "theirs")
    write(folder, {"suite.toml": HEAD, "cases.jsonl": cases(1)})

    result = run(folder, PLACE, "--replace", "--json")

    [entry] = json.loads(result.stdout)["suites"]
    assert entry["status"] == "replaced"
    assert entry["uploaded"] == ["cases.jsonl", "suite.toml"]
    assert sorted(entry["deleted"]) == ["tests/data/words.txt", "tests/test_a.py"]
    left = ["a-b/suite.toml", "a/cases.jsonl", "a/problem.md", "a/suite.toml", "a/tests/.marker", "ab"]
    assert keys(client) == left


def test_what_is_there_and_no_suite_is_mended(client: Any, tmp_path: Path) -> None:
    """Left-overs without a head are taken for nothing; a broken suite is replaced when asked."""
    folder = write(tmp_path / "a", {"suite.toml": HEAD, "cases.jsonl": cases(1)})
    put(client, "a/cases.jsonl", "left over")
    put(client, "a/checker.py", "left over")
    assert run(folder, PLACE).stdout.endswith("published (2 uploaded, 1 deleted)\n")

    put(client, "a/suite.toml", "kind = \n")
    refused = run(folder, PLACE)
    assert refused.exit_code == 1 and "can't be read (a/suite.toml: not valid TOML" in refused.output
    assert run(folder, PLACE, "--replace").exit_code == 0
    assert S3Store(PLACE, client=client).get("a").digest == digest(folder)


class Spy:
    """A client that calls `after` when something has changed, and refuses what `refuses` says."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.changes: list[str] = []
        self.after: Callable[[], None] = lambda: None
        self.refuses: Callable[[str], bool] = lambda change: False

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._client, name)
        if name not in ("put_object", "delete_object"):
            return method

        def change(**asked: Any) -> Any:
            told = f"{name[:3]} {asked['Key'].removeprefix('team/suites/')}"
            if self.refuses(told):
                from botocore.exceptions import ClientError

                error = {"Error": {"Code": "AccessDenied"}, "ResponseMetadata": {"HTTPStatusCode": 403}}
                raise ClientError(error, name)
            answer = method(**asked)
            self.changes.append(told)
            self.after()
            return answer

        return change


VERSIONS: dict[str, dict[str, str]] = {
    "one": {"suite.toml": HEAD, "cases.jsonl": cases(1)},
    "other cases": {"suite.toml": HEAD, "cases.jsonl": cases(2)},
    "other head": {"suite.toml": HEAD.replace('"f"', '"g"'), "cases.jsonl": cases(1)},
    "both": {"suite.toml": HEAD.replace('"f"', '"g"'), "cases.jsonl": cases(3)},
    "cases within": {"suite.toml": HEAD + "[[cases]]\nargs = [1]\nexpected = 1\n"},
    "checker": {
        "suite.toml": HEAD + 'checker = "custom"\n',
        "cases.jsonl": cases(1),
        "checker.py": "def check(case, answer):\n    return True\n",
    },
    "tests": {
        "suite.toml": 'kind = "pytest"\nmodule = "solution"\n',
        "tests/test_a.py": "import solution\ndef test_a(): assert solution.f() == 1\n",
        "tests/test_b.py": "import solution\ndef test_b(): assert solution.f() == 1\n",
    },
    "a test less": {
        "suite.toml": 'kind = "pytest"\nmodule = "solution"\n',
        "tests/test_a.py": "import solution\ndef test_a(): assert solution.f() == 1\n",
    },
    "a test other, one less": {
        "suite.toml": 'kind = "pytest"\nmodule = "solution"\n',
        "tests/test_a.py": "import solution\ndef test_a(): assert solution.f() == 2\n",
    },
}


NONE = "there is no suite of this id (no a/suite.toml in the store)"


def read(files: dict[str, bytes]) -> str:
    """The digest of what a store finds in these files, or why it finds none."""
    sizes = {path: len(content) for path, content in files.items()}
    try:
        return read_suite("a", sizes, lambda wanted: [files[path] for path in wanted]).digest
    except SuiteError as error:
        return error.problem


@pytest.mark.parametrize("old", VERSIONS)
@pytest.mark.parametrize("new", VERSIONS)
def test_no_step_leaves_a_mixture(old: str, new: str) -> None:
    """Whoever reads after any of them finds the old suite, the new one, or that there is none."""
    there, files = ({path: text.encode() for path, text in VERSIONS[name].items()} for name in (old, new))
    before, after = read(there), read(files)
    assert before.startswith("sha256:") and after.startswith("sha256:")

    for step in plan(files, {path: len(content) for path, content in there.items()}, there.copy().__getitem__):
        if step.content is None:
            del there[step.path]
        else:
            there[step.path] = step.content
        assert read(there) in (before, after, NONE)

    assert there == files


def test_readers_of_the_store_see_no_mixture(client: Any, tmp_path: Path) -> None:
    """The same by requests: what is listed and read after each change."""
    folder = write(tmp_path / "a", VERSIONS["checker"])
    spy = Spy(client)
    store = WritableS3Store(PLACE, spy)
    list(publish([folder], store))
    before = digest(folder)
    write(folder, VERSIONS["tests"])
    seen: list[str] = []

    def look() -> None:
        try:
            seen.append(S3Store(PLACE, client=client).get("a").digest)
        except SuiteError as error:
            seen.append(error.problem)

    spy.after = look
    [outcome] = publish([folder], store, replace=True)

    assert (outcome.status, outcome.digest) == ("replaced", digest(folder))
    assert seen == [before, *[NONE] * 5, digest(folder)]
    assert keys(client) == sorted(f"a/{name}" for name in VERSIONS["tests"])


@pytest.mark.parametrize(
    ("old", "new", "changes"),
    [
        ("one", "other cases", ["put cases.jsonl"]),
        ("one", "other head", ["put suite.toml"]),
        ("tests", "a test less", ["del tests/test_b.py"]),
        ("one", "both", ["put suite.toml", "del suite.toml", "put cases.jsonl", "put suite.toml"]),
    ],
)
def test_one_file_alone_is_replaced_in_place(
    client: Any, tmp_path: Path, old: str, new: str, changes: list[str]
) -> None:
    """Readers are never told that there is no suite. Where there are more, the head goes first and comes last, when it
    is known that it can be written."""
    folder = write(tmp_path / "a", VERSIONS[old])
    spy = Spy(client)
    store = WritableS3Store(PLACE, spy)
    list(publish([folder], store))
    assert spy.changes[-1] == "put a/suite.toml"
    spy.changes.clear()
    write(folder, VERSIONS[new])
    list(publish([folder], store, replace=True))

    assert [change.replace(" a/", " ") for change in spy.changes] == changes


def test_who_may_not_upload_destroys_nothing(client: Any, tmp_path: Path) -> None:
    """Though it may delete: a suite that is used stays as it was."""
    folder = write(tmp_path / "a", VERSIONS["one"])
    list(publish([folder], WritableS3Store(PLACE, client)))
    before = digest(folder)
    write(folder, VERSIONS["both"])
    spy = Spy(client)
    spy.refuses = lambda change: change.startswith("put")

    [outcome] = publish([folder], WritableS3Store(PLACE, spy), replace=True)

    assert outcome.has_failed and spy.changes == []
    assert outcome.problem.startswith("a: access denied (AccessDenied)")
    assert f"needs s3:PutObject on {PLACE}/a/suite.toml" in outcome.problem
    assert S3Store(PLACE, client=client).get("a").digest == before


def test_what_breaks_off_in_between_says_so_and_is_mended_by_another_time(client: Any, tmp_path: Path) -> None:
    folder = write(tmp_path / "a", VERSIONS["one"])
    list(publish([folder], WritableS3Store(PLACE, client)))
    write(folder, VERSIONS["both"])
    spy = Spy(client)
    spy.refuses = lambda change: change == "put a/cases.jsonl"

    [outcome] = publish([folder], WritableS3Store(PLACE, spy), replace=True)

    assert outcome.has_failed
    assert outcome.problem.endswith("; now a is not there until it is published again")
    with pytest.raises(SuiteError, match="no suite of this id"):
        S3Store(PLACE, client=client).get("a")
    [again] = publish([folder], WritableS3Store(PLACE, client))
    assert again.status == "published"
    assert S3Store(PLACE, client=client).get("a").digest == digest(folder)


def test_what_somebody_else_writes_meanwhile_is_noticed(client: Any, tmp_path: Path) -> None:
    """What is read back has another digest, or none."""
    folder = write(tmp_path / "a", VERSIONS["one"])
    spy = Spy(client)
    spy.after = lambda: put(client, "a/cases.jsonl", cases(7))

    [outcome] = publish([folder], WritableS3Store(PLACE, spy))

    assert outcome.has_failed and "not the one that was asked for" in outcome.problem


def test_a_plan_has_no_step_where_nothing_changes() -> None:
    files = {"suite.toml": b"a", "cases.jsonl": b"b"}
    sizes = dict.fromkeys(files, 1)

    assert plan(files, sizes, files.__getitem__) == []
    assert plan(files, sizes, {"suite.toml": b"a", "cases.jsonl": b"x"}.__getitem__) == [Step("cases.jsonl", b"b")]


# Options


def test_a_dry_run_changes_nothing(client: Any, tmp_path: Path) -> None:
    folder = write(tmp_path / "a", VERSIONS["one"])
    result = run(folder, PLACE, "--dry-run")
    assert result.exit_code == 0
    assert result.stdout == f"a@{digest(folder)}  would be published (2 uploaded)\n"
    assert keys(client) == []

    run(folder, PLACE)
    write(folder, VERSIONS["cases within"])
    assert run(folder, PLACE, "--dry-run").exit_code == 1
    result = run(folder, PLACE, "--dry-run", "--replace", "--json")
    assert json.loads(result.stdout) == {
        "place": PLACE,
        "dry_run": True,
        "suites": [
            {
                "reference": f"a@{digest(folder)}",
                "id": "a",
                "status": "replaced",
                "digest": digest(folder),
                "uploaded": ["suite.toml"],
                "deleted": ["cases.jsonl"],
                "problem": "",
            }
        ],
    }
    assert keys(client) == ["a/cases.jsonl", "a/suite.toml"]


def test_a_key_encrypts_every_object(client: Any, tmp_path: Path) -> None:
    folder = write(tmp_path / "a", VERSIONS["one"])

    assert run(folder, PLACE, "--kms-key", "my-key").exit_code == 0
    for name in VERSIONS["one"]:
        head = client.head_object(Bucket=BUCKET, Key=f"team/suites/a/{name}")
        assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", "my-key")


def test_ids_are_found_in_the_directory_of_suites(client: Any, tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        write(tmp_path / name, VERSIONS["one"])

    assert run("a", "c", PLACE, "--suites", tmp_path).exit_code == 0
    assert sorted({key.partition("/")[0] for key in keys(client)}) == ["a", "c"]


# What goes wrong


def test_one_that_fails_does_not_stop_the_others(client: Any, tmp_path: Path) -> None:
    good = [write(tmp_path / name, VERSIONS["one"]) for name in ("a", "z")]
    write(tmp_path / "broken", {"suite.toml": "kind = \n"})
    write(tmp_path / "caseless", {"suite.toml": HEAD})
    twin = write(tmp_path / "others/a", VERSIONS["both"])

    result = run(tmp_path, twin, PLACE)

    assert result.exit_code == 1
    assert result.stdout.splitlines() == [f"{one.name}@{digest(one)}  published (2 uploaded)" for one in good]
    problems = result.stderr.splitlines()
    assert len(problems) == 3
    assert problems[0].startswith("verifier: broken/suite.toml: not valid TOML")
    assert problems[1].startswith("verifier: caseless: has no cases")
    assert problems[2] == f"verifier: {twin}: another suite of this id was named before: {good[0]}"
    assert sorted({key.partition("/")[0] for key in keys(client)}) == ["a", "z"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["testsuites", "there"], "place: must be a place in S3 such as 's3://bucket/key', not 'there'"),
        (["testsuites", "s3://B/x"], "place: must be a place in S3"),
        (["no-such-suite", PLACE], "no-such-suite: is neither a suite's directory nor an id"),
    ],
)
def test_places_and_names_that_are_none(client: Any, arguments: list[str], said: str) -> None:
    result = run(*arguments, "--suites", TESTSUITES)

    assert result.exit_code == 2
    assert said in result.output or "holds no suite.toml" in result.output


def test_no_bucket(client: Any, tmp_path: Path) -> None:
    result = run(write(tmp_path / "a", VERSIONS["one"]), "s3://no-such-bucket/x")

    assert result.exit_code == 1
    assert result.stderr == "verifier: a: there is no bucket 'no-such-bucket'\n"


def test_no_credentials(client: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in KEYS:
        if name != "AWS_DEFAULT_REGION":
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))

    result = run(write(tmp_path / "a", VERSIONS["one"]), PLACE)

    assert result.exit_code == 1
    assert "a: no AWS credentials were found; they need s3:ListBucket" in result.stderr


@pytest.mark.parametrize(
    ("actions", "need"),
    [
        (["s3:GetObject", "s3:PutObject"], f"s3:ListBucket on {BUCKET}"),
        (["s3:ListBucket", "s3:GetObject"], f"s3:PutObject on {PLACE}/a/cases.jsonl"),
        (["s3:ListBucket", "s3:PutObject"], f"s3:GetObject on {PLACE}/a/suite.toml"),
        (["s3:ListBucket", "s3:GetObject", "s3:PutObject"], ""),
    ],
    ids=["no list", "no upload", "no reading", "enough"],
)
def test_permissions_that_are_missing_are_named(
    client: Any, moto: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, actions: list[str], need: str
) -> None:
    """moto checks IAM's policies."""
    import boto3

    folder = write(tmp_path / "a", VERSIONS["one"])
    iam = boto3.client("iam", endpoint_url=moto)
    iam.create_user(UserName="author")
    statement = {"Effect": "Allow", "Action": actions, "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(UserName="author", PolicyName="p", PolicyDocument=policy)
    key = iam.create_access_key(UserName="author")["AccessKey"]
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key["AccessKeyId"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", key["SecretAccessKey"])
    post(f"{moto}/moto-api/reset-auth", b"0")
    try:
        result = run(folder, PLACE)
    finally:
        post(f"{moto}/moto-api/reset-auth", b"inf")

    if need:
        assert result.exit_code == 1
        assert "access denied" in result.stderr and f"needs {need}" in result.stderr
    else:
        assert result.exit_code == 0, result.output


def test_without_the_packages_the_extra_is_named(tmp_path: Path) -> None:
    code = f"""
import sys
sys.modules["botocore"] = sys.modules["botocore.session"] = None
from verifier.cli import main
main(["suite", "publish", {str(TESTSUITES)!r}, {PLACE!r}])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=dict(os.environ))

    assert done.returncode == 2
    assert "S3 needs packages that are not installed" in done.stderr and "rl-code-verifier[aws]" in done.stderr
