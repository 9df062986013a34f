"""Is the answer right? The one place where an answer meets an expected value.

An answer is a plain value that was decoded from another process (kind `function`) or the bytes that a program printed
(kind `stdio`). It is hostile until shown otherwise: nothing here runs its code, recurses as deep as it likes or takes
time that grows faster than the answer. The order is always: count, type, finiteness, value; a tolerance is scaled by
the expected value only.

| checker | values (kind `function`) | printed text (kind `stdio`) |
|---|---|---|
| `exact` | **default**: structure and values | as it is, but for one newline at the end and `\\r\\n` |
| `tokens` | text only, as for `stdio` | **default**: tokens between any whitespace |
| `lines` | text only, as for `stdio` | lines, without whitespace at their ends or blank lines at the end of all |
| `float` | as `exact`, every number with tolerance | as `tokens`, every number with tolerance |
| `unordered` | the elements of the outermost sequence in any order | lines in any order, each by tokens |
| `set` | as `unordered`, how often doesn't matter; list, tuple or set | lines in any order, how often doesn't matter |
| `any_of` | `exact` for one of the expected list | `tokens` for one of the expected texts |
| `json` | `exact`, after parsing text | one JSON document, by value |

`custom` is none of these: the suite's own code compares, in a tester (judging/custom.py), and not here.

| default | why |
|---|---|
| a tuple may stand for a list, a range for either, a set for a frozenset | JSON has lists only, and peers fail right answers for `[(1, 2)]` |
| 1, 1.0 and True are equal | as in Python |
| expected float: within 1e-6 of its size, or 1e-9 | peers fail `0.1 + 0.2` for `0.3`; summation order costs far less than 1e-6 |
| expected integer: no tolerance | 1000001 is not 1000000, and counts are integers |
| `float`: 1e-6 of its size, or 1e-6, integers too | the tolerance that most problem statements name |
| NaN equals NaN, an infinity itself, neither anything else | `diff > tol` and relative tolerances let them pass everywhere |
| printed 5.0 for 5; tolerance for a decimal as in `compare_text.same_token` | `print(x / y)` is no wrong answer; 0.0004 is not 0.0000 |
| case counts | "YES" for "Yes" is the suite's to allow, by `ignore_case` |
| no output passes only where none is expected | an empty answer must never earn |

`ignore_case` folds text values and tokens, not the keys of a dict. Reasons tell what differs and where, never what was
expected.
"""  # noqa: E501

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from verifier.suite.base import Checker
from verifier.suite.compare_text import (
    TextRules,
    line_difference,
    token_difference,
    unordered_lines_difference,
    whole_difference,
)
from verifier.suite.compare_values import ATOMS, SAME, Rules, difference, same_elements
from verifier.suite.literals import load_json

EXACT_REL_TOL, EXACT_ABS_TOL = 1e-6, 1e-9
FLOAT_TOL = 1e-6
"""Of the checker `float`, both absolute and relative."""
_NOT_HERE = "a custom checker's code runs in a tester"
JSON_SLACK_BYTES = 1 << 20
JSON_SLACK_FACTOR = 16
"""A JSON answer may be this much longer than the expected one (indentation, escapes). Parsed JSON needs some twenty
times the memory of its text, so a longer one is refused unread."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of one comparison."""

    accepted: bool
    reason: str = ""
    """Why not, in a few words; never the expected value nor a part of it."""


ACCEPTED = Outcome(True)


def check(actual: object, expected: object, checker: Checker, *, kind: Literal["function", "stdio"]) -> Outcome:
    """Compare an answer by the rules of its suite's kind. Never raises for what an answer holds. As the two functions
    below, it raises ValueError for the checker `custom`, whose code is nothing to be run here."""
    if kind == "function":
        return check_value(actual, expected, checker)
    if not isinstance(actual, bytes):
        return Outcome(False, "no output")
    return check_output(actual, expected, checker)


def check_value(actual: object, expected: object, checker: Checker) -> Outcome:
    """Compare a returned value. Values of any but plain built-in types equal nothing."""
    name = checker.name
    if name == "custom":
        raise ValueError(_NOT_HERE)
    if name == "exact" and type(actual) is type(expected) and type(expected) in ATOMS and actual == expected:
        return ACCEPTED
    if name == "tokens" or name == "lines":
        if type(actual) is not str or type(expected) is not str:
            return Outcome(False, "type differs")
        return _outcome(_text_difference(actual, expected, checker))
    rules = _value_rules(checker)
    if name == "any_of":
        choices = expected if isinstance(expected, (list, tuple)) else [expected]
        if any(difference(actual, choice, rules) == SAME for choice in choices):
            return ACCEPTED
        return Outcome(False, "none of the accepted answers")
    if name == "json":
        return _check_json(actual, expected, rules)
    if name == "unordered" and isinstance(expected, (list, tuple)):
        return _outcome(_unordered_difference(actual, expected, rules))
    if name == "set" and isinstance(expected, (list, tuple, set, frozenset)):
        if type(actual) not in (list, tuple, set, frozenset, range):
            return Outcome(False, "type differs")
        return _outcome(SAME if same_elements(actual, expected, rules, count=False) else "elements differ")
    return _outcome(difference(actual, expected, rules))


