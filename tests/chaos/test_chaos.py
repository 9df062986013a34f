"""Each fault, while submissions of each kind are judged: judge errors at most, recovery at once, nothing left."""

from __future__ import annotations

import contextlib
import os
import random
import resource
import signal
import threading
import time
from collections.abc import Iterator
from typing import Any
from unittest import mock

import psutil
import pytest

from tests.chaos.batch import HONEST, OTHERS, Batch, Entry, not_recovered
from tests.chaos.faults import FAULTS
from tests.chaos.scene import WORKERS, Scene, children_of, descriptors, left_behind, temporary_files, temporary_place
from verifier.pipeline import Verifier
from verifier.sandbox import folder as folders
from verifier.sandbox.zygotes import Zygote
from verifier.suite.model import parse_suite


@pytest.fixture(scope="module")
def place() -> Iterator[tuple[Scene, Verifier]]:
    """A warm verifier of this module's own, whose processes may be killed."""
    with temporary_place() as (folder, is_small):
        scene = Scene(folder, is_small, random.Random(7))
        before = descriptors()
        with Verifier(workers=WORKERS) as verifier:
            assert not_recovered(verifier) == []
            yield scene, verifier
        assert left_behind(scene, closed=True) == []
        assert descriptors() <= before


def _matrix() -> Iterator[Any]:
    for fault in FAULTS.values():
        for kind in fault.kinds:
            starts_testers = kind == "pytest" and (fault.strikes or fault.name == "disk full")
            yield pytest.param(fault.name, kind, marks=[pytest.mark.slow] if starts_testers else [])


@pytest.mark.parametrize(("name", "kind"), list(_matrix()))
def test_a_fault_costs_judge_errors_at_most_and_leaves_nothing(place, name, kind):
    scene, verifier = place
    fault = FAULTS[name]
    if why := fault.needs(scene):
        pytest.skip(why)
    honest = [entry for entry in HONEST if entry.kind == kind]
    other = scene.chance.choice([entry for entry in OTHERS if entry.kind == kind and entry.verdict != "TLE"])
    outcome = Batch(verifier, fault, WORKERS).run([*honest, other], scene, most_times=1)
    assert outcome.wrong == []
    assert not_recovered(verifier, honest[:1] + honest[-1:]) == []
    assert left_behind(scene, closed=False) == []


# What came up, each as small as it gets


def _suite(**suite):
    return parse_suite({"limits": {"cpu_time_s": 1.0, "wall_time_s": 20.0}, **suite})


ONE_CALL = _suite(kind="function", entry_point="f", cases=[{"args": [1], "expected": 1}])


def _judging(verifier: Verifier, code: str, suite) -> tuple[threading.Thread, list]:
    found: list = []
    thread = threading.Thread(target=lambda: found.append(verifier.judge(code, suite)))
    thread.start()
    return thread, found


ONE_ASSERT = _suite(kind="asserts", entry_point="f", code="def check(candidate):\n    assert candidate(1) == 1\n")


@pytest.mark.parametrize(("suite", "verdict"), [(ONE_CALL, "AC"), (ONE_ASSERT, "RTE")], ids=["function", "asserts"])
def test_a_cell_that_somebody_else_has_killed_is_tried_again(place, suite, verdict):
    """Whoever it was: the second run shows. A submission that does it itself does it again. Not with tests: one that
    kills itself has learnt how they go, and would have another guess."""
    scene, verifier = place
    sleepy = "import time\ndef f(n):\n    time.sleep(0.3)\n    return n"
    thread, found = _judging(verifier, sleepy, suite)
    victim = scene.victim(scene.cells)
    assert victim is not None
    time.sleep(0.1)
    victim.kill()
    thread.join()
    assert found[0].verdict == verdict, found[0].message
    suicide = "import os, signal\ndef f(n): os.kill(os.getpid(), signal.SIGKILL)"
    assert verifier.judge(suicide, suite).verdict == "RTE"


@pytest.mark.slow
def test_a_tester_that_somebody_has_stopped_is_no_time_limit_of_the_submission(place):
    scene, verifier = place
    suite = _suite(
        kind="asserts",
        entry_point="f",
        code="def check(candidate):\n    assert candidate(1) == 1\n    assert candidate(2) == 2\n",
        limits={"cpu_time_s": 1.0, "wall_time_s": 2.0},
    )
    thread, found = _judging(verifier, "import time\ndef f(n):\n    time.sleep(0.3)\n    return n", suite)
    victim = scene.victim(scene.testers)
    assert victim is not None
    time.sleep(0.1)
    victim.suspend()
    thread.join()
    assert found[0].verdict in ("AC", "JE"), found[0].message
    assert left_behind(scene, closed=False) == []


def test_a_zygote_that_somebody_has_stopped_is_no_time_limit_of_the_submission(place):
    """Its cell has ended, and nobody says so."""
    scene, verifier = place
    suite = _suite(kind="stdio", cases=[{"stdout": "7"}], limits={"cpu_time_s": 1.0, "wall_time_s": 2.0})
    thread, found = _judging(verifier, "import time\ntime.sleep(0.5)\nprint(7)", suite)
    cell = scene.victim(scene.cells)
    assert cell is not None
    parent = cell.parent()
    assert parent is not None
    time.sleep(0.1)
    parent.suspend()
    thread.join()
    assert found[0].verdict == "AC", found[0].message


@pytest.mark.parametrize("name", ["no descriptors", "few descriptors"])
def test_a_folder_that_can_not_be_removed_now_is_removed_later(place, name):
    scene, _ = place
    before = temporary_files(scene.folder)
    folder = folders.Folder(None)
    with open(os.path.join(folder.get(), "left"), "w"):
        pass
    with FAULTS[name].begin(scene):
        folder.clear()
    folder.get()
    folder.close()
    assert temporary_files(scene.folder) == before


