"""What all importers share: what they yield, and how files become text.

An importer reads a source, a dataset or a folder of problems, and yields one `Outcome` a problem, in a stream: a
dataset may be larger than memory. It never raises for one problem: what is wrong with it is its `Refused`. It runs
nothing: where expected values must be worked out by running a reference, it yields `Unanswered`, and
`verifier.authoring.expected` runs it in the sandbox.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from verifier.suite.model import Suite

MAX_ID_CHARS = 128


@dataclass(frozen=True, slots=True)
class Imported:
    """A problem that has become a suite."""

    id: str
    """As the source has it: `HumanEval/0`."""
    suite: Suite
    problem: str = ""
    """The statement; "" where there is none."""
    submissions: Mapping[str, str] = field(default_factory=dict)
    """`<expected>/<name>.py` (`accepted/reference.py`) to code; the folders are `verifier.suite.package.FOLDERS`."""
    notes: tuple[str, ...] = ()
    """What of the problem was not carried over, or means something else here. One sentence each."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A problem that can't become a suite. Its `kind` is one of few, to be counted; its `reason` tells all."""

    id: str
    reason: str
    kind: str = ""
    """"" means the reason itself."""


@dataclass(frozen=True, slots=True)
class Call:
    args: tuple[object, ...]
    group: str | None = None


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A problem whose expected values are what a right solution returns, and which nobody has written down."""

    id: str
    head: Mapping[str, object]
    """The suite of kind `function` without its cases, as `parse_suite` reads it."""
    calls: Sequence[Call]
    code: str
    """What is run to learn the expected values. It may hold more than the reference."""
    entry_point: str
    """What of it is called."""
    float_checker: Mapping[str, object] = field(default_factory=dict)
    """The suite's checker where an expected value `has_floats` and the head has no checker."""
    problem: str = ""
    submissions: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


Outcome: TypeAlias = Imported | Refused | Unanswered


class SourceError(Exception):
    """The source as a whole can't be read; the text says which file, what is wrong, and how to mend it."""


@dataclass(frozen=True, slots=True)
class Importer:
    name: str
    """As on the command line: `humaneval`."""
    summary: str
    """What a source of this format is, in a line: `problems.jsonl[.gz] with task_id, prompt, test`."""
    read: Callable[[Path], Iterator[Outcome]]
    """Raises SourceError where nothing at all can be read."""


def has_floats(value: object) -> bool:
    """Whether a value is a float, or a list or tuple of nothing else."""
    if isinstance(value, list | tuple):
        return bool(value) and all(isinstance(item, float) for item in value)
    return isinstance(value, float)


def slug(text: str) -> str:
    """A suite id for any text: `HumanEval/0` becomes `humaneval-0`. Never empty."""
    made = re.sub(r"[^a-z0-9_.]+", "-", text.lower()).strip("-_.")
    return made[:MAX_ID_CHARS].rstrip("-_.") or "problem"


def file_stem(text: str) -> str:
    """A name for a submission's file, for any text: letters, digits and `_`."""
    return re.sub(r"[^A-Za-z0-9]+", "_", text).strip("_")[:80] or "submission"
