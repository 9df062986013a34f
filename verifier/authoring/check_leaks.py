"""Checks for answers that a solution, or whoever writes one, could see: in its input, or in the statement."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Callable, Iterator, Sequence

from verifier.authoring.check_cases import MIN_CASES, expected_of
from verifier.authoring.findings import Finding, finding
from verifier.authoring.places import Places
from verifier.authoring.stand_ins import names_to_define
from verifier.suite.model import AssertsSuite, FunctionCase, FunctionSuite, PytestSuite, StdioCase, StdioSuite
from verifier.suite.package import Package
from verifier.suite.source import SourceProblem, parse
from verifier.suite.static_tests import static_tests

SHOWN_SHARE = 1 / 3
MIN_QUOTED_CHARS = 40
"""Of a reference's body, or of a test, that counts as quoted."""
MIN_TELLING_CHARS = 3
"""An answer whose text is shorter may stand in an input by chance."""

Path = tuple[str | int, ...]


def check_leaks(package: Package, places: Places) -> Iterator[Finding]:
    suite = package.suite
    if isinstance(suite, FunctionSuite):
        yield from _in_arguments(suite.cases, places)
    elif isinstance(suite, StdioSuite):
        yield from _in_stdin(suite.cases, places)
    if isinstance(suite, FunctionSuite | StdioSuite):
        yield from _cases_in_problem(suite, package.problem, places)
    if isinstance(suite, AssertsSuite | PytestSuite):
        yield from _in_calls(suite, places)
        yield from _tests_named(package, suite, places)
    yield from _references_in_problem(package, places)


# The answer in the input


def _in_arguments(cases: Sequence[FunctionCase], places: Places) -> Iterator[Finding]:
    found = [set(_paths_to(case.expected, [case.args, case.kwargs])) for case in cases]
    yield from _in_inputs(found, [len(repr(case.expected)) for case in cases], places, _argument)


def _argument(path: Path) -> str:
    keyword, first, *rest = path
    name = f"argument {first!r}" if keyword else f"argument {first}"
    return name + "".join(f"[{step!r}]" for step in rest)


def _in_stdin(cases: Sequence[StdioCase], places: Places) -> Iterator[Finding]:
    found: list[set[Path]] = []
    for case in cases:
        lines = case.stdin.strip().split("\n")
        choices = {text.strip() for text in (case.stdout if isinstance(case.stdout, list) else [case.stdout])}
        at = {index for index, line in enumerate(lines) if line.strip() in choices - {""}}
        whole = {("all",)} if case.stdin.strip() in choices - {""} else set()
        found.append({("line", i) for i in at} | {("line", i - len(lines)) for i in at} | whole)
    sizes = [len(str(case.stdout).strip()) for case in cases]
    yield from _in_inputs(found, sizes, places, lambda path: " ".join(map(str, path)) + " of the input")


def _in_inputs(
    found: Sequence[set[Path]], sizes: Sequence[int], places: Places, told: Callable[[Path], str]
) -> Iterator[Finding]:
    telling = [size >= MIN_TELLING_CHARS for size in sizes]
    everywhere = set.intersection(*found)
    if everywhere and (len(found) >= MIN_CASES or all(telling)):
        path = min(everywhere, key=repr)
        yield finding("expected-in-input", places.case(0), f"{told(path)} is the answer in each of {len(found)} cases")
        return
    for index, paths in enumerate(found):
        if paths and telling[index]:
            path = min(paths, key=repr)
            yield finding("answer-among-input", places.case(index), f"case {index}: {told(path)} is the answer", index)


def _paths_to(wanted: object, given: object) -> Iterator[Path]:
    """Where in `given` (arguments, keyword arguments) a value equal to `wanted` stands."""
    todo: list[tuple[Path, object]] = [((), given)]
    while todo:
        path, value = todo.pop()
        if len(path) >= 2 and type(value) is type(wanted) and value == wanted:
            yield path
        if isinstance(value, dict):
            todo += [((*path, key if isinstance(key, str | int) else repr(key)), item) for key, item in value.items()]
        elif isinstance(value, list | tuple):
            todo += [((*path, index), item) for index, item in enumerate(value)]


def _in_calls(suite: AssertsSuite | PytestSuite, places: Places) -> Iterator[Finding]:
    """`assert f(x, expected) == expected`, with a name or a literal that tells something."""
    for where, tree in _trees(suite):
        for node in ast.walk(tree):
            if not isinstance(node, ast.Compare) or len(node.ops) != 1 or not isinstance(node.ops[0], ast.Eq):
                continue
            sides = (node.left, node.comparators[0])
            for called, other in (sides, sides[::-1]):
                if not isinstance(called, ast.Call) or isinstance(other, ast.Call) or not _tells(other):
                    continue
                arguments = [*called.args, *(keyword.value for keyword in called.keywords)]
                if any(ast.dump(argument) == ast.dump(other) for argument in arguments):
                    place = f"tests/{where}:{node.lineno}" if isinstance(suite, PytestSuite) else places.suite
                    text = ast.unparse(node)
                    code = "expected-in-input" if _is_named_answer(other) else "answer-among-input"
                    yield finding(code, place, f"the call is given what it must return: {text[:120]}")


def _tells(node: ast.expr) -> bool:
    return isinstance(node, ast.Name | ast.Attribute) or len(ast.unparse(node)) >= MIN_TELLING_CHARS


