"""Rows in each format: as trainers want them, and as this project reads them."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

from verifier.authoring.rows import FORMATS, Content, Prompt, check_row, open_writer, reference_of, to_json
from verifier.errors import RequestError
from verifier.suite.model import FunctionSuite, parse_suite

DIGEST = "sha256:" + "a" * 64
MESSAGES = Prompt("Be brief.").messages("Écrire `f`.\u2028Twice.")
CONTENT = Content("two-sum", DIGEST, MESSAGES, reference_of("two-sum", DIGEST), "train", 7)


def suite(**more: Any) -> Any:
    value = {"kind": "function", "entry_point": "f", "cases": [{"args": [1], "expected": 2}], **more}
    return parse_suite(value).model_copy(update={"id": "two-sum"})


def test_the_rows() -> None:
    name = f"two-sum@{DIGEST}"

    assert FORMATS["nova"].row(CONTENT) == {
        "id": "two-sum",
        "messages": MESSAGES,
        "reference_answer": {"suite": name},
    }
    assert FORMATS["trl"].row(CONTENT) == {
        "id": "two-sum",
        "prompt": MESSAGES,
        "reference_answer": json.dumps({"suite": name}),
    }
    assert FORMATS["verl"].row(CONTENT) == {
        "data_source": "rl-code-verifier",
        "prompt": MESSAGES,
        "ability": "code",
        "reward_model": {"style": "rule", "ground_truth": json.dumps({"suite": name})},
        "extra_info": {"split": "train", "index": 7, "id": "two-sum", "suite": name},
    }


def test_a_prompt() -> None:
    """The system turn comes first and only where there is one; braces other than the placeholder stay."""
    prompt = Prompt("Be brief.", 'Answer as {"code": ...}.\n{problem}\nAgain: {problem}')

    assert prompt.messages("a {b}") == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": 'Answer as {"code": ...}.\na {b}\nAgain: a {b}'},
    ]
    assert Prompt().messages("a") == [{"role": "user", "content": "a"}]
    with pytest.raises(RequestError, match=r"template: must hold \{problem\}"):
        Prompt(template="Solve this.")


@pytest.mark.parametrize("name", ["nova", "trl"])
def test_a_row_is_one_line_of_ascii(tmp_path: Path, name: str) -> None:
    row = FORMATS[name].row(CONTENT)
    with open_writer(tmp_path / "rows.jsonl") as writer:
        for _ in range(2):
            writer.write(row, to_json(row))

    content = tmp_path.joinpath("rows.jsonl").read_bytes()

    assert content.isascii()
    assert [json.loads(line) for line in content.decode().splitlines()] == [row, row]


def test_parquet_has_the_same_columns_whatever_the_rows_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where there are none, and over several row groups."""
    parquet = pytest.importorskip("pyarrow.parquet")
    monkeypatch.setattr("verifier.authoring.rows._ROW_GROUP_BYTES", 10)
    row = FORMATS["verl"].row(CONTENT)
    for name, count in (("none", 0), ("some", 3)):
        with open_writer(tmp_path / f"{name}.parquet") as writer:
            for _ in range(count):
                writer.write(row, to_json(row))
    none, some = (parquet.read_table(tmp_path / f"{name}.parquet") for name in ("none", "some"))

    assert some.to_pylist() == [row] * 3
    assert none.to_pylist() == []
    assert none.schema == some.schema
    assert parquet.ParquetFile(tmp_path / "some.parquet").num_row_groups == 3


def test_what_is_unfinished_is_closed_and_not_flushed(tmp_path: Path) -> None:
    """An error in the middle isn't hidden by another one of the writer's."""
    pytest.importorskip("pyarrow")
    writer = open_writer(tmp_path / "a.parquet")
    writer.write({"prompt": 3}, "")

    writer.__exit__(ZeroDivisionError, ZeroDivisionError(), None)

    assert tmp_path.joinpath("a.parquet").is_file()


def test_without_pyarrow_the_extra_is_named(tmp_path: Path) -> None:
    code = f"""
        import sys
        sys.modules["pyarrow"] = None
        from verifier.cli import main
        main(["dataset", "build", "x", "--format", "verl", "--output", {str(tmp_path / "out")!r}])
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True)

    assert done.returncode == 2
    assert "verifier: format verl: is parquet" in done.stderr and "rl-code-verifier[parquet]" in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", FORMATS)
def test_a_row_that_would_be_judged_by_another_suite_is_refused(name: str) -> None:
    """Whatever becomes of a reference on its way, a wrong one is never written."""
    own, other = suite(), suite(entry_point="g")
    inline = Content("two-sum", own.digest, MESSAGES, reference_of("two-sum", own.digest, own), "train", 0)
    wrong = Content("two-sum", own.digest, MESSAGES, reference_of("two-sum", own.digest, other), "train", 0)
    elsewhere = Content("two-sum", DIGEST, MESSAGES, reference_of("three-sum", DIGEST), "train", 0)
    nothing = Content("two-sum", DIGEST, MESSAGES, {}, "train", 0)

    check_row(to_json(FORMATS[name].row(CONTENT)), CONTENT, inline=False)
    check_row(to_json(FORMATS[name].row(inline)), inline, inline=True)
    for content, is_inline in ((wrong, True), (elsewhere, False), (nothing, False), (inline, False)):
        with pytest.raises(RequestError):
            check_row(to_json(FORMATS[name].row(content)), content, inline=is_inline)


def test_values_that_json_lacks_are_carried_inline() -> None:
    own = suite(cases=[{"args": [{"$py": "(1, {2})"}], "expected": {"$py": "float('inf')"}}, {"expected": "\ud800"}])
    assert isinstance(own, FunctionSuite)
    reference = reference_of("two-sum", own.digest, own)
    for row_format in FORMATS.values():
        content = Content("two-sum", own.digest, MESSAGES, reference, "train", 0)
        check_row(to_json(row_format.row(content)), content, inline=True)
