"""Checks of the code of references and tests, by reading it: what makes a verdict hang on chance, and tests that judge
nothing."""

from __future__ import annotations

import ast
import builtins
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from verifier.authoring.findings import Finding, finding
from verifier.authoring.places import Places
from verifier.sandbox.testing.code import TestSource
from verifier.suite.model import AssertsSuite, FunctionSuite, PytestSuite, StdioSuite, Suite
from verifier.suite.package import Package
from verifier.suite.source import SourceProblem, checking_names, last_name, own_nodes, parse
from verifier.suite.store import TESTS_FOLDER

_CHANCE = frozenset(
    "random.random random.randint random.randrange random.choice random.choices random.shuffle random.sample "
    "random.uniform random.gauss secrets.token_hex secrets.choice secrets.randbelow uuid.uuid1 uuid.uuid4 os.urandom "
    "numpy.random.rand numpy.random.randint np.random.rand np.random.randint".split()
)
_SURROUNDINGS = frozenset(
    "time.time time.time_ns time.perf_counter time.perf_counter_ns time.monotonic time.process_time datetime.now "
    "datetime.today datetime.utcnow datetime.datetime.now datetime.datetime.today datetime.datetime.utcnow date.today "
    "datetime.date.today os.getpid os.cpu_count id hash".split()
)
_SEEDS = frozenset({"random.seed", "numpy.random.seed", "np.random.seed"})
_DOTTED = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+")
_ORDERLESS = frozenset({"sorted", "set", "frozenset", "sum", "min", "max", "len", "any", "all", "Counter"})
"""What takes an iterable and doesn't mind its order."""
_ORDERING = frozenset({"list", "tuple", "enumerate", "iter", "join", "map", "zip", "deque"})


def check_code(package: Package, places: Places) -> Iterator[Finding]:
    suite = package.suite
    tests = _control(suite)
    for submission in package.references:
        tree = tree_of(submission.code)
        if tree is None:
            continue
        for line, what in _chancy(tree, tests):
            yield finding("nondeterministic-code", places.submission(submission, line), what)
        if _order_counts(suite):
            for line, what in _from_sets(tree):
                yield finding("order-dependent", places.submission(submission, line), what)
    if isinstance(suite, PytestSuite):
        yield from _tests(suite, places)
    elif isinstance(suite, AssertsSuite):
        for name in _borrowed(suite):
            yield finding("borrowed-name", places.suite, f"`{name}` is the submission's")
        for name, text in suite.steps:
            tree = tree_of(text)
            if tree is not None:
                place = places.case(0, name) if name else places.suite
                yield from _doubtful(tree, place.format)


def tree_of(code: str) -> ast.Module | None:
    """None for text that is no Python."""
    try:
        return parse(code)
    except (SourceProblem, UnicodeEncodeError):
        return None


def _order_counts(suite: Suite) -> bool:
    if isinstance(suite, FunctionSuite | StdioSuite):
        return suite.checker.name not in ("unordered", "set")
    return True


# Chance and surroundings


@dataclass(frozen=True, slots=True)
class _Control:
    """What tests do against chance: a submission need not."""

    seeds: bool = False
    """`random.seed(1)`, which goes to the submission too."""
    replaced: frozenset[str] = frozenset()
    """`random.choice` of `patch("solution.random.choice")`."""

    def holds(self, name: str) -> bool:
        return any(name == one or name.startswith(f"{one}.") for one in self.replaced)


def _control(suite: Suite) -> _Control:
    if isinstance(suite, PytestSuite):
        texts = [text for path, text in suite.files.items() if path.endswith(".py")]
        modules = suite.modules
    else:
        texts = [text for _, text in suite.steps] if isinstance(suite, AssertsSuite) else []
        modules = ()
    seeds, replaced = False, set()
    for tree in filter(None, map(tree_of, texts)):
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and _dotted(node.func, {}) in _SEEDS and node.args:
                seeds = True
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and _DOTTED.fullmatch(node.value):
                inner = [node.value.removeprefix(f"{module}.") for module in modules if node.value.startswith(module)]
                replaced.add(inner[0] if inner else node.value)
    return _Control(seeds, frozenset(replaced))


