"""Programs that don't solve anything, made for one suite: what they earn is what the suite pays for nothing.

Each is text, and runs in the sandbox like any submission. They are fitted to the suite by what a model could find out
or guess (the form of an answer, the examples that the statement shows) and, since luck is to be measured at its best,
by the suite's own answers: the one that is right most often, that of the first case, and a guess among them.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator, Sequence

from verifier.authoring.trivial_frames import IMPORTS, Probe, answering, joined
from verifier.suite.model import AssertsSuite, FunctionSuite, InteractiveSuite, PytestSuite, StdioSuite, Suite
from verifier.suite.package import Package
from verifier.suite.source import SourceProblem, parse

MAX_ANSWERS_CHARS = 1 << 18
"""Of the answers that a program chooses from, as text."""

MAX_SHARE_OF_KINDS = 0.5
"""Different answers for each case. Where there are more, they are no kinds that could be guessed, as yes and no are."""

_CONSTANT_CHARS = 40
"""Of a number, at most; longer texts are not looked into."""

MIN_EXAMPLE_CHARS = 4
"""Of an input and its answer together: anything shorter stands in a statement by chance."""


def trivial_probes(package: Package, *, seed: int = 0) -> list[Probe]:
    """The trivial programs for a suite, and the one that looks answers up. Of two with the same text only the first."""
    suite = package.suite
    nothing = "pass\n" if isinstance(suite, StdioSuite | InteractiveSuite) else answering(suite, "None")
    found = [Probe("does nothing", "trivial", nothing)]
    for text in ("None", "0", "1", '""', "[]", "True"):
        found.append(Probe(f"constant {text}", "trivial", answering(suite, text)))
    answers = accepted_answers(suite)
    if answers:
        [(frequent, _)] = Counter(text for texts in answers for text in texts).most_common(1)
        found.append(
            Probe("the most frequent answer", "trivial", answering(suite, frequent, load=_imports_for(frequent)))
        )
        first = answers[0][0]
        found.append(Probe("the first case's answer", "trivial", answering(suite, first, load=_imports_for(first))))
        guess = _guess(answers)
        if guess:
            found.append(Probe("a random answer", "trivial", _guessing(suite, guess, seed)))
    if isinstance(suite, InteractiveSuite):
        found.append(Probe("echo of the input", "trivial", "while True:\n    print(input(), flush=True)\n"))
    else:
        given = "stdin.rstrip()" if isinstance(suite, StdioSuite) else "args[0] if args else None"
        found.append(Probe("echo of the input", "trivial", answering(suite, given)))
    shown = _shown_examples(package)
    if shown:
        found.append(Probe("the statement's examples", "lookup", _looking_up(suite, shown, frequent)))
    return list({probe.code: probe for probe in reversed(found)}.values())[::-1]


def _imports_for(expression: str) -> str:
    """Nothing for most: then a program is seen to be the same as another."""
    return IMPORTS if re.search(r"\b(datetime|deque|Decimal|Fraction|inf|nan)\b", expression) else ""


def accepted_answers(suite: Suite) -> list[list[str]]:
    """For each case the answers that it accepts, as Python expressions. For tests as code, the constants that they
    compare with."""
    if isinstance(suite, StdioSuite):
        printed = ([case.stdout] if isinstance(case.stdout, str) else case.stdout for case in suite.cases)
        return [[repr(text.rstrip("\n")) for text in texts] for texts in printed]
    if isinstance(suite, FunctionSuite):
        several = suite.checker.name == "any_of"
        expected = [case.expected for case in suite.cases]
        return [[repr(one) for one in (answer if several and isinstance(answer, list | tuple) else [answer])]
                for answer in expected]  # fmt: skip
    return [[text] for source in _test_sources(suite) for text in _compared_constants(source)]


def _test_sources(suite: Suite) -> list[str]:
    if isinstance(suite, PytestSuite):
        return [text for path, text in sorted(suite.files.items()) if path.endswith(".py")]
    return [text for _, text in suite.steps] if isinstance(suite, AssertsSuite) else []


def _compared_constants(source: str) -> list[str]:
    try:
        tree = parse(source)
    except SourceProblem:
        return []
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq):
            try:
                found.append(repr(ast.literal_eval(node.comparators[0])))
            except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
                continue
    return found


def _guess(answers: Sequence[Sequence[str]]) -> str:
    """How an answer is drawn, as an expression of a random.Random named `chance`; "" where there is nothing to guess.
    Numbers are guessed between the least and the greatest; other answers where there are few kinds of them."""
    values = [ast.literal_eval(text) if _is_constant(text) else text for texts in answers for text in texts]
    numbers = [int(value) for value in values if re.fullmatch(r"-?[0-9]{1,18}", str(value))]
    if len(numbers) == len(values):
        drawn = f"chance.randint({min(numbers)}, {max(numbers)})"
        return f"str({drawn})" if isinstance(values[0], str) else drawn
    distinct = list(dict.fromkeys(text for texts in answers for text in texts))
    if len(distinct) > len(answers) * MAX_SHARE_OF_KINDS or sum(map(len, distinct)) > MAX_ANSWERS_CHARS:
        return ""
    return f"chance.choice([{', '.join(distinct)}])"


def _is_constant(text: str) -> bool:
    return len(text) < _CONSTANT_CHARS and isinstance(ast.parse(text, mode="eval").body, ast.Constant | ast.UnaryOp)


def _guessing(suite: Suite, guess: str, seed: int) -> str:
    """It guesses by its input, so that it answers alike whenever it is run."""
    given = "stdin" if isinstance(suite, StdioSuite) else "args"
    draw = f'def drawn(given):\n    chance = random.Random(f"{seed} {{given!r}}")\n    return {guess}'
    load = joined(_imports_for(guess), "import random", draw)
    return answering(suite, f"drawn({given})", load=load)


def _shown_examples(package: Package) -> list[tuple[str, str]]:
    """Input and answer, as Python expressions, of the cases that the statement shows."""
    shown = _spaced_alike(package.problem)
    found = []
    for given, forms, answers in _written_cases(package.suite):
        for text, written in answers:
            long_enough = [form for form in forms if len(_spaced_alike(form + written)) >= MIN_EXAMPLE_CHARS]
            if any(_stands_in(shown, form) for form in long_enough) and _stands_in(shown, written):
                found.append((given, text))
                break
    return found


def _written_cases(suite: Suite) -> Iterator[tuple[str, list[str], list[tuple[str, str]]]]:
    """Of each case: the input as an expression, and in the forms in which a statement would show it; and each right
    answer in both ways."""
    if isinstance(suite, FunctionSuite):
        name = suite.entry_point.rpartition(".")[2]
        for call, texts in zip(suite.cases, accepted_answers(suite), strict=True):
            if not call.kwargs:
                arguments = ", ".join(map(repr, call.args))
                yield repr(tuple(call.args)), [f"{name}({arguments})", arguments], [(text, text) for text in texts]
    elif isinstance(suite, StdioSuite):
        for run, texts in zip(suite.cases, accepted_answers(suite), strict=True):
            yield repr(run.stdin.strip()), [run.stdin], [(text, ast.literal_eval(text)) for text in texts]


def _stands_in(shown: str, written: str) -> bool:
    wanted = _spaced_alike(written)
    return bool(wanted) and re.search(rf"(?<![\w\"]){re.escape(wanted)}(?![\w\"])", shown) is not None


def _spaced_alike(text: str) -> str:
    text = re.sub(r"\s+", " ", text.replace("`", " ").replace("'", '"'))
    return re.sub(r"(?<=[,:=(\[{]) | (?=[,:=)\]}])", "", text).strip()


def _looking_up(suite: Suite, shown: Sequence[tuple[str, str]], otherwise: str) -> str:
    table = ",\n".join(f"    ({given}, {answer})" for given, answer in shown)
    load = joined(IMPORTS, f"KNOWN = [\n{table},\n]")
    given = "stdin.strip()" if isinstance(suite, StdioSuite) else "args"
    return answering(suite, f"next((answer for known, answer in KNOWN if known == {given}), {otherwise})", load=load)
