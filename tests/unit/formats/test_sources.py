"""Rows from files: every form is read, and what can't be read is told and costs nothing else."""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path

import pytest

from verifier.suite.formats import sources
from verifier.suite.formats.base import SourceError
from verifier.suite.formats.sources import MAX_INT_DIGITS, RawRow, load_text, raw_rows

TWO = [{"a": 1}, {"a": "zwei €"}]


def rows(path: Path) -> list[RawRow]:
    return list(raw_rows(path))


def values(path: Path) -> list[object]:
    return [row.value for row in rows(path)]


def lines_of(entries: list[dict[str, object]]) -> str:
    return "".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in entries)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("rows.jsonl", lines_of(TWO)),
        ("rows.jsonl", "\ufeff" + lines_of(TWO).replace("\n", "\r\n\r\n")),
        ("rows.jsonl", "\n\n" + lines_of(TWO).rstrip("\n")),
        ("rows.json", json.dumps(TWO)),
        ("rows.json", "\n" + json.dumps(TWO, indent=2)),
        ("rows.without", lines_of(TWO)),
    ],
    ids=["lines", "lines with CRLF, blanks and a byte-order mark", "no last newline", "list", "pretty list", "suffix"],
)
def test_rows_of_a_text_file(tmp_path: Path, name: str, text: str) -> None:
    file = tmp_path / name
    file.write_bytes(text.encode())

    assert values(file) == TWO


@pytest.mark.parametrize("name", ["rows.jsonl.gz", "rows.jsonl"])
def test_gzip_is_known_by_its_content(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_bytes(gzip.compress(lines_of(TWO).encode()))

    assert values(file) == TWO


def test_an_object_over_several_lines_is_one_row(tmp_path: Path) -> None:
    file = tmp_path / "row.json"
    file.write_text(json.dumps(TWO[0], indent=1))

    assert values(file) == [TWO[0]]


def test_a_folder_gives_the_rows_of_all_its_files_of_rows_in_order(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / ".git").mkdir()
    (tmp_path / "b" / "2.jsonl").write_text('{"n": 2}\n')
    (tmp_path / "a.json").write_text('[{"n": 1}]')
    (tmp_path / "README.md").write_text("# no rows")
    (tmp_path / ".git" / "x.json").write_text('{"n": 3}')

    assert [(row.place, row.value) for row in rows(tmp_path)] == [("a.json:1", {"n": 1}), ("b/2.jsonl:1", {"n": 2})]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"a": ', "not valid JSON"),
        (b'{"a": 1, "a": 2}', "'a' is given twice"),
        (b'{"a": "\xff"}', "not UTF-8"),
        (b'{"a": ' + b"[" * 100_000, "nested too deeply"),
        (b'{"a": ' + b"9" * (MAX_INT_DIGITS + 1) + b"}", "digits"),
    ],
    ids=["cut off", "key twice", "no UTF-8", "deep", "integer"],
)
@pytest.mark.parametrize("position", [0, 1, 2])
def test_a_broken_line_is_told_with_its_place_and_costs_no_other(
    tmp_path: Path, line: bytes, reason: str, position: int
) -> None:
    good = [json.dumps(entry).encode() for entry in TWO]
    file = tmp_path / "rows.jsonl"
    file.write_bytes(b"\n".join([*good[:position], line, *good[position:]]) + b"\n")

    found = rows(file)

    assert [row.value for row in found if not row.problem] == TWO
    assert [row.place for row in found if row.problem] == [f"rows.jsonl:{position + 1}"]
    assert reason in found[position].problem


