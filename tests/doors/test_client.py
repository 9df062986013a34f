"""LambdaVerifier against a real HTTP endpoint that fails in every way that AWS or the function may."""

from __future__ import annotations

import asyncio
import itertools
import json
import math
import threading
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from tests.doors.lambda_server import HUNG_UP, NOT_FOUND, THROTTLED, UNAVAILABLE, Answer, LambdaServer, failed
from verifier import client, dispatch, sending
from verifier.client import LambdaVerifier
from verifier.errors import RequestError
from verifier.pipeline import Result, Verifier
from verifier.suite.model import parse_suite
from verifier.verdict import Verdict
from verifier.wire import read_sample

SQUARE = {"kind": "function", "entry_point": "f", "cases": [{"args": [3], "expected": 9}]}


def short(name: Any, code: str = "0.5") -> dict[str, Any]:
    return {"id": name, "code": code, "reference_answer": SQUARE}


def entry(sample: dict[str, Any]) -> dict[str, Any]:
    """The function under test sends back its code as the reward, so that a swapped result is seen."""
    metrics = [{"name": "correctness", "value": float(sample["code"]), "type": "Reward"}]
    metrics += [{"name": name, "value": 2.0, "type": "Metric"} for name in ("passed", "total")]
    return {"id": sample["id"], "aggregate_reward_score": float(sample["code"]), "metrics_list": metrics}


def function(event: Any, context: Any) -> Any:
    return [entry(sample) for sample in event]


@pytest.fixture
def server() -> Iterator[LambdaServer]:
    server = LambdaServer({"judge": function})
    yield server
    server.close()


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "_FIRST_PAUSE_S", 0.005)


Open = Callable[..., LambdaVerifier]


@pytest.fixture
def open_verifier(server: LambdaServer) -> Iterator[Open]:
    opened: list[LambdaVerifier] = []

    def open_one(name: str = "judge", **settings: Any) -> LambdaVerifier:
        opened.append(LambdaVerifier(name, **{"concurrency": 3, "batch": 4, **server.options, **settings}))
        return opened[-1]

    yield open_one
    for verifier in opened:
        verifier.close()


def rewards(results: list[Result]) -> list[float]:
    return [result.reward for result in results]


# Order, batches, bounds


def test_results_come_in_the_order_of_the_samples(server: LambdaServer, open_verifier: Open) -> None:
    """Batches that end in another order than they began change nothing, and ids may be anything, twice too."""

    def slow_at_first(name: str, event: Any) -> None:
        time.sleep(0.2 if event[0]["code"] == "0.0" else 0)

    server.fault = slow_at_first
    ids = ["a", "a", 7, "7", None, "ünï", ["x", 1.5], "", True]

    results = open_verifier(batch=2).score([short(name, str(n / 10)) for n, name in enumerate(ids)])

    assert [result.id for result in results] == ids
    assert rewards(results) == pytest.approx([n / 10 for n in range(9)])
    assert [result.index for result in results] == list(range(9))


