"""The Lambda door: AWS's contract, the contexts its validators pass, and the time that is left."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from verifier import handler as door
from verifier.errors import RequestError
from verifier.wire import Envelope, respond

EVENTS = Path(__file__).parent / "events"
ADD = {"kind": "function", "entry_point": "add", "cases": [{"args": [1, 2], "expected": 3}]}
RIGHT = "Here it is:\n```python\ndef add(a, b):\n    return a + b\n```\n"
LOOP = "```python\ndef add(a, b):\n    while True: pass\n```"


@pytest.fixture(autouse=True)
def warm(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in (
        "VERIFIER_SUITES",
        "VERIFIER_WORKERS",
        "VERIFIER_SANDBOX_PYTHON",
        "VERIFIER_DETAILS",
        "RESPONSE_ENVELOPE",
        "VERIFIER_TIME_RESERVE_S",
        "VERIFIER_SUITES_REFRESH_S",
        "VERIFIER_EVENTS_PREFIX",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("VERIFIER_WORKERS", "2")
    monkeypatch.setenv("VERIFIER_LOGS", "off")  # test_observe.py
    door._observer.cache_clear()
    yield
    door._observer.cache_clear()
    if door._warm_verifier.cache_info().currsize:
        door._warm_verifier().close()
        door._warm_verifier.cache_clear()


def sample(name: str, completion: str = RIGHT, **more: Any) -> dict[str, Any]:
    messages = [{"role": "user", "content": "Add."}, {"role": "assistant", "content": completion}]
    return {"id": name, "messages": messages, "reference_answer": ADD, **more}


class Context:
    """The part of Lambda's context that is used."""

    def __init__(self, remaining_ms: int) -> None:
        self._remaining_ms = remaining_ms

    def get_remaining_time_in_millis(self) -> int:
        return self._remaining_ms


def valid(results: Any, count: int) -> bool:
    """The rules of the validators in AWS's two public SDKs, and finite numbers on top, which they forget."""
    assert isinstance(results, list)
    assert len(results) == count
    for result in results:
        assert "id" in result
        numbers = [result["aggregate_reward_score"]]
        for metric in result.get("metrics_list") or []:
            assert set(metric) == {"name", "value", "type"}
            assert isinstance(metric["name"], str)
            assert metric["type"] in ("Reward", "Metric")
            numbers.append(metric["value"])
        assert all(type(n) in (int, float) and math.isfinite(n) for n in numbers)
    json.dumps(results, allow_nan=False)
    return True


@pytest.mark.parametrize("context", [None, {}, Context(60_000)], ids=["none", "dict", "lambda"])
def test_any_context_will_do(context: Any) -> None:
    """Lambda's context, an empty dict and None give the same result."""
    [result] = door.handler([sample("a")], context)

    assert (result["id"], result["aggregate_reward_score"]) == ("a", 1.0)


def test_metrics_have_the_names_that_others_rely_on() -> None:
    """Metrics come by their published names and types."""
    [result] = door.handler([sample("a")], None)

    types = {metric["name"]: metric["type"] for metric in result["metrics_list"]}
    assert types["correctness"] == "Reward"
    assert set(types) >= {"passed", "total", "time_penalty", "memory_penalty", "cpu_time_s", "peak_memory_bytes"}


def test_order_length_and_ids_are_kept() -> None:
    """Results stand in the order of the samples, with ids as they came, whatever took longest."""
    events = [sample("slow", LOOP), sample("b"), sample("b"), {"id": 7, "messages": "?"}, sample("c", "no code here")]
    events[0]["reference_answer"] = {**ADD, "limits": {"cpu_time_s": 0.3}}

    results = door.handler(events, None)

    assert valid(results, 5)
    assert [r["id"] for r in results] == ["slow", "b", "b", 7, "c"]
    assert [r["aggregate_reward_score"] for r in results] == [0.0, 1.0, 1.0, 0.0, 0.0]


