"""What the right answers are, where a set gives a reference solution and inputs but no outputs.

They come from a plain subprocess of Python and return as JSON, or as literals that are parsed and never evaluated. It
is not our sandbox, on purpose: an answer that our codec loses would otherwise be expected to be lost. The sets are
trusted as far as any test data is; still, nothing of theirs is executed in this process. The child's hash seed is that
of the sandbox, since some references return the elements of a set in its order.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.datasets.trial import NotExpressible, literal
from verifier.suite.literals import ValueProblem, parse_literal

TIMEOUT_S = 120.0
_ENVIRONMENT = {"PYTHONHASHSEED": "0", "PYTHONUTF8": "1"}
_CHILD = Path(__file__).with_name("oracle_child.py")


def outputs(code: str, entry_point: str, calls: Sequence[list[Any]]) -> list[Any]:
    """What `entry_point` returns for each list of arguments. Raises NotExpressible where it is no plain value."""
    texts = [f"({literal(args)}, {{}})" for args in calls]
    return _ask({"code": code, "entry_point": entry_point, "calls": texts, "expressions": []})


def values_of(expressions: Sequence[str], setup: str = "") -> list[Any]:
    """The values of Python expressions, such as `[0] * 5`, after `setup` was executed."""
    return _ask(
        {"code": f"import math, sys\n{setup}", "entry_point": "", "calls": [], "expressions": list(expressions)}
    )


def passes_plainly(program: str, *, timeout_s: float = TIMEOUT_S) -> float | None:
    """Seconds that a program of asserts takes in plain Python; None where it fails or takes longer than allowed."""
    began = time.monotonic()
    try:
        command = [sys.executable, "-s", "-P", "-B", "-"]
        done = subprocess.run(
            command, input=program.encode(), capture_output=True, timeout=timeout_s, env=_ENVIRONMENT, check=False
        )
    except subprocess.TimeoutExpired:
        return None
    return time.monotonic() - began if done.returncode == 0 else None


def _ask(task: dict[str, Any]) -> list[Any]:
    try:
        done = subprocess.run(
            [sys.executable, "-s", "-P", "-B", str(_CHILD)],
            input=json.dumps(task),
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=TIMEOUT_S,
            env=_ENVIRONMENT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise NotExpressible(f"the reference needs more than {TIMEOUT_S:g} s") from None
    if done.returncode != 0:
        last = done.stderr.strip().splitlines()[-1:] or [f"exit status {done.returncode}"]
        raise NotExpressible(f"the reference fails: {last[0][:200]}")
    values = []
    for answer in json.loads(done.stdout):
        if "problem" in answer:
            raise NotExpressible(f"the reference fails or returns no plain value: {answer['problem']}")
        if "json" in answer:
            values.append(answer["json"])
            continue
        try:
            values.append(parse_literal(answer["literal"]))
        except ValueProblem as problem:
            raise NotExpressible(f"an answer can't be part of a suite: {problem.problem[:80]}") from None
    return values
