"""One contract for every backend: the same batch has the same verdicts, rewards and order wherever it is judged.

local      Verifier, in this process
lambda     LambdaVerifier; Lambda's Invoke API on loopback, with the handler behind it
executor   Verifier whose sandbox is a second function, with the executor's handler behind the same API
ray        RayVerifier on a local cluster
emulator   LambdaVerifier; the image behind AWS's emulator
docker     DockerVerifier; the same in a container without network
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import os
import signal
import sys
import threading
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.docker.conftest import Function, engine, image
from tests.doors.lambda_server import LambdaServer
from verifier import executor
from verifier import handler as door
from verifier.client import LambdaVerifier
from verifier.docker.container import Options, down
from verifier.docker.scoring import DockerVerifier, up
from verifier.errors import RequestError
from verifier.invoke import executor_transport
from verifier.pipeline import Result, Verifier
from verifier.ray import RayVerifier
from verifier.sandbox.remote import RemoteKeeper
from verifier.verdict import Verdict

__all__ = ["engine", "image"]  # fixtures of the image's own tests

SUITES = Path(__file__).parents[2] / "testsuites"

SHORT = {"cpu_time_s": 0.5, "wall_time_s": 20, "memory_bytes": 256 << 20}
ADD = {
    "kind": "function",
    "entry_point": "add",
    "limits": SHORT,
    "cases": [{"args": [n, n], "expected": 2 * n} for n in range(4)],
}
STRICT = {"name": "exact", "sequences": "strict"}
TUPLES = {**ADD, "cases": [{"args": [(1, 2), (3,)], "expected": (1, 2, 3)}], "checker": STRICT}
ECHO = {"kind": "stdio", "limits": SHORT, "cases": [{"stdin": f"{n}\n", "stdout": f"{n}\n"} for n in "abü"]}
ASSERTS = {"kind": "asserts", "limits": SHORT, "asserts": ["assert add(1, 2) == 3", "assert add(0, 0) == 0"]}
TEST_FILE = """
from solution import add
def test_a(): assert add(1, 2) == 3
def test_b(): assert add(0, 0) == 0
"""
TESTS = {"kind": "pytest", "limits": SHORT, "files": {"test_it.py": TEST_FILE}}
RIGHT = "def add(a, b): return a + b"
HALF = "def add(a, b): return a + b if a < 2 else None"


def sample(code: str, suite: Any = ADD, **more: Any) -> dict[str, Any]:
    return {"code": code, "reference_answer": suite, **more}


def chat(text: str, **more: Any) -> dict[str, Any]:
    return {"messages": [{"role": "assistant", "content": text}], "metadata": {"reference_answer": ADD}, **more}


BATCH: list[tuple[Any, str, float]] = [
    (sample(RIGHT, id="right"), "AC", 1.0),
    (sample(RIGHT, id="right"), "AC", 1.0),
    (sample("def add(a, b): return 'x'", id="right"), "WA", 0.0),
    (sample(HALF, id="half"), "WA", 0.5),
    (sample("def add(a, b):\n    if a == 3:\n        while True: pass\n    return a + b", id="a loop"), "TLE", 0.75),
    (sample("def add(a, b): return [1] * (1 << 30)", id="greedy"), "MLE", 0.0),
    (sample("def add(a, b): return a / 0", id=7), "RTE", 0.0),
    (sample("def add(a, b) return 1", id="7"), "CE", 0.0),
    (sample("def add(a, b): return '\ud800'", id="ünï ✓ 語"), "CE", 0.0),
    (sample("import os\nos.write(4, b'x' * 99)\n" + RIGHT, id=""), "SV", 0.0),
    (chat(f"Here:\n```python\n{RIGHT}\n```", id=None), "AC", 1.0),
    (chat("I don't know.", id=["a", 1]), "CE", 0.0),
    (chat(f"```python\n{RIGHT}\n```"), "AC", 1.0),
    ({"id": "no rollout", "reference_answer": ADD}, "CE", 0.0),
    ("not a sample", "JE", 0.0),
    (sample(RIGHT, {"kind": "function"}, id="no cases"), "JE", 0.0),
    (sample(RIGHT, {"suite": "no-such-suite"}, id="no suite"), "JE", 0.0),
    ({"id": "no reference", "code": RIGHT}, "JE", 0.0),
    (sample("def add(a, b): return a + b", TUPLES, id="tuples"), "AC", 1.0),
    (sample("def add(a, b): return [*a, *b]", TUPLES, id="lists"), "WA", 0.0),
    (sample("print(input())", ECHO, id="echo"), "AC", 1.0),
    (sample("print(input()[0].replace('b', 'c'))", ECHO, id="echo some"), "WA", 2 / 3),
    (sample("import sys; sys.exit(3)", ECHO, id="exits"), "RTE", 0.0),
    (sample("def wall", {"suite": "pantry-check"}, id="by name"), "CE", 0.0),
]  # fmt: skip
WITH_TESTS: list[tuple[Any, str, float]] = [
    (sample(RIGHT, ASSERTS, id="asserts"), "AC", 1.0),
    (sample("def add(a, b): return 3", ASSERTS, id="some asserts"), "WA", 0.5),
    (sample(RIGHT, TESTS, id="tests"), "AC", 1.0),
    (sample("def add(a, b): return 0", TESTS, id="some tests"), "WA", 0.5),
]


@pytest.fixture(scope="module")
def server() -> Iterator[LambdaServer]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("VERIFIER_DETAILS", "1")
        environment.setenv("VERIFIER_WORKERS", "2")
        environment.setenv("VERIFIER_SUITES", str(SUITES))
        for name in ("RESPONSE_ENVELOPE", "VERIFIER_POLICY", "VERIFIER_SANDBOX_PYTHON"):
            environment.delenv(name, raising=False)
        server = LambdaServer({"judge": door.handler, "executor": executor.handler})
        yield server
        server.close()
        for kept in (door._warm_verifier, executor._warm_keeper):
            if kept.cache_info().currsize:
                kept().close()
                kept.cache_clear()


@pytest.fixture(scope="module")
def local() -> Iterator[Verifier]:
    with Verifier(SUITES, workers=2) as verifier:
        yield verifier


@pytest.fixture(scope="module")
def remote(server: LambdaServer) -> Iterator[LambdaVerifier]:
    with LambdaVerifier("judge", concurrency=2, batch=5, **server.options) as verifier:
        yield verifier


@pytest.fixture(scope="module")
def split(server: LambdaServer) -> Iterator[Verifier]:
    keeper = RemoteKeeper(executor_transport("executor", **server.options))
    with Verifier(SUITES, workers=4, sandbox=keeper) as verifier:
        yield verifier


@pytest.fixture(scope="module")
def cluster() -> Iterator[RayVerifier]:
    factory = logging.getLogRecordFactory()  # Ray's own, which is there to stay, adds to all records of this process
    ray = pytest.importorskip("ray", reason="ray is not installed (extra: ray)")
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, configure_logging=False)
    try:
        with RayVerifier(str(SUITES), actors=2, batch=8) as verifier:
            yield verifier
    finally:
        ray.shutdown()
        logging.setLogRecordFactory(factory)


@pytest.fixture(scope="module")
def emulator(request: pytest.FixtureRequest) -> Iterator[LambdaVerifier]:
    function = Function(request.getfixturevalue("engine"), request.getfixturevalue("image"), {})
    server = LambdaServer({})  # for its credentials
    server.close()
    options = {**server.options, "endpoint_url": f"http://127.0.0.1:{function._port}"}
    try:
        # It takes one invocation at a time.
        with LambdaVerifier("function", concurrency=1, batch=10, **options) as verifier:
            yield verifier
    finally:
        function.close()


@pytest.fixture(scope="module")
def container(request: pytest.FixtureRequest) -> Iterator[DockerVerifier]:
    client, built = request.getfixturevalue("engine"), request.getfixturevalue("image")
    name = f"rl-code-verifier-backend-{os.getpid()}"
    user = f"{50_000 + os.getpid() % 10_000}:990"  # the kernel counts a user's processes across containers
    up(client, Options(name=name, image=built, user=user, workers=2))
    try:
        with DockerVerifier(name, batch=10, client=client) as verifier:
            yield verifier
    finally:
        down(client, name)


_slow = pytest.mark.slow
BACKENDS = [
    pytest.param("local"),
    pytest.param("remote", id="lambda"),
    pytest.param("split", id="executor"),
    pytest.param("cluster", id="ray", marks=_slow),
    pytest.param("emulator", marks=[_slow, pytest.mark.docker]),
    pytest.param("container", id="docker", marks=[_slow, pytest.mark.docker]),
]


@pytest.fixture(params=BACKENDS, scope="module")
def backend(request: pytest.FixtureRequest) -> Any:
    return request.getfixturevalue(request.param)


def takes_tests(backend: Any) -> bool:
    return not (isinstance(backend, Verifier) and isinstance(backend._keeper, RemoteKeeper))


def told(results: list[Result]) -> list[tuple[object, str, float]]:
    return [(result.id, str(result.verdict), round(result.reward, 2)) for result in results]


def test_every_backend_judges_alike(backend: Any, local: Verifier) -> None:
    """Verdicts, rewards within 0.01, ids, order and verdicts of the cases are those of the local verifier, which are
    those that are written above."""
    batch = BATCH + (WITH_TESTS if takes_tests(backend) else [])
    samples = [sample for sample, _, _ in batch]

    results, expected = backend.score(samples), local.score(samples)

    assert [str(result.verdict) for result in results] == [verdict for _, verdict, _ in batch], told(results)
    assert [result.reward for result in results] == pytest.approx([reward for _, _, reward in batch], abs=0.01)
    assert [result.reward for result in results] == pytest.approx([r.reward for r in expected], abs=0.01)
    assert [result.id for result in results] == [result.id for result in expected]
    assert [result.index for result in results] == list(range(len(batch)))
    for result, other in zip(results, expected, strict=True):
        assert [c.verdict for c in result.cases] == [c.verdict for c in other.cases], result.id
        assert result.entry().keys() == other.entry().keys()
        assert set(result.report()) == set(other.report())


def test_suites_with_tests_are_judged_or_refused_clearly(backend: Any) -> None:
    """A backend that can't judge them says so: a judge error, never a zero."""
    if takes_tests(backend):
        pytest.skip("it judges them")
    results = backend.score([sample for sample, _, _ in WITH_TESTS])

    assert {result.verdict for result in results} == {Verdict.JE}
    assert all("not supported" in result.message for result in results)


