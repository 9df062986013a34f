"""`verifier docker` with a real engine: a container without network that scores what `verifier score` scores."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.docker.test_invocations import ADD, BATCH, ECHO, batch
from tests.unit.test_wire import sdk_problems
from verifier.cli import main
from verifier.client import BATCH_BYTES
from verifier.docker.container import LABEL, Options, find
from verifier.docker.scoring import DockerVerifier, Relayed, up
from verifier.wire import read_request

ROOT = Path(__file__).parents[2]
EVENTS = sorted((ROOT / "tests/doors/events").glob("*.json"), key=lambda path: path.name)
NAME = f"rl-code-verifier-test-{os.getpid()}"
USER = f"{40_000 + os.getpid() % 10_000}:990"
RIGHT = "def add(a, b): return a + b"


def docker(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["docker", *map(str, arguments)])


def sample(name: object, code: str = RIGHT, suite: object = ADD) -> dict[str, Any]:
    return {"id": name, "code": code, "reference_answer": suite}


@pytest.fixture(scope="module")
def local(engine: Any, image: str) -> Iterator[str]:
    """The name of a container that is up, for all tests that leave it as it was."""
    result = docker("up", "--name", NAME, "--image", image, "--user", USER, "--workers", 2, "--timeout", 120)
    assert result.exit_code == 0, result.output
    assert "layers of the jail in force" in result.output
    assert "descriptor lock" in result.output
    yield NAME
    assert docker("down", "--name", NAME).output == f"{NAME} is down\n"
    assert engine.containers.list(all=True, filters={"label": f"{LABEL}={NAME}"}) == []


@pytest.fixture
def container(local: str, engine: Any) -> Any:
    return find(engine, local)


StartContainer = Callable[..., str]


@pytest.fixture
def start(engine: Any, image: str) -> Iterator[StartContainer]:
    """start(timeout_s=5, ...): a container of a test's own, by its name."""
    name = f"{NAME}-own"

    def start(**options: Any) -> str:
        up(engine, Options(**{"name": name, "image": image, "user": USER, "workers": 2, **options}))
        return name

    yield start
    docker("down", "--name", name)


def score(name: str, samples: list[Any], folder: Path, *more: object) -> tuple[Result, list[dict[str, Any]]]:
    file, out = folder / "samples.json", folder / "out.jsonl"
    file.write_text(json.dumps(samples))
    result = docker("score", file, "--name", name, "--output", out, *more)
    return result, [json.loads(line) for line in out.read_text().splitlines()]


# What it is


def test_the_container_has_no_network_and_no_rights(container: Any) -> None:
    """As the engine tells it, and as it is found inside."""
    host = container.attrs["HostConfig"]
    assert (host["NetworkMode"], host["ReadonlyRootfs"], host["IpcMode"]) == ("none", True, "none")
    assert (host["CapDrop"], host["Privileged"]) == (["ALL"], False)
    assert "no-new-privileges" in host["SecurityOpt"]
    assert host["Memory"] == host["MemorySwap"] > 0
    assert host["PidsLimit"] > 0

    look = """
import os
with open("/proc/net/dev") as devices, open("/proc/self/status") as status:
    print(sorted(line.split(":")[0].strip() for line in devices.readlines()[2:]))
    print([line.split()[1] for line in status if line.startswith(("CapEff", "CapBnd", "NoNewPrivs"))])
print([path for path in ("/", "/var/task", "/opt", "/tmp", "/usr", "/run") if os.access(path, os.W_OK)])
"""
    status, output = container.exec_run(["/usr/local/bin/python3", "-c", look])

    devices, rights, writable = output.decode().splitlines()
    assert status == 0
    assert "eth0" not in devices
    assert "'lo'" in devices
    assert rights == "['0000000000000000', '0000000000000000', '1']"
    assert writable == "['/tmp']"


def test_a_name_is_given_once(local: str) -> None:
    result = docker("up", "--name", local)

    assert (result.exit_code, "is up already" in result.output) == (3, True)


def test_down_touches_nothing_of_others(engine: Any, image: str) -> None:
    """A container of the same image and name, but not started by `up`, stays."""
    name = f"{NAME}-foreign"
    foreign = engine.containers.create(image, name=name, network_mode="none")
    try:
        result = docker("down", "--name", name)

        assert result.output == "nothing is up\n"
        foreign.reload()
    finally:
        foreign.remove(force=True)


