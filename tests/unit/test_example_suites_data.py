"""The example suites are whole: every file is read, and every verdict has a submission that shows it."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from verifier.suite.model import KINDS, parse_suite
from verifier.suite.store import DirectoryStore

TESTSUITES = Path(__file__).parents[2] / "testsuites"
SUITES = sorted(path.parent for path in TESTSUITES.glob("*/suite.toml"))
EXAMPLES = TESTSUITES.parent / "examples"

VERDICT_DIRECTORIES = {
    "accepted",
    "wrong_answer",
    "time_limit_exceeded",
    "memory_limit_exceeded",
    "output_limit_exceeded",
    "run_time_error",
    "compile_error",
}
MAX_BYTES = 80_000


@pytest.mark.parametrize("directory", SUITES, ids=lambda directory: directory.name)
def test_a_suite_is_valid_and_small(directory):
    suite = DirectoryStore(TESTSUITES).get(directory.name)
    assert len(suite.known_cases) >= 5
    assert suite.limits.cpu_time_s <= 2
    assert sum(path.stat().st_size for path in directory.rglob("*") if path.is_file()) < MAX_BYTES
    assert (directory / "problem.md").read_text(encoding="utf-8").startswith(f"# {suite.title}\n")


@pytest.mark.parametrize("directory", SUITES, ids=lambda directory: directory.name)
def test_a_suite_shows_two_right_answers_and_several_ways_to_fail(directory):
    found = {path.name: len(list(path.glob("*.py"))) for path in (directory / "submissions").iterdir()}

    assert set(found) <= VERDICT_DIRECTORIES
    assert found["accepted"] >= 2
    assert found["wrong_answer"] >= 2
    assert len(found) >= 3


def test_all_kinds_and_all_verdicts_are_shown():
    kinds = {tomllib.loads((directory / "suite.toml").read_text(encoding="utf-8"))["kind"] for directory in SUITES}

    assert kinds == set(KINDS)
    assert {path.name for path in TESTSUITES.glob("*/submissions/*")} == VERDICT_DIRECTORIES


def test_the_example_batch_refers_to_suites_that_are_there():
    samples = [json.loads(line) for line in (EXAMPLES / "batch.jsonl").read_text(encoding="utf-8").splitlines()]
    references = [sample["reference_answer"] for sample in samples]

    named = {answer["suite"] for answer in references if isinstance(answer, dict) and "suite" in answer}
    assert named == {directory.name for directory in SUITES}
    inline = [answer for answer in references if isinstance(answer, str) or "kind" in answer]
    assert {parse_suite(answer).kind for answer in inline} == {"function", "stdio"}
    assert len({sample["id"] for sample in samples}) == len(samples)
