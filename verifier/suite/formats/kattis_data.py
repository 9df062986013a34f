"""Test data of a Kattis package: `data/sample` and `data/secret`, with groups and what they are worth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from verifier.suite.base import MAX_CASES
from verifier.suite.formats.packages import MAX_TEST_BYTES, Files, counted, stored_bytes
from verifier.suite.formats.rows import Unfit

GROUP_FILES = ("testdata.yaml", "test_group.yaml")
_INHERITED = ("output_validator_flags", "output_validator_args", "grader_flags", "accept_score", "on_reject")


@dataclass(slots=True)
class DataCase:
    path: str
    """Without its suffix: `data/secret/group1/01-small`."""
    folder: str
    input: str
    answer: str
    group: str | None = None
    weight: float = 1.0


@dataclass(slots=True)
class Data:
    cases: list[DataCase]
    flags: tuple[str, ...]
    """Of the groups, for the output validator."""
    all_or_nothing: bool = False
    """Whether a group pays only as a whole."""
    notes: list[str] = field(default_factory=list)


def read_data(files: Files, *, scoring: bool, needs_answer: bool) -> Data:
    """Raises Unfit for test data that can't be carried over."""
    notes: list[str] = []
    cases = _cases(files, notes, needs_answer=needs_answer)
    folders = list(dict.fromkeys(case.folder for case in cases))
    settings = {folder: _settings(files, folder) for folder in folders}
    data = Data(cases, _flags(settings), notes=notes)
    if scoring:
        _score(files, data, settings)
    else:
        for case in cases:
            case.group = case.folder.removeprefix("data/")
    if not data.cases:
        raise Unfit("none of its test cases counts", "no tests")
    return data


def _cases(files: Files, notes: list[str], *, needs_answer: bool) -> list[DataCase]:
    found: list[DataCase] = []
    without_answer, size = 0, 0
    paths = [*files.below("data/sample"), *files.below("data/secret")]
    for path in paths:
        stem = path.removesuffix(".in")
        if stem == path:
            continue
        for suffix in (".args", ".files"):
            if f"{stem}{suffix}" in files or files.below(f"{stem}{suffix}"):
                raise Unfit(
                    f"{stem}{suffix}: a case gives the submission {suffix[1:]}", "cases with arguments or files"
                )
        own = files.mapping(f"{stem}.yaml")
        if own.get("args") or own.get("files"):
            raise Unfit(f"{stem}.yaml: a case gives the submission arguments or files", "cases with arguments or files")
        if own.get("output_validator_args") or own.get("output_validator_flags"):
            raise Unfit(f"{stem}.yaml: a case has flags of its own for the output validator", _FLAGS_DIFFER)
        if f"{stem}.ans" not in files and needs_answer:
            without_answer += 1
            continue
        answer = files.text(f"{stem}.ans") if f"{stem}.ans" in files else ""
        case = DataCase(stem, str(PurePosixPath(path).parent), files.text(path), answer)
        found.append(case)
        size += stored_bytes(case.input) + stored_bytes(answer)
        if size > MAX_TEST_BYTES:
            raise Unfit(f"its test data are more than {MAX_TEST_BYTES >> 20} MiB", "too much test data")
    without_input = sum(path.endswith(".ans") and f"{path[:-4]}.in" not in files for path in paths)
    if without_answer:
        notes.append(f"{counted(without_answer, 'case')} without an answer file, left out")
    if without_input:
        notes.append(f"{counted(without_input, 'answer file')} without an input file, left out")
    invalid = [p for p in files.paths() if p.startswith(("data/invalid_", "data/valid_")) and p.endswith(".in")]
    if invalid:
        notes.append(f"{counted(len(invalid), 'case')} for tests of the package's validators, left out")
    if not found:
        raise Unfit("has no test cases below data/sample and data/secret", "no tests")
    if len(found) > MAX_CASES:
        raise Unfit(f"has more than {MAX_CASES} cases", "too much test data")
    return found


def _own(files: Files, folder: str) -> dict[str, object]:
    settings: dict[str, object] = {}
    for name in GROUP_FILES:
        settings |= files.mapping(f"{folder}/{name}")
    return settings


def _settings(files: Files, folder: str) -> dict[str, object]:
    """A group's, with what it inherits of the groups around it."""
    parts = folder.split("/")
    settings: dict[str, object] = {}
    for depth in range(1, len(parts) + 1):
        own = _own(files, "/".join(parts[:depth]))
        settings = {key: value for key, value in settings.items() if key in _INHERITED} | own
    return settings


