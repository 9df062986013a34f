"""Checks of the cases themselves, by reading them: nothing is run."""

from __future__ import annotations

import contextlib
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from verifier.authoring.findings import Finding, finding
from verifier.authoring.places import Places
from verifier.suite.base import Case
from verifier.suite.checkers import check_output, check_value
from verifier.suite.digest import digest
from verifier.suite.literals import load_json
from verifier.suite.model import Checker, FunctionCase, FunctionSuite, StdioCase, StdioSuite, Suite

MIN_CASES = 3
CONSTANT_SHARE = 2 / 3
DOMINANT_SHARE = 1 / 2
_DECIMAL = re.compile(r"(?<![\w.])[+-]?[0-9]+\.[0-9]+(?![\w.])")
_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")


def check_cases(suite: Suite, places: Places) -> Iterator[Finding]:
    """Of any kind, as far as the cases are known without running anything."""
    yield from _counts(suite, places)
    yield from _groups(suite, places)
    if suite.early_stop and suite.reward.policy not in ("all_or_nothing", "threshold"):
        yield finding("early-stop-fraction", places.field("early_stop"), f"policy is {suite.reward.policy!r}")
    if isinstance(suite, FunctionSuite | StdioSuite):
        yield from _twins(suite, places)
        if not suite.checker.is_custom:
            yield from _answers(suite, places)


def input_of(case: Case) -> object:
    """What a submission is given."""
    if isinstance(case, FunctionCase):
        return [case.args, case.kwargs]
    return getattr(case, "stdin", None)


def expected_of(case: Case) -> object:
    return case.expected if isinstance(case, FunctionCase) else getattr(case, "stdout", None)


def accepts(suite: FunctionSuite | StdioSuite, answer: object, expected: object) -> bool:
    """Whether the suite's checker takes `answer` for right. Not for a checker of its own."""
    if isinstance(suite, FunctionSuite):
        return check_value(answer, expected, suite.checker).accepted
    return isinstance(answer, str) and check_output(answer.encode(), expected, suite.checker).accepted


# How many, and what they weigh


def _counts(suite: Suite, places: Places) -> Iterator[Finding]:
    cases = suite.known_cases
    if len(cases) < MIN_CASES and not _may_be_more(suite):
        yield finding("few-cases", places.field("kind"), f"{len(cases)} cases")
    total = math.fsum(case.weight for case in cases)
    heaviest = max(range(len(cases)), key=lambda index: cases[index].weight)
    if len(cases) > 2 and cases[heaviest].weight > DOMINANT_SHARE * total:
        share = cases[heaviest].weight / total
        yield finding(
            "dominant-case", places.case(heaviest), f"case {heaviest} has {share:.0%} of the weight", heaviest
        )


def _may_be_more(suite: Suite) -> bool:
    """A test function of pytest's may be many cases."""
    return suite.kind == "pytest" and any("parametrize" in text for text in getattr(suite, "files", {}).values())


def _groups(suite: Suite, places: Places) -> Iterator[Finding]:
    cases = [case for case in getattr(suite, "cases", ()) if case.group is not None]
    sizes = Counter(case.group for case in cases)
    if suite.reward.groups == "all_or_nothing" and not any(size > 1 for size in sizes.values()):
        yield finding("idle-groups", places.field("groups"), 'groups = "all_or_nothing" changes nothing here')
    for index, case in enumerate(getattr(suite, "cases", ())):
        # A pytest function may be many cases, which share its group.
        if case.group is not None and sizes[case.group] == 1 and suite.kind != "pytest":
            yield finding("single-case-group", places.case(index), f"group {case.group!r} has this case only", index)


# Cases of the same input


def _twins(suite: FunctionSuite | StdioSuite, places: Places) -> Iterator[Finding]:
    seen: defaultdict[str, list[int]] = defaultdict(list)
    cases: Sequence[FunctionCase | StdioCase] = suite.cases
    for index, case in enumerate(cases):
        earlier = seen[digest([input_of(case)])]
        if earlier:
            first = earlier[0]
            if _can_both_be_right(suite, expected_of(cases[first]), expected_of(case)):
                yield finding("duplicate-case", places.case(index), f"case {index} is case {first} again", index)
            else:
                what = f"case {index} has the input of case {first}, and another answer"
                yield finding("contradictory-cases", places.case(index), what, index)
        earlier.append(index)


def _can_both_be_right(suite: FunctionSuite | StdioSuite, one: object, other: object) -> bool:
    name = suite.checker.name
    if suite.checker.is_custom:
        return digest([one]) == digest([other])
    if name != "any_of":
        return accepts(suite, one, other) or accepts(suite, other, one)
    choices = one if isinstance(one, list | tuple) else [one]
    return any(accepts(suite, choice, other) for choice in choices)


