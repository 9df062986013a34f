"""What a problem's statement says of how its answers are compared. Datasets of contest problems come without the
checkers of their problems, so a sentence is often all that tells."""

from __future__ import annotations

import re

_TOLERANCE = re.compile(
    r"(?:error|precision|tolerance|accura)[^.]{0,160}?"
    r"(?:10\s*\^?\s*\{?\s*[-\u2212\u2013]\s*\{?\s*(\d{1,2})|1?e[-\u2212](\d{1,2})|0?\.(0{0,11})1\b)",
    re.I | re.S,
)
_ANY_CASE = re.compile(
    r"(?:letter|character|answer|\byes\b|\bno\b)[^.]{0,120}?\b(?:any|arbitrary|either) (?:case|register)\b"
    r"|\bcase[- ]insensitive\b|(?:upper|lower)[- ]?case or (?:upper|lower)[- ]?case",
    re.I | re.S,
)
_SEVERAL = re.compile(
    r"\b(?:if|when|in case)\b[^.]{0,60}\b(?:multiple|several|many|more than one)\b[^.]{0,100}?"
    r"\b(?:any|either|one of them|output one|print one)\b"
    r"|\b(?:print|output|return|find) any\b(?! (?:case|more|other|extra|spaces))"
    r"|\bany (?:of them|valid|correct|possible)\b",
    re.I | re.S,
)
_PICTURE = re.compile(r"<image>|!\[[^\]]*\]\(|<img\b", re.I)


def comparison(statement: str) -> tuple[dict[str, object], tuple[str, ...]]:
    """What a `tokens` checker is to be told, and notes: of the tolerance and of the case of letters that the statement
    allows, and that more answers may be right than the one expected."""
    checker: dict[str, object] = {}
    notes = []
    found = _TOLERANCE.search(statement)
    if found is not None:
        power, e_power, zeros = found.groups()
        digits = int(power or e_power or len(zeros or "") + 1)
        if 1 <= digits <= 15:
            checker |= {"abs_tol": float(f"1e-{digits}"), "rel_tol": float(f"1e-{digits}")}
            notes.append(f"decimals may be off by 1e-{digits}, as the statement says")
    if _ANY_CASE.search(statement):
        checker["ignore_case"] = True
        notes.append("the case of letters does not count, as the statement says")
    if _SEVERAL.search(statement):
        notes.append(
            "the statement seems to let several answers be right; the expected one alone is accepted, since the source "
            "has no checker"
        )
    if _PICTURE.search(statement):
        notes.append("the statement has a picture, which is not carried over")
    return checker, tuple(notes)