def test_an_empty_batch_has_no_results(backend: Any) -> None:
    """Nothing in, nothing out."""
    assert backend.score([]) == []


def test_an_endless_stream_is_judged_as_it_is_taken(backend: Any) -> None:
    """Results of an endless generator come in order, and it is read ahead only so far."""
    read = 0

    def endless() -> Iterator[dict[str, Any]]:
        nonlocal read
        for read in itertools.count(1):
            yield sample(RIGHT if read % 2 else HALF, id=read)

    stream = backend.stream(endless())
    results = list(itertools.islice(stream, 20))
    stream.close()

    assert told(results) == [(n, *(("AC", 1.0) if n % 2 else ("WA", 0.5))) for n in range(1, 21)]
    assert read <= 20 + 64


def test_the_asynchronous_form_is_the_same(backend: Any) -> None:
    """`ascore` and `astream` give what `score` gives."""

    async def run() -> list[list[Result]]:
        streamed = [result async for result in backend.astream(iter([sample(RIGHT, id=1), 5]))]
        return [await backend.ascore([sample(RIGHT, id=1), 5]), streamed]

    for results in asyncio.run(run()):
        assert told(results) == [(1, "AC", 1.0), ("sample-1", "JE", 0.0)]


def test_a_time_limit_is_kept(backend: Any) -> None:
    """What is not judged in time is a judge error that says so, and there is a result for each."""
    endless = {**ADD, "limits": {"cpu_time_s": 2}, "max_timeouts": 1}  # a function without a time limit ends then
    loops = [sample(f"def add(a, b):\n    while True: {n}", endless, id=n) for n in range(3)]

    results = backend.score(loops, time_limit_s=1)

    assert [(result.id, str(result.verdict), result.message) for result in results] == [
        (n, "JE", "not judged in time") for n in range(3)
    ]