def test_an_integer_may_have_more_digits_than_python_reads(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text('{"a": -1' + "0" * 6000 + "}\n")

    assert values(file) == [{"a": -(10**6000)}]


def test_a_gzip_that_is_cut_off_gives_what_is_whole(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl.gz"
    whole = gzip.compress(lines_of([{"n": n, "text": "x" * (n % 97)} for n in range(20_000)]).encode())
    file.write_bytes(whole[: len(whole) // 2])

    found = rows(file)

    assert len(found) > 100
    assert [row.problem for row in found[:-1]] == [""] * (len(found) - 1)
    assert "the rest of the file can't be read" in found[-1].problem


def test_a_source_without_rows_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no such file"):
        rows(tmp_path / "nothing")
    with pytest.raises(SourceError, match="no file of rows"):
        rows(tmp_path)


def test_parquet_has_plain_values(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    parquet = pytest.importorskip("pyarrow.parquet")
    entries = [
        {"id": n, "tests": [{"input": "ä", "output": str(n)}], "struct": {"language": [3, 2]}} for n in range(70)
    ]
    parquet.write_table(pyarrow.Table.from_pylist(entries), tmp_path / "rows.parquet")

    found = rows(tmp_path)

    assert [row.value for row in found] == entries
    assert found[69].place == "rows.parquet:70"


def test_a_broken_parquet_file_is_told(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    (tmp_path / "rows.parquet").write_bytes(b"PAR1 and no more")
    (tmp_path / "rows.jsonl").write_text('{"a": 1}\n')

    found = rows(tmp_path)

    assert [row.value for row in found] == [{"a": 1}, None]
    assert "can't be read" in found[1].problem


def test_parquet_without_pyarrow_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    (tmp_path / "rows.parquet").write_bytes(b"PAR1")

    with pytest.raises(SourceError, match="pip install pyarrow"):
        rows(tmp_path)


@pytest.mark.parametrize("first", ['{"a": 0}\n', "{ broken\n", '{"a": "' + "x" * 5000 + '"}\n'])
def test_a_line_that_is_too_long_costs_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: str) -> None:
    monkeypatch.setattr(sources, "MAX_DOCUMENT_BYTES", 1000)
    monkeypatch.setattr(sources, "_PIECE_BYTES", 100)
    file = tmp_path / "rows.jsonl.gz"
    file.write_bytes(gzip.compress((first + " " * 5000 + '{"a": 1}\n' + '{"a": 2}\n').encode()))

    found = rows(file)

    assert [row.place for row in found] == [f"rows.jsonl.gz:{number}" for number in (1, 2, 3)]
    assert "longer than" in found[1].problem
    assert found[2].value == {"a": 2}
    assert bool(found[0].problem) == (first != '{"a": 0}\n')


def test_a_document_that_is_too_long_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "MAX_DOCUMENT_BYTES", 1000)
    file = tmp_path / "rows.json"
    file.write_text("[\n" + json.dumps({"a": "x" * 2000}) + "]")

    [row] = rows(file)

    assert (row.place, row.value) == ("rows.json", None)
    assert "longer than" in row.problem


def test_a_document_that_would_take_too_much_memory_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "MAX_PARSED_BYTES", 100_000)
    assert load_text(json.dumps("x" * 40_000))
    with pytest.raises(ValueError, match="would take more than"):
        load_text("[" + "{}," * 1000 + "{}]")


def test_a_key_that_is_given_twice_is_found_in_one_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = 0

    class Name(str):
        __slots__ = ()

        def __eq__(self, other: object) -> bool:
            nonlocal compared
            compared += 1
            return str.__eq__(self, other)

        __hash__ = str.__hash__

    with pytest.raises(ValueError, match="'k999' is given twice"):
        sources._unique([(Name(f"k{number}"), 1) for number in (*range(1000), 999)])
    assert compared < 100_000


def test_a_link_out_of_a_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.jsonl").write_text(lines_of(TWO))
    source = tmp_path / "fetched"
    source.mkdir()
    (source / "a.jsonl").symlink_to(tmp_path / "secret.jsonl")
    (source / "b.jsonl").write_text(lines_of(TWO))
    (source / "c.jsonl").symlink_to("b.jsonl")

    found = rows(source)

    assert [row.value for row in found] == [None, *TWO, *TWO]
    assert "leads out of the source" in found[0].problem
