"""Inputs from a suite's `generator.py`, which runs in the sandbox as a submission does, and edge cases.

`generator.py` defines how an input is made, one of

    def generate(random): ...    one input, from a random.Random of its own
    inputs = st.tuples(...)      a Hypothesis strategy of inputs

and may define

    def edges(): ...             inputs that every suite of this problem should hold; they are always kept
    def is_valid(*input): ...    whether the statement allows an input

An input is the list of arguments (kind `function`) or the text of stdin (kind `stdio`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from verifier.authoring.running import Answer
from verifier.errors import SuiteError
from verifier.suite.literals import ValueProblem, decode_value
from verifier.suite.model import FunctionSuite, StdioSuite, parse_suite
from verifier.suite.writing import encode_value

GENERATOR_FILE = "generator.py"
HYPOTHESIS = "hypothesis"
_LIMITS = {"cpu_time_s": 120.0, "memory_bytes": 2 << 30, "output_bytes": 256 << 20}
_ENTRY = "_verifier_inputs"

_DRIVER = """

def _verifier_inputs(wish, is_text, *given):
    def plain(made):
        if is_text:
            if not isinstance(made, str):
                raise TypeError(f"an input of kind stdio is text, not {type(made).__name__}")
            return made
        if not isinstance(made, (list, tuple)):
            raise TypeError(f"an input of kind function is the list of arguments, not {type(made).__name__}")
        return list(made)

    names = globals()
    if wish == "valid":
        if "is_valid" not in names:
            return None
        return [bool(is_valid(*([one] if is_text else one))) for one in given[0]]
    if wish == "edges":
        return [plain(one) for one in edges()] if "edges" in names else []
    seed, count = given
    if "generate" in names:
        from random import Random

        return [plain(generate(Random(f"{seed} {number}"))) for number in range(count)]
    if "inputs" not in names:
        raise NameError("generator.py must define generate(random), or a Hypothesis strategy named inputs")
    import hypothesis

    found = []

    @hypothesis.seed(seed)
    @hypothesis.settings(
        database=None,
        deadline=None,
        max_examples=count,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(inputs)
    def take(made):
        found.append(plain(made))

    take()
    return found[:count]
"""


def wrong_with(value: object) -> str:
    """Why a value can't be part of a suite; "" where it can."""
    try:
        decode_value(value)
    except ValueProblem as problem:
        return f"{problem.path}: {problem.problem}".removeprefix(": ")
    return ""


class Answers(Protocol):
    """A `verifier.authoring.running.Runner`, or what has this much of it."""

    def answers(self, code: str, suite: FunctionSuite | StdioSuite) -> list[Answer]: ...


Input = str | list[object]


class Generator:
    """A suite's generator. Raises SuiteError where it can't be read, or fails."""

    def __init__(self, folder: Path, answers: Answers, *, is_text: bool) -> None:
        self._at = f"{folder.name}/{GENERATOR_FILE}"
        self._answers = answers
        self._is_text = is_text
        path = folder / GENERATOR_FILE
        if not path.is_file():
            raise SuiteError("is missing: it says how inputs are made, by generate(random)", path=self._at)
        try:
            self._code = path.read_text(encoding="utf-8") + _DRIVER
        except (OSError, UnicodeDecodeError) as error:
            raise SuiteError(f"can't be read: {error}", path=self._at) from None

    def inputs(self, seed: int, count: int) -> list[Input]:
        """So many at most, the same for the same seed."""
        return self._made("inputs", seed, count)

    def edges(self) -> list[Input]:
        return self._made("edges")

    def valid(self, inputs: Sequence[Input]) -> list[bool] | None:
        """For each input whether the statement allows it; None where the generator doesn't say."""
        said = self._ask("valid", list(inputs))
        if said is None:
            return None
        assert isinstance(said, list)
        return [one is True for one in said]

    def _made(self, *question: object) -> list[Input]:
        made = self._ask(*question)
        if not isinstance(made, list):
            raise SuiteError("replaces what it is asked by", path=self._at)
        return made

    def _ask(self, wish: object, *given: object) -> object:
        case = {"args": encode_value([wish, self._is_text, *given]), "expected": None}
        suite = parse_suite({"kind": "function", "entry_point": _ENTRY, "cases": [case], "limits": _LIMITS})
        assert isinstance(suite, FunctionSuite)
        [answer] = self._answers.answers(self._code, suite)
        facts = answer.facts
        why: object
        if answer.given:
            why = wrong_with(answer.value)
            if not why:
                return answer.value
        else:
            why = facts.fault or facts.killed or facts.raised or "its inputs are no plain data, or too large"
        problem = f"fails at {facts.stage}: {why}"
        if f"No module named '{HYPOTHESIS}'" in problem:
            problem += "; install hypothesis for the interpreter that submissions run on (`pip install hypothesis`)"
        raise SuiteError(problem, path=self._at)


# Edge cases


_NUMBERS: tuple[object, ...] = (0, 1, -1, 2, 2**31 - 1, -(2**31), 10**18)
_FLOATS: tuple[object, ...] = (0.0, 1.0, -1.0, 0.1, 1e-9, 1e9, -1e9)
_TEXTS: tuple[object, ...] = ("", " ", "a", "A", "aa", "0", "ä", "日本", "🙂", "a\nb")
_MOST_OF_ONE = 40


def edge_inputs(bases: Sequence[Sequence[object]]) -> Iterator[list[object]]:
    """Inputs in which one argument of a base is at an edge of its type: empty, one, many alike, extreme, negative, in
    another order, of another alphabet. Whether the statement allows them is another question."""
    for base in bases:
        for position, value in enumerate(base):
            for number, edge in enumerate(edges_of(value)):
                if number >= _MOST_OF_ONE:
                    break
                yield [*base[:position], edge, *base[position + 1 :]]


def edges_of(value: object) -> Iterator[object]:
    """Values of the same type, and for containers of the same types inside."""
    match value:
        case bool():
            yield not value
        case int():
            yield from _NUMBERS
            yield from (value - 1, value + 1, -value)
        case float():
            yield from _FLOATS
            yield -value
        case str():
            yield from _TEXTS
            yield from (value[:1], value * 2, value[::-1], value.swapcase())
        case list():
            yield from _edges_of_items(value)
        case tuple():
            for index, item in enumerate(value):
                for edge in edges_of(item):
                    yield (*value[:index], edge, *value[index + 1 :])
        case set() | frozenset():
            yield type(value)()
            yield from (type(value)({item}) for item in list(value)[:1])
        case dict():
            yield {}
            yield from ({key: item} for key, item in list(value.items())[:1])
            for key, item in list(value.items())[:2]:
                yield from ({**value, key: edge} for edge in edges_of(item))


def _edges_of_items(items: list[object]) -> Iterator[list[object]]:
    yield []
    if not items:
        return
    yield items[:1]
    yield items[:1] * 2
    yield items[:1] * 5
    yield items[::-1]
    yield items + items
    for edge in edges_of(items[0]):
        yield [edge]
        yield [edge, *items[1:]]


def distinct(inputs: Iterable[Input], known: set[str]) -> list[Input]:
    """Those whose keys are not among the known, each once; `known` grows by them."""
    found = []
    for one in inputs:
        key = key_of(one)
        if key not in known:
            known.add(key)
            found.append(one)
    return found


def key_of(one: object) -> str:
    """The same for the same input, whatever the order of its sets. 1, 1.0 and True differ."""
    if isinstance(one, set | frozenset):
        return f"{type(one).__name__}{sorted(map(key_of, one))}"
    if isinstance(one, list | tuple):
        return f"{type(one).__name__}{list(map(key_of, one))}"
    if isinstance(one, dict):
        return f"dict{[(key_of(key), key_of(value)) for key, value in one.items()]}"
    return repr(one)