def _chancy(tree: ast.Module, tests: _Control) -> Iterator[tuple[int, str]]:
    renamed: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            renamed |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    called = [(node, _dotted(node.func, renamed)) for node in ast.walk(tree) if isinstance(node, ast.Call)]
    seeded = tests.seeds or any(name in _SEEDS and node.args for node, name in called)
    for node, name in called:
        if tests.holds(name) or tests.holds(_dotted(node.func, {})):
            continue
        if name in _SURROUNDINGS or (name in _CHANCE and not seeded):
            yield node.lineno, f"{name}() differs from run to run"
        elif name == "random.Random" and not node.args:
            yield node.lineno, "random.Random() without a seed"


def _dotted(node: ast.expr, renamed: dict[str, str]) -> str:
    if isinstance(node, ast.Name):
        return renamed.get(node.id, node.id)
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value, renamed)}.{node.attr}"
    return ""


# The order of sets


def _from_sets(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Where the order of a set gets into an answer, by all that can be seen. A function that sorts is trusted."""
    for scope in [tree, *(n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))]:
        nodes = [node for node in own_nodes(scope) if isinstance(node, ast.AST)]
        if any(isinstance(n, ast.Call) and last_name(n.func) in ("sorted", "sort") for n in nodes):
            continue
        sets = _set_names(nodes)
        calls = (n for n in nodes if isinstance(n, ast.Call) and last_name(n.func) in _ORDERLESS)
        unminded = {argument for call in calls for argument in call.args}
        for node in nodes:
            found = "" if node in unminded else _ordered_use(node, sets)
            if found:
                yield node.lineno, found  # type: ignore[attr-defined]


def _set_names(nodes: list[ast.AST]) -> set[str]:
    """Names that are bound to sets and to nothing else."""
    sets: set[str] = set()
    others: set[str] = set()
    for node in nodes:
        targets: list[ast.expr] = []
        if isinstance(node, ast.Assign):
            targets = node.targets
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            targets = [node.target]
        elif isinstance(node, ast.For):
            others |= {part.id for part in ast.walk(node.target) if isinstance(part, ast.Name)}
        for target in targets:
            if isinstance(target, ast.Name):
                value = getattr(node, "value", None)
                (sets if isinstance(value, ast.expr) and _is_set(value, set()) else others).add(target.id)
    return sets - others


def _is_set(node: ast.expr, sets: set[str]) -> bool:
    match node:
        case ast.Set() | ast.SetComp():
            return True
        case ast.Name(id=name):
            return name in sets
        case ast.Call(func=ast.Name(id="set" | "frozenset"), args=[_, *_]):
            return True
        case ast.Call(func=ast.Name(id="set" | "frozenset")):
            return True
        case ast.BinOp(op=ast.BitOr() | ast.BitAnd() | ast.Sub() | ast.BitXor(), left=left, right=right):
            return _is_set(left, sets) or _is_set(right, sets)
    return False


def _ordered_use(node: ast.AST, sets: set[str]) -> str:
    match node:
        case ast.Call(func=function, args=[*_, argument]) if last_name(function) in _ORDERING:
            iterated = argument.generators[0].iter if isinstance(argument, ast.GeneratorExp) else argument
            if _is_set(iterated, sets):
                return f"{last_name(function)}() of a set"
        case ast.Call(func=ast.Name(id="print"), args=arguments):
            if any(_is_set(a.value if isinstance(a, ast.Starred) else a, sets) for a in arguments):
                return "print() of a set"
        case ast.Call(func=ast.Attribute(value=value, attr="pop"), args=[]) if _is_set(value, sets):
            return "pop() of a set"
        case ast.ListComp(generators=[first, *_]) if _is_set(first.iter, sets):
            return "a list made from a set"
        case ast.For(iter=iterated) if _is_set(iterated, sets) and any(map(_keeps_order, ast.walk(node))):
            return "a loop over a set that appends, yields or prints"
    return ""


def _keeps_order(node: ast.AST) -> bool:
    if isinstance(node, ast.Yield | ast.YieldFrom):
        return True
    return isinstance(node, ast.Call) and last_name(node.func) in ("append", "print", "write", "extend", "insert")


# Tests


def _tests(suite: PytestSuite, places: Places) -> Iterator[Finding]:
    trees = {path: tree for path, text in suite.files.items() if path.endswith(".py") and (tree := tree_of(text))}
    checking: frozenset[str] = frozenset()
    for tree in (*trees.values(), *trees.values()):  # twice, since one file may use another's
        checking = checking_names(tree, checking)
    left_out = suite.left_out
    for name in suite.static_tests.names:
        if name in left_out:
            yield finding("skipped-test", places.test(name), f"{name} is no case")
        elif not _checks(trees.get(name.partition("::")[0]), name.rpartition("::")[2], checking):
            yield finding("test-without-assert", places.test(name), f"{name} passes if nothing is raised")
    for path, tree in trees.items():
        yield from _doubtful(tree, f"{TESTS_FOLDER}/{path}:{{}}".format)


def _checks(tree: ast.Module | None, function: str, checking: frozenset[str]) -> bool:
    if tree is None or function in checking:
        return True
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == function:
            called = {last_name(inner.func) for inner in ast.walk(node) if isinstance(inner, ast.Call)}
            if called & checking:  # `self.check(...)`
                return True
    return False


def _borrowed(suite: AssertsSuite) -> list[str]:
    """Names that the asserts take from the submission, beside what they are about: the entry point, or the name that
    they use most."""
    trees = [tree for _, text in suite.steps if (tree := tree_of(text)) is not None]
    unbound = TestSource(suite.steps).unbound() - vars(builtins).keys() - sys.stdlib_module_names
    used = Counter(
        node.id for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id in unbound
    )
    about = re.split(r"\W", suite.entry_point)[0] or next((name for name, _ in used.most_common(1)), "")
    return sorted(used.keys() - {about, "candidate"})


def _doubtful(tree: ast.Module, place: Callable[[int], str]) -> Iterator[Finding]:
    for line, what in _chancy(tree, _Control()):
        yield finding("nondeterministic-code", place(line), what)
    for node in ast.walk(tree):
        number = _exact_float(node)
        if number is not None:
            yield finding("float-exact", place(node.lineno), f"== {number!r}")  # type: ignore[attr-defined]


def _exact_float(node: ast.AST) -> float | None:
    """A float that is compared by `==` or assertEqual, and that a sum in another order would miss. One that the call is
    given may come back as it is."""
    sides: list[ast.expr] = []
    if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq):
        sides = [node.left, *node.comparators]
    elif isinstance(node, ast.Call) and last_name(node.func) in ("assertEqual", "assertListEqual", "assertTupleEqual"):
        sides = node.args[:2]
    given = {
        inner.value
        for side in sides
        for call in ast.walk(side)
        if isinstance(call, ast.Call)
        for inner in ast.walk(call)
        if isinstance(inner, ast.Constant)
    }
    return next((number for number in _floats(sides) if number * 1024 % 1 and number not in given), None)


def _floats(sides: list[ast.expr]) -> Iterator[float]:
    """Those that stand there by themselves, or in a list or tuple."""
    todo = sides[::-1]
    while todo:
        part = todo.pop()
        if isinstance(part, ast.List | ast.Tuple):
            todo += part.elts
        elif isinstance(part, ast.UnaryOp):
            todo.append(part.operand)
        elif isinstance(part, ast.Constant) and type(part.value) is float:
            yield part.value
