"""References that sleep: the wall time limit that goes by the CPU limit would be too short for them."""

from __future__ import annotations

from pathlib import Path

import pytest

from verifier.authoring.calibrate import Calibrated, calibrate
from verifier.judging.judge import Judgement
from verifier.judging.reward import Score
from verifier.suite.base import Calibration
from verifier.suite.model import Suite, parse_suite
from verifier.suite.package import FOLDERS, Package, Submission
from verifier.verdict import CaseResult, Verdict


class Sleeps:
    """In the place of a Runner: each run sleeps as long as is told, in the second of two asserts."""

    def __init__(self, *walls_s: float) -> None:
        self._walls_s = list(walls_s)

    def judge(self, code: str, suite: Suite) -> Judgement:
        costs = (("assert 1", 0.01), ("assert 2", self._walls_s.pop(0)))
        results = tuple(
            CaseResult(index, Verdict.AC, cpu_time_s=0.01, wall_time_s=wall_s, name=name)
            for index, (name, wall_s) in enumerate(costs)
        )
        return Judgement(Verdict.AC, Score(1.0, 1.0, 2, 2, 0.0, 0.0, 0.0, 0), results)


def calibrated(limits: dict[str, float], *walls_s: float) -> tuple[Calibrated, Suite]:
    asserts = ["assert f(1) == 2", "assert f(2) == 4"]
    suite = parse_suite({"kind": "asserts", "entry_point": "f", "asserts": asserts, "limits": limits})
    package = Package(Path("/nowhere"), suite, "", (Submission("accepted/a.py", "", FOLDERS["accepted"]),), ())
    where = Calibration(machine_speed=1.0)
    return calibrate(package, Sleeps(*walls_s), runs=len(walls_s), where=where), suite  # type: ignore[arg-type]


def test_a_reference_that_sleeps_has_time_to(tmp_path):
    found, suite = calibrated({}, 14.0, 9.0, 30.0)

    [wall] = [one for one in found.limits if one.name == "wall_time_s"]
    assert (wall.proposed, wall.reason) == (50.0, "longest reference 9 s by the clock (assert 2)")
    limits = found.new_limits(suite.limits)
    assert (limits.cpu_time_s, limits.wall_time_s) == (1.0, 50.0)


@pytest.mark.parametrize(
    ("limits", "wall_s", "kept_s"),
    [({}, 2.0, 7.0), ({"wall_time_s": 30.0}, 9.0, 30.0)],
    ids=["it goes by the CPU limit", "the author's own"],
)
def test_a_wall_limit_that_is_long_enough_stands(limits, wall_s, kept_s):
    found, suite = calibrated(limits, wall_s)

    assert "wall_time_s" not in {one.name for one in found.limits}
    assert found.new_limits(suite.limits).wall_time_s == kept_s
