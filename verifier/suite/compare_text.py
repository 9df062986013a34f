"""Equality of printed text: by tokens, by lines, or as it is.

Texts are split no further than the expected one reaches, so a flood of output costs no more than decoding it.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from verifier.suite.compare_values import same_text
from verifier.suite.matching import Element, same_multiset, same_set

# Leading zeros are no number here: as answers, "0101" and "101" are different strings of digits.
_NUMBER = re.compile(r"[+-]?(?:(?:0|[1-9][0-9]*)(\.[0-9]*)?|(\.[0-9]+))([eE][+-]?[0-9]{1,9})?")
_ZERO_TAIL = re.compile(r"\.0+")
_ROUNDED_DIGITS = 5
"""An expected value printed with this many digits after the point was rounded: its last digit is not to be trusted."""
_MAX_NUMBER_CHARS = 400
"""A longer token is no number: the longest float that `repr` writes has 24 characters, `%f` some 320."""


@dataclass(frozen=True, slots=True)
class TextRules:
    """What counts as equal. Tolerances of None mean those that `same_token` tells."""

    abs_tol: float | None = None
    rel_tol: float | None = None
    fold_case: bool = False
    tolerant_integers: bool = False
    """Whether an expected integer has the tolerance too."""


def same_token(actual: str, expected: str, rules: TextRules) -> bool:
    """Whether two tokens are the same text, or numbers close enough:

    - an expected integer may be answered with `.0` after it;
    - an expected decimal `e` may be answered with a number within `max(1e-9 * |e|, t)`, where t is 1e-6 if `e` is
      written with at least five digits after the point or with an exponent, else 1e-9. `rel_tol` replaces the first
      of these two, `abs_tol` the second.
    """
    if actual == expected:
        return True
    wanted = _number(expected)
    if wanted:
        if wanted.lastindex is None:  # an integer
            if actual.startswith(expected) and _ZERO_TAIL.fullmatch(actual, len(expected)):
                return True
            if not rules.tolerant_integers:
                return False
        if _number(actual):
            e = float(expected)
            distance = abs(float(actual) - e)
            return distance <= _tolerance(wanted, e, rules) and math.isfinite(distance)
    return rules.fold_case and same_text(actual, expected, True)


def _number(token: str) -> re.Match[str] | None:
    """Of a plain ASCII number: no NaN, infinity, underscore or leading zero."""
    return _NUMBER.fullmatch(token) if len(token) <= _MAX_NUMBER_CHARS else None


def _tolerance(written: re.Match[str], expected: float, rules: TextRules) -> float:
    absolute = rules.abs_tol
    if absolute is None:
        point, bare_point, exponent = written.groups("")
        absolute = 1e-6 if exponent or len(point or bare_point) > _ROUNDED_DIGITS else 1e-9
    return max((1e-9 if rules.rel_tol is None else rules.rel_tol) * abs(expected), absolute)


def token_difference(actual: str, expected: str, rules: TextRules) -> str:
    """Why the texts differ as sequences of tokens (split at any whitespace), or "" where they are equal."""
    wanted = expected.split()
    answers = actual.split(None, len(wanted))
    if answers == wanted:
        return ""
    if not answers:
        return "no output"
    for position, (a, e) in enumerate(zip(answers, wanted, strict=False)):
        if not same_token(a, e, rules):
            return f"token {position + 1} differs"
    if len(answers) != len(wanted):
        return "more tokens than expected" if len(answers) > len(wanted) else "fewer tokens than expected"
    return ""


def line_difference(actual: str, expected: str, rules: TextRules) -> str:
    """Why the texts differ line by line, or "" where they are equal. Whitespace at the end of a line and blank lines at
    the end of the text don't count. With tolerances, the lines are compared by tokens."""
    wanted = [line.rstrip() for line in _unix(expected).rstrip().split("\n")]
    answers = _unix(actual).split("\n", len(wanted))
    if len(answers) > len(wanted) and answers.pop().strip():
        return "more lines than expected"
    while len(answers) > 1 and not answers[-1].strip():
        answers.pop()
    if wanted != [""] and not "".join(answers).strip():
        return "no output"
    by_token = rules.abs_tol is not None or rules.rel_tol is not None
    for position, (a, e) in enumerate(zip(answers, wanted, strict=False)):
        a = a.rstrip()
        if not same_text(a, e, rules.fold_case) and (not by_token or token_difference(a, e, rules)):
            return f"line {position + 1} differs"
    if len(answers) != len(wanted):
        return "fewer lines than expected"
    return ""


def whole_difference(actual: str, expected: str, fold_case: bool) -> str:
    """Why the texts differ as they are, or "" where they are equal. One newline at the end may be missing or extra,
    and `\\r\\n` is `\\n`."""
    a, e = _unix(actual).removesuffix("\n"), _unix(expected).removesuffix("\n")
    return "" if same_text(a, e, fold_case) else "text differs"


def _unix(text: str) -> str:
    return text.replace("\r\n", "\n")


def unordered_lines_difference(actual: str, expected: str, rules: TextRules, *, count: bool) -> str:
    """Why the texts differ as lines in any order, each compared by its tokens, or "" where they are equal. Blank lines
    don't count; with `count`, how often a line occurs does."""
    wanted = [line for line in _lines(expected, -1) if line]
    answers = _lines(actual, len(wanted)) if count else _distinct_lines(actual, 4 * len(wanted) + 1000)
    if wanted and not answers:
        return "no output"
    if answers is None or (count and len(answers) > len(wanted)):
        return "more lines than expected"
    if count and len(answers) < len(wanted):
        return "fewer lines than expected"

    def is_near(a: object, e: object) -> bool:
        return same_token(str(a), str(e), rules)

    wanted_elements = [_element(line, -1, rules) for line in wanted]
    longest = max((len(element.key.split()) for element in wanted_elements), default=0)
    answer_elements = [_element(line, longest, rules) for line in answers]
    compare = same_multiset if count else same_set
    return "" if compare(answer_elements, wanted_elements, is_near) else "lines differ"


def _lines(text: str, most: int) -> list[str]:
    """The lines that are not blank, without what they begin with; all beyond `most` are one."""
    text = _BLANKS.sub("\n", text.strip())
    return text.split("\n", most) if text else []


_BLANKS = re.compile(r"\n\s+")
_CHUNK_CHARS = 1 << 20
_BLANKED = "\n"
"""Stands for a number in a line's shape; no token can look like it."""


def _distinct_lines(text: str, most: int) -> list[str] | None:
    """The lines that are not blank, once each; None if there are more than `most`. In pieces, since the list of all
    lines may need twenty times the memory of the text."""
    found: dict[str, None] = {}
    start = 0
    while start < len(text):
        end = text.find("\n", start + _CHUNK_CHARS)
        end = len(text) if end < 0 else end
        found |= dict.fromkeys(text[start:end].split("\n"))
        if len(found) > most:
            return None
        start = end
    return [line for line in found if line.strip()]


def _element(line: str, most: int, rules: TextRules) -> Element:
    """All beyond `most` tokens are one, which equals no token."""
    tokens = line.split(None, most)
    if rules.fold_case:
        tokens = [token.casefold() for token in tokens]
    numbers = [token for token in tokens if _number(token)]
    shape = " ".join(_BLANKED if _number(token) else token for token in tokens) if numbers else " ".join(tokens)
    places = tuple((0, float(number)) for number in numbers)
    return Element(" ".join(tokens), shape, tuple(numbers), places)