def test_an_empty_folder_is_removed_without_a_descriptor(place):
    """A worker that is asked for nothing afterwards would leave it until it is closed."""
    scene, _ = place
    before = temporary_files(scene.folder)
    folder = folders.Folder(None)
    folder.get()
    with FAULTS["no descriptors"].begin(scene):
        folder.clear()
    assert temporary_files(scene.folder) == before


def test_a_directory_that_can_not_be_looked_into_for_want_of_descriptors_is_not_too_large(place, tmp_path):
    scene, _ = place
    with FAULTS["no descriptors"].begin(scene):
        is_over = folders.is_over(str(tmp_path), os.getpid(), 1, 1)
    assert not is_over


@pytest.mark.slow
def test_a_test_that_fails_on_a_full_disk_says_nothing_about_the_submission(place):
    scene, verifier = place
    if why := FAULTS["disk full"].needs(scene):
        pytest.skip(why)
    [entry] = [entry for entry in HONEST if entry.kind == "pytest" and "sleep" not in entry.code]
    assert not_recovered(verifier, [entry]) == []  # the folder is there already
    with FAULTS["disk full"].begin(scene):
        judged = verifier.judge(entry.unique_code, entry.suite)
    assert judged.verdict == "JE"
    assert not_recovered(verifier, [entry]) == []
    wrong = Entry("pytest", "def f(n): return n + 1", entry.suite, "WA")
    assert verifier.judge(wrong.unique_code, wrong.suite).verdict == "WA"


def test_zygotes_that_died_while_nobody_used_them_are_no_violation_of_the_next_submission(place):
    """This one needs two of them, one after the other."""
    scene, verifier = place
    [entry] = [entry for entry in HONEST if "sqlite3" in entry.code]
    assert not_recovered(verifier, [entry, entry]) == []
    for zygote in scene.all_zygotes():
        zygote.kill()
        zygote.wait()
    assert not_recovered(verifier, [entry, entry]) == []


@pytest.mark.slow
def test_a_zygote_that_dies_at_every_fork_is_no_violation(place):
    """The submission's text has not been handed out yet."""
    _, verifier = place
    ask_fork = Zygote.ask_fork

    def die_first(zygote: Zygote, *args: Any) -> None:
        process = psutil.Process(zygote.pid)
        process.kill()
        psutil.wait_procs([process], timeout=20)
        ask_fork(zygote, *args)

    with mock.patch.object(Zygote, "ask_fork", die_first):
        for suite in (ONE_CALL, ONE_ASSERT):
            judged = verifier.judge("def f(n): return n", suite)
            assert judged.verdict == "JE", judged.message


@pytest.mark.parametrize("delay_s", [0.0, 0.002, 0.3])
def test_a_cell_does_not_outlive_its_zygote(place, delay_s):
    """Neither one that has not confined itself yet, which nothing tells from the zygote but who forked it."""
    scene, verifier = place
    assert not_recovered(verifier, HONEST[:1]) == []
    thread, _ = _judging(verifier, f"import time\ndef f(n): time.sleep(600)\n# {delay_s}", ONE_CALL)
    while thread.is_alive():
        for zygote in scene.zygotes():
            if children_of(zygote.pid):
                time.sleep(delay_s)
                with contextlib.suppress(psutil.NoSuchProcess):
                    zygote.kill()
    thread.join()
    assert left_behind(scene, closed=False) == []


def test_a_cell_that_could_not_be_ended_for_want_of_descriptors_is_ended_later(place):
    scene, verifier = place
    assert not_recovered(verifier, HONEST[:1]) == []
    thread, found = _judging(verifier, "import time\ndef f(n): time.sleep(600)", ONE_CALL)
    cell = scene.victim(scene.cells)
    assert cell is not None
    zygote = cell.parent()
    assert zygote is not None
    time.sleep(0.3)
    with FAULTS["no descriptors"].begin(scene):
        os.kill(zygote.pid, signal.SIGKILL)
        thread.join()
    assert found[0].verdict == "JE"
    for _ in range(WORKERS):  # whichever worker it was
        threads = [
            _judging(verifier, f"import time\ndef f(n): time.sleep(0.2)\n# {n}", ONE_CALL) for n in range(WORKERS)
        ]
        for waiting, _ in threads:
            waiting.join()
    assert left_behind(scene, closed=False) == []


def test_a_low_limit_on_descriptors_costs_no_layer_of_the_jail():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with Verifier(workers=1) as verifier:
        layers = verifier.judge("def f(n): return n", ONE_CALL).isolation.in_force
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, 150), hard))
    try:
        with Verifier(workers=1) as verifier:
            assert verifier.judge("def f(n): return n", ONE_CALL).isolation.in_force == layers
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_batch_whose_workers_can_not_be_started_is_judge_errors_and_no_exception(place):
    scene, _ = place
    if why := FAULTS["no fork"].needs(scene):
        pytest.skip(why)
    suite = {"kind": "function", "entry_point": "f", "cases": [{"args": [1], "expected": 1}]}
    samples = [{"id": n, "code": f"def f(n): return n\n# {n}", "reference_answer": suite} for n in range(3)]
    with Verifier(workers=WORKERS) as verifier:
        with FAULTS["no fork"].begin(scene):
            assert [result.verdict for result in verifier.score(samples)] == ["JE"] * 3
        assert [result.verdict for result in verifier.score(samples)] == ["AC"] * 3
