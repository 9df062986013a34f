"""BigCodeBench: unittest classes that stand behind the solution in one file. Here they are a file of their own, which
imports from the solution what it names."""

from __future__ import annotations

import ast
import builtins
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.datasets.trial import read_rows
from benchmarks.testfiles.mutations import mutations
from benchmarks.testfiles.problem import LeftOut, Problem, Problems, Submission

ROWS = Path("bigcodebench/data/BigCodeBench.jsonl.gz")

NOT_RUN = {
    "BigCodeBench/195": "hangs",
    "BigCodeBench/220": "hangs",
    "BigCodeBench/1040": "hangs",
    "BigCodeBench/176": "wants a network",
    "BigCodeBench/314": "wants a network",
    "BigCodeBench/1005": "wants a network",
    "BigCodeBench/812": "fails as root",
    "BigCodeBench/1101": "wants `python` on the path, or more than 20 s",
    "BigCodeBench/1103": "wants `python` on the path, or more than 20 s",
    "BigCodeBench/1104": "wants `python` on the path, or more than 20 s",
}


OUTWARD = frozenset(
    "ctypes ftplib glob http importlib io multiprocessing os pathlib pkgutil platform shutil signal smtplib socket "
    "sqlite3 ssl subprocess sys tarfile tempfile threading urllib zipfile".split()
)
"""Who imports these is not mutated: plain pytest runs it on this machine, and a mutation might remove other files than
it should."""


def bigcodebench(data: Path, mutants: int) -> Problems:
    """The tasks that need the standard library alone. Raises FileNotFoundError where `data` has no such set."""
    for row in read_rows(data / ROWS):
        name = row["task_id"]
        code = whole_solution(row)
        foreign = sorted(_imported(f"{code}\n{row['test']}") - sys.stdlib_module_names)
        if foreign:
            yield LeftOut(name, "imports what is not of the standard library")
        elif name in NOT_RUN:
            yield LeftOut(name, f"in plain Python, too: {NOT_RUN[name]}")
        else:
            files = {"test_solution.py": test_file(row, code)}
            harmless = not _imported(code) & OUTWARD and "open(" not in code
            changed = mutations(code, mutants, name) if harmless else ()
            submissions = Submission("reference", code), *changed
            yield Problem(name, ("solution",), files, submissions, cpu_time_s=12.0)


def whole_solution(row: dict[str, Any]) -> str:
    """The reference as a file of its own: a few name modules that only their tests import."""
    code = row["prompt"] + row["canonical_solution"]
    tree = ast.parse(code)
    bound = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)}
    missing = _mentioned(tree) - bound - _bound(tree) - set(dir(builtins))
    head = []
    for statement in ast.parse(row["test"]).body:
        if isinstance(statement, ast.Import | ast.ImportFrom) and _bound(ast.Module([statement], [])) & missing:
            head.append(ast.unparse(statement) + "\n")
    return "".join(head) + code


def test_file(row: dict[str, Any], code: str) -> str:
    """The tests as they are, with what they find in front of them in the original."""
    tests = ast.parse(row["test"])
    wanted = _mentioned(tests) - _bound(tests) - set(dir(builtins))
    head = ["from solution import *"]
    for statement in ast.parse(code).body:
        names = _bound(ast.Module([statement], [])) & wanted
        if isinstance(statement, ast.Import | ast.ImportFrom):
            head += [ast.unparse(statement)] if names else []
        else:
            head += [f"from solution import {name}" for name in sorted(names)]
    return "\n".join(dict.fromkeys(head)) + f"\n\n{row['test']}\n"


test_file.__test__ = False  # type: ignore[attr-defined]


def _mentioned(module: ast.Module) -> set[str]:
    return {node.id for node in ast.walk(module) if isinstance(node, ast.Name)}


def _bound(module: ast.Module) -> set[str]:
    """The names that the statements of a module bind."""
    return set(_bound_by(module.body))


def _bound_by(statements: list[ast.stmt]) -> Iterator[str]:
    for statement in statements:
        match statement:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                yield from (alias.asname or alias.name.partition(".")[0] for alias in names)
            case _:
                for node in ast.walk(statement):
                    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                        yield node.id


def _imported(code: str) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return names