@pytest.mark.parametrize("event", sorted(EVENTS.glob("*.json")), ids=lambda path: path.stem)
def test_every_request_form_gets_a_valid_answer(event: Path) -> None:
    """Every published form of a request has one valid result for each of its samples."""
    from verifier.wire import read_request

    body = json.loads(event.read_text())
    count = len(read_request(body).samples)

    answer = door.handler(body, None)

    if isinstance(answer, dict):
        assert answer["statusCode"] == 200
        answer = json.loads(answer["body"])
    assert valid(answer, count)


def test_dataset_rows_without_a_rollout_are_valid() -> None:
    """AWS's validators send training rows as they are, without an id or an assistant turn."""
    row = {"messages": [{"role": "user", "content": "Add."}], "reference_answer": ADD}

    results = door.handler([row, row], {})

    assert valid(results, 2)
    assert [r["aggregate_reward_score"] for r in results] == [0.0, 0.0]


def test_envelope_by_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    """RESPONSE_ENVELOPE=http wraps the list as an HTTP answer with a JSON text as its body."""
    monkeypatch.setenv("RESPONSE_ENVELOPE", "http")

    answer = door.handler([sample("a")], None)

    assert answer["statusCode"] == 200
    assert valid(json.loads(answer["body"]), 1)


def test_details_by_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    """VERIFIER_DETAILS=1 adds what is known of a sample, among it which layers of the jail are in force."""
    [plain] = door.handler([sample("a")], None)
    monkeypatch.setenv("VERIFIER_DETAILS", "1")

    [detailed] = door.handler([sample("a")], None)

    assert set(plain) == {"id", "aggregate_reward_score", "metrics_list"}
    assert valid([detailed], 1)
    assert detailed["verdict"] == "AC"
    assert "descriptor lock" in detailed["isolation"]["in_force"]


def without(report: dict[str, Any], *parts: str) -> dict[str, Any]:
    return {name: value for name, value in report.items() if name not in parts} | {"left_out": [*parts]}


@pytest.mark.parametrize("envelope", ["raw", "http"])
def test_details_are_left_out_where_aws_would_not_take_them(
    monkeypatch: pytest.MonkeyPatch, envelope: Envelope
) -> None:
    """Cases first, then messages, of the largest first and no more than needed; which ones is said. An answer above
    AWS's limit would be a failed invocation, with nothing for anybody."""

    def answer(reports: list[dict[str, Any]]) -> Any:
        return respond(reports, envelope)

    lines = [{"index": n, "message": 'a "quoted" text'} for n in range(40)]
    small, large, middle = (
        {"id": n, "verdict": "WA", "message": "x" * 30 * n, "cases": lines[: 10 * n], "isolation": {}}
        for n in (1, 3, 2)
    )
    fitting = [
        [small, large, middle],
        [small, without(large, "cases"), middle],
        [small, without(large, "cases"), without(middle, "cases")],
        [without(small, "cases"), without(large, "cases"), without(middle, "cases")],
        [without(small, "cases"), without(large, "cases", "message"), without(middle, "cases")],
    ]
    for expected in fitting:
        monkeypatch.setattr(door, "MAX_ANSWER_BYTES", len(json.dumps(answer(expected))))
        assert door._fitting([small, large, middle], envelope) == expected

    monkeypatch.setattr(door, "MAX_ANSWER_BYTES", 0)
    monkeypatch.setenv("VERIFIER_DETAILS", "1")
    monkeypatch.setenv("RESPONSE_ENVELOPE", envelope)
    told = door.handler([sample("a"), sample("b")], None)
    results = json.loads(told["body"]) if envelope == "http" else told
    assert valid(results, 2)
    assert [result["left_out"] for result in results] == [["cases", "message"]] * 2