_FLAGS_DIFFER = "flags for the output validator differ between cases"


def _flags(settings: Mapping[str, Mapping[str, object]]) -> tuple[str, ...]:
    different = {flags_of(own, "output_validator_flags", "output_validator_args") for own in settings.values()}
    if len(different) > 1:
        raise Unfit("its groups give the output validator different flags, and a suite has one checker", _FLAGS_DIFFER)
    return different.pop() if different else ()


def flags_of(settings: Mapping[str, object], *names: str) -> tuple[str, ...]:
    """Words of a command line, written as one text or as a list. Raises Unfit for anything else."""
    found: list[str] = []
    for name in names:
        value = settings.get(name)
        if isinstance(value, Mapping):  # one command line each for several validators
            value = value.get("default")
        if value is None:
            continue
        words = value.split() if isinstance(value, str) else value
        if not isinstance(words, list) or not all(isinstance(word, str | int | float) for word in words):
            raise Unfit(f"{name} must be text, or a list of words", "a field of the wrong type")
        found += map(str, words)
    return tuple(found)


# Scores


def _score(files: Files, data: Data, settings: Mapping[str, Mapping[str, object]]) -> None:
    """Weights and groups of a problem of type `scoring`. Cases that are worth nothing are left out."""
    count: Counter[str] = Counter()
    places: dict[str, tuple[str, Mapping[str, object]]] = {}
    for folder in settings:
        place = _paid_together(files, folder)
        places[folder] = (place or folder, _settings(files, place) if place else settings[folder])
    for case in data.cases:
        count[places[case.folder][0]] += 1
    kept: list[DataCase] = []
    left_out, breaks = 0, False
    ungraded = bool({"ignore_sample"} & set(flags_of(_own(files, "data"), "grader_flags")))
    for case in data.cases:
        place, own = places[case.folder]
        whole, score = _worth(own, place, count[place])
        if score <= 0 or (ungraded and place.startswith("data/sample")):
            left_out += 1
            continue
        name = place.removeprefix("data/")
        case.group, case.weight = (name, score / count[place]) if whole else (None, score)
        data.all_or_nothing |= whole
        breaks |= not whole and count[place] > 1 and own.get("on_reject") == "break"
        kept.append(case)
    if left_out:
        data.notes.append(f"{counted(left_out, 'case')} of no score, left out")
    if breaks:
        data.notes.append("cases after a group's first failure (on_reject: break) count here")
    if any(own.get("require_pass") for _, own in places.values()):
        data.notes.append("that a group counts only if another is passed (require_pass) is not carried over")
    data.cases = kept


def _paid_together(files: Files, folder: str) -> str:
    """The outermost group around it, itself included, that pays the least of what is in it; "" where there is none."""
    parts = folder.split("/")
    for depth in range(3, len(parts) + 1):
        place = "/".join(parts[:depth])
        if _worth(_settings(files, place), place, 1)[0]:
            return place
    return ""


def _worth(settings: Mapping[str, object], place: str, count: int) -> tuple[bool, float]:
    """Whether a group pays only as a whole; and what it pays then, else what each of its cases does."""
    grading = settings.get("grading")
    if grading == "custom":
        raise Unfit(f"{place} is graded by a program", "a grader program")
    scoring = settings.get("scoring")
    newer = scoring if isinstance(scoring, Mapping) else settings
    top = newer.get("max_score", newer.get("score"))
    if top is not None:
        how = newer.get("score_aggregation", newer.get("aggregation", "pass-fail"))
        if not isinstance(top, int | float) or isinstance(top, bool) or how not in ("pass-fail", "min", "sum"):
            raise Unfit(f"{place}: a score of {top!r} by {how!r} can't be carried over", "scores that can't be kept")
        return (True, float(top)) if how != "sum" else (False, top / count)
    flags = flags_of(settings, "grader_flags")
    if "max" in flags:
        raise Unfit(f"{place} is worth the best of its cases", "scores that can't be kept")
    return _is_whole(flags), _number(settings.get("accept_score", 1), place) / (count if "avg" in flags else 1)


def _is_whole(flags: Sequence[str]) -> bool:
    return "min" in flags


def _number(value: object, place: str) -> float:
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise Unfit(f"{place}: accept_score must be a number, not {value!r}", "a field of the wrong type") from None
