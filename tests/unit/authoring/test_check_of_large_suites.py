"""What `verifier suite check` does grows with a suite, and no faster: what it compares and walks through is counted."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from verifier.authoring import check_cases, check_runs
from verifier.authoring.check_runs import Ran
from verifier.authoring.places import Places
from verifier.judging.judge import Judgement
from verifier.judging.reward import Score
from verifier.suite.model import Suite, parse_suite
from verifier.suite.package import FOLDERS, Package, Submission
from verifier.verdict import CaseResult, Verdict

SIZE = 300


def package_of(suite: Suite, *submissions: Submission) -> Package:
    return Package(Path("/nowhere"), suite, "", submissions, ())


@pytest.mark.parametrize(
    ("checker", "stdout"),
    [("tokens", " ".join(map(str, range(SIZE)))), ("json", str(list(range(SIZE))))],
)
def test_a_long_expected_text_is_not_compared_as_a_whole_for_each_of_its_numbers(monkeypatch, checker, stdout):
    compared: Counter[str] = Counter()
    check_output = check_cases.check_output

    def counting(actual, expected, rule):
        compared["chars"] += len(expected)
        return check_output(actual, expected, rule)

    monkeypatch.setattr(check_cases, "check_output", counting)
    suite = parse_suite({"kind": "stdio", "checker": checker, "cases": [{"stdin": "", "stdout": stdout}]})
    list(check_cases.check_cases(suite, Places(package_of(suite))))
    assert 0 < compared["chars"] < 10 * len(stdout)


def test_a_calibrated_suite_s_cases_are_not_walked_through_for_each_case(monkeypatch):
    walked: Counter[str] = Counter()
    key_of = check_runs.key_of

    def counting(case):
        walked["cases"] += 1
        return key_of(case)

    monkeypatch.setattr(check_runs, "key_of", counting)
    case = {"args": [1], "expected": 1, "reference_cpu_time_s": 0.5}
    suite = parse_suite({"kind": "function", "entry_point": "f", "cases": [case] * SIZE})
    reference = Submission("accepted/a.py", "", FOLDERS["accepted"])
    results = tuple(CaseResult(index, Verdict.AC, cpu_time_s=5.0) for index in range(SIZE))
    judgement = Judgement(Verdict.AC, Score(1.0, 1.0, SIZE, SIZE, 0.0, 0.0, 0.0, 0), results)

    package = package_of(suite, reference)
    found = list(check_runs.check_runs(package, [Ran(reference, (judgement,))], Places(package)))
    assert [one.code for one in found].count("stale-calibration") == SIZE
    assert 0 < walked["cases"] < 10 * SIZE


class Hangs:
    """In the place of a Runner: every case runs out of time, until the suite stops."""

    workers = 1

    def judge(self, code: str, suite: Suite) -> Judgement:
        count = len(suite.known_cases)
        timed_out = min(count, suite.max_timeouts)
        verdicts = [Verdict.TLE] * timed_out + [Verdict.SK] * (count - timed_out)
        results = tuple(CaseResult(index, verdict) for index, verdict in enumerate(verdicts))
        return Judgement(Verdict.TLE, Score(0.0, 0.0, 0, count, 0.0, 0.0, 0.0, 0), results)

    def judge_all(self, jobs):
        return [self.judge(*job) for job in jobs]


def test_a_wrong_submission_that_hangs_does_so_in_all_cases_once():
    suite = parse_suite({"kind": "asserts", "entry_point": "f", "asserts": ["assert f(1) == 2"] * 9})
    wrong = Submission("rejected/a.py", "", FOLDERS["rejected"])
    right = Submission("accepted/a.py", "", FOLDERS["accepted"])

    ran = check_runs.run_submissions(package_of(suite, wrong, right), Hangs(), runs=4)  # type: ignore[arg-type]
    hung = [
        [sum(case.verdict is Verdict.TLE for case in judgement.cases) for judgement in one.judgements] for one in ran
    ]
    assert hung == [[9, 2, 2, 2], [9, 9, 9, 9]]
