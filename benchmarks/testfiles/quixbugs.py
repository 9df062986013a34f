"""QuixBugs: a right and a buggy program for each of forty algorithms, with pytest files that read cases from JSON.

The test files are taken as they are. Each imports the program under one of two names, by a setting that the root's
conftest puts into the pytest module; both names are the submission's here. Node, which the graph programs' tests make
their arguments of, is the tests' own class, and no program imports it.
"""

from __future__ import annotations

from pathlib import Path

from benchmarks.testfiles.forged import says_yes
from benchmarks.testfiles.problem import LeftOut, Problem, Problems, Submission, in_open_half

CONFTEST = "import pytest\n\npytest.use_correct = True\npytest.run_slow = False\n"
"""Instead of the repository's, which takes both from the command line."""
SLOW = {"levenshtein": 20.0}
"""Seconds for a test whose right program takes long."""
TESTS, CASES = "python_testcases", "json_testcases"


def quixbugs(checkout: Path, mutants: int) -> Problems:
    """Of a checkout of jkoppel/QuixBugs. Raises FileNotFoundError where it is none."""
    tests = sorted(file for file in (checkout / TESTS).iterdir() if file.name.startswith("test_"))
    for test in tests:
        name = test.stem.removeprefix("test_")
        if not in_open_half(name):
            continue
        right, buggy = (checkout / folder / f"{name}.py" for folder in ("correct_python_programs", "python_programs"))
        if not (right.exists() and buggy.exists()):
            yield LeftOut(name, "has no right or no buggy program")
            continue
        files = {"conftest.py": CONFTEST, f"{TESTS}/{test.name}": _text(test)}
        for helper in ("node", "load_testdata"):
            files[f"{TESTS}/{helper}.py"] = _text(checkout / TESTS / f"{helper}.py")
        if (cases := checkout / CASES / f"{name}.json").exists():
            files[f"{CASES}/{name}.json"] = _text(cases)
        modules = (f"correct_python_programs.{name}", f"python_programs.{name}")
        submissions = Submission("right", _text(right)), Submission("buggy", _text(buggy)), says_yes(_text(right))
        yield Problem(name, modules, files, submissions, cpu_time_s=SLOW.get(name, 2.0), max_timeouts=100)


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8")
