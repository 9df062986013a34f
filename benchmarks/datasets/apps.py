"""APPS, by the form that verl's prime_code and AWS's recipes send: `{"fn_name"?, "inputs", "outputs"}` as it is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchmarks.datasets.trial import Trials, trial

APPS = Path("apps_coderl/data/APPS/train")

PREAMBLE = (
    "from typing import *\nfrom collections import *\nimport bisect, collections, functools, heapq, itertools, math\n"
)
"""APPS's own harness imports these for solutions that call a class `Solution`."""


def apps(data: Path) -> Trials:
    folders = sorted(folder for folder in (data / APPS).iterdir() if folder.is_dir())
    for folder in folders:
        reference = json.loads((folder / "input_output.json").read_text(encoding="utf-8"))
        problem = f"APPS/{folder.name}"
        by_name = {"fn_name": f"Solution().{reference['fn_name']}"} if "fn_name" in reference else {}
        suite = {**reference, **by_name}
        for number, code in enumerate(_json(folder / "solutions.json")):
            yield trial(problem, f"solution {number}", "full", _whole(code, reference), suite)
        for name in ("gen_solutions", "baseline_solutions"):
            for number, row in enumerate(_json(folder / f"{name}.json")):
                if not isinstance(row, dict) or "result" not in row:
                    continue
                expect = "full" if row["result"] is True else "rejected"
                yield trial(problem, f"{name} {number}", expect, _whole(row["code"], reference), suite)


def _json(path: Path) -> list[Any]:
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else []


def _whole(code: str, reference: dict[str, Any]) -> str:
    return PREAMBLE + code if "fn_name" in reference else code