def _is_named_answer(node: ast.expr) -> bool:
    """`expected`, `want`, `answer`: the author says what it is."""
    text = ast.unparse(node).lower()
    return isinstance(node, ast.Name | ast.Attribute) and any(w in text for w in ("expect", "want", "answer", "result"))


def _trees(suite: AssertsSuite | PytestSuite) -> Iterator[tuple[str, ast.Module]]:
    """The test code, and the file or the field that it stands in."""
    if isinstance(suite, PytestSuite):
        texts = [(path, text) for path, text in suite.files.items() if path.endswith(".py")]
    else:
        texts = [("code", text) for name, text in suite.steps if name]
    for where, text in texts:
        try:
            yield where, parse(text)
        except SourceProblem:  # pragma: no cover (a suite that holds it is refused)
            continue


# The statement


def _cases_in_problem(suite: FunctionSuite | StdioSuite, problem: str, places: Places) -> Iterator[Finding]:
    """Cases whose input and answer both stand in the statement."""
    text = _squeezed(problem)
    cases: Sequence[FunctionCase | StdioCase] = suite.cases
    shown = [index for index, case in enumerate(cases) if _is_shown(case, text)]
    total = math.fsum(case.weight for case in cases)
    share = math.fsum(cases[index].weight for index in shown) / total
    if share > SHOWN_SHARE:
        what = f"cases {', '.join(map(str, shown[:10]))} are in it: {share:.0%} of the weight"
        yield finding("cases-in-problem", places.problem, what)


def _is_shown(case: FunctionCase | StdioCase, text: str) -> bool:
    if isinstance(case, FunctionCase):
        given = ", ".join([*map(repr, case.args), *(f"{name}={value!r}" for name, value in case.kwargs.items())])
        parts = [given, repr(expected_of(case))]
    else:
        parts = [case.stdin, *(case.stdout if isinstance(case.stdout, list) else [case.stdout])][:2]
    squeezed = [_squeezed(part) for part in parts]
    # An input that is a bare number or nothing stands in any text.
    return len(squeezed[0]) >= MIN_TELLING_CHARS and all(part in text for part in squeezed)


_SIGNS = re.compile(r"\s+|==|->|=>|→|>>>|[`#]")


def _squeezed(text: str) -> str:
    """Without white space and the signs that examples are written with, and with one kind of quotes."""
    return _SIGNS.sub("", text).replace('"', "'")


def _references_in_problem(package: Package, places: Places) -> Iterator[Finding]:
    """A function that the statement defines itself, and that isn't the one to be written, is a helper that it gives."""
    problem = _squeezed(package.problem)
    defined = set(re.findall(r"\bdef\s+(\w+)", package.problem))
    wanted = {part for name in names_to_define(package.suite) for part in re.split(r"\W+", name)}
    helpers = defined - wanted if wanted else set()
    for submission in package.references:
        bodies = [_squeezed(body) for name, body in _bodies(submission.code) if name not in helpers]
        if any(len(body) >= MIN_QUOTED_CHARS and body in problem for body in bodies):
            yield finding("reference-in-problem", places.problem, f"it holds the code of {submission.name}")


def _bodies(code: str) -> list[tuple[str, str]]:
    """The whole code, named "", and the body of each function and method."""
    whole = [("", code)]
    try:
        tree = parse(code)
    except SourceProblem:
        return whole
    lines = code.split("\n")
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return whole + [(node.name, "\n".join(lines[node.body[0].lineno - 1 : node.end_lineno])) for node in functions]


# Names and texts of tests


def _tests_named(package: Package, suite: AssertsSuite | PytestSuite, places: Places) -> Iterator[Finding]:
    telling = _telling_texts(suite)
    problem = _squeezed(package.problem)
    shown = [text for text in telling if _quotes(text, package.problem, problem)]
    if shown and (isinstance(suite, PytestSuite) or len(shown) > SHOWN_SHARE * len(telling)):
        code = "test-names-in-problem" if isinstance(suite, PytestSuite) else "cases-in-problem"
        yield finding(code, places.problem, f"{len(shown)} of {len(telling)} tests, such as {shown[0][:80]}")
    for submission in package.references:
        squeezed = _squeezed(submission.code)
        # What the statement shows may stand in a docstring.
        hidden = (text for text in telling if text not in shown)
        quoted = next((text for text in hidden if _quotes(text, submission.code, squeezed)), None)
        if quoted is not None:
            yield finding("reference-knows-tests", places.submission(submission), f"it holds {quoted[:80]}")


def _telling_texts(suite: AssertsSuite | PytestSuite) -> list[str]:
    """Names of tests, or texts of asserts, that nobody writes by chance."""
    if isinstance(suite, PytestSuite):
        names = {name.rpartition("::")[2] for name in static_tests(suite.files).names}
        return sorted(name for name in names if len(name) > len("test_") + 3)
    called = suite.entry_point or "candidate"
    return [text.strip().replace("candidate(", f"{called}(") for name, text in suite.steps if name]


def _quotes(telling: str, text: str, squeezed: str) -> bool:
    if telling.isidentifier():
        return re.search(rf"(?<!\w){telling}(?!\w)", text) is not None
    inner = _squeezed(telling).removeprefix("assert")
    return inner in squeezed
