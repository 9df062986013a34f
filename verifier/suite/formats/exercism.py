"""Exercises of Exercism's Python track: test files, an example, and the stub that a student begins with."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

from verifier.suite.formats.base import Imported, Importer, Outcome, SourceError
from verifier.suite.formats.packages import Files, FolderFiles, outcome_of_package
from verifier.suite.formats.rows import Unfit, fenced, make_suite
from verifier.suite.formats.sources import load_text

_CONFIG = ".meta/config.json"
_CPU_TIME_S = 10.0
"""Of one test; the track has no limits."""
_TEXTS = (".docs/introduction.md", ".docs/instructions.md", ".docs/instructions.append.md")


def _read(source: Path) -> Iterator[Outcome]:
    places = [source / "exercises" / kind for kind in ("concept", "practice")]
    places = [place for place in places if place.is_dir()] or [source]
    folders = [source] if (source / _CONFIG).is_file() else []
    folders += sorted(path.parent.parent for place in places for path in place.glob(f"*/{_CONFIG}"))
    if not folders:
        raise SourceError(f"{source}: holds no exercise (<slug>/{_CONFIG}), nor exercises/practice/<slug>/")
    for folder in folders:
        yield outcome_of_package(folder.resolve().name, FolderFiles(folder, folder), _exercise)


def _exercise(name: str, files: Files) -> Outcome:
    listed = _listed(files)
    solutions, tests = listed.get("solution", []), listed.get("test", [])
    examples = listed.get("example", []) or listed.get("exemplar", [])
    for what, paths in (("solution", solutions), ("test", tests), ("example", examples)):
        if not paths:
            raise Unfit(f"{_CONFIG} names no {what} file", f"no {what} file")
    if len(solutions) != 1 or len(examples) != 1:
        raise Unfit("its solution is of several files, and a submission is one", "a solution of several files")
    if any(not path.endswith(".py") for path in (*solutions, *examples)):
        raise Unfit("its solution is no Python file", "no Python")
    module = PurePosixPath(solutions[0]).stem
    notes = []
    texts = {}
    # Beside the tests stand modules and data that they read.
    beside = [path for path in files.paths() if not path.startswith((".", *solutions)) and "/." not in path]
    for path in dict.fromkeys((*tests, *listed.get("editor", []), *beside)):
        if path.endswith(".md"):
            continue
        try:
            texts[path] = files.source(path)
        except Unfit as reason:
            if path in tests:
                raise
            notes.append(f"a file beside the tests is not carried over: {reason}")
    suite = {
        "kind": "pytest",
        "title": name,
        "module": module,
        "files": texts,
        "limits": {"cpu_time_s": _CPU_TIME_S},
    }
    stub = files.source(solutions[0])
    submissions = {"accepted/example.py": files.source(examples[0]), "rejected/stub.py": stub}
    if excluded := _excluded(files):
        notes.append(f"cases of the exercise that the track leaves out (tests.toml, include = false): {excluded}")
    if (needed := listed.get("editor")) and any(path.endswith(".py") for path in needed):
        notes.append("a file that the student is given stands beside the tests; a submission can't import it")
    return Imported(name, make_suite(suite), _statement(files, stub), submissions, tuple(notes))


def _listed(files: Files) -> Mapping[str, Sequence[str]]:
    """The exercise's files by what they are."""
    try:
        config = load_text(files.read(_CONFIG))
    except ValueError as error:
        raise Unfit(f"{_CONFIG}: {error}", "a file that can't be read") from None
    named = config.get("files") if isinstance(config, dict) else None
    if not isinstance(named, dict):
        raise Unfit(f"{_CONFIG} must hold 'files'", "a field of the wrong type")
    for key, paths in named.items():
        if not isinstance(paths, list) or not all(isinstance(path, str) for path in paths):
            raise Unfit(f"{_CONFIG}: files.{key} must be a list of paths", "a field of the wrong type")
    return named


def _excluded(files: Files) -> int:
    if ".meta/tests.toml" not in files:
        return 0
    try:
        cases = tomllib.loads(files.text(".meta/tests.toml"))
    except tomllib.TOMLDecodeError as error:
        raise Unfit(f".meta/tests.toml: {error}", "a file that can't be read") from None
    return sum(isinstance(case, dict) and case.get("include") is False for case in cases.values())


def _statement(files: Files, stub: str) -> str:
    parts = [files.source(path).strip() for path in _TEXTS if path in files]
    if re.search(r"(?m)^(def|class) ", stub):
        parts.append(f"Begin with:\n\n{fenced(stub)}")
    return "\n\n".join(parts)


EXERCISM = Importer(
    "exercism",
    "Exercism's Python track: exercises/practice/<slug>/ with .meta/config.json; the track, a folder of them, or one",
    _read,
)