@pytest.mark.parametrize(
    ("memory_mb", "processors", "workers", "expected"),
    [
        (None, 6, None, 6),
        ("1024", 6, None, 1),
        ("1769", 1, None, 1),
        ("3538", 2, None, 2),
        ("3538", 6, None, 5),
        ("10240", 6, None, 6),
        ("512", 6, None, 1),
        ("1024", 6, "4", 4),
    ],
)
def test_workers_by_processors_and_memory(
    monkeypatch: pytest.MonkeyPatch, memory_mb: str | None, processors: int, workers: str | None, expected: int
) -> None:
    """Submissions that run at a time have 600 MB each, beside 500 for the verifier; a setting is taken as it is."""
    for name, value in (("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", memory_mb), ("VERIFIER_WORKERS", workers)):
        monkeypatch.delenv(name, raising=False)
        if value is not None:
            monkeypatch.setenv(name, value)
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(processors)))

    assert door._verifier().workers == expected


def test_a_suite_for_more_memory_than_the_function_has(monkeypatch: pytest.MonkeyPatch) -> None:
    """Is a judge error of its samples that says so."""
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "1024")
    monkeypatch.setenv("VERIFIER_DETAILS", "1")
    large = {**ADD, "limits": {"memory_bytes": 2 << 30}}

    ok, bad = door.handler([sample("a"), sample("b", reference_answer=large)], None)

    assert (ok["verdict"], bad["verdict"]) == ("AC", "JE")
    assert "limits.memory_bytes is 2,048 MiB" in bad["message"]


