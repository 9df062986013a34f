"""From judgements of mutants to a score, a kill table and the author's accepted equivalents."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from verifier.authoring.mutants_equivalent import read_equivalents
from verifier.authoring.mutate import mutate
from verifier.errors import SuiteError
from verifier.judging.judge import Judgement, refused
from verifier.suite.model import Suite
from verifier.suite.package import Package, read_package
from verifier.verdict import CaseResult, Verdict, overall

REFERENCE = "def f(a, b):\n    return a + b\n"
SUITE = 'kind = "function"\nentry_point = "f"\nearly_stop = true\n'
CASES = '{"args": [1, 2], "expected": 3}\n{"args": [0, 0], "expected": 0}\n{"args": [5, 0], "expected": 5}\n'
MINUS = "-    return a + b\n+    return a - b"


class Judged:
    """Stands for the sandbox: `verdicts(code)` are those of the cases."""

    workers = 2

    def __init__(self, verdicts: Callable[[str], str]) -> None:
        self._verdicts = verdicts
        self.suites: list[Suite] = []

    def judge(self, code: str, suite: Suite) -> Judgement:
        self.suites.append(suite)
        results = tuple(
            CaseResult(index, Verdict(name), name=f"case {index}")
            for index, name in enumerate(self._verdicts(code).split())
        )
        score = refused(None, Verdict.JE, "").score
        return Judgement(overall(case.verdict for case in results), score, results, message="why")


def package(tmp_path: Path, equivalent: str = "", reference: str = REFERENCE) -> Package:
    folder = tmp_path / "sums"
    (folder / "submissions/accepted").mkdir(parents=True)
    (folder / "suite.toml").write_text(SUITE)
    (folder / "cases.jsonl").write_text(CASES)
    (folder / "submissions/accepted/plus.py").write_text(reference)
    if equivalent:
        (folder / "equivalent.toml").write_text(equivalent)
    return read_package(folder)


def told(code: str) -> str:
    """Two mutants: `a - b` is killed by two cases, `return None` by the one that is run."""
    if "None" in code:
        return "TLE SK SK"
    return "WA WA AC" if "-" in code else "AC AC AC"


def entry(diff: str, of: str = "accepted/plus.py") -> str:
    return f"[[mutant]]\nof = '{of}'\ndiff = '''\n{diff}\n'''\nreason = 'as good'\n"


def test_a_killed_mutant_is_counted_for_each_case_that_fails_it(tmp_path: Path) -> None:
    report = mutate(package(tmp_path), Judged(told))

    assert (report.suite, report.references, report.made) == ("sums", ("accepted/plus.py",), 2)
    assert (report.killed, len(report.survivors), report.score) == (2, 0, 1.0)
    rows = [(case.index, case.name, case.kills, case.kills_alone, case.unseen) for case in report.cases]
    assert rows == [(0, "case 0", 2, 1, 0), (1, "case 1", 1, 0, 1), (2, "case 2", 0, 0, 1)]


def test_mutants_are_judged_by_every_case_but_only_until_one_runs_out_of_time(tmp_path: Path) -> None:
    judged = Judged(told)
    mutate(package(tmp_path), judged)

    assert [(suite.early_stop, suite.max_timeouts) for suite in judged.suites] == [(True, 20), (False, 1), (False, 1)]


def test_a_survivor_lowers_the_score_and_is_shown_as_a_diff(tmp_path: Path) -> None:
    report = mutate(package(tmp_path), Judged(lambda code: "WA AC AC" if "None" in code else "AC AC AC"))

    assert report.score == 0.5
    [survivor] = report.survivors
    assert survivor.mutant.changed_lines == ("-    return a + b", "+    return a - b")


def test_a_survivor_that_the_author_accepted_is_left_out_of_the_score(tmp_path: Path) -> None:
    report = mutate(package(tmp_path, entry(MINUS)), Judged(lambda code: "WA AC AC" if "None" in code else "AC AC AC"))

    assert (report.score, report.survivors, report.stale) == (1.0, [], ())
    assert [fate.reason for fate in report.equivalent] == ["as good"]


@pytest.mark.parametrize(
    "diff",
    [
        "--- accepted/plus.py\n+++ mutant\n@@ -1,2 +1,2 @@\n def f(a, b):\n" + MINUS,
        "      -    return a + b\n      +    return a - b",
        "-    return a + b\n+    return (a-b)",
    ],
    ids=["pasted", "indented", "written by another Python"],
)
def test_an_entry_is_matched_however_its_diff_is_written(tmp_path: Path, diff: str) -> None:
    report = mutate(package(tmp_path, entry(diff)), Judged(lambda code: "AC AC AC"))

    assert [fate.mutant.operator for fate in report.equivalent] == ["arithmetic"]
    assert report.stale == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (entry("-    return a + b\n+    return a * b"), "names no mutant"),
        (entry(MINUS, of="accepted/other.py"), "names no mutant"),
        (entry(MINUS), "is killed"),
    ],
)
def test_a_stale_entry_is_reported_and_changes_nothing(tmp_path: Path, text: str, said: str) -> None:
    report = mutate(package(tmp_path, text), Judged(told))

    assert len(report.stale) == 1 and said in report.stale[0] and "mutant[0]" in report.stale[0]
    assert report.score == 1.0


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("mutant = 1\n", "sums/equivalent.toml"),
        ("[[mutants]]\nof = 'a'\n", "sums/equivalent.toml"),
        ("[[mutant]]\nof = 'a'\ndiff = '-x'\n", "sums/equivalent.toml.mutant[0]"),
        (entry(MINUS).replace("as good", " "), "sums/equivalent.toml.mutant[0].reason"),
        (entry("return a - b"), "sums/equivalent.toml.mutant[0].diff"),
        ("[[mutant]\n", "sums/equivalent.toml"),
        ("a = " + "[" * 5000, "sums/equivalent.toml"),
        ("a = " + "1" * 5000, "sums/equivalent.toml"),
    ],
)
def test_a_bad_file_of_equivalents_is_a_clear_error(tmp_path: Path, text: str, path: str) -> None:
    with pytest.raises(SuiteError) as caught:
        read_equivalents(package(tmp_path, text).folder)

    assert caught.value.path == path


def test_a_mutant_that_could_not_be_judged_counts_neither_way(tmp_path: Path) -> None:
    report = mutate(package(tmp_path), Judged(lambda code: "JE AC AC" if "None" in code else told(code)))

    assert (report.killed, len(report.survivors), len(report.not_judged), report.score) == (1, 0, 1, 1.0)
    assert [case.kills for case in report.cases] == [1, 1, 0]


def test_a_reference_that_its_suite_refuses_has_no_mutants(tmp_path: Path) -> None:
    report = mutate(package(tmp_path), Judged(lambda code: "WA AC AC"))

    assert (report.made, report.score, report.fates, report.cases) == (0, 0.0, (), ())
    assert report.not_accepted == ("accepted/plus.py: WA: why",)


def test_a_suite_without_references_is_refused(tmp_path: Path) -> None:
    bare = package(tmp_path)
    (bare.folder / "submissions/accepted/plus.py").unlink()

    with pytest.raises(SuiteError, match="submissions/accepted"):
        mutate(read_package(bare.folder), Judged(told))


def test_no_more_mutants_are_run_than_asked_for(tmp_path: Path) -> None:
    reference = "def f(a, b):\n    return a + b + 0 * (a - b) * 7\n"
    steps: list[tuple[int, int]] = []

    report = mutate(
        package(tmp_path, reference=reference),
        Judged(lambda code: "AC AC AC"),
        most=3,
        told=lambda done, total: steps.append((done, total)),
    )

    assert len(report.fates) == 3 < report.made
    assert steps == [(1, 3), (2, 3), (3, 3)]
