"""Mutants that the author has judged to be no worse than the original, in `equivalent.toml` beside the suite:

    [[mutant]]
    of = "accepted/slices.py"
    diff = '''
    -    if not word:
    +    if False:
    '''
    reason = "an empty word only saves work here"

An entry is matched by the lines of its diff that are removed or added, wherever they stand in the file; a diff may be
pasted as the report shows it. Blanks, brackets and kinds of quotation marks don't count, since Python's versions write
an expression differently.
"""

from __future__ import annotations

import re
import textwrap
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from verifier.authoring.mutants import Mutant, changed_lines
from verifier.errors import SuiteError

EQUIVALENT_FILE = "equivalent.toml"
_KEYS = frozenset({"of", "diff", "reason"})


@dataclass(frozen=True, slots=True)
class Equivalent:
    """One entry of the file."""

    number: int
    """In the file, from 0."""
    of: str
    lines: tuple[str, ...]
    reason: str

    def means(self, mutant: Mutant) -> bool:
        return self.of == mutant.of and _plain(self.lines) == _plain(mutant.changed_lines)


def _plain(lines: Sequence[str]) -> list[str]:
    return [re.sub(r"[\s()'\"]", "", line) for line in lines]


def read_equivalents(folder: Path) -> list[Equivalent]:
    """The entries of a suite's folder; none where there is no such file. Raises SuiteError, which names the entry."""
    path = folder / EQUIVALENT_FILE
    at = f"{folder.name}/{EQUIVALENT_FILE}"
    if not path.is_file():
        return []
    try:
        value = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:  # tomllib lets through what int() and the stack refuse
        raise SuiteError(f"can't be read: {error}", path=at) from None
    entries = value.pop("mutant", [])
    if value or not isinstance(entries, list):
        raise SuiteError("must hold [[mutant]] tables and nothing else", path=at)
    return [_equivalent(entry, number, f"{at}.mutant[{number}]") for number, entry in enumerate(entries)]


def _equivalent(entry: object, number: int, at: str) -> Equivalent:
    if not isinstance(entry, dict) or entry.keys() != _KEYS:
        raise SuiteError("must have the keys 'of', 'diff' and 'reason', and no others", path=at)
    for key in sorted(_KEYS):
        if not isinstance(entry[key], str) or not entry[key].strip():
            raise SuiteError("must be text that is not empty", path=f"{at}.{key}")
    lines = changed_lines(textwrap.dedent(entry["diff"].strip("\n")))
    if not lines:
        raise SuiteError("must hold the lines of a diff that begin with '-' or '+'", path=f"{at}.diff")
    return Equivalent(number, entry["of"], lines, entry["reason"])


def reason_for(mutant: Mutant, equivalents: Sequence[Equivalent]) -> str:
    """Why a mutant may survive; "" where no entry names it."""
    return next((entry.reason for entry in equivalents if entry.means(mutant)), "")
