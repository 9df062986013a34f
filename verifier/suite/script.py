"""A script of asserts, taken apart into steps, so that each of its asserts is a case and earns credit of its own.

Steps run one after the other in one namespace. Those with a name are cases:

* an `assert`; one that can't fail (`assert True`) is left out;
* another statement that checks something: a loop with an assert inside, a call of a function of the script that holds
  one, `with pytest.raises(...)`, `np.testing.assert_equal(...)`.

All else (imports, definitions, assignments) is a step without a name. `if __name__ == "__main__":` is left out.

HumanEval's `def check(candidate)` is taken apart in the same way where that can't change what it means: the names that
its body binds must not be ones that other parts of the script use, and it must not `return`, `yield` or declare names
`global`. Otherwise calling it is one case.
"""

from __future__ import annotations

import ast
import symtable
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property

from verifier.suite.source import (
    SourceProblem,
    checking_names,
    checks_something,
    compiles,
    own_nodes,
    parse,
    scopes,
    without_data,
)

Step = tuple[str, str]
"""Name of the case, or empty, and the text of a statement that compiles by itself."""

CANDIDATE = "candidate"
"""The tester binds it to the entry point."""

_BLOCKS = (ast.For, ast.AsyncFor, ast.While, ast.If, ast.With, ast.AsyncWith, ast.Try, ast.TryStar, ast.Match,
           ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)  # fmt: skip
_ENDS_OR_ESCAPES = (ast.Return, ast.Yield, ast.YieldFrom, ast.Await, ast.Nonlocal, ast.Global, ast.AsyncFor,
                    ast.AsyncWith)  # fmt: skip


def setup_steps(text: str) -> tuple[list[Step], frozenset[str]]:
    """The text as steps, none of them a case, and its functions that check something. Raises SourceProblem."""
    script = _Script(text)
    return [("", script.text_of(statement)) for statement in script.statements()], script.checking


def script_steps(
    text: str, *, called_with_entry_point: bool = False, checking: frozenset[str] = frozenset()
) -> list[Step]:
    """The steps of a script; cases are named by their lines ("line 7"). With `called_with_entry_point`, a function
    `check` that the script defines and doesn't call is called with the entry point at the end. `checking` are functions
    from elsewhere that check something.

    Raises SourceProblem for a text that isn't Python, or that holds no case.
    """
    script = _Script(text, checking)
    steps = list(script.steps(called_with_entry_point))
    if not any(name for name, _ in steps):
        raise SourceProblem(script.why_no_case(called_with_entry_point))
    return _numbered(steps)


def holds_cases(text: str, *, entry_point: bool = False) -> bool:
    """Whether `script_steps` would find a case."""
    try:
        return bool(script_steps(text, called_with_entry_point=entry_point))
    except SourceProblem:
        return False


def list_steps(asserts: Sequence[str], *, checking: frozenset[str] = frozenset()) -> list[Step]:
    """The steps of a list of texts, mostly one assert each; cases are named by their places ("assert 1", from 1).

    Raises SourceProblem, with the place, for a text that isn't Python or that checks nothing.
    """
    steps: list[Step] = []
    for number, text in enumerate(asserts, start=1):
        try:
            script = _Script(text, checking)
            found = list(script.steps(False))
            if not any(name for name, _ in found) and not script.only_vacuous():
                raise SourceProblem(script.why_no_case(False))
        except SourceProblem as problem:
            raise SourceProblem(str(problem), index=number - 1) from None
        steps += [(name and f"assert {number}", text) for name, text in found]
    if not any(name for name, _ in steps):
        raise SourceProblem("hold no assert that could fail")
    return _numbered(steps)


def _numbered(steps: Sequence[Step]) -> list[Step]:
    """With names that are unique."""
    seen: Counter[str] = Counter()
    numbered: list[Step] = []
    for name, text in steps:
        seen[name] += 1
        numbered.append((f"{name} ({seen[name]})" if name and seen[name] > 1 else name, text))
    return numbered


