"""Every attack of the library earns its share and no more, every odd but honest program earns all, and after each the
worker is as it was."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.attacks.library import (
    CLASSES,
    CONTROL,
    LIBRARY,
    SUITES,
    Bench,
    LibraryError,
    arrangement,
    load,
    read_attack,
    suites,
)
from verifier.errors import SandboxError
from verifier.pipeline import Verifier
from verifier.sandbox.keeper import SandboxOptions
from verifier.suite.model import KINDS

ENTRIES = load()
ATTACKS = [entry for entry in ENTRIES if not entry.is_control]
CONTROLS = [entry for entry in ENTRIES if entry.is_control]
ROOT = Path(__file__).parents[2]


def _rows(entries):
    return [pytest.param(e, id=e.name, marks=[pytest.mark.slow] if e.slow else []) for e in entries]


@pytest.fixture(scope="session", params=["all layers", "container", "lambda"])
def bench(request):
    """With all layers that this host grants, and with no more than other presets require."""
    policy = "library" if request.param == "all layers" else arrangement(request.param)
    with Verifier(SUITES, workers=1, sandbox=SandboxOptions(policy=policy)) as verifier:
        try:
            verifier.start()
        except SandboxError as error:
            pytest.skip(f"not on this host: {error}")
        yield Bench(verifier)


@pytest.fixture(scope="session")
def layers(bench):
    return bench.layers


@pytest.mark.parametrize("attack", _rows(ATTACKS))
def test_an_attack_earns_its_share_and_leaves_nothing(bench, layers, attack):
    if attack.needs and not attack.needs & layers:
        pytest.skip(f"needs one of these layers: {', '.join(sorted(attack.needs))}")
    trial = bench.run(attack)
    assert trial.problems == (), trial.result.message


@pytest.mark.parametrize("control", _rows(CONTROLS))
def test_an_odd_but_honest_submission_earns_all(bench, control):
    trial = bench.run(control)
    assert trial.problems == (), trial.result.message


@pytest.mark.parametrize("suite", suites().ids())
def test_the_honest_submission_of_a_suite_earns_all(bench, layers, suite):
    if suites().get(suite).scratch and "empty root" not in layers:
        pytest.skip("a scratch directory takes an empty root")
    result = bench.judge((SUITES / suite / "honest.py").read_text(), suite)
    assert (result.verdict, result.judgement.score.correctness) == ("AC", 1.0), result.message


def test_there_are_attacks_of_every_class_and_kind():
    kinds = {suite: suites().get(suite).kind for suite in suites().ids()}
    by_class = Counter(attack.of_class for attack in ATTACKS)
    assert len(ATTACKS) >= 120
    assert min(by_class[name] for name in CLASSES) >= 5
    assert {kinds[attack.suite] for attack in ATTACKS} == set(KINDS)


def test_there_are_controls_of_every_kind():
    assert len(CONTROLS) >= 40
    assert {suites().get(control.suite).kind for control in CONTROLS} == set(KINDS)


def test_no_two_entries_try_the_same():
    titles = Counter(entry.title for entry in ENTRIES)
    texts = Counter((entry.text, entry.before, entry.suite) for entry in ENTRIES)
    assert [title for title, count in titles.items() if count > 1] == []
    assert max(texts.values()) == 1


GOOD = {"class": "exit", "title": "leaves", "suite": "linear", "max_correctness": 0.0}


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"class": "exits"}, "class 'exits' is none of"),
        ({"class": "control"}, "correctness must be given"),
        ({"suite": "no-such"}, "no suite 'no-such'"),
        ({"titel": "x"}, "'titel' is no key"),
        ({"title": ""}, "title is missing"),
        ({"max_correctness": 2.0}, "between 0 and 1"),
        ({"max_correctness": 0}, "must be of type float, not int"),
        ({"correctness": 1.0}, "and correctness must not"),
        ({"verdicts": ["OK"]}, "verdicts must be of"),
        ({"verdicts": ["JE"]}, "verdicts must be of"),
        ({"verdicts": []}, "must not be empty"),
        ({"verdict_with_seccomp": "sv"}, "verdicts must be of"),
        ({"before": "first.py"}, "holds"),
        ({"repeat": [["x", 3]]}, "repeat must hold"),
        ({"before": "../first.py"}, "a file in the same folder"),
    ],
)
def test_a_wrong_entry_is_told_of(tmp_path, change, problem):
    folder = tmp_path / "exit-x"
    folder.mkdir()
    (folder / "solution.py").write_text("exit()")
    lines = [f"{key} = {json.dumps(value)}" for key, value in (GOOD | change).items()]
    (folder / "attack.toml").write_text("\n".join(lines))
    with pytest.raises(LibraryError, match=problem):
        read_attack(folder)


def test_an_entry_is_named_after_its_class(tmp_path):
    folder = tmp_path / "leaves"
    folder.mkdir()
    (folder / "solution.py").write_text("exit()")
    (folder / "attack.toml").write_text("\n".join(f"{key} = {json.dumps(value)}" for key, value in GOOD.items()))
    with pytest.raises(LibraryError, match="must begin with its class"):
        read_attack(folder)


def test_the_library_runs_as_a_command_and_nothing_of_the_submissions_is_printed():
    names = "forging-metrics-for-the-log forging-lines-of-a-test-run forging-a-verdict-on-every-descriptor".split()
    names += ["forging-a-report-printed-in-tests", "control-prints-with-flush"]
    assert all((LIBRARY / name).is_dir() for name in names)
    command = [sys.executable, "-m", "tests.attacks", "--json", *names]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert run.stderr == ""
    report = json.loads(run.stdout)
    assert run.returncode == 0
    assert report["classes"]["forging"]["attacks"] == 4
    assert report["classes"]["forging"]["earned_too_much"] == 0
    assert report[CONTROL] == {"controls": 1, "with_full_marks": 1}