def check_output(actual: bytes, expected: object, checker: Checker) -> Outcome:
    """Compare what a program printed with the expected text, or with a list of texts for `any_of`."""
    if checker.is_custom:
        raise ValueError(_NOT_HERE)
    try:
        text = actual.decode("utf-8-sig")
    except UnicodeDecodeError:
        return Outcome(False, "output is not UTF-8")
    choices = expected if isinstance(expected, list) else [expected]
    reason = "none of the accepted outputs"
    for choice in choices:
        if not isinstance(choice, str):
            return Outcome(False, "the expected output is not text")
        if checker.name == "json":
            return _check_json(text, choice, _value_rules(checker))
        reason = _text_difference(text, choice, checker)
        if not reason:
            return ACCEPTED
    return Outcome(False, reason if len(choices) == 1 else "none of the accepted outputs")


def _outcome(reason: str) -> Outcome:
    return Outcome(False, reason) if reason else ACCEPTED


def _text_difference(actual: str, expected: str, checker: Checker) -> str:
    rules = _text_rules(checker)
    match checker.name:
        case "exact":
            return whole_difference(actual, expected, checker.ignore_case)
        case "lines":
            return line_difference(actual, expected, rules)
        case "unordered" | "set":
            return unordered_lines_difference(actual, expected, rules, count=checker.name == "unordered")
        case _:
            return token_difference(actual, expected, rules)


def _unordered_difference(actual: object, expected: list[object] | tuple[object, ...], rules: Rules) -> str:
    allowed = (type(expected),) if rules.strict_sequences else (list, tuple, range)
    if type(actual) not in allowed:
        return "type differs"
    try:
        length = len(actual)  # type: ignore[arg-type]
    except OverflowError:  # a range longer than any list
        length = -1
    if length != len(expected):
        return "length differs"
    return SAME if same_elements(actual, expected, rules) else "elements differ"


def _check_json(actual: object, expected: object, rules: Rules) -> Outcome:
    if type(actual) is str:
        if len(actual.strip()) > JSON_SLACK_FACTOR * _size(expected) + JSON_SLACK_BYTES:
            return Outcome(False, "the JSON is too long")
        try:
            actual = load_json(actual, constants=False)
        except ValueError:
            return Outcome(False, "not one JSON document")
    if isinstance(expected, str):
        try:
            expected = load_json(expected, constants=False)
        except ValueError:
            pass  # then it is the text itself that is expected
    return _outcome(difference(actual, expected, rules))


def _size(expected: object) -> int:
    try:
        return len(expected if isinstance(expected, str) else repr(expected))
    except ValueError:  # an integer beyond the digit limit, which no JSON answer can equal
        return 0


def _value_rules(checker: Checker) -> Rules:
    c = checker
    return _value_rules_of(c.name, c.abs_tol, c.rel_tol, c.ignore_case, c.sequences, c.numbers)


def _text_rules(checker: Checker) -> TextRules:
    return _text_rules_of(checker.name, checker.abs_tol, checker.rel_tol, checker.ignore_case)


# By fields, since hashing a whole pydantic model costs more than a small comparison.
@lru_cache(maxsize=256)
def _value_rules_of(
    name: str, abs_tol: float | None, rel_tol: float | None, ignore_case: bool, sequences: str, numbers: str
) -> Rules:
    is_float = name == "float"
    absolute, relative = (FLOAT_TOL, FLOAT_TOL) if is_float else (EXACT_ABS_TOL, EXACT_REL_TOL)
    return Rules(
        abs_tol=absolute if abs_tol is None else abs_tol,
        rel_tol=relative if rel_tol is None else rel_tol,
        tolerant_integers=is_float,
        fold_case=ignore_case,
        strict_sequences=sequences == "strict",
        strict_numbers=numbers == "strict",
    )


@lru_cache(maxsize=256)
def _text_rules_of(name: str, abs_tol: float | None, rel_tol: float | None, ignore_case: bool) -> TextRules:
    is_float = name == "float"
    default = FLOAT_TOL if is_float else None
    return TextRules(
        abs_tol=default if abs_tol is None else abs_tol,
        rel_tol=default if rel_tol is None else rel_tol,
        fold_case=ignore_case,
        tolerant_integers=is_float,
    )