def test_the_context_manager_closes(local: Verifier, server: LambdaServer) -> None:
    """After `close` a verifier of any kind refuses to score."""
    make: list[Callable[[], Any]] = [
        lambda: Verifier(workers=1),
        lambda: LambdaVerifier("judge", **server.options),
        lambda: Verifier(workers=1, sandbox=RemoteKeeper(executor_transport("executor", **server.options))),
    ]
    for open_one in make:
        with open_one() as verifier:
            assert verifier.score([sample(RIGHT, id=1)])[0].reward == 1.0
        with pytest.raises(RuntimeError):
            verifier.score([sample(RIGHT, id=1)])


@pytest.mark.slow
def test_an_actor_that_dies_is_replaced(cluster: RayVerifier) -> None:
    """Its batch is sent again, in parts and to another: nobody loses a reward."""
    actors = [actor for _, _, actor in cluster._actors.queue if actor]
    pids = cluster._ray.get([actor.__ray_call__.remote(lambda self: os.getpid()) for actor in actors])
    slow = f"import time\ntime.sleep(1)\n{RIGHT}"
    killing = threading.Timer(0.4, lambda: [os.kill(pid, signal.SIGKILL) for pid in pids])
    killing.start()

    results = cluster.score([sample(f"{slow} # {n}", id=n) for n in range(4)])

    assert told(results) == [(n, "AC", 1.0) for n in range(4)]
    assert pids


