"""The command line: files in, lines out, exit statuses, and nothing that steers a terminal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from verifier.cli import main

ROOT = Path(__file__).parents[2]
SQUARE = {"kind": "function", "entry_point": "f", "cases": [{"args": [3], "expected": 9}, {"args": [2], "expected": 4}]}
RIGHT = "def f(x):\n    return x * x\n"


def invoke(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def short(name: Any, code: str = RIGHT) -> dict[str, Any]:
    return {"id": name, "code": code, "reference_answer": SQUARE}


@pytest.mark.parametrize("form", ["list", "lines", "lines with blanks and a byte order mark"])
def test_score_writes_one_object_a_line_in_order(tmp_path: Path, form: str) -> None:
    """A JSON list and JSON lines give the same output: the contract's fields and what else is known."""
    samples = [short("a"), short("b", "def f(x): return 4"), short("c", "def f(x): return g")]
    text = json.dumps(samples) if form == "list" else "\n".join(json.dumps(s) for s in samples)
    if "blanks" in form:
        text = "\ufeff" + text.replace("\n", "\n\n \n")
    file, out = tmp_path / "samples.json", tmp_path / "out.jsonl"
    file.write_text(text)

    result = invoke("score", file, "--output", out, "--workers", 1)

    assert result.exit_code == 0, result.output
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    assert [row["id"] for row in rows] == ["a", "b", "c"]
    assert [row["verdict"] for row in rows] == ["AC", "WA", "RTE"]
    assert [row["aggregate_reward_score"] for row in rows] == [1.0, 0.5, 0.0]
    expected_keys = {
        "id",
        "aggregate_reward_score",
        "metrics_list",
        "verdict",
        "message",
        "cases",
        "attempts",
        "isolation",
        "suite",
    }
    assert set(rows[0]) == expected_keys | {"timing"}
    assert [case["verdict"] for case in rows[1]["cases"]] == ["WA", "AC"]
    assert "3 samples: AC 1, WA 1, RTE 1; mean reward 0.500" in result.output


def test_score_goes_on_after_bad_lines_and_says_so(tmp_path: Path) -> None:
    """A line that can't be read is a result of its own; the exit status is 1."""
    file, out = tmp_path / "samples.jsonl", tmp_path / "out.jsonl"
    file.write_text("\n".join([json.dumps(short("a")), "{broken", "[1, 2]", json.dumps(short("b"))]))

    result = invoke("score", file, "--output", out)

    assert result.exit_code == 1, result.output
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    assert [row["verdict"] for row in rows] == ["AC", "JE", "JE", "AC"]
    assert "line 2" in rows[1]["message"]


@pytest.mark.parametrize("content", ["[1, 2", "[{]", "[" * 100_000])
def test_score_refuses_a_list_that_is_no_json(tmp_path: Path, content: str) -> None:
    """A broken JSON list is a clear error and exit status 2."""
    file = tmp_path / "samples.json"
    file.write_text(content)

    result = invoke("score", file)

    assert result.exit_code == 2
    assert "samples.json" in result.output
    assert "Traceback" not in result.output


def test_score_of_an_empty_file(tmp_path: Path) -> None:
    """No samples is not an error."""
    file = tmp_path / "empty.jsonl"
    file.write_text("")

    result = invoke("score", file)

    assert (result.exit_code, "0 samples" in result.output) == (0, True)


def test_score_cannot_be_made_to_steer_a_terminal(tmp_path: Path) -> None:
    """Escape sequences and markup in ids and messages are shown, not obeyed."""
    file = tmp_path / "samples.json"
    file.write_text(json.dumps([short("\x1b[2J[red]", "raise ValueError('\x1b]0;x\x07 [bold]')")]))

    result = invoke("score", file)

    assert "\x1b" not in result.output
    assert "\x07" not in result.output


@pytest.mark.parametrize("folder", ["accepted", "wrong_answer"])
@pytest.mark.parametrize("by", ["id", "directory"])
def test_run_shows_each_case(folder: str, by: str) -> None:
    """`run` takes a suite by id or directory, and its exit status tells whether the solution is accepted."""
    solution = next((ROOT / "testsuites/pantry-check/submissions" / folder).glob("*.py"))
    suite = "pantry-check" if by == "id" else ROOT / "testsuites/pantry-check"

    result = invoke("run", solution, "--suite", suite, "--suites", ROOT / "testsuites")

    assert result.exit_code == (0 if folder == "accepted" else 1), result.output
    assert "cases, reward" in result.output


def test_run_refuses_an_unknown_suite(tmp_path: Path) -> None:
    """An id that the directory lacks is named, with exit status 2."""
    solution = tmp_path / "solution.py"
    solution.write_text(RIGHT)

    result = invoke("run", solution, "--suite", "nothing-here", "--suites", tmp_path)

    assert result.exit_code == 2
    assert "nothing-here" in result.output


@pytest.mark.parametrize("command", [(), ("score",), ("run",)])
def test_every_command_has_help(command: tuple[str, ...]) -> None:
    """Each command explains itself, and the README names it."""
    result = invoke(*command, "--help")

    assert result.exit_code == 0
    assert "Usage" in result.output
    assert " ".join(("verifier", *command)) in (ROOT / "README.md").read_text()
