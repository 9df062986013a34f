"""HumanEval+ and MBPP+ (function suites by their inputs and their reference's outputs), HumanEvalPack's right and buggy
solutions on the same inputs, and HumanEval's references as completions that a model could have written."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

from benchmarks.datasets import oracle
from benchmarks.datasets.asserts import read_asserts
from benchmarks.datasets.trial import (
    NotExpressible,
    Skipped,
    Trial,
    Trials,
    function_suite,
    impostors,
    read_rows,
    stopping,
    trial,
)
from verifier.suite.formats.lost_types import typed_arguments

HUMANEVAL_PLUS = Path("humanevalplus/HumanEvalPlus.jsonl.gz")
MBPP_PLUS = Path("mbppplus/MbppPlus.jsonl.gz")
PACK = Path("humanevalpack/evaluation/create/humaneval-x/data/python/data/humanevalpack.jsonl.gz")


def plus_suite(row: dict[str, Any], *, base_only: bool = False) -> dict[str, Any]:
    """The suite of a row of HumanEval+ or MBPP+. Raises NotExpressible."""
    is_mbpp = "assertion" in row
    inputs = list(row["base_input"])
    if not base_only:
        inputs += row["plus_input"] or []  # one problem has {} for none
    checker = None
    if is_mbpp:
        asserts = read_asserts(row["assertion"], [row["entry_point"]], setup=row["canonical_solution"])
        inputs = [list(typed_arguments(args, [case[0] for case in asserts.cases])) for args in inputs]
        checker = asserts.checker
    if row["atol"]:
        checker = {"name": "float", "abs_tol": row["atol"]}
    code = reference_code(row)
    answers = oracle.outputs(code, row["entry_point"], inputs)
    cases = [(args, {}, answer) for args, answer in zip(inputs, answers, strict=True)]
    return function_suite(row["entry_point"], cases, checker=checker)


def reference_code(row: dict[str, Any]) -> str:
    """The canonical solution as a whole program."""
    solution = str(row["canonical_solution"])
    return solution if "assertion" in row else row["prompt"] + solution


def plus(data: Path, file: Path) -> Trials:
    for row in read_rows(data / file):
        problem = row["task_id"]
        try:
            suite = plus_suite(row)
        except NotExpressible as reason:
            yield Skipped(problem, str(reason))
            continue
        code = reference_code(row)
        yield trial(problem, "reference", "full", code, suite)
        yield from impostors(problem, code, suite)


def humaneval_plus(data: Path) -> Trials:
    return plus(data, HUMANEVAL_PLUS)


def mbpp_plus(data: Path) -> Trials:
    return plus(data, MBPP_PLUS)


def humanevalpack(data: Path) -> Trials:
    rows = {row["task_id"].partition("/")[2]: row for row in read_rows(data / PACK)}
    for plus_row in read_rows(data / HUMANEVAL_PLUS):
        row = rows.get(plus_row["task_id"].partition("/")[2])
        if row is None:
            continue
        problem = row["task_id"]
        try:
            suite = plus_suite(plus_row)
        except NotExpressible as reason:
            yield Skipped(problem, str(reason))
            continue
        head = row["prompt"]
        # HumanEval's own references fail some of HumanEval+'s added inputs: that is what HumanEval+ is about.
        base = {**suite, "cases": suite["cases"][: len(plus_row["base_input"])]}
        yield trial(problem, "reference", "full", head + row["canonical_solution"], base)
        yield trial(problem, "buggy", "rejected", head + row["buggy_solution"], stopping(suite))


def completions(data: Path) -> Trials:
    """Every third problem, each in every style, with base inputs only: what is tried here is the extraction."""
    for row in read_rows(data / HUMANEVAL_PLUS)[::3]:
        problem = row["task_id"]
        try:
            suite = plus_suite(row, base_only=True)
        except NotExpressible as reason:
            yield Skipped(problem, str(reason))
            continue
        code = reference_code(row)
        for style, (text, expect) in styles(code, row["entry_point"]).items():
            messages = [{"role": "user", "content": row["prompt"]}, {"role": "assistant", "content": text}]
            sample = {"id": f"{problem}:{style}", "messages": messages, "reference_answer": suite}
            yield Trial(problem, style, expect, sample, len(suite["cases"]))  # type: ignore[arg-type]


def styles(code: str, entry_point: str) -> dict[str, tuple[str, str]]:
    """The same solution as models write it, and whether it then counts."""
    wrong = f"def {entry_point}(*args):\n    raise NotImplementedError"
    usage = f"```python\nprint({entry_point})\n```"
    fenced = f"```python\n{code}\n```"
    return {
        "prose and fence": (f"Here is `{entry_point}`, explained below.\n\n{fenced}\n\nDone.", "full"),
        "whole text": (code, "full"),
        "draft, then solution": (f"A draft:\n```python\n{wrong}\n```\nBetter:\n{fenced}\n", "full"),
        "solution, then usage": (f"{fenced}\nUse it so:\n{usage}\nIt prints:\n```text\n42\n```", "full"),
        "reasoning": (f"<think>\nMaybe ```python\n{wrong}\n``` ?\n</think>\n\n{fenced}", "full"),
        "CRLF": (f"Sure!\n\n{fenced}\n".replace("\n", "\r\n"), "full"),
        "unclosed": (f"Sure!\n\n```python\n{code}", "full"),
        "in a list": ("1. Code:\n\n" + "\n".join("   " + line for line in fenced.split("\n")), "full"),
        "only reasoning": (f"<think>\n{fenced}\n", "rejected"),
        "last is wrong": (f"{fenced}\nNo, that is slow:\n```python\n{wrong}\n```", "rejected"),
    }


def imports_of(code: str) -> str:
    """The import statements at the margin of a prompt, which some models leave out."""
    try:
        module = ast.parse(code + "\n    pass\n" if code.rstrip().endswith(":") else code)
    except SyntaxError:
        return ""
    return "".join(ast.unparse(s) + "\n" for s in module.body if isinstance(s, ast.Import | ast.ImportFrom))