# Scoring


def test_a_batch_gets_what_verifier_score_gives(local: str, tmp_path: Path) -> None:
    """Rewards, order, the line of totals and the exit status."""
    result, rows = score(local, batch(), tmp_path)

    assert [(row["id"], row["aggregate_reward_score"]) for row in rows] == [(n, r) for n, (_, _, r) in BATCH.items()]
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert [line.split("  ")[0].strip() for line in lines[:-1]] == list(BATCH)
    assert lines[-1].startswith(f"{len(BATCH)} samples: AC ")
    assert {"verdict", "message", "cases", "isolation", "timing"} <= rows[0].keys()


@pytest.mark.parametrize("size", [1, 7, 64])
def test_batches_of_any_size_keep_the_order(local: str, tmp_path: Path, size: int) -> None:
    """64 different submissions, every third of them wrong, by one, by seven and all at once."""
    samples = [sample(number, f"def add(a, b): return a + b + {number % 3 // 2}  # {number}") for number in range(64)]

    result, rows = score(local, samples, tmp_path, "--batch", size)

    assert result.exit_code == 0, result.output
    assert [row["id"] for row in rows] == list(range(64))
    assert [row["aggregate_reward_score"] for row in rows] == [0.0 if n % 3 == 2 else 1.0 for n in range(64)]


def test_lines_that_are_no_samples_have_their_own_results(local: str, tmp_path: Path) -> None:
    """As in `verifier score`; the exit status says so."""
    file = tmp_path / "samples.jsonl"
    file.write_text("\n".join([json.dumps(sample("a")), "{broken", "", json.dumps({"batch": [sample("b")]})]))

    result = docker("score", file, "--name", local)

    assert result.exit_code == 1
    assert [line.split()[1] for line in result.output.splitlines()[:-1]] == ["AC", "JE", "AC"]
    assert "line 2" in result.output


@pytest.mark.parametrize("path", EVENTS, ids=lambda path: path.stem)
def test_every_form_of_event_gets_a_response_that_trainers_take(container: Any, engine: Any, path: Path) -> None:
    """The rules of the validators in AWS's public SDKs hold for every event; raw dataset rows are among them."""
    function = Relayed(engine, container, 60.0)
    try:
        response = json.loads(function.invoke(path.read_bytes()))
    finally:
        function.close()

    samples = read_request(json.loads(path.read_text())).samples
    assert sdk_problems(response, len(samples)) == []


def test_raw_dataset_rows_score_zero(local: str, tmp_path: Path) -> None:
    """Rows without a rollout: trainers send them to see whether the function works."""
    rows = json.loads((ROOT / "tests/doors/events/raw_dataset_row.json").read_text())

    result, found = score(local, rows, tmp_path)

    assert result.exit_code == 0, result.output
    assert [row["aggregate_reward_score"] for row in found] == [0.0] * len(rows)
    assert {row["verdict"] for row in found} == {"CE"}


