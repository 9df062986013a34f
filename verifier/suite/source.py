"""Reading the source text of test code: parsing it with errors that say where, and what it checks."""

from __future__ import annotations

import ast
import symtable
import threading
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
_OWN_SCOPE = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
_RAISING_CONTEXTS = frozenset({"raises", "warns", "deprecated_call"})
"""`with pytest.raises(...)` checks something without an assert; unittest's all begin with `assert`."""


class SourceProblem(ValueError):
    """Why a text is no Python, and on which line; or why it can't be used."""

    def __init__(self, problem: str, *, index: int | None = None) -> None:
        self.index = index
        """Which of several texts, from 0."""
        super().__init__(problem)


_quiet_lock = threading.Lock()


@contextmanager
def _quiet() -> Iterator[None]:
    """Without warnings: "\\d" and the like are the suite author's business. Their filters belong to the process, so
    this is for one thread at a time."""
    with _quiet_lock, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def parse(text: str) -> ast.Module:
    """Raises SourceProblem for a text that Python refuses to compile."""
    try:
        with _quiet():
            tree = ast.parse(text)
            compile(text, "<test code>", "exec", dont_inherit=True)
            return tree
    except SyntaxError as error:
        raise SourceProblem(f"line {error.lineno or 1}: {error.msg}") from None
    except RecursionError:
        raise SourceProblem("nested too deeply") from None
    except (ValueError, MemoryError, OverflowError) as error:
        raise SourceProblem(str(error) or "can't be compiled") from None


def without_data(tree: ast.Module) -> ast.Module:
    """The tree, in which a constant stands for each list, tuple, set or dict of nothing but constants: half a megabyte
    of test data would have to be walked through again and again. It is true where the data are."""
    todo: list[ast.AST] = [tree]
    while todo:
        node = todo.pop()
        for name, value in ast.iter_fields(node):
            if isinstance(value, list):
                value[:] = [_blank(item) for item in value]
                todo += [item for item in value if isinstance(item, ast.AST) and not isinstance(item, ast.Constant)]
            elif isinstance(value, ast.AST) and not isinstance(value, (ast.Constant, ast.expr_context)):
                blanked = _blank(value)
                setattr(node, name, blanked)
                todo.append(blanked)
    return tree


def _blank(node: Any) -> Any:
    if not isinstance(node, (ast.List, ast.Tuple, ast.Set, ast.Dict)) or not _is_data(node):
        return node
    blank = ast.Constant(bool(node.keys if isinstance(node, ast.Dict) else node.elts))
    return ast.copy_location(blank, node)


def _is_data(node: ast.expr | None) -> bool:
    match node:
        case ast.Constant() | ast.UnaryOp(operand=ast.Constant()):
            return True
        case (
            ast.List(elts=elements, ctx=ast.Load()) | ast.Tuple(elts=elements, ctx=ast.Load()) | ast.Set(elts=elements)
        ):
            return all(map(_is_data, elements))
        case ast.Dict(keys=keys, values=values):
            return all(map(_is_data, keys)) and all(map(_is_data, values))
    return False


def compiles(text: str) -> bool:
    try:
        parse(text)
    except SourceProblem:
        return False
    return True


def insert_first(text: str, statements: str) -> str:
    """The text with the statements before all others, but after its docstring and `from __future__` imports. One that
    is no Python is given back as it is."""
    try:
        tree = parse(text)
    except SourceProblem:
        return text
    line = 0
    for number, node in enumerate(tree.body):
        docstring = number == 0 and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if not (docstring or (isinstance(node, ast.ImportFrom) and node.module == "__future__")):
            break
        line = node.end_lineno or line
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join([*lines[:line], statements.rstrip("\n"), *lines[line:]])


def scopes(text: str) -> symtable.SymbolTable:
    """Which names each scope of a text binds and uses; of a text that compiles."""
    with _quiet():
        return symtable.symtable(text, "<test code>", "exec")


def binds(text: str, name: str) -> bool:
    """Whether a text that compiles gives something this name at its top: by `def`, an assignment or an import."""
    try:
        symbol = scopes(text).lookup(name)
    except KeyError:
        return False
    return symbol.is_assigned() or symbol.is_imported()


def last_name(node: ast.AST) -> str:
    """`c` of `a.b.c`, of `a.b.c(...)`, and of `a.b.c[...]`; empty for what has no name."""
    while isinstance(node, (ast.Call, ast.Subscript)):
        node = node.func if isinstance(node, ast.Call) else node.value
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def own_nodes(root: ast.AST) -> Iterator[ast.AST]:
    """All nodes below `root` that run when it does: not the bodies of functions and classes defined there. Where the
    root is a class, its methods count as its own."""
    todo: list[ast.AST] = list(_parts(root))
    while todo:
        node = todo.pop()
        yield node
        if not isinstance(node, _OWN_SCOPE):
            todo.extend(ast.iter_child_nodes(node))
        elif isinstance(root, ast.ClassDef) and not isinstance(node, ast.Lambda):
            todo.extend(node.body)


def _parts(root: ast.AST) -> Iterable[ast.AST]:
    return root.body if isinstance(root, (*_OWN_SCOPE[:2], ast.ClassDef)) else ast.iter_child_nodes(root)


def is_vacuous(node: ast.Assert) -> bool:
    """An assert that can't fail: `assert True`, which HumanEval uses as a marker, or `assert (x, "message")`."""
    test = node.test
    return bool(test.value) if isinstance(test, ast.Constant) else isinstance(test, ast.Tuple) and bool(test.elts)


def checks_directly(nodes: Iterable[ast.AST]) -> bool:
    """Whether one of the nodes can fail a test by itself: an assert, `raise AssertionError`, a call such as
    `np.testing.assert_equal(...)`, `self.assertEqual(...)` or `pytest.fail()`, or `with pytest.raises(...)`."""
    for node in nodes:
        match node:
            case ast.Assert() if not is_vacuous(node):
                return True
            case ast.Raise(exc=ast.expr() as raised) if last_name(raised) == "AssertionError":
                return True
            case ast.Call(func=ast.Attribute(attr=name)) if name.startswith("assert") or name == "fail":
                return True
            case ast.Call(func=ast.Name(id=name)) if name.startswith("assert_"):
                return True
            case ast.withitem(context_expr=ast.Call() as call) if last_name(call) in _RAISING_CONTEXTS:
                return True
    return False


def checking_names(tree: ast.Module, known: frozenset[str] = frozenset()) -> frozenset[str]:
    """Names of all functions and classes of the text that check something when they are called, by themselves or
    through each other, or through those that are `known` to."""
    checking = set(known)
    waiting: list[tuple[str, set[str]]] = []
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            nodes = list(own_nodes(node))
            if checks_directly(nodes):
                checking.add(node.name)
            else:
                waiting.append((node.name, _loaded(nodes)))
    grown = True
    while grown:
        grown = False
        for name, uses in waiting:
            if name not in checking and not checking.isdisjoint(uses):
                checking.add(name)
                grown = True
    return frozenset(checking)


def checks_something(statement: ast.stmt, checking: frozenset[str]) -> bool:
    """Whether a statement is a test of its own: it checks directly, or uses a function that does. A definition and an
    import are none; an assignment is one only if it calls such a function."""
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)):
        return False
    nodes = [statement, *own_nodes(statement)]
    if checks_directly(nodes):
        return True
    if isinstance(statement, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
        return any(isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id in checking for n in nodes)
    return not checking.isdisjoint(_loaded(nodes))


def _loaded(nodes: Iterable[ast.AST]) -> set[str]:
    return {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
