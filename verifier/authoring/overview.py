"""What there is to know of a suite without running it."""

from __future__ import annotations

import dataclasses
import math
from collections import Counter, defaultdict

from verifier.suite.base import Case
from verifier.suite.model import Suite
from verifier.suite.package import Package


def overview(package: Package) -> dict[str, object]:
    """As a JSON object: what judges, and what lies beside it."""
    suite = package.suite
    cases = suite.known_cases
    checker = getattr(suite, "checker", None)
    folders = Counter(one.name.partition("/")[0] for one in package.submissions)
    return {
        "id": suite.id,
        "kind": suite.kind,
        "title": suite.title,
        "digest": suite.digest,
        "folder": str(package.folder),
        "enters_by": _enters_by(suite),
        "cases": len(cases),
        "weight": math.fsum(case.weight for case in cases),
        "groups": _groups(suite),
        "checker": None if checker is None else _without_code(checker.model_dump(exclude_defaults=True)),
        "limits": dataclasses.asdict(suite.limits),
        "reward": suite.reward.model_dump(),
        "scratch": suite.scratch,
        "early_stop": suite.early_stop,
        "max_timeouts": suite.max_timeouts,
        "calibration": _calibration(suite, getattr(suite, "cases", ())),
        "statement_chars": len(package.problem),
        "submissions": dict(sorted(folders.items())),
        "answers": len(package.answers),
        "files": sorted(getattr(suite, "files", ())),
    }


def _enters_by(suite: Suite) -> str:
    """How a submission is entered: what it defines, or what it is imported as."""
    module = getattr(suite, "module", ())
    return ", ".join(module) if module else getattr(suite, "entry_point", "") or "a program"


def _groups(suite: Suite) -> dict[str, dict[str, float]]:
    """Of each named group how many cases it has, and what they weigh."""
    grouped: defaultdict[str, list[float]] = defaultdict(list)
    for case in suite.known_cases:
        if case.group is not None:
            grouped[case.group].append(case.weight)
    return {name: {"cases": len(weights), "weight": math.fsum(weights)} for name, weights in grouped.items()}


def _without_code(value: dict[str, object]) -> dict[str, object]:
    return {name: item for name, item in value.items() if name != "code"}


def _calibration(suite: Suite, cases: tuple[Case, ...]) -> dict[str, object]:
    times = [case.reference_cpu_time_s for case in cases if case.reference_cpu_time_s is not None]
    sizes = [case.reference_memory_bytes for case in cases if case.reference_memory_bytes is not None]
    return {
        "cases": len(times),
        "cpu_time_s": math.fsum(times),
        "slowest_s": max(times, default=None),
        "largest_bytes": max(sizes, default=None),
        "machine_speed": suite.calibration.machine_speed if suite.calibration else None,
    }
