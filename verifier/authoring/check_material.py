"""Checks of what lies beside a suite: its statement, its submissions, its checker's fixtures. Nothing is run."""

from __future__ import annotations

import re
from collections.abc import Iterator

from verifier.authoring.findings import Finding, finding
from verifier.authoring.places import Places
from verifier.authoring.stand_ins import names_to_define
from verifier.suite.model import FunctionSuite, StdioSuite
from verifier.suite.package import ANSWERS_FILE, FOLDERS, SUBMISSIONS_FOLDER, Package

MAX_NAMED = 5
"""Names that a finding lists."""


def check_material(package: Package, places: Places) -> Iterator[Finding]:
    yield from _submissions(package, places)
    yield from _stray_files(package)
    yield from _problem(package, places)
    if package.answers and not isinstance(package.suite, FunctionSuite | StdioSuite):
        yield finding("idle-answers", ANSWERS_FILE, f"kind {package.suite.kind!r} has no checker")


def _submissions(package: Package, places: Places) -> Iterator[Finding]:
    references = package.references
    if not references:
        yield finding("no-reference", SUBMISSIONS_FOLDER, "there is no file submissions/accepted/*.py")
    elif len(references) == 1:
        yield finding("one-reference", places.submission(references[0]), "it is the only one")
    if len(references) == len(package.submissions):
        yield finding("no-wrong-submission", SUBMISSIONS_FOLDER, "no submission is there that must fail")
    seen: dict[str, str] = {}
    for submission in package.submissions:
        first = seen.setdefault(submission.code.strip(), submission.name)
        if first != submission.name:
            yield finding("duplicate-submission", places.submission(submission), f"is the same as {first}")


def _stray_files(package: Package) -> Iterator[Finding]:
    top = package.folder / SUBMISSIONS_FOLDER
    for path in sorted(top.rglob("*")) if top.is_dir() else ():
        inside = path.relative_to(top)
        if any(part.startswith((".", "__")) for part in inside.parts) or path.is_dir():
            continue
        if not (len(inside.parts) == 2 and inside.parts[0] in FOLDERS and path.suffix == ".py"):
            yield finding("stray-file", f"{SUBMISSIONS_FOLDER}/{inside}", "only submissions/<verdict>/*.py are run")


def _problem(package: Package, places: Places) -> Iterator[Finding]:
    if not package.problem.strip():
        yield finding("no-problem", places.problem, "it is missing, or empty")
        return
    wanted = [part for name in names_to_define(package.suite) for part in re.split(r"[().]+", name) if part]
    missing = [name for name in wanted if not _names(package.problem, name)]
    if missing:
        named = ", ".join(missing[:MAX_NAMED]) + (", ..." if len(missing) > MAX_NAMED else "")
        yield finding("name-not-in-problem", places.problem, f"it doesn't name {named}")


def _names(text: str, name: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None
