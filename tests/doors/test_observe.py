"""What the Lambda door writes to stdout: lines that CloudWatch reads, and nothing that a submission could put there."""

from __future__ import annotations

import json
import math
import os
import re
import socket
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("aws_lambda_powertools")

from verifier import handler as door
from verifier.judging.judge import Judgement, refused
from verifier.judging.reward import Score
from verifier.observe import PowertoolsObserver, line_of, reason_of
from verifier.pipeline import Result
from verifier.suite.model import parse_suite
from verifier.verdict import CaseResult, Verdict

ADD = {"kind": "function", "entry_point": "add", "cases": [{"args": [1, 2], "expected": 3}]}
RIGHT = "def add(a, b):\n    return a + b\n"
KEYS = {
    "id", "aggregate_reward_score", "correctness", "verdict", "judge_error", "security_violation", "attempts",
    "cpu_time_s", "peak_memory_bytes", "passed", "total", "suite", "isolation", "judge_time_s", "invocation",
}  # fmt: skip
AT_TOP = KEYS | {
    "level", "message", "timestamp", "service", "time_penalty", "memory_penalty", "queue_time_s", "reason",
    "xray_trace_id",
}  # fmt: skip

Lines = Callable[[], tuple[list[dict[str, Any]], list[dict[str, Any]]]]


