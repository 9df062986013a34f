"""The example suites prove themselves: each submission gets the verdict that its directory is named after."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from verifier.pipeline import Verifier

TESTSUITES = Path(__file__).parents[2] / "testsuites"
SUBMISSIONS = sorted(TESTSUITES.glob("*/submissions/*/*.py"))
VERDICTS = {
    "accepted": "AC",
    "wrong_answer": "WA",
    "time_limit_exceeded": "TLE",
    "memory_limit_exceeded": "MLE",
    "output_limit_exceeded": "OLE",
    "run_time_error": "RTE",
    "compile_error": "CE",
}


@pytest.fixture(scope="module")
def verifier() -> Iterator[Verifier]:
    with Verifier(suites=str(TESTSUITES)) as verifier:
        yield verifier


@pytest.mark.parametrize("path", SUBMISSIONS, ids=lambda path: "/".join((*path.parts[-4:-3], *path.parts[-2:])))
def test_a_submission_gets_the_verdict_of_its_directory(verifier, path):
    suite = path.parts[-4]
    sample = {"id": path.stem, "code": path.read_text(encoding="utf-8"), "reference_answer": {"suite": suite}}

    [found] = verifier.score([sample])
    assert found.verdict == VERDICTS[path.parent.name], found.message
    assert (found.reward == pytest.approx(1)) == (path.parent.name == "accepted")