# Expected values and the checker


def _answers(suite: FunctionSuite | StdioSuite, places: Places) -> Iterator[Finding]:
    cases: Sequence[FunctionCase | StdioCase] = suite.cases
    yield from _constant(suite, cases, places)
    name = suite.checker.name
    values = [expected_of(case) for case in cases]
    if name in ("unordered", "set") and not any(map(_has_order, values)):
        yield finding("idle-checker", places.field("checker"), f"no expected value has an order for {name!r} to ignore")
    if name == "any_of" and all(len(_choices(value)) == 1 for value in values):
        yield finding("idle-checker", places.field("checker"), "every case has one answer only")
    if suite.checker.ignore_case and not any(_has_letters(value) for value in values):
        yield finding("idle-checker", places.field("checker"), "ignore_case: no expected value has letters")
    for index, value in enumerate(values):
        for choice in _choices(value) if name == "any_of" else [value]:
            found = _floats(suite, choice) if isinstance(suite, FunctionSuite) else _decimals(suite, choice)
            if found:
                yield finding(found[0], places.case(index), f"case {index}: {found[1]}", index)
                break


def _constant(
    suite: FunctionSuite | StdioSuite, cases: Sequence[FunctionCase | StdioCase], places: Places
) -> Iterator[Finding]:
    weights: defaultdict[str, float] = defaultdict(float)
    count: Counter[str] = Counter()
    first: dict[str, int] = {}
    for index, case in enumerate(cases):
        key = digest([expected_of(case)])
        weights[key] += case.weight
        count[key] += 1
        first.setdefault(key, index)
    key = max(weights, key=lambda key: weights[key])
    share = weights[key] / math.fsum(weights.values())
    if count[key] > 1 and share > CONSTANT_SHARE:
        text = f"{count[key]} of {len(cases)} cases expect {_shown(expected_of(cases[first[key]]))}: {share:.0%} of all"
        yield finding("constant-answer", places.case(first[key]), text)


def _floats(suite: FunctionSuite, expected: object) -> tuple[str, str] | None:
    """What is wrong with how the floats of a value are compared."""
    for number in _leaves(expected):
        if type(number) is not float or number == 0 or not math.isfinite(number):
            continue
        if not _number_accepted(suite.checker, math.nextafter(number, math.inf), number):
            return "float-exact", f"{number!r} must be answered to the last bit"
        if _number_accepted(suite.checker, 0.0, number):
            return "loose-tolerance", f"0.0 would do for {number!r}"
    return None


def _number_accepted(checker: Checker, answer: float, expected: float) -> bool:
    if checker.name in ("tokens", "lines"):
        return True  # of text, in which no number stands
    plain = checker.model_copy(update={"name": "float" if checker.name == "float" else "exact"})
    return check_value(answer, expected, plain).accepted


def _decimals(suite: StdioSuite, expected: object) -> tuple[str, str] | None:
    if not isinstance(expected, str):
        return None
    if suite.checker.name != "json" and (found := _DECIMAL.search(expected)):
        longer = expected[: found.end()] + "0" + expected[found.end() :]
        if not check_output(longer.encode(), expected, suite.checker).accepted:
            return "printed-float", f"{found[0]}0 would be refused for {found[0]}"
    for number in dict.fromkeys(_printed_numbers(suite, expected)):  # each alone: a text may hold very many
        if float(number) != 0 and check_output(b"0", number, suite.checker).accepted:
            return "loose-tolerance", f"0 would do for {number}"
    return None


def _printed_numbers(suite: StdioSuite, expected: str) -> Iterator[str]:
    """Those that are compared as numbers."""
    if suite.checker.name == "json":
        with contextlib.suppress(ValueError):  # of text that is no JSON, which no answer equals
            yield from (repr(leaf) for leaf in _leaves(load_json(expected)) if type(leaf) in (int, float))
        return
    yield from (token for token in expected.split() if _NUMBER.fullmatch(token))


def _leaves(value: object) -> Iterator[object]:
    """What a value holds that holds nothing else, without recursion: it may nest deeply."""
    todo = [value]
    while todo:
        item = todo.pop()
        if isinstance(item, dict):
            todo += item.values()
        elif isinstance(item, list | tuple | set | frozenset):
            todo += item
        else:
            yield item


def _choices(value: object) -> Sequence[object]:
    return value if isinstance(value, list | tuple) else [value]


def _has_order(value: object) -> bool:
    if isinstance(value, str):
        return len(value.strip().split("\n")) > 1
    return isinstance(value, list | tuple | set | frozenset) and len(value) > 1


def _has_letters(value: object) -> bool:
    return any(sign.isalpha() for sign in (value if isinstance(value, str) else repr(value)))


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:59] + "…"