def test_the_interpreter_of_submissions_by_setting(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """VERIFIER_SANDBOX_PYTHON names it; one that isn't there is our failure, and says where."""
    monkeypatch.setenv("VERIFIER_SANDBOX_PYTHON", str(tmp_path / "python"))
    monkeypatch.setenv("VERIFIER_DETAILS", "1")

    [result] = door.handler([sample("a")], None)

    assert result["verdict"] == "JE"
    assert str(tmp_path / "python") in result["message"]


def test_bad_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A setting that can't be used is named in the error."""
    monkeypatch.setenv("RESPONSE_ENVELOPE", "xml")

    with pytest.raises(RequestError, match="RESPONSE_ENVELOPE"):
        door.handler([sample("a")], None)


@pytest.mark.parametrize("event", [None, 3, "not json", {"what": 1}], ids=repr)
def test_an_event_without_samples_is_refused(event: Any) -> None:
    """What holds no samples is an error that Lambda reports, not an empty success."""
    with pytest.raises(RequestError):
        door.handler(event, None)


def test_what_is_not_judged_in_time_says_so_and_the_rest_is_kept() -> None:
    """Near Lambda's end, finished samples keep their result and the others are judge errors."""
    door.handler([sample("warm")], None)
    endless = [sample(f"loop-{n}", LOOP.replace("pass", f"x = {n}")) for n in range(3)]
    for event in endless:
        event["reference_answer"] = {**ADD, "limits": {"cpu_time_s": 600, "wall_time_s": 3000}}

    results = door.handler([sample("first"), *endless], Context(5_000))

    assert valid(results, 4)
    assert results[0]["aggregate_reward_score"] == 1.0
    for result in results[1:]:
        assert result["aggregate_reward_score"] == 0.0
        assert {"name": "judge_error", "value": 1.0, "type": "Metric"} in result["metrics_list"]


def test_workers_stay_warm_between_invocations() -> None:
    """The second invocation uses the zygotes of the first."""
    import psutil

    door.handler([sample("a")], None)
    before = {p.pid for p in psutil.Process().children()}
    door.handler([sample("b")], None)

    assert before & {p.pid for p in psutil.Process().children()}


def test_suites_by_id(monkeypatch: pytest.MonkeyPatch) -> None:
    """VERIFIER_SUITES names the directory of suites that samples refer to; an unknown id costs its sample only."""
    monkeypatch.setenv("VERIFIER_SUITES", str(Path(__file__).parents[2] / "testsuites"))
    code = (Path(__file__).parents[2] / "testsuites/pantry-check/submissions/accepted").glob("*.py")
    good = {"id": "good", "code": next(code).read_text(), "reference_answer": {"suite": "pantry-check"}}
    bad = {**good, "id": "bad", "reference_answer": {"suite": "no-such-suite"}}

    results = door.handler([bad, good], None)

    assert [r["aggregate_reward_score"] for r in results] == [0.0, 1.0]


# S3


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    server = pytest.importorskip("moto.server").ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    yield "http://127.0.0.1:{1}".format(*server.get_host_and_port())
    server.stop()


@pytest.fixture
def bucket(moto: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A client, for the one bucket `events`; its settings come from the environment, as on Lambda."""
    from verifier.suite import s3

    keys = {"AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s", "AWS_DEFAULT_REGION": "us-east-1"}
    for name, value in {**keys, "AWS_ENDPOINT_URL_S3": moto}.items():
        monkeypatch.setenv(name, value)
    s3.shared_client.cache_clear()
    s3.shared_client().create_bucket(Bucket="events")
    yield s3.shared_client()
    s3.shared_client.cache_clear()


SAMPLES = [sample("a"), sample("b", "no code")]
FILES = {
    "a list": json.dumps(SAMPLES),
    "a list over many lines": json.dumps(SAMPLES, indent=2),
    "a wrapper": json.dumps({"samples": SAMPLES}),
    "lines": "\n".join(map(json.dumps, SAMPLES)),
    "lines with blank ones": "\ufeff\r\n" + "\r\n\n".join(map(json.dumps, SAMPLES)) + "\r\n",
}


@pytest.mark.parametrize("content", FILES.values(), ids=FILES)
def test_an_event_by_reference(bucket: Any, monkeypatch: pytest.MonkeyPatch, content: str) -> None:
    """It holds what the event would have held, or a sample a line; the answer is in the response as ever."""
    monkeypatch.setenv("VERIFIER_EVENTS_PREFIX", "s3://events/trainer")
    bucket.put_object(Bucket="events", Key="trainer/1.json", Body=content.encode())

    results = door.handler({"samples_s3": "s3://events/trainer/1.json"}, None)

    assert valid(results, 2)
    assert [(r["id"], r["aggregate_reward_score"]) for r in results] == [("a", 1.0), ("b", 0.0)]


def test_an_event_of_more_than_lambda_takes(bucket: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight megabytes of it; a line that can't be read costs its sample only."""
    monkeypatch.setenv("VERIFIER_EVENTS_PREFIX", "s3://events/trainer/")
    lines = [json.dumps(sample(str(n), RIGHT + f"\n{n}" * 9, padding="x" * 1_000_000)) for n in range(8)]
    lines.insert(3, '{"id": "cut off", "mess')
    bucket.put_object(Bucket="events", Key="trainer/large.jsonl", Body="\n".join(lines).encode())

    results = door.handler({"samples_s3": "s3://events/trainer/large.jsonl"}, None)

    assert valid(results, 9)
    assert [r["aggregate_reward_score"] for r in results] == [1.0] * 3 + [0.0] + [1.0] * 5
    assert results[3]["id"] == "sample-3"


def test_the_envelope_of_an_event_by_reference(bucket: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """It goes by the event's own wrapping."""
    monkeypatch.setenv("VERIFIER_EVENTS_PREFIX", "s3://events")
    bucket.put_object(Bucket="events", Key="x", Body=json.dumps([sample("a")]))

    answer = door.handler({"body": json.dumps({"samples_s3": "s3://events/x"})}, None)

    assert answer["statusCode"] == 200
    assert valid(json.loads(answer["body"]), 1)


@pytest.mark.parametrize("content", ['{"samples_s3": "s3://events/trainer/1"}', "", "\x89PNG\n\n", "[" * 100_000, "7"])
def test_what_is_no_event_by_reference_is_refused(bucket: Any, monkeypatch: pytest.MonkeyPatch, content: str) -> None:
    """One leads to no other, so nothing runs in circles."""
    monkeypatch.setenv("VERIFIER_EVENTS_PREFIX", "s3://events/trainer")
    bucket.put_object(Bucket="events", Key="trainer/1", Body=content.encode())

    why = "not from within others" if "samples_s3" in content else "samples_s3: "
    with pytest.raises(RequestError, match=why):
        door.handler({"samples_s3": "s3://events/trainer/1"}, None)


@pytest.mark.parametrize("prefix", ["", "s3://events/other", "s3://events/train"])
def test_an_event_by_reference_must_be_allowed(bucket: Any, monkeypatch: pytest.MonkeyPatch, prefix: str) -> None:
    """Its author must not be able to have any object read; by default there is none."""
    monkeypatch.setenv("VERIFIER_EVENTS_PREFIX", prefix)
    bucket.put_object(Bucket="events", Key="trainer/1", Body=json.dumps(SAMPLES))

    with pytest.raises(RequestError, match="VERIFIER_EVENTS_PREFIX"):
        door.handler({"samples_s3": "s3://events/trainer/1"}, None)


def test_a_sample_may_have_a_column_of_that_name() -> None:
    """A rollout beside it decides."""
    [result] = door.handler([{**sample("a"), "samples_s3": "s3://x/y"}], None)
    assert result["aggregate_reward_score"] == 1.0


def test_suites_in_s3(bucket: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """VERIFIER_SUITES names the place; a change is seen by a warm function after VERIFIER_SUITES_REFRESH_S."""
    monkeypatch.setenv("VERIFIER_SUITES", "s3://events/suites")
    monkeypatch.setenv("VERIFIER_SUITES_REFRESH_S", "0.3")
    head = "kind = 'function'\nentry_point = 'add'\n"
    bucket.put_object(Bucket="events", Key="suites/add/suite.toml", Body=head)
    events = [sample("a", reference_answer={"suite": "add"}), sample("b", reference_answer={"suite": "none"})]
    rewards = []
    for expected in (3, 4):
        case = json.dumps({"args": [1, 2], "expected": expected})
        bucket.put_object(Bucket="events", Key="suites/add/cases.jsonl", Body=case)
        time.sleep(0.4)
        rewards.append([r["aggregate_reward_score"] for r in door.handler(events, None)])

    assert rewards == [[1.0, 0.0], [0.0, 0.0]]


# The init phase

STARTED = """
import importlib
import psutil
import sys
importlib.import_module(sys.argv[1])
print(sum("zygote.py" in " ".join(child.cmdline()) for child in psutil.Process().children()))
"""


INSIDE = {"AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9"}


@pytest.mark.parametrize(
    ("module", "settings", "zygotes"),
    [
        ("handler", {**INSIDE, "VERIFIER_WORKERS": "2"}, 2),
        ("handler", {"VERIFIER_WORKERS": "2"}, 0),
        ("handler", {**INSIDE, "VERIFIER_WORKERS": "many"}, 0),
        ("handler", {**INSIDE, "VERIFIER_SANDBOX_PYTHON": "/no/such/python"}, 0),
        ("executor", INSIDE, 1),
        ("executor", {}, 0),
        ("executor", {**INSIDE, "VERIFIER_SANDBOX_PYTHON": "/no/such/python"}, 0),
    ],
    ids=[
        "in Lambda",
        "elsewhere",
        "a wrong setting",
        "no sandbox",
        "an executor in Lambda",
        "an executor elsewhere",
        "an executor without a sandbox",
    ],
)
def test_inside_lambda_zygotes_are_started_in_the_init_phase(
    module: str, settings: dict[str, str], zygotes: int
) -> None:
    """What can't be done then is no failed init, which would say nothing: the first invocation tells."""
    done = subprocess.run(
        [sys.executable, "-c", STARTED, f"verifier.{module}"],
        env=os.environ | settings,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (done.stdout.split(), done.returncode) == ([str(zygotes)], 0), done.stderr
