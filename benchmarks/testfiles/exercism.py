"""Exercism's Python track: a unittest file, an example and a stub for each exercise, and mutations of the example."""

from __future__ import annotations

from pathlib import Path

from benchmarks.testfiles.forged import says_yes
from benchmarks.testfiles.mutations import mutations
from benchmarks.testfiles.problem import LeftOut, Problem, Problems, Submission, in_open_half

PRACTICE = Path("exercises/practice")


def exercism(checkout: Path, mutants: int) -> Problems:
    """Of a checkout of exercism/python. Raises FileNotFoundError where it is none."""
    for folder in sorted((checkout / PRACTICE).iterdir()):
        if not folder.is_dir() or not in_open_half(folder.name):
            continue
        module = folder.name.replace("-", "_")
        stub, tests, example = folder / f"{module}.py", folder / f"{module}_test.py", folder / ".meta" / "example.py"
        if not (stub.exists() and tests.exists() and example.exists()):
            yield LeftOut(folder.name, "has no stub, no tests or no example")
            continue
        support = sorted(file for file in folder.glob("*.py") if file != stub)
        code = example.read_text(encoding="utf-8")
        submissions = (
            Submission("example", code),
            Submission("stub", stub.read_text(encoding="utf-8")),
            *mutations(code, mutants, folder.name),
            says_yes(code),
        )
        files = {file.name: file.read_text(encoding="utf-8") for file in support}
        yield Problem(folder.name, (module,), files, submissions)
