"""Sets whose tests are lists of asserts: MBPP, LeetCodeDataset, and the solutions that models wrote for LDB and
Reflexion, with their labels."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

from benchmarks.datasets import humaneval
from benchmarks.datasets.asserts import read_asserts
from benchmarks.datasets.trial import (
    NotExpressible,
    Skipped,
    Trials,
    function_suite,
    impostors,
    read_rows,
    stopping,
    trial,
)

MBPP = Path("mbpp/data/mbpp.jsonl.gz")
LEETCODE = Path("leetcodedataset/data")
LDB = Path("ldb")
REFLEXION = Path("reflexion/programming_runs/root")

SLOW_LIMITS = {"cpu_time_s": 60.0}
"""For problems whose own reference comes close to the default limit of 6 s."""
SLOW = frozenset({"count-beautiful-numbers", "find-the-number-of-k-even-arrays", "minimum-time-to-break-locks-i"})

PREAMBLE = "from typing import *\nfrom heapq import *\nimport heapq, itertools, math, re, typing\n"
"""What LDB puts before a solution when it runs it."""


def mbpp(data: Path) -> Trials:
    for row in read_rows(data / MBPP):
        problem = f"MBPP/{row['task_id']}"
        code = row["code"]
        tests = "\n".join([*row["test_list"], *row["challenge_test_list"]])
        try:
            setup = row["test_setup_code"] + "\n" + code
            suite = assert_suite(tests, called_first(tests, code), setup=setup)
        except NotExpressible as reason:
            yield Skipped(problem, str(reason))
            continue
        code = f"{row['test_setup_code']}\n{code}" if row["test_setup_code"] else code
        yield trial(problem, "reference", "full", code, suite)
        yield from impostors(problem, code.replace("\r\n", "\n"), suite)


def assert_suite(tests: str, entry_point: str, *, setup: str = "", **more: object) -> dict[str, Any]:
    """The suite of a list of asserts on `entry_point`, or on `candidate` as HumanEval calls it."""
    asserts = read_asserts(tests, [entry_point, "candidate"], setup)
    return function_suite(entry_point, asserts.cases, checker=asserts.checker, **more)


def called_first(tests: str, code: str) -> str:
    """The function of `code` that the first assert calls."""
    called = [n.func.id for n in ast.walk(ast.parse(tests)) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)]
    name = next((name for name in called if re.search(rf"^def {name}\b", code, re.M)), None)
    if name is None:
        raise NotExpressible("the asserts call no function of the solution")
    return name


def leetcode(data: Path) -> Trials:
    files = sorted((data / LEETCODE).glob("*.jsonl.gz"))
    if not files:
        raise FileNotFoundError(str(LEETCODE))
    seen = set()
    for file in files:
        for row in read_rows(file):
            problem = row["task_id"]
            version = file.name.split("-v")[1][:3]
            if (problem, version) in seen:
                continue
            seen.add((problem, version))
            problem = f"{problem} (v{version})"
            more = {"limits": SLOW_LIMITS} if row["task_id"] in SLOW else {}
            try:
                suite = leetcode_suite(row, **more)
            except NotExpressible as reason:
                yield Skipped(problem, str(reason))
                continue
            code = row["prompt"] + "\n" + row["completion"]
            yield trial(problem, "reference", "full", code, suite)
            yield from impostors(problem, code, suite)


def leetcode_suite(row: dict[str, Any], **more: object) -> dict[str, Any]:
    """Each assert compares what the method returns, also where it is declared `-> None`."""
    asserts = read_asserts(row["test"], ["candidate"], row["prompt"])
    return function_suite(row["entry_point"], asserts.cases, checker=asserts.checker, result="return", **more)


def ldb(data: Path) -> Trials:
    seeds = sorted((data / LDB).glob("input_data/**/seed.jsonl.gz"))
    return labelled(data, [*seeds, *sorted((data / LDB).glob("results/**/*.gz"))])


def reflexion(data: Path) -> Trials:
    return labelled(data, sorted((data / REFLEXION).glob("*/*.jsonl*")))


def labelled(data: Path, files: list[Path]) -> Trials:
    """Model-written solutions and `is_solved`, which is by the original tests; so they are judged by those."""
    if not files:
        raise FileNotFoundError("no files of labelled solutions")
    plus_rows = {row["task_id"]: row for row in read_rows(data / humaneval.HUMANEVAL_PLUS)}
    suites: dict[str, dict[str, Any] | str] = {}
    seen = set()
    for file in files:
        for row in read_rows(file):
            problem = str(row.get("task_id") or row.get("name"))
            solution, label = row.get("solution"), row.get("is_solved")
            what = f"{file.parent.name}/{file.name.split('.jsonl')[0]}"
            if not solution or not isinstance(solution, str) or not isinstance(label, bool):
                yield Skipped(f"{problem}:{what}", "no solution, or no label")
                continue
            key = row["entry_point"] + row["test"]
            if key not in suites:
                suites[key] = _suite_or_reason(row, plus_rows)
            suite = suites[key]
            if isinstance(suite, str):
                yield Skipped(f"{problem}:{what}", suite)
                continue
            if (key, solution, label) in seen:
                continue
            seen.add((key, solution, label))
            expect, judged_by = ("full", suite) if label else ("rejected", stopping(suite))
            code = whole_program(row)
            yield trial(problem, what, expect, code, judged_by, plain_program(code, row))


def _suite_or_reason(row: dict[str, Any], plus_rows: dict[str, dict[str, Any]]) -> dict[str, Any] | str:
    if not row["test"].strip():
        return "the row has no tests"
    try:
        return assert_suite(row["test"], row["entry_point"], setup=PREAMBLE)
    except NotExpressible as reason:
        number = re.match(r"HumanEval[/_](\d+)", str(row.get("task_id") or row.get("name")))
        plus_row = plus_rows.get(f"HumanEval/{number.group(1)}") if number else None
        if plus_row is None:
            return str(reason)
    # HumanEval's tests are not all plain asserts; HumanEval+ has their inputs as data.
    try:
        return humaneval.plus_suite(plus_row, base_only=True)
    except NotExpressible as reason:
        return str(reason)


def whole_program(row: dict[str, Any]) -> str:
    """A solution with what its harness put before it: the prompt where only a body was kept, and imports."""
    solution = row["solution"]
    if f"def {row['entry_point']}" not in solution:
        solution = row["prompt"] + solution
    return PREAMBLE + humaneval.imports_of(row["prompt"]) + solution


def plain_program(code: str, row: dict[str, Any]) -> str:
    """A solution with its row's own tests. Their `check` gets another name, since some solutions have one too."""
    tests = re.sub(r"\bcheck\(", "vf_check(", row["test"])
    call = f"vf_check({row['entry_point']})\n" if "def vf_check(" in tests else ""
    return f"{code}\n{tests}\n{call}"
