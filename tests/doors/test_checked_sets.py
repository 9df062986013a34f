"""The benchmark that checks and calibrates imported sets, on a set of three problems, one of them wrong."""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # benchmarks/ is not installed

from benchmarks.datasets.checked import main

BODIES = {"HumanEval/3": "    return 1 + x\n", "HumanEval/2": "    return x\n", "HumanEval/1": "    return x + 1\n"}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("data")
    rows = [
        {
            "task_id": name,
            "prompt": 'def after(x):\n    """The number after x."""\n',
            "entry_point": "after",
            "canonical_solution": body,
            "test": "def check(candidate):\n    assert candidate(1) == 2\n    assert candidate(-7) == -6\n"
            "    assert candidate(0) == 1\n",
        }
        for name, body in BODIES.items()
    ]
    file = data / "humaneval" / "data" / "HumanEval.jsonl.gz"
    file.parent.mkdir(parents=True)
    file.write_bytes(gzip.compress("".join(json.dumps(row) + "\n" for row in rows).encode()))
    return data


def checked(data: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["--data", str(data), "--set", "HumanEval", "--runs", "1", *arguments])


def test_the_table_tells_sound_suites_from_others(data: Path, tmp_path: Path) -> None:
    shown = checked(data, "--markdown", str(tmp_path / "table.md"), "--report", str(tmp_path / "report.jsonl"))

    assert shown.exit_code == 1
    table = (tmp_path / "table.md").read_text("utf-8")
    assert "| HumanEval | 3 | 3 | 9 | 3 | 2 | 2 | 2 |" in table
    assert "- HumanEval: error wrong-expected, 1: humaneval-2" in table
    assert "- HumanEval: not calibrated: humaneval-2: submissions/accepted/canonical.py: is WA" in table
    entries = [json.loads(line) for line in (tmp_path / "report.jsonl").read_text("utf-8").splitlines()]
    assert [entry["suite"] for entry in entries] == ["humaneval-1", "humaneval-2", "humaneval-3"]


def test_a_sample_goes_by_the_ids_not_by_their_order(data: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.jsonl"

    shown = checked(data, "--limit", "1", "--report", str(report))
    assert shown.exit_code == 0
    assert [json.loads(line)["suite"] for line in report.read_text("utf-8").splitlines()] == ["humaneval-1"]
