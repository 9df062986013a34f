"""HumanEval, HumanEvalPack, MBPP and LeetCodeDataset by their own test code, unchanged: suites of kind `asserts`.

What their asserts say of a solution is not always what a function suite can hold: helpers, loops, tolerances. Here
nothing is converted. Each trial but one brings the same program for plain Python, which settles what is odd; an object
that claims to equal everything passes in plain Python, and must not here.
"""

from __future__ import annotations

import ast
import builtins
import re
from pathlib import Path
from typing import Any

from benchmarks.datasets import by_asserts, humaneval
from benchmarks.datasets.trial import (
    Expect,
    Trial,
    Trials,
    nearly_right,
    read_rows,
    says_yes,
    stopping,
)

HUMANEVAL = Path("humaneval/data/HumanEval.jsonl.gz")


def humaneval_original(data: Path) -> Trials:
    for row in read_rows(data / HUMANEVAL):
        code = row["prompt"] + row["canonical_solution"]
        yield from _checked(row["task_id"], code, row["entry_point"], row["test"])


def humanevalpack_original(data: Path) -> Trials:
    """Its tests call `check` themselves, with the function by its name."""
    for row in read_rows(data / humaneval.PACK):
        problem, name = row["task_id"], row["entry_point"]
        suite = {"kind": "asserts", "code": row["test"]}
        for what, expect in (("canonical_solution", "full"), ("buggy_solution", "rejected")):
            code = row["prompt"] + row[what]
            judged_by = suite if expect == "full" else stopping(suite)
            yield _trial(problem, what, expect, code, judged_by, f"{code}\n{row['test']}\n")
        yield _trial(problem, "says yes", "rejected", says_yes(name), suite)


def mbpp_original(data: Path) -> Trials:
    for row in read_rows(data / by_asserts.MBPP):
        problem, code = f"MBPP/{row['task_id']}", row["code"].replace("\r\n", "\n")
        asserts = [*row["test_list"], *row["challenge_test_list"]]
        setup = row["test_setup_code"].replace("\r\n", "\n")
        tests = "\n".join(asserts)
        name = by_asserts.called_first(tests, code)
        suite: dict[str, Any] = {"kind": "asserts", "asserts": asserts}
        if setup:
            suite["setup"] = setup
        if hasattr(builtins, name):  # the tests' own, unless they say that it is what they test
            suite["entry_point"] = name
        yield _trial(problem, "reference", "full", row["code"], suite, f"{code}\n{setup}\n{tests}\n")
        wrong = nearly_right(code, name)
        yield _trial(problem, "nearly right", "rejected", wrong, suite, f"{wrong}\n{setup}\n{tests}\n")
        yield _trial(problem, "says yes", "rejected", says_yes(name), suite)


def leetcode_original(data: Path) -> Trials:
    """With lists and trees, which the tests build and compare with helpers of the prompt's. These are the suite's own
    here, as its setup: a submission that brings others must gain nothing."""
    files = sorted((data / by_asserts.LEETCODE).glob("*.jsonl.gz"))
    if not files:
        raise FileNotFoundError(str(by_asserts.LEETCODE))
    seen = set()
    for file in files:
        for row in read_rows(file):
            if row["task_id"] in seen:
                continue
            seen.add(row["task_id"])
            more: dict[str, Any] = {"limits": by_asserts.SLOW_LIMITS} if row["task_id"] in by_asserts.SLOW else {}
            code = f"{row['prompt']}\n{row['completion']}"
            more["setup"] = row["prompt"]
            yield from _checked(row["task_id"], code, row["entry_point"], row["test"], **more)


def _checked(problem: str, code: str, entry_point: str, test: str, **more: object) -> Trials:
    """A reference and wrong solutions by a `check(candidate)`."""
    suite: dict[str, Any] = {"kind": "asserts", "entry_point": entry_point, "code": test, **more}
    wrong = nearly_right(code, entry_point)
    yield _trial(problem, "reference", "full", code, suite, _plain(code, entry_point, test))
    yield _trial(problem, "nearly right", "rejected", wrong, suite, _plain(wrong, entry_point, test))
    yield _trial(problem, "says yes", "rejected", f"{code}\n{says_yes(entry_point)}", suite)


def _plain(code: str, entry_point: str, test: str) -> str:
    """One program of a solution and its `check`, which gets another name, since some solutions have one too."""
    renamed = re.sub(r"\bcheck(?=\()", "vf_check", test)
    return f"{code}\n{renamed}\nvf_check({entry_point})\n"


def _trial(problem: str, what: str, expect: Expect, code: str, suite: dict[str, Any], plain: str = "") -> Trial:
    tests = "\n".join(suite.get("asserts") or [suite["code"]])
    asserts = sum(isinstance(node, ast.Assert) for node in ast.walk(ast.parse(tests)))
    sample = {"id": f"{problem}:{what}", "code": code, "reference_answer": suite}
    return Trial(problem, what, expect, sample, asserts, plain)