def test_batches_are_bounded_by_count_and_by_bytes(
    server: LambdaServer, open_verifier: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No request holds more samples than asked for, nor more bytes than AWS takes; one alone that does is not sent."""
    monkeypatch.setattr(client, "BATCH_BYTES", 4000)
    small = [short(n) for n in range(8)]
    large = [short(n, "0.5" + " " * 1500) for n in range(4)]

    results = open_verifier(concurrency=1).score([*small, *large, short("huge", "0.5" + " " * 5000)])

    assert [len(json.loads(request)) for request in server.requests] == [4, 4, 2, 2]
    assert all(len(request) < 4100 for request in server.requests)
    assert rewards(results[:-1]) == [0.5] * 12
    assert results[-1].verdict is Verdict.JE
    assert "6 MB" in results[-1].message


def test_a_small_batch_is_spread_over_the_senders(server: LambdaServer, open_verifier: Open) -> None:
    """Where there are fewer samples than a batch for every sender would hold, all of them have something to do."""
    open_verifier(concurrency=4, batch=64).score([short(n) for n in range(8)])

    assert [len(json.loads(request)) for request in server.requests] == [2, 2, 2, 2]


def test_concurrency_is_bounded(server: LambdaServer, open_verifier: Open) -> None:
    """As many invocations at a time as asked for, and not one more."""
    server.fault = lambda name, event: time.sleep(0.05)

    open_verifier(concurrency=3, batch=1).score([short(n) for n in range(20)])

    assert server.most_at_once == 3


def test_an_endless_stream_is_read_only_as_far_as_it_is_needed(open_verifier: Open) -> None:
    """Samples are read ahead up to a bound, also where the first of them can't be read at all."""
    read = 0

    def endless() -> Iterator[Any]:
        nonlocal read
        for read in itertools.count(1):
            yield short(read) if read % 3 else read

    verifier = open_verifier(concurrency=2, batch=4)
    stream = verifier.stream(endless())
    results = list(itertools.islice(stream, 50))
    stream.close()  # type: ignore[attr-defined]

    assert [result.index for result in results] == list(range(50))
    assert read <= 50 + dispatch.AHEAD * 2 * 4 + 1


def test_a_batch_is_sent_although_nothing_fills_it(open_verifier: Open) -> None:
    """One sample that can be sent, before any number that can't, has its turn."""
    samples = itertools.chain([short("first")], itertools.repeat(3))

    results = list(itertools.islice(open_verifier().stream(samples, time_limit_s=20), 100))

    assert (results[0].id, results[0].reward) == ("first", 0.5)


def test_no_samples_no_request(server: LambdaServer, open_verifier: Open) -> None:
    """An empty batch is answered without asking."""
    assert open_verifier().score([]) == []
    assert server.requests == []


def test_progress_is_told(open_verifier: Open) -> None:
    """It rises to the number of samples, and never falls."""
    told: list[tuple[int, int]] = []

    open_verifier(batch=2, progress=lambda done, read: told.append((done, read))).score([short(n) for n in range(9)])

    assert told[-1] == (9, 9)
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_async_form(server: LambdaServer, open_verifier: Open) -> None:
    """`ascore` gives what `score` gives; a cancelled one ends at once and the verifier goes on."""
    verifier = open_verifier()
    hang = threading.Event()

    async def run() -> list[Result]:
        results = await verifier.ascore([short(n) for n in range(5)])
        server.fault = lambda name, event: hang.wait(20) and None
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(verifier.ascore([short(n) for n in range(5)]), 0.3)
        server.fault = lambda name, event: None
        hang.set()
        return results + await verifier.ascore([short("after")])

    assert rewards(asyncio.run(run())) == [0.5] * 6


def test_after_close_nothing_is_scored(open_verifier: Open) -> None:
    """As with the local one."""
    verifier = open_verifier()
    verifier.close()

    with pytest.raises(RuntimeError):
        verifier.score([short(1)])


# Faults


@pytest.mark.parametrize("fault", [THROTTLED, UNAVAILABLE], ids=["throttled", "unavailable"])
def test_what_was_not_taken_is_sent_again(server: LambdaServer, open_verifier: Open, fault: Answer) -> None:
    """Throttling and failures of the service cost time and no reward."""
    count = itertools.count()
    server.fault = lambda name, event: fault if next(count) % 3 else None

    results = open_verifier(retries=50).score([short(n) for n in range(20)])

    assert rewards(results) == [0.5] * 20


def test_a_concurrency_beyond_what_is_granted_costs_nothing(server: LambdaServer, open_verifier: Open) -> None:
    """Where two of eight senders are let through, the others wait for their turns, however few tries there are: what is
    refused while others are under way is no failure."""
    granted = threading.Semaphore(2)

    def reserved(name: str, event: Any) -> Answer | None:
        if not granted.acquire(blocking=False):
            return THROTTLED
        try:
            time.sleep(0.05)
        finally:
            granted.release()
        return None

    server.fault = reserved
    results = open_verifier(concurrency=8, batch=1, retries=2).score([short(n) for n in range(30)])

    assert [result.message for result in results if result.message] == []
    assert rewards(results) == [0.5] * 30


def test_a_refused_batch_keeps_its_turn(server: LambdaServer, open_verifier: Open) -> None:
    """It goes to the head of the queue, before those that were read after it."""
    refused: list[Any] = []

    def once(name: str, event: Any) -> Answer | None:
        if event[0]["id"] in refused or event[0]["id"] % 2:
            return None
        refused.append(event[0]["id"])
        return THROTTLED

    server.fault = once
    open_verifier(concurrency=1, batch=1).score([short(n) for n in range(6)])

    assert [json.loads(request)[0]["id"] for request in server.requests] == [0, 0, 1, 2, 2, 3, 4, 4, 5]


def test_what_is_never_taken_is_a_judge_error(server: LambdaServer, open_verifier: Open) -> None:
    """Tries are bounded, a batch that was throttled to the end is not cut up, and the reason is told."""
    server.fault = lambda name, event: THROTTLED

    results = open_verifier(concurrency=1, retries=3).score([short(n) for n in range(4)])

    assert {result.verdict for result in results} == {Verdict.JE}
    assert all("throttled" in result.message and "4 tries" in result.message for result in results)
    assert len(server.requests) == 4


def test_a_function_that_is_not_there_is_asked_once(server: LambdaServer, open_verifier: Open) -> None:
    """What can't work is not tried again."""
    results = open_verifier("other", concurrency=1).score([short(n) for n in range(4)])

    assert {result.verdict for result in results} == {Verdict.JE}
    assert "ResourceNotFoundException" in results[0].message
    assert len(server.requests) == 1
    assert NOT_FOUND.status == 404


def only(bad: str, answer: Callable[[Any], Answer | None]) -> Callable[[str, Any], Answer | None]:
    """A fault that meets only batches which hold the sample `bad`."""
    return lambda name, event: answer(event) if any(sample["id"] == bad for sample in event) else None


def answering(change: Callable[[list[Any]], Any]) -> Callable[[Any], Answer]:
    return lambda event: Answer(json.dumps(change(function(event, None))).encode())


def hang(event: Any) -> Answer | None:
    time.sleep(1.5)
    return None


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (lambda event: failed(), "Runtime.ExitError"),
        (lambda event: failed("Sandbox.Timedout", "Task timed out after 3.00 seconds"), "timed out"),
        (lambda event: failed("Function.ResponseSizeTooLarge", "too large"), "ResponseSizeTooLarge"),
        (lambda event: Answer(b"no JSON"), "not JSON"),
        (lambda event: Answer(b"[" * 100_000), "not JSON"),
        (lambda event: Answer(b"{}"), "not a list"),
        (lambda event: Answer(b'{"errorMessage": "oh", "errorType": "E"}'), "E: oh"),
        (answering(lambda entries: entries[:-1]), "answered"),
        (answering(lambda entries: [*entries, *entries]), "answered"),
        (answering(lambda entries: [{**entries[0], "id": "other"}, *entries[1:]]), "another sample"),
        (answering(lambda entries: [None] * len(entries)), "another sample"),
        (answering(lambda entries: [{"id": e["id"]} for e in entries]), "can't be read"),
        (answering(lambda entries: [{**e, "aggregate_reward_score": True} for e in entries]), "can't be read"),
        (answering(lambda entries: [{**e, "verdict": "OK"} for e in entries]), "can't be read"),
        (lambda event: Answer(json.dumps([{"id": "bad", "aggregate_reward_score": math.nan}]).encode()), "not JSON"),
        (lambda event: Answer(b"", 413, {"x-amzn-errortype": "RequestTooLargeException"}), "413"),
        (lambda event: Answer(b"", 502), "502"),
        (lambda event: HUNG_UP, "closed"),
        (hang, "no answer in time"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_poisonous_sample_costs_only_itself(server: LambdaServer, open_verifier: Open, fault: Any, says: str) -> None:
    """A batch that comes to nothing is cut up until the culprit is alone: a judge error that says why. Its neighbours
    have their rewards, and a place each."""
    server.fault = only("bad", fault)
    samples = [short(n, str(n / 100)) for n in range(30)]
    samples[13] = short("bad")

    results = open_verifier(concurrency=3, batch=16, timeout_s=0.5).score(samples)

    assert results[13].verdict is Verdict.JE
    assert says in results[13].message
    others = [result for result in results if result.id != "bad"]
    assert rewards(others) == pytest.approx([n / 100 for n in range(30) if n != 13])
    assert len(server.requests) < 16


def test_a_sample_that_fails_alone_has_a_second_chance(server: LambdaServer, open_verifier: Open) -> None:
    """A crash that was an accident costs nothing."""
    count = itertools.count()
    server.fault = lambda name, event: None if next(count) else failed()

    assert rewards(open_verifier().score([short("one")])) == [0.5]


JUDGE_ERROR = {"metrics_list": [{"name": "judge_error", "value": 1.0, "type": "Metric"}]}
LATE = {"verdict": "JE", "message": "not judged in time", "cases": []}
IN_THE_MIDST = {
    "verdict": "JE",
    "message": "got 3",
    "cases": [
        {"index": 0, "verdict": "WA", "message": "got 3"},
        {"index": 1, "verdict": "JE", "message": "not judged in time"},
    ],
}


@pytest.mark.parametrize("report", [{}, LATE, IN_THE_MIDST], ids=["no details", "details", "in the midst of its cases"])
@pytest.mark.parametrize("samples", [16, 100])
def test_what_a_batch_had_no_time_for_is_sent_in_smaller_ones(
    server: LambdaServer, open_verifier: Open, report: dict[str, Any], samples: int
) -> None:
    """A function that had no time for the tail of its batch gets the tail again, not its client a judge error: where
    the function says so, and where it says of a judge error nothing at all. Twice, where that is not enough."""

    def late(name: str, event: Any) -> Answer | None:
        if len(event) <= 2:
            return None
        answers = function(event, None)
        return Answer(json.dumps([answers[0], *({**e, **JUDGE_ERROR, **report} for e in answers[1:])]).encode())

    server.fault = late
    results = open_verifier(concurrency=1, batch=samples).score([short(n) for n in range(samples)])

    assert rewards(results) == [0.5] * samples
    assert Verdict.JE not in {result.verdict for result in results}


@pytest.mark.parametrize("report", [{}, {"verdict": "JE", "message": "no suite"}], ids=["no details", "details"])
def test_judge_errors_that_stay_are_believed(server: LambdaServer, open_verifier: Open, report: dict[str, Any]) -> None:
    """A batch of nothing but judge errors is sent again once, where nobody says why; and not where the reason is
    another."""
    server.functions["judge"] = lambda event, context: [{**e, **JUDGE_ERROR, **report} for e in function(event, None)]

    results = open_verifier(concurrency=1, batch=64).score([short(n) for n in range(64)])

    assert {result.verdict for result in results} == {Verdict.JE}
    assert [len(json.loads(request)) for request in server.requests] == [64] + ([] if report else [8] * 8)


def test_what_is_over_the_time_limit_is_a_judge_error(server: LambdaServer, open_verifier: Open) -> None:
    """A function that hangs doesn't hold up its caller beyond the limit; what was done by then is kept."""
    released, ended = threading.Event(), threading.Event()

    def hang(event: object) -> None:
        released.wait(60)
        ended.set()

    server.fault = only("bad", hang)  # type: ignore[arg-type]
    results = open_verifier(batch=1).score([short("ok"), short("bad"), short("fine")], time_limit_s=1)

    assert [result.reward for result in results] == [0.5, 0, 0.5]
    assert (results[1].verdict, results[1].message) == (Verdict.JE, "not judged in time")
    assert not ended.is_set()
    released.set()


def test_senders_that_hang_for_an_ended_call_hold_up_no_other(
    server: LambdaServer, open_verifier: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever calls next has senders of its own after a while, and so has who was waiting already."""
    monkeypatch.setattr(sending, "PATIENCE_S", 0.2)
    released = threading.Event()
    server.fault = only("bad", lambda event: released.wait(60) and None)  # type: ignore[arg-type]
    verifier = open_verifier(concurrency=2, batch=1)
    hanging = [short("bad"), short("bad")]
    try:
        waiting: list[Result] = []
        other = threading.Timer(0.3, lambda: waiting.extend(verifier.score([short("waits")], time_limit_s=40)))
        other.start()

        first = verifier.score(hanging, time_limit_s=1)
        second = verifier.score(hanging, time_limit_s=0.3)
        third = verifier.score([short(n) for n in range(4)], time_limit_s=40)
        other.join()

        assert [result.message for result in first + second] == ["not judged in time"] * 4
        assert rewards(third + waiting) == [0.5] * 5
    finally:
        released.set()


def test_senders_of_an_ended_call_count_until_they_hang(server: LambdaServer, open_verifier: Open) -> None:
    """A stream that is closed leaves a batch under way. The next call's is not sent beside it: no more are asked for at
    a time than were said."""
    server.fault = lambda name, event: time.sleep(0.3)
    verifier = open_verifier(concurrency=1, batch=1)
    stream = verifier.stream(short(n) for n in range(9))
    next(stream)
    stream.close()  # type: ignore[attr-defined]

    assert rewards(verifier.score([short("next")])) == [0.5]
    assert server.most_at_once == 1


def test_a_failure_that_nobody_thought_of_costs_one_sample(
    open_verifier: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An exception of ours under one sample is cut out of its batch as a crash of the function is."""
    reading = client._result

    def raising(item: Any, entry: Any) -> Result:
        if item.id == "bad":
            raise ZeroDivisionError("oh")
        return reading(item, entry)

    monkeypatch.setattr(client, "_result", raising)
    results = open_verifier(batch=16).score([short(n) for n in range(7)] + [short("bad")])

    assert rewards(results) == [0.5] * 7 + [0]
    assert "internal error: ZeroDivisionError: oh" in results[7].message


def test_ids_may_be_anything_that_json_can_hold(open_verifier: Open) -> None:
    """Keys become text on the way, also such as can't be sorted beside each other."""
    ids = ["a", {1: 2, "a": 3}, {1: 2}, {None: [1, {2: 3}], True: 1}, "b"]

    results = open_verifier(concurrency=1, batch=16).score([short(name) for name in ids])

    assert [result.id for result in results] == ids
    assert [result.message for result in results] == [""] * 5
    assert rewards(results) == [0.5] * 5


# What is sent, and what a result is made of


def test_every_sample_is_sent_as_one_that_judges_the_same() -> None:
    """The form that is sent is read as the same sample, and its suite, values that JSON lacks included, has the same
    digest."""
    values = [(1, 2), {1: "x"}, math.inf, -math.inf, {3, 4}, Decimal("1.5"), b"x", 2**40_000, {"$py": "(1,)"}, [(1,)]]
    values += [{1: {"$py": "(1,)"}}, {"a": ({"$py": "{1}"}, {"b": [2**40_000, math.nan]})}, Fraction(1, 3), range(3)]
    suite = {**SQUARE, "cases": [{"args": [value], "expected": value} for value in values]}
    sample = read_sample({"id": "x", "completion": "```python\nx\n```", "reference_answer": suite}, 0)

    sent = json.loads(json.dumps(client._sendable(sample), allow_nan=False))
    again = read_sample(sent, 0)

    assert (again.id, again.completion, again.code) == (sample.id, sample.completion, sample.code)
    assert sample.reference is not None
    assert again.reference is not None
    before, after = sample.reference.suite, again.reference.suite
    assert before is not None
    assert after is not None
    assert parse_suite(dict(before)).digest == parse_suite(dict(after)).digest


@pytest.mark.parametrize(
    "sample",
    [
        {"id": 1, "messages": [{"role": "assistant", "content": "x"}], "metadata": {"reference_answer": SQUARE}},
        {"id": 1, "messages": [], "reference_answer": {"suite": "a@sha256:" + "0" * 64}},
        {"id": 1, "code": "x"},
        {"data_source": "d", "response": "x", "reward_model": {"ground_truth": '{"inputs": ["1"], "outputs": ["2"]}'}},
    ],
)
def test_every_form_of_a_sample_survives(sample: Any) -> None:
    """No form is read otherwise after it was sent."""
    one = read_sample(sample, 5)
    other = read_sample(json.loads(json.dumps(client._sendable(one))), 5)

    assert (one.id, one.completion, one.code) == (other.id, other.completion, other.code)
    for name in ("suite", "suite_id", "digest"):
        assert getattr(one.reference, name, None) == getattr(other.reference, name, None)


def test_a_sample_that_cannot_be_sent_says_so(open_verifier: Open) -> None:
    """Not a zero, and not an exception."""
    suite = {**SQUARE, "cases": [{"args": [object()], "expected": 1}]}

    [result] = open_verifier().score([{"id": "x", "code": "0.1", "reference_answer": suite}])

    assert result.verdict is Verdict.JE
    assert "type object" in result.message


def test_a_result_with_details_is_the_local_one(verifier: Verifier, server: LambdaServer, open_verifier: Open) -> None:
    """With VERIFIER_DETAILS=1 the client's result says all that the function's says."""
    right, wrong = "def f(x): return x * x", "def f(x): return x + x"
    local = verifier.score([short("a", right), short("b", wrong), short("c", "def f(:")])
    by_id = {result.id: result for result in local}
    server.functions["judge"] = lambda event, context: [by_id[sample["id"]].report() for sample in event]

    remote = open_verifier().score([short("a"), short("b"), short("c")])

    assert [result.report() for result in remote] == [result.report() for result in local]


def test_a_result_without_details_says_what_is_proven(
    verifier: Verifier, server: LambdaServer, open_verifier: Open
) -> None:
    """The contract's entry proves a verdict of AC, JE or SV; any other is None, and nothing is made up."""
    codes = {"AC": "def f(x): return x * x", "WA": "def f(x): return 0", "JE": ""}
    local = verifier.score([short("AC", codes["AC"]), short("WA", codes["WA"]), {"id": "JE", "code": "x"}])
    by_id = {result.id: result for result in local}
    server.functions["judge"] = lambda event, context: [by_id[sample["id"]].entry() for sample in event]

    remote = open_verifier().score([short("AC"), short("WA"), short("JE")])

    assert [result.verdict for result in remote] == [Verdict.AC, None, Verdict.JE]
    assert [result.entry() for result in remote] == [result.entry() for result in local]
    assert {(result.cases, result.message) for result in remote} == {((), "")}


def test_details_that_are_too_many_for_one_answer_come_in_several(server: LambdaServer, open_verifier: Open) -> None:
    """What the function left out of a large batch it tells of a smaller one, unless one alone is too large."""

    def told(event: Any, context: Any) -> Any:
        whole = {"verdict": "WA", "message": "oh", "cases": [{"index": 0, "verdict": "WA", "message": "oh"}]}
        part = {"verdict": "WA", "message": "oh", "left_out": ["cases"]}
        return [{**e, **(part if len(event) > 2 or e["id"] == 9 else whole)} for e in function(event, None)]

    server.functions["judge"] = told
    results = open_verifier(concurrency=1, batch=16).score([short(n) for n in range(16)])

    assert [len(result.cases) for result in results] == [n != 9 for n in range(16)]
    assert rewards(results) == [0.5] * 16


def test_an_http_envelope_is_opened(server: LambdaServer, open_verifier: Open) -> None:
    """A function whose RESPONSE_ENVELOPE is `http` will do as well."""
    server.functions["judge"] = lambda event, context: {"statusCode": 200, "body": json.dumps(function(event, None))}

    assert rewards(open_verifier().score([short("a")])) == [0.5]


@pytest.mark.parametrize(
    ("settings", "named"), [({"concurrency": 0}, "concurrency"), ({"endpoint_url": "foo"}, "endpoint_url: .*foo")]
)
def test_settings_are_checked(settings: dict[str, Any], named: str) -> None:
    """A setting that can't be is refused by name."""
    with pytest.raises(RequestError, match=named):
        LambdaVerifier("judge", region="eu-west-1", **settings)