class _Script:
    def __init__(self, text: str, checking: frozenset[str] = frozenset()) -> None:
        text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
        try:
            text.encode()
        except UnicodeEncodeError:
            raise SourceProblem("holds half a surrogate pair, which no UTF-8 text can") from None
        self._text = text
        self._tree = without_data(parse(text))
        self._lines = text.encode().split(b"\n")
        self.checking = checking_names(self._tree, checking)
        self._functions = {node.name: node for node in self._tree.body if isinstance(node, ast.FunctionDef)}
        self._future = ""
        for node in self._tree.body:
            if isinstance(node, ast.ImportFrom) and node.module == "__future__":
                self._future += f"{ast.unparse(node)}\n"

    def statements(self) -> Iterator[ast.stmt]:
        """The statements at the top that do something."""
        for node in self._tree.body:
            future = isinstance(node, ast.ImportFrom) and node.module == "__future__"
            if not (future or _is_remark(node) or _is_main_block(node)):
                yield node

    def steps(self, called_with_entry_point: bool) -> Iterator[Step]:
        uses = sum(isinstance(n, ast.Name) and n.id == "check" for n in ast.walk(self._tree))
        definition = self._functions.get("check")
        found: list[tuple[ast.stmt | None, list[Step]]] = []
        check_called = False
        for statement in self.statements():
            argument = self._argument_of_check(statement)
            taken_apart = None
            if argument is not None:
                check_called = True
                taken_apart = self._taken_apart(self.text_of(argument))
                uses -= taken_apart is not None
            found.append((statement, taken_apart or list(self._steps_of(statement))))
        if called_with_entry_point and not check_called and definition is not None and "check" in self.checking:
            taken_apart = self._taken_apart(CANDIDATE)
            uses += taken_apart is None
            found.append((None, taken_apart or self._call_of_check(definition)))
        elif not check_called:
            uses += 1
        for origin, steps in found:
            if uses or origin is None or origin is not definition:  # else nothing calls it any more
                yield from steps

    def _steps_of(self, statement: ast.stmt) -> Iterator[Step]:
        if checks_something(statement, self.checking):
            yield f"line {statement.lineno}", self.text_of(statement)
        elif not isinstance(statement, ast.Assert):
            yield "", self.text_of(statement)

    def _call_of_check(self, check: ast.FunctionDef) -> list[Step]:
        arguments = check.args
        positional = [*arguments.posonlyargs, *arguments.args]
        required = len(positional) - len(arguments.defaults)
        if required > 1 or any(default is None for default in arguments.kw_defaults):
            raise SourceProblem("check() must take one argument: what is tested")
        takes_one = bool(positional or arguments.vararg)
        return [(f"line {check.lineno}", f"check({CANDIDATE if takes_one else ''})")]

    # `check` taken apart

    def _argument_of_check(self, statement: ast.stmt) -> ast.expr | None:
        """X of a statement `check(X)`, where the script defines `check`."""
        if not (isinstance(statement, ast.Expr) and "check" in self._functions and _calls(statement.value, "check")):
            return None
        call = statement.value
        assert isinstance(call, ast.Call)
        if len(call.args) != 1 or call.keywords or isinstance(call.args[0], ast.Starred):
            return None
        return call.args[0]

    def _taken_apart(self, argument: str) -> list[Step] | None:
        """The body of `check(argument)` as steps; None where it means the same only as a function."""
        check = self._functions["check"]
        parameters = check.args
        only = [*parameters.posonlyargs, *parameters.args]
        others = parameters.vararg or parameters.kwarg or parameters.kwonlyargs or parameters.defaults
        if len(only) != 1 or others or check.decorator_list:
            return None
        if any(isinstance(node, _ENDS_OR_ESCAPES) for node in own_nodes(check)):
            return None
        parameter = only[0].arg
        harmless = {parameter} if parameter == argument else set()
        if not self._bound_by_check().isdisjoint(self._used_elsewhere() - harmless):
            return None
        steps = [] if parameter == argument else [("", f"{self._future}{parameter} = {argument}")]
        for statement in check.body:
            if not _is_remark(statement):
                steps += self._steps_of(statement)
        # `nonlocal` in a function inside, of a name that is now a global one: nothing else stops compiling.
        if any(isinstance(n, ast.Nonlocal) for n in ast.walk(check)) and not all(compiles(text) for _, text in steps):
            return None
        return steps if any(name for name, _ in steps) else None

    def _bound_by_check(self) -> set[str]:
        """Without modules: wherever they are imported, they are the same."""
        table = next(t for t in self._scopes.get_children() if self._is_check(t))
        assert isinstance(table, symtable.Function)
        return {name for name in table.get_locals() if not table.lookup(name).is_imported()}

    def _used_elsewhere(self) -> set[str]:
        """Names at the top of the script, and those that its functions take from there or from the builtins."""
        top = self._scopes
        used = {symbol.get_name() for symbol in top.get_symbols()}
        todo = [table for table in top.get_children() if not self._is_check(table)]
        while todo:
            table = todo.pop()
            used |= {symbol.get_name() for symbol in table.get_symbols() if symbol.is_global()}
            todo += table.get_children()
        return used

    @cached_property
    def _scopes(self) -> symtable.SymbolTable:
        return scopes(self._text)

    def _is_check(self, table: symtable.SymbolTable) -> bool:
        return table.get_name() == "check" and table.get_lineno() == self._functions["check"].lineno

    # Text

    def text_of(self, node: ast.stmt | ast.expr) -> str:
        """A statement's own text, or an expression's, in parentheses where it has several lines. A block that is
        indented keeps its indentation, which may be part of texts that it holds, under an `if 1:`."""
        assert node.end_lineno is not None and node.end_col_offset is not None
        decorators = getattr(node, "decorator_list", None)
        first = min([node.lineno, *(decorator.lineno for decorator in decorators or ())])
        lines = self._lines[first - 1 : node.end_lineno]
        lines[-1] = lines[-1][: node.end_col_offset]
        head = ""
        if node.col_offset and isinstance(node, _BLOCKS):
            head = "if 1:\n"
        elif not decorators:
            lines[0] = lines[0][node.col_offset :]
        text = b"\n".join(lines).decode()
        if isinstance(node, ast.expr):
            return f"({text})" if len(lines) > 1 else text
        return self._future + head + text

    # What is wrong

    def only_vacuous(self) -> bool:
        return all(isinstance(statement, ast.Assert) for statement in self.statements()) and bool(self._tree.body)

    def why_no_case(self, called_with_entry_point: bool) -> str:
        if "check" in self._functions and not called_with_entry_point:
            return "defines check(), but nothing calls it: give 'entry_point', the name of the function to be checked"
        if any(name.startswith(("test", "Test")) for name in self.checking):
            return "holds tests for pytest or unittest and no assert of its own; use kind 'pytest'"
        return "holds no assert that could fail, so it would judge nothing"


def _is_remark(node: ast.stmt) -> bool:
    """A docstring, a lone constant, or `pass`."""
    return isinstance(node, ast.Pass) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))


def _is_main_block(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and any(
        isinstance(part, ast.Name) and part.id == "__name__" for part in ast.walk(node.test)
    )


def _calls(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name
