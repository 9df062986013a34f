"""The crash journal: what ran when a process died is known to the next one."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from verifier.errors import RequestError
from verifier.journal import Journal, key_of

DIES = """
import os, sys, threading
from pathlib import Path
from verifier.journal import Journal
journal = Journal(Path(sys.argv[1]))
inside = threading.Barrier(len(sys.argv) - 1)
def run(key):
    with journal.running(key):
        inside.wait()
        threading.Event().wait()
for key in sys.argv[2:]:
    threading.Thread(target=run, args=(key,), daemon=True).start()
inside.wait()
os.kill(os.getpid(), 9)
"""
A, B, C = (key_of(f"print({n})", "digest") for n in range(3))


def dies_with(folder: Path, *keys: str) -> None:
    """A process that is killed while these run."""
    ended = subprocess.run([sys.executable, "-c", DIES, str(folder), *keys], timeout=60)
    assert ended.returncode == -9


def entries(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def test_nothing_is_left_of_what_ended_well(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    with journal.running(A):
        assert len(entries(tmp_path)) == 1
    with pytest.raises(ValueError, match="x"), journal.running(B):
        raise ValueError("x")
    assert entries(tmp_path) == []
    after = Journal(tmp_path)
    assert not after.is_guilty(A)
    assert not after.is_guilty(B)


def test_what_ran_alone_when_the_process_died_is_guilty_for_good(tmp_path: Path) -> None:
    dies_with(tmp_path, A)
    for _ in range(2):
        journal = Journal(tmp_path)
        assert journal.is_guilty(A)
        assert not journal.is_guilty(B)


def test_of_several_each_runs_once_more_alone(tmp_path: Path) -> None:
    dies_with(tmp_path, A, B)
    journal = Journal(tmp_path)
    assert not journal.is_guilty(A)
    assert not journal.is_guilty(B)
    started, both = threading.Event(), []

    def other() -> None:
        started.set()
        with journal.running(C):
            both.append("C")

    with journal.running(A):
        thread = threading.Thread(target=other)
        thread.start()
        started.wait()
        thread.join(0.2)
        assert both == []
    thread.join()
    assert both == ["C"]
    assert not Journal(tmp_path).is_guilty(A)


def test_a_suspect_that_kills_again_is_guilty_and_its_mates_are_not(tmp_path: Path) -> None:
    dies_with(tmp_path, A, B)
    dies_with(tmp_path, A)
    journal = Journal(tmp_path)
    assert journal.is_guilty(A)
    assert not journal.is_guilty(B)


def test_what_another_process_runs_is_nobody_s_guilt(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    with journal.running(A):
        assert not Journal(tmp_path).is_guilty(A)
        assert len(entries(tmp_path)) == 1


def test_without_a_place_to_write_it_is_judged_all_the_same(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    journal = Journal(folder)
    folder.rmdir()
    with journal.running(A):
        pass


def test_what_a_submission_can_make_by_path_convicts_nobody_and_hides_nothing(tmp_path: Path) -> None:
    """Files without content, directories, links and FIFOs; any number of them."""
    dies_with(tmp_path, A)
    names = [f"verifier-journal-{B}-{how}-1.1-{n}" for how in ("guilty", "alone") for n in range(4)]
    for make, name in zip((Path.touch, Path.mkdir, os.mkfifo, lambda p: p.symlink_to(p.name)) * 2, names, strict=True):
        make(tmp_path / name)
    for n in range(11_000):
        (tmp_path / f"verifier-journal-x-guilty-1.1-{n}").mkdir()
    (tmp_path / "other").touch()
    journal = Journal(tmp_path)
    assert journal.is_guilty(A)
    assert not journal.is_guilty(B)
    assert len(entries(tmp_path)) == 2


def test_a_folder_that_can_not_be_written_to_is_named(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match=r"no-such-folder: can't hold the journal"):
        Journal(tmp_path / "no-such-folder")


def test_keys_tell_submissions_and_suites_apart() -> None:
    keys = {key_of("a", "b"), key_of("a", "c"), key_of("b", "b"), key_of("a\0b", ""), key_of("\ud800", "")}
    assert len(keys) == 5
    assert all(len(os.fsencode(key)) == 32 for key in keys)