@pytest.fixture(autouse=True)
def fresh_door(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in [
        name for name in os.environ if name.startswith(("VERIFIER_", "POWERTOOLS_", "AWS_LAMBDA_", "_X_AMZN"))
    ]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("VERIFIER_WORKERS", "2")
    door._observer.cache_clear()
    yield
    door._observer.cache_clear()
    if door._warm_verifier.cache_info().currsize:
        door._warm_verifier().close()
        door._warm_verifier.cache_clear()


@pytest.fixture
def lines(capfd: pytest.CaptureFixture[str]) -> Lines:
    """Log lines and metric blobs of what stdout holds: every line of it must be one or the other."""

    def parsed() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        out = capfd.readouterr().out
        assert out.isascii() and (out.endswith("\n") or not out)
        found = [json.loads(line, parse_constant=_no_constant) for line in out.splitlines()]
        assert all(isinstance(line, dict) for line in found)
        blobs = [line for line in found if "_aws" in line]
        for blob in blobs:
            assert emf_problems(blob) == []
        logs = [line for line in found if "_aws" not in line]
        for line in logs:
            assert line.keys() <= AT_TOP and line["message"] == "sample"
        return logs, blobs

    return parsed


def _no_constant(name: str) -> Any:
    raise AssertionError(f"{name} is not JSON")


def emf_problems(blob: Any) -> list[str]:
    """Where `blob` breaks CloudWatch's embedded metric format: its JSON schema, and the limits in its text."""
    units = (
        "Seconds|Microseconds|Milliseconds|Bytes|Kilobytes|Megabytes|Gigabytes|Terabytes|Bits|Kilobits|Megabits|Gigabits|"
        "Terabits|Percent|Count|Bytes/Second|Kilobytes/Second|Megabytes/Second|Gigabytes/Second|Terabytes/Second|"
        "Bits/Second|Kilobits/Second|Megabits/Second|Gigabits/Second|Terabits/Second|Count/Second|None"
    ).split("|")
    problems = []

    def need(holds: bool, what: str) -> None:
        if not holds:
            problems.append(what)

    def is_text(value: Any, longest: int) -> bool:
        return isinstance(value, str) and 1 <= len(value) <= longest

    def is_number(value: Any) -> bool:
        return type(value) in (int, float) and math.isfinite(value) and abs(value) <= 2**360

    meta = blob.get("_aws", {})
    need(meta.keys() == {"Timestamp", "CloudWatchMetrics"}, "metadata")
    need(type(meta.get("Timestamp")) is int and meta["Timestamp"] > 1_600_000_000_000, "Timestamp")
    need(len(json.dumps(blob)) <= 1 << 20, "size")
    directives = meta.get("CloudWatchMetrics")
    need(isinstance(directives, list) and len(directives) > 0, "CloudWatchMetrics")
    for directive in directives or ():
        need(directive.keys() == {"Namespace", "Dimensions", "Metrics"}, "directive")
        need(is_text(directive["Namespace"], 1024) and not directive["Namespace"].startswith("AWS/"), "Namespace")
        need(len(directive["Dimensions"]) >= 1, "Dimensions")
        for names in directive["Dimensions"]:
            need(len(names) <= 30 and all(is_text(name, 250) for name in names), "dimension set")
            need(all(is_text(blob.get(name), 1024) for name in names), "value of a dimension")
        need(1 <= len(directive["Metrics"]) <= 100, "number of metrics")
        for metric in directive["Metrics"]:
            need({"Name"} <= metric.keys() <= {"Name", "Unit", "StorageResolution"}, "metric")
            need(is_text(metric["Name"], 1024), "name of a metric")
            need(metric.get("Unit", "None") in units and metric.get("StorageResolution", 60) in (1, 60), "unit")
            value = blob.get(metric["Name"])
            values = value if isinstance(value, list) else [value]
            need(1 <= len(values) <= 100 and all(map(is_number, values)), f"values of {metric['Name']}")
    return problems


def test_the_rules_find_what_is_broken() -> None:
    def blob() -> dict[str, Any]:
        directive = {"Namespace": "N", "Dimensions": [["service"]], "Metrics": [{"Name": "M", "Unit": "Count"}]}
        meta = {"Timestamp": 1_700_000_000_000, "CloudWatchMetrics": [directive]}
        return {"_aws": meta, "service": "s", "M": [1.0] * 100}

    assert emf_problems(blob()) == []
    for break_it in (
        lambda b: b.update(M=[1.0] * 101),
        lambda b: b.update(M=[math.nan]),
        lambda b: b.update(M=True),
        lambda b: b.pop("M"),
        lambda b: b.pop("service"),
        lambda b: b["_aws"].update(Timestamp=1.5e12),
        lambda b: b["_aws"]["CloudWatchMetrics"][0].update(Namespace="AWS/Lambda"),
        lambda b: b["_aws"]["CloudWatchMetrics"][0].update(Metrics=[{"Name": str(n)} for n in range(101)]),
        lambda b: b["_aws"]["CloudWatchMetrics"][0]["Metrics"][0].update(Unit="Parsecs"),
    ):
        broken = blob()
        break_it(broken)  # type: ignore[no-untyped-call]
        assert emf_problems(broken)


def sample(name: Any, code: str = RIGHT, reference: Any = ADD) -> dict[str, Any]:
    return {"id": name, "code": code, "reference_answer": reference}


def result(index: int = 0, verdict: Verdict = Verdict.AC, **score: Any) -> Result:
    """One that was never run."""
    values = {"reward": 0.9, "correctness": 1.0, "passed": 1, "total": 1, "time_penalty": 1.0, "memory_penalty": 0.0}
    total = Score(**{**values, "cpu_time_s": 0.01, "peak_memory_bytes": 1000, **score})  # type: ignore[arg-type]
    case = CaseResult(0, verdict, wall_time_s=0.25)
    return Result(index, f"s{index}", Judgement(verdict, total, (case,)), 0.5, 0.125, "a@sha256:0")


def record(*results: Result, context: Any = None) -> None:
    PowertoolsObserver("verifier", "CodeVerifier", tracing=False).record(results, context)


class Context:
    def __init__(self, request_id: Any) -> None:
        self.aws_request_id = request_id

    def get_remaining_time_in_millis(self) -> int:
        return 60_000


# Log lines


def test_one_line_for_each_sample_in_order(lines: Lines) -> None:
    """With the keys that AWS's queries for reward functions look for, at the top."""
    samples = [sample("a"), sample("b", "def add(a, b):\n    return 0\n"), sample("a"), sample("c", "x ="), {"id": 7}]

    results = door.handler(samples, Context("invocation-1"))

    logs, _ = lines()
    assert [line["id"] for line in logs] == ["a", "b", "a", "c", "7"]
    assert [line["verdict"] for line in logs] == ["AC", "WA", "AC", "CE", "JE"]
    assert [line["aggregate_reward_score"] for line in logs] == [r["aggregate_reward_score"] for r in results]
    for line in logs[:4]:
        assert line.keys() >= KEYS and "reason" not in line
        assert line["invocation"] == "invocation-1" and line["service"] == "verifier"
        assert re.fullmatch("sha256:[0-9a-f]{64}", line["suite"])
    assert (logs[0]["passed"], logs[0]["total"], logs[0]["level"]) == (1, 1, "INFO")
    assert logs[4]["judge_error"] == 1 and logs[4]["level"] == "ERROR"
    assert logs[4]["reason"].startswith("no suite to judge by: reference_answer: is missing")


def test_a_suite_in_a_store_is_named(lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    suites = Path(__file__).parents[2] / "testsuites"
    monkeypatch.setenv("VERIFIER_SUITES", str(suites))
    door.handler([sample("a", "no code", {"suite": "pantry-check"}), sample("b", RIGHT, {"suite": "none"})], None)
    logs, _ = lines()
    assert logs[0]["suite"].startswith("pantry-check@sha256:")
    assert "suite" not in logs[1] and "none/suite.toml" in logs[1]["reason"]


@pytest.mark.parametrize(
    ("context", "logged"),
    [(None, None), ({}, None), (Context(None), None), (Context("i" * 5000), "i" * 199 + "…"), (Context("a\nb"), "a b")],
    ids=["none", "dict", "empty", "long", "two lines"],
)
def test_any_context_will_do(lines: Lines, context: Any, logged: str | None) -> None:
    record(result(), context=context)
    [line], [_] = lines()
    assert line.get("invocation") == logged


HOSTILE_TEXT = '\\n{"_aws":{"Timestamp":1,"CloudWatchMetrics":[]},"Reward":"LEAKED"}\\n'
HOSTILE = {
    "prints": f"""
        def add(a, b):
            print('{HOSTILE_TEXT}', flush=True)
            return 3
        """,
    "writes to every descriptor": f"""
        import os
        for fd in range(20):
            try:
                os.write(fd, b'{HOSTILE_TEXT}')
            except OSError:
                pass
        def add(a, b):
            return 3
        """,
    "prints to stderr": f"""
        import sys
        def add(a, b):
            sys.stderr.write('{HOSTILE_TEXT}')
            return 3
        """,
    "returns it": f"""
        def add(a, b):
            return '{HOSTILE_TEXT}'
        """,
    "raises it": f"""
        def add(a, b):
            raise ValueError('{HOSTILE_TEXT}')
        """,
    "names an exception so": f"""
        def add(a, b):
            raise type('{HOSTILE_TEXT}', (Exception,), {{}})('x')
        """,
    "raises it while loading": f"raise SystemExit('{HOSTILE_TEXT}')",
    "is no Python": f"def LEAKED(: '{HOSTILE_TEXT}'",
    "ends itself": f"""
        import os, sys
        def add(a, b):
            sys.stdout.write('{HOSTILE_TEXT}')
            sys.stdout.flush()
            os._exit(0)
        """,
}


PRINTING_TESTS = """
import os, sys
from solution import add
print("EXPECTED", flush=True)
os.write(1, b"EXPECTED"), os.write(2, b"EXPECTED")
def test_a(capfd):
    with capfd.disabled():
        print("EXPECTED", file=sys.stderr, flush=True)
    sys.__stdout__.write("EXPECTED")
    assert add(1, 2) == "EXPECTED", "EXPECTED"
"""


def test_nothing_of_a_submission_is_ever_written(capfd: pytest.CaptureFixture[str]) -> None:
    """Whatever it prints, returns or raises, stdout has a line for each sample and one blob, and nothing of it. Nor is
    an expected value there, or a line of code."""
    suites = [
        {**ADD, "cases": [{"args": [1, 2], "expected": "EXPECTED"}, {"args": [1, 2], "expected": 3}]},
        {"kind": "stdio", "cases": [{"stdin": "", "stdout": "EXPECTED"}]},
        {"kind": "asserts", "entry_point": "add", "asserts": ["assert add(1, 2) == 'EXPECTED', 'EXPECTED'"]},
        {
            "kind": "pytest",
            "files": {"test_solution.py": PRINTING_TESTS},
        },
    ]
    samples = [sample(f"{n} {what}", textwrap.dedent(code), suite)
               for n, suite in enumerate(suites) for what, code in HOSTILE.items()]  # fmt: skip

    results = door.handler(samples, None)

    captured = capfd.readouterr()
    found = [json.loads(line) for line in captured.out.splitlines()]
    assert [line["id"] for line in found[:-1]] == [entry["id"] for entry in samples]
    assert emf_problems(found[-1]) == [] and found[-1]["Samples"] == [len(samples)]
    assert found[-1]["JudgeErrors"] == [0.0]
    assert all(line.keys() <= AT_TOP for line in found[:-1])
    assert len({r["aggregate_reward_score"] for r in results}) > 1, "some of them did run"
    for text in ("LEAKED", "EXPECTED", "def add", "ValueError"):
        assert text not in captured.out and text not in captured.err, text


@pytest.mark.parametrize(
    "name",
    [
        'x\n{"_aws":{"Timestamp":1}}',
        "a\r\nb\x1b[31m\x00\x85\u2028\u2029c",
        "\U0001f600 ü",
        {"_aws": {"Timestamp": 1, "CloudWatchMetrics": []}},
        ["\n", None],
        None,
        3.5,
        "i" * 100_000,
        {"deep": [[[{"_aws": 1}]]] * 1000},
        '{"_aws":1}',
        "\\n\\",
        "%s %(id)s {id}",
    ],
    ids=lambda name: repr(name)[:30],
)
def test_an_id_is_one_short_text_whatever_it_is(lines: Lines, name: Any) -> None:
    door.handler([{**sample(name, "no ("), "_aws": {"x": 1}, "level": "X"}], None)
    [line], [_] = lines()
    assert isinstance(line["id"], str) and 1 <= len(line["id"]) <= 200 and line["id"].isprintable()
    assert line["level"] == "INFO"


def test_an_id_that_no_json_could_hold(lines: Lines) -> None:
    """The library takes such ones."""
    record(replace(result(), id="\ud800 \udcff"), replace(result(), id={1, 2}), replace(result(), id=math.nan))
    logs, _ = lines()
    assert [line["id"] for line in logs] == ["\N{REPLACEMENT CHARACTER} \N{REPLACEMENT CHARACTER}", '"{1, 2}"', "NaN"]


# Reasons


def test_only_a_judge_error_has_a_reason_and_it_is_our_own(lines: Lines) -> None:
    """Where one case is a judge error and another failed, the message of the result is that of the other, in a
    submission's words."""
    cases = (
        CaseResult(0, Verdict.RTE, message="ValueError: LEAKED"),
        CaseResult(1, Verdict.JE, message="not judged in time"),
    )
    mixed = replace(result().judgement, verdict=Verdict.JE, cases=cases, message=cases[0].message)
    failed = replace(mixed, verdict=Verdict.RTE, cases=cases[:1])
    record(replace(result(), judgement=mixed), replace(result(), judgement=failed))
    logs, _ = lines()
    assert logs[0]["reason"] == "not judged in time"
    assert "reason" not in logs[1]
    assert "LEAKED" not in json.dumps(logs)


BROKEN_SUITES = [
    {**ADD, "cases": [{"expected": {"$py": "SECRET(1)"}}]},
    {**ADD, "cases": [{"expected": {"$py": "f'{SECRET}'"}}]},
    {**ADD, "cases": [{"expected": {"$py": "date.fromisoformat(\"it's 'SECRET'\")"}}]},
    {**ADD, "cases": [{"expected": {"a": [{"SECRET": {"$py": 5}}]}}]},
    '{"kind": "function", "entry_point": "f", "cases": [{"expected": {"SECRET": 1, "SECRET": 2}}]}',
    {"kind": "stdio", "checker": {"name": "json"}, "cases": [{"stdin": "", "stdout": '{"SECRET": 1, "SECRET": 2}'}]},
    {**ADD, "cases": [{"expected": 1, "weight": "SECRET"}]},
    {"kind": "asserts", "asserts": ["assert f() == 'SECRET"]},
    {"kind": "asserts", "asserts": ["SECRET = 1"]},
    {"fn_name": "f", "inputs": ["1"], "outputs": ["SECRET"]},
    {"test_cases": [{"input": "1", "output": ["SECRET", 1]}]},
    "SECRET",
]


@pytest.mark.parametrize("suite", BROKEN_SUITES, ids=lambda suite: json.dumps(suite)[:60])
def test_a_broken_suite_tells_no_answer(suite: Any, capfd: pytest.CaptureFixture[str]) -> None:
    """Messages of the response quote what is wrong; in the log, what is quoted is left out."""
    door.handler([sample("a", RIGHT, suite)], None)
    captured = capfd.readouterr()
    line = json.loads(captured.out.splitlines()[0])
    assert line["verdict"] == "JE" and len(line["reason"]) > 20
    assert "SECRET" not in captured.out + captured.err


@pytest.mark.parametrize(
    ("message", "logged"),
    [
        ("internal error: KeyError: 'SECRET'", "internal error: KeyError"),
        ("internal error: ValueError: SECRET", "internal error: ValueError"),
        ("sandbox failure: tester: SECRET", "sandbox failure: tester"),
        ("sandbox failure: fork: out of memory (ENOMEM)", "sandbox failure: fork: out of memory (ENOMEM)"),
        ("it can't be 'SECRET', isn't it", "it can't be '…', isn't it"),
        ("unclosed: 'SECRET and all", "unclosed: '…'"),
        ('the tests\' own "SECRET\\" it\'s" end', "the tests' own '…' end"),
        ("a\nb", "a b"),
        ("x" * 1000, "x" * 399 + "…"),
    ],
)
def test_reasons(message: str, logged: str) -> None:
    assert reason_of(replace(result(), judgement=refused(None, Verdict.JE, message))) == logged
    suite = parse_suite(ADD)
    assert reason_of(replace(result(), judgement=refused(suite, Verdict.JE, message))) == logged


# Metrics


def test_metrics_of_a_batch(lines: Lines) -> None:
    judge_error = replace(result(), judgement=refused(None, Verdict.JE, "ours"), judge_time_s=0.0)
    wrong = result(1, Verdict.WA, reward=0.0, correctness=0.0)
    record(result(), wrong, result(2, Verdict.SV, reward=0.0, correctness=0.0), judge_error)

    _, [blob] = lines()

    [directive] = blob["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == "CodeVerifier" and directive["Dimensions"] == [["service"]]
    assert {m["Name"]: m["Unit"] for m in directive["Metrics"] if m["Unit"] != "Count"} == {
        "Reward": "None",
        "Penalty": "None",
        "QueueMs": "Milliseconds",
        "SandboxOverheadMs": "Milliseconds",
    }
    del blob["_aws"]
    assert blob == {
        "service": "verifier",
        "Samples": [4.0],
        "JudgeErrors": [1.0],
        "SecurityViolations": [1.0],
        "ZeroRewards": [2.0],
        "Verdict_AC": [1.0],
        "Verdict_WA": [1.0],
        "Verdict_SV": [1.0],
        "Verdict_JE": [1.0],
        "Reward": [0.9, 0.0, 0.0],
        "Penalty": [0.1],
        "QueueMs": [125.0, 125.0, 125.0],
        "SandboxOverheadMs": [250.0, 250.0, 250.0],
        "ColdStart": [1.0],
    }


@pytest.mark.parametrize("count", [1, 64, 99, 100, 101, 500])
def test_batches_of_any_size_keep_to_the_limits(lines: Lines, count: int) -> None:
    """Values are split over blobs; their sums and numbers are those of the batch."""
    record(*[result(n, reward=n / 1000) for n in range(count)])

    logs, blobs = lines()

    assert len(logs) == count
    assert len(blobs) == math.ceil(count / 99)
    assert sum(blob["Samples"][0] for blob in blobs) == count
    assert sum(blob["Verdict_AC"][0] for blob in blobs) == count
    rewards = [reward for blob in blobs for reward in blob["Reward"]]
    assert rewards == [n / 1000 for n in range(count)]
    assert sum("ColdStart" in blob for blob in blobs) == 1


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_only_finite_numbers_are_written(lines: Lines, bad: float) -> None:
    record(result(reward=bad, cpu_time_s=bad), replace(result(1), judge_time_s=bad, queue_time_s=bad))
    logs, [blob] = lines()
    assert "aggregate_reward_score" not in logs[0] and "cpu_time_s" not in logs[0]
    assert blob["Reward"] == [0.9]


def test_only_the_first_invocation_is_a_cold_start(lines: Lines) -> None:
    for _ in range(3):
        door.handler([sample("a")], None)
    _, blobs = lines()
    assert [blob["ColdStart"] for blob in blobs] == [[1.0], [0.0], [0.0]]


def test_an_empty_batch(lines: Lines) -> None:
    assert door.handler([], None) == []
    assert lines() == ([], [])


def test_samples_that_share_a_judgement_are_measured_once(lines: Lines) -> None:
    door.handler([sample(f"s{n}") for n in range(5)], None)
    logs, [blob] = lines()
    assert len(logs) == 5 and len(blob["Reward"]) == 5 and len(blob["QueueMs"]) == 1
    assert blob["SandboxOverheadMs"][0] > 0


def test_metrics_of_others_in_the_process_are_left_alone(lines: Lines) -> None:
    """powertools' Metrics shares its values among all of its instances."""
    from aws_lambda_powertools import Metrics

    theirs = Metrics(namespace="Theirs", service="theirs")
    theirs.add_metric("Mine", "Count", 1)
    record(result())
    _, [blob] = lines()
    assert "Mine" not in blob and blob["service"] == "verifier"
    assert theirs.provider.metric_set.keys() == {"Mine"}
    theirs.clear_metrics()


# Settings


def test_it_can_be_switched_off(lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERIFIER_LOGS", "off")
    assert door.handler([sample("a")], None)[0]["aggregate_reward_score"] == 1.0
    assert lines() == ([], [])


def test_names_by_setting(lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "grader-of-tests")
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Mine")
    door.handler([sample("a")], None)
    [line], [blob] = lines()
    assert line["service"] == blob["service"] == "grader-of-tests"
    assert blob["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "Mine"


def test_metrics_alone_can_be_switched_off(lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also for batches at whose hundredth value powertools would print by itself."""
    monkeypatch.setenv("POWERTOOLS_METRICS_DISABLED", "true")
    observer = PowertoolsObserver("verifier", "CodeVerifier", tracing=False)
    for _ in range(3):
        observer.record([result(n) for n in range(150)], None)
    logs, blobs = lines()
    assert len(logs) == 450 and blobs == []


# Nothing of it may cost a batch


def test_a_failure_is_said_once_and_costs_nothing(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    class Full:
        def write(self, text: str) -> int:
            raise OSError(28, "No space left on device")

        def flush(self) -> None:
            pass

    door.handler([sample("a")], None)
    capfd.readouterr()
    with monkeypatch.context() as broken:
        broken.setattr(sys, "stdout", Full())
        for _ in range(2):
            results = door.handler([sample("a"), sample("b"), sample("c")], None)
            assert [r["aggregate_reward_score"] for r in results] == [1.0, 1.0, 1.0]

    captured = capfd.readouterr()
    assert captured.err.count("verifier: logging failed") == 1
    assert len(captured.err.splitlines()) == 1 and captured.out == ""
    door.handler([sample("a")], None)
    assert len(capfd.readouterr().out.splitlines()) == 2, "it goes on where it can"


def test_a_bad_setting_of_powertools_costs_nothing(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("POWERTOOLS_LOGGER_SAMPLE_RATE", "often")
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "never-set-up-before")
    assert door.handler([sample("a")], None)[0]["aggregate_reward_score"] == 1.0
    captured = capfd.readouterr()
    assert captured.out == "" and "no log lines and no metrics: InvalidLoggerSamplingRateError" in captured.err


def run(code: str, **env: str) -> subprocess.CompletedProcess[str]:
    """In a process of its own, as on Lambda: what is imported, and what root handlers there are, matters here."""
    head = f"from verifier.handler import handler\nADD, RIGHT = {ADD!r}, {RIGHT!r}\n"
    head += "samples = [{'id': 'a', 'code': RIGHT, 'reference_answer': ADD}]\n"
    return subprocess.run(
        [sys.executable, "-c", head + textwrap.dedent(code)],
        capture_output=True, text=True, check=True, env={**os.environ, **env},
    )  # fmt: skip


def test_without_the_package_the_handler_works_and_says_how_to_get_it() -> None:
    done = run("""
        import sys
        sys.modules["aws_lambda_powertools"] = None
        for _ in range(2):
            assert handler(samples, None)[0]["aggregate_reward_score"] == 1.0
    """)
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1 and "pip install 'rl-code-verifier[aws]'" in done.stderr
    assert "VERIFIER_LOGS=off" in done.stderr


def test_only_the_door_imports_it_and_only_when_it_is_used() -> None:
    done = run("""
        import sys, verifier.cli, verifier.pipeline
        print([name for name in sys.modules if name.startswith(("aws_", "boto", "moto"))])
        handler(samples, None)
        print("aws_lambda_powertools" in sys.modules, "botocore.session" in sys.modules, "aws_xray_sdk" in sys.modules)
    """)
    out = done.stdout.splitlines()
    assert (out[0], out[-1]) == ("[]", "True False False")


def test_lines_are_not_doubled_by_the_runtimes_own_handler() -> None:
    """awslambdaric puts a handler on the root logger, which writes to stdout too; and an event is never logged."""
    done = run(
        """
        import logging, sys
        logging.getLogger().addHandler(logging.StreamHandler(sys.stdout))
        logging.getLogger().setLevel(logging.INFO)
        handler(samples, None)
        """,
        POWERTOOLS_LOGGER_LOG_EVENT="true",
    )
    assert len(done.stdout.splitlines()) == 2 and "def add" not in done.stdout
    assert done.stderr == ""


# Tracing


def test_tracing_is_off_unless_it_is_asked_for() -> None:
    assert traces({}) == []


def test_the_scoring_is_a_subsegment_of_the_trace() -> None:
    """Read as X-Ray's daemon gets it, over UDP. It holds numbers alone."""
    pytest.importorskip("aws_xray_sdk")
    sent = traces({"POWERTOOLS_TRACE_DISABLED": "false"})
    assert len(sent) == 1
    segment = json.loads(sent[0].partition("\n")[2])
    assert segment["name"] == "## score" and segment["trace_id"] == "1-5759e988-bd862e3fe1be46a994272793"
    assert segment["annotations"] == {"Samples": 1, "ColdStart": True}
    assert "def add" not in sent[0] and "metadata" not in segment


def test_tracing_without_its_package() -> None:
    done = run(
        """
        import sys
        sys.modules["aws_xray_sdk"] = None
        handler(samples, None)
        """,
        POWERTOOLS_TRACE_DISABLED="false",
    )
    assert "pip install 'rl-code-verifier[tracing]'" in done.stderr
    assert len(done.stdout.splitlines()) == 2


def traces(env: dict[str, str]) -> list[str]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as daemon:
        daemon.bind(("127.0.0.1", 0))
        daemon.setblocking(False)
        run(
            "handler(samples, None)",
            AWS_XRAY_DAEMON_ADDRESS=f"127.0.0.1:{daemon.getsockname()[1]}",
            LAMBDA_TASK_ROOT="/var/task",
            _X_AMZN_TRACE_ID="Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1",
            **env,
        )
        sent = []
        while True:
            try:
                sent.append(daemon.recv(1 << 16).decode())
            except BlockingIOError:
                return sent


def test_a_line_is_made_of_known_words_only() -> None:
    """Whoever adds a key to the line should think of what may be in it."""
    assert line_of(result()).keys() == AT_TOP - {
        "level", "message", "timestamp", "service", "reason", "xray_trace_id", "invocation",
    }  # fmt: skip