@pytest.mark.slow
def test_a_sample_that_cannot_be_pickled_costs_only_itself(cluster: RayVerifier) -> None:
    """Nested too deeply, or a value of a class that has its own view of it: neither takes its batch along."""
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    bad = [sample(RIGHT, {**ADD, "cases": [{"args": [value], "expected": 1}]}, id="bad") for value in (deep, Shy())]

    results = cluster.score([sample(RIGHT, id=1), *bad, sample(HALF, id=2)])

    assert told(results) == [(1, "AC", 1.0), ("bad", "JE", 0.0), ("bad", "JE", 0.0), (2, "WA", 0.5)]
    assert "can't be sent: ZeroDivisionError: shy" in results[2].message


class Shy:
    def __reduce__(self) -> Any:
        raise ZeroDivisionError("shy")


def test_actors_that_are_up_come_before_those_that_are_to_be_started(monkeypatch: pytest.MonkeyPatch) -> None:
    """Or one that can't be started for want of room would be tried again and again while another has nothing to do."""
    ray = types.SimpleNamespace(is_initialized=lambda: True, remote=lambda kind: ray, options=lambda **options: ray)
    monkeypatch.setitem(sys.modules, "ray", ray)
    verifier = RayVerifier(actors=3)
    for _ in range(3):
        verifier._actors.get()
    for actor in (None, ray, None):
        verifier._free(actor)

    assert [verifier._actors.get()[2] for _ in range(3)] == [ray, None, None]


@pytest.mark.parametrize(
    ("package", "open_one"),
    [("boto3", lambda: LambdaVerifier("judge", region="eu-west-1")), ("ray", RayVerifier)],
    ids=["boto3", "ray"],
)
def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch, package: str, open_one: Callable[[], Any]) -> None:
    """A backend whose extra isn't installed says which one it is."""
    monkeypatch.setitem(sys.modules, package, None)

    with pytest.raises(RequestError, match="pip install"):
        open_one()