def test_events_stay_below_six_megabytes(local: str, tmp_path: Path) -> None:
    """One sample that fills an event, with others about it, all scored; one that no event can hold is told so."""
    full = BATCH_BYTES - 2000
    samples = [
        sample("a"),
        sample("full", RIGHT + "\n#" + "x" * full),
        sample("b"),
        sample("halves", RIGHT + "\n#" + "y" * (full // 2)),
        sample("of two", RIGHT + "\n#" + "z" * (full // 2)),
        sample("too large", RIGHT + "\n#" + "x" * (7 << 20)),
        sample("c"),
    ]

    result, rows = score(local, samples, tmp_path)

    assert [row["id"] for row in rows] == [s["id"] for s in samples]
    assert [row["verdict"] for row in rows] == ["AC", "AC", "AC", "AC", "AC", "JE", "AC"], result.output
    assert "6 MB" in rows[5]["message"]
    assert result.exit_code == 1


def test_a_response_over_six_megabytes_is_asked_for_in_parts(local: str, tmp_path: Path) -> None:
    """Reports of many cases: together more than an invocation may answer."""
    many = {**ADD, "cases": [{"args": [n, 1], "expected": 0} for n in range(8000)]}
    samples = [sample(n, f"def add(a, b): return a  # {n}", many) for n in range(4)]

    result, rows = score(local, samples, tmp_path)

    assert [row["verdict"] for row in rows] == ["WA"] * 4, result.output
    assert [len(row["cases"]) for row in rows] == [8000] * 4
    assert sum(len(json.dumps(row)) for row in rows) > 6 << 20


def test_what_submissions_print_is_in_no_log_and_no_result(local: str, tmp_path: Path) -> None:
    """Ten megabytes, in both kinds of suite, on both streams; then a log as small as before."""
    before = len(docker("logs", "--name", local).output)
    loud = "import sys\nfor _ in range(5000): print('noise' * 200); print('noise' * 200, file=sys.stderr)\n"
    samples = [
        sample("program", loud, ECHO),
        sample("function", loud + RIGHT),
        sample("endless", "while True: print('noise' * 1000)", {**ECHO, "limits": {"output_bytes": 1 << 20}}),
        sample("quiet"),
    ]

    result, rows = score(local, samples, tmp_path)

    verdicts = [row["verdict"] for row in rows]
    assert verdicts[0] in ("WA", "OLE")
    assert verdicts[1:] == ["AC", "OLE", "AC"], result.output
    after = docker("logs", "--name", local).output
    assert "noise" not in after
    assert "\N{REPLACEMENT CHARACTER}" not in after
    assert "Memory Size: 3008 MB" in after
    assert "noise" not in result.output
    assert len(after) - before < 20_000


def test_a_suite_for_more_memory_than_there_is(start: StartContainer, tmp_path: Path) -> None:
    """Is a judge error that says so; and how many run at a time goes by the memory."""
    large = {**ADD, "limits": {"memory_bytes": 2 << 30}}

    result, rows = score(start(memory="1g", workers=None), [sample("ok"), sample("large", suite=large)], tmp_path)

    assert [row["verdict"] for row in rows] == ["AC", "JE"], result.output
    assert "limits.memory_bytes is 2,048 MiB, and this environment has 1,024" in rows[1]["message"]


def test_two_callers_at_once(local: str, engine: Any) -> None:
    """The emulator ends at a second invocation, so the callers take turns."""
    samples = [
        sample(n, f"import time\ndef add(a, b):\n    time.sleep(0.05)\n    return a + b  # {n}") for n in range(12)
    ]
    found: list[list[float]] = []

    def call() -> None:
        with DockerVerifier(local, batch=2) as verifier:
            found.append([result.reward for result in verifier.score(samples)])

    callers = [threading.Thread(target=call) for _ in range(3)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()

    assert found == [[1.0] * 12] * 3


# What may happen to it

SLEEPS = "import time\ndef add(a, b):\n    time.sleep(600)\n    return a + b"
PATIENT = {**ADD, "limits": {"wall_time_s": 900.0}}


def test_what_an_invocation_has_no_time_for_is_told(start: StartContainer, tmp_path: Path) -> None:
    """The handler answers before its time is over; who shared the batch is judged, in another one where need be."""
    name = start(timeout_s=8, workers=1)
    samples = [
        sample("a"),
        sample("sleeps", SLEEPS, PATIENT),
        sample("b", RIGHT + "  # b"),
        sample("c", RIGHT + " # c"),
    ]

    result, rows = score(name, samples, tmp_path)

    assert [row["verdict"] for row in rows] == ["AC", "JE", "AC", "AC"], rows
    assert "not judged in time" in rows[1]["message"]
    assert result.exit_code == 1


def test_an_invocation_that_times_out_costs_nobody_else(start: StartContainer, tmp_path: Path) -> None:
    """Where the handler does not answer, the emulator ends it. The batch is sent in parts; the container goes on."""
    name = start(timeout_s=8, environment={"VERIFIER_TIME_RESERVE_S": "-3600"})
    samples = [sample("a"), sample("sleeps", SLEEPS, PATIENT), sample("b", RIGHT + "  # b")]

    result, rows = score(name, samples, tmp_path)

    assert [row["aggregate_reward_score"] for row in rows] == [1.0, 0.0, 1.0], result.output
    assert rows[1]["verdict"] in ("JE", "SV")
    again, _ = score(name, [sample("later")], tmp_path)
    assert again.exit_code == 0, again.output


def test_a_container_that_starts_anew_is_waited_for(start: StartContainer, engine: Any) -> None:
    """In the midst of a stream: what was under way is sent again."""
    name = start()
    with DockerVerifier(name, batch=1) as verifier:
        first = verifier.score([sample("a")])
        find(engine, name).restart(timeout=0)
        second = verifier.score([sample("b", RIGHT + "  # b")])

    assert [result.verdict for result in first + second] == ["AC", "AC"]


def test_a_container_that_is_gone_is_told_of(start: StartContainer, engine: Any) -> None:
    """Every sample has its judge error, with the reason."""
    name = start()
    with DockerVerifier(name, batch=1) as verifier:
        verifier.score([sample("a")])
        assert docker("down", "--name", name).exit_code == 0
        results = verifier.score([sample("b"), sample("c", RIGHT + "  # c")])

    assert [result.verdict for result in results] == ["JE", "JE"]
    assert "the container is gone" in results[0].message


def test_suites_of_a_directory(start: StartContainer, tmp_path: Path) -> None:
    """Mounted read-only, and named by the samples."""
    suites = tmp_path / "suites"
    (suites / "adding").mkdir(parents=True)
    (suites / "adding/suite.toml").write_text('kind = "function"\nentry_point = "add"\n')
    (suites / "adding/cases.jsonl").write_text('{"args": [1, 2], "expected": 3}\n')
    for folder in (tmp_path, suites, suites / "adding"):
        folder.chmod(0o755)
    name = start(suites=suites)

    result, rows = score(name, [sample("a", suite={"suite": "adding"}), sample("b", suite={"suite": "x"})], tmp_path)

    assert [row["verdict"] for row in rows] == ["AC", "JE"], result.output


def test_suites_that_its_user_cannot_read(engine: Any, image: str, tmp_path: Path) -> None:
    """`up` says so at once, and leaves no container behind."""
    suites = tmp_path / "suites"
    suites.mkdir(mode=0o700)
    name = f"{NAME}-shut"

    result = docker("up", "--name", name, "--image", image, "--user", USER, "--suites", suites)

    assert result.exit_code == 3
    assert "can't read the suites" in result.output
    assert engine.containers.list(all=True, filters={"name": name}) == []


def test_a_container_that_cannot_judge_does_not_come_up(engine: Any, image: str) -> None:
    """A policy that asks for more than is granted: the message has the reason, and nothing is left."""
    name = f"{NAME}-strict"

    result = docker("up", "--name", name, "--image", image, "--user", USER, "--env", "VERIFIER_POLICY=linux")

    assert result.exit_code == 3
    assert f"{name} did not start" in result.output
    assert engine.containers.list(all=True, filters={"name": name}) == []


def test_as_on_aws_lambda(start: StartContainer, tmp_path: Path) -> None:
    """With the profile that refuses what Lambda refuses, fewer layers hold, and the rewards are the same."""
    name = start(seccomp=ROOT / "sandbox_image/profiles/lambda.json")

    result, rows = score(name, batch(), tmp_path)

    assert [row["aggregate_reward_score"] for row in rows] == [reward for _, _, reward in BATCH.values()], result.output
    assert {row["isolation"]["holds"] for row in rows if row["isolation"]["in_force"]} == {"lambda"}


# Building


def test_build_makes_what_up_starts(engine: Any, image: str) -> None:
    """From the engine's cache: the layers are those of the image that the tests have built."""
    tag = f"{NAME}:built"
    settings = ("PYTHON_IMAGE", "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL")
    given = [f"--build-arg={name}={os.environ[name]}" for name in settings if name in os.environ]
    try:
        result = docker("build", "--source", ROOT, "--image", tag, *given)

        assert result.exit_code == 0, result.output[-2000:]
        assert result.output.endswith(f"{tag} is built\n")
        config = engine.images.get(tag).attrs["Config"]
        assert config["User"] == "993:990"
        assert config["Labels"]["org.opencontainers.image.title"] == "rl-code-verifier"
        assert docker("build", "--if-missing", "--image", tag).output == f"{tag} is there\n"
    finally:
        engine.images.remove(tag, force=True)
