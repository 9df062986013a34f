"""Problems that stand in a benchmark are found, with the place and the words."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from verifier.authoring.decontaminate import Benchmarks, Match, Text, read_texts
from verifier.errors import RequestError

WORDS = [f"w{n}" for n in range(30)]


def text(first: int, last: int) -> str:
    return " ".join(WORDS[first:last])


def match(statement: str, *texts: str) -> Match | None:
    places = [Text(f"bench:{number}", one) for number, one in enumerate(texts, 1)]
    return Benchmarks(places, [statement, "another problem"]).match(statement)


@pytest.mark.parametrize(
    ("statement", "benchmark", "rule", "shared"),
    [
        # Thirteen words in a row, anywhere in either.
        (f"ours {text(0, 13)} ours", f"theirs {text(0, 13)} theirs", "ngram", text(0, 13)),
        (f"ours {text(0, 12)} ours", f"theirs {text(0, 12)} theirs", None, ""),
        (f"{text(0, 6)} ours {text(6, 20)}", text(0, 20), "ngram", text(6, 19)),
        # Case, punctuation, markup and line ends are none of the words.
        ("**" + text(0, 7).upper() + "**,\n\n- " + text(7, 13).title() + "!", f"x {text(0, 13)}", "ngram", text(0, 13)),
        # Whole texts of eight to twelve words, in either direction; shorter ones say too little.
        (f"ours {text(0, 8)} ours", text(0, 8), "ngram", text(0, 8)),
        (f"ours {text(0, 7)} ours", text(0, 7), None, ""),
        (text(0, 8), f"theirs {text(0, 8)} theirs", "ngram", text(0, 8)),
        (text(0, 12), f"theirs {text(0, 12)} theirs", "ngram", text(0, 12)),
        (text(0, 7), f"theirs {text(0, 7)} theirs", None, ""),
        # Equal texts of any length, and paragraphs that aren't a mere phrase.
        ("Add two numbers!", "add two numbers", "equal", "add two numbers"),
        (text(0, 30), text(0, 30), "equal", text(0, 13)),
        (f"# Title\n\n{text(0, 5)}\n \nIt ends", text(0, 5), "equal", text(0, 5)),
        (f"# Title\n\n{text(0, 4)}\n\nIt ends", text(0, 4), None, ""),
        # The same words in another order are another text.
        (text(0, 13), " ".join(reversed(WORDS[:13])), None, ""),
        ("", "", None, ""),
        ("...", "!!!", None, ""),
    ],
)
def test_the_rule(statement: str, benchmark: str, rule: str | None, shared: str) -> None:
    found = match(statement, "something else entirely, of no matter at all to the one above", benchmark)

    if rule is None:
        assert found is None
    else:
        assert found == Match("bench:2", rule, shared)


def test_a_problem_among_many_texts_is_found_at_its_own_place() -> None:
    texts = [f"{' '.join(f'a{n}b{k}' for k in range(40))}" for n in range(200)]

    found = match(f"Before. {texts[137]} After.", *texts)

    assert found is not None and found.source == "bench:138"


@pytest.mark.parametrize(
    "row",
    [
        {"prompt": "the text"},
        {"question": "the text", "answer": "42"},
        {"text": "the text"},
        {"problem": "the text"},
        {"description": "the text"},
        {"question_content": "the text"},
        {"prompt": [{"role": "system", "content": "be kind"}, {"role": "user", "content": "the text"}]},
        "the text",
    ],
)
def test_rows_of_several_sets(tmp_path: Path, row: object) -> None:
    """By the names of their columns; what an assistant or a system turn says is no problem's text."""
    file = tmp_path / "set.jsonl"
    file.write_text(json.dumps(row) + "\n")

    assert read_texts(file) == ([Text(f"{file}:1", "the text")], [])


def test_all_known_columns_are_taken(tmp_path: Path) -> None:
    file = tmp_path / "set.json"
    file.write_text(json.dumps([{"prompt": "one", "text": "two", "code": "three"}]))

    texts, problems = read_texts(file)

    assert [found.text for found in texts] == ["one", "two"]
    assert problems == []


def test_files_of_several_kinds(tmp_path: Path) -> None:
    packed, folder, plain = tmp_path / "p.jsonl.gz", tmp_path / "folder", tmp_path / "list.txt"
    packed.write_bytes(gzip.compress(b'{"prompt": "packed"}\n'))
    folder.mkdir()
    folder.joinpath("a.jsonl").write_text('{"prompt": "first"}\n\n{"prompt": "second"}\n')
    plain.write_text("one line\n\nanother\n")

    assert read_texts(packed)[0] == [Text(f"{packed}:1", "packed")]
    assert [one.place for one in read_texts(folder)[0]] == [f"{folder}/a.jsonl:1", f"{folder}/a.jsonl:3"]
    assert read_texts(plain)[0] == [
        Text(f"{plain}:1", "one line"),
        Text(f"{plain}:3", "another"),
        Text(str(plain), "one line\n\nanother\n"),
    ]


def test_parquet(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    import pyarrow.parquet as parquet

    file = tmp_path / "set.parquet"
    parquet.write_table(pyarrow.table({"question": ["one", "two"], "answer": ["1", "2"]}), file)

    assert [found.text for found in read_texts(file)[0]] == ["one", "two"]


def test_rows_that_say_nothing_are_told_and_the_others_taken(tmp_path: Path) -> None:
    file = tmp_path / "set.jsonl"
    file.write_text('{"prompt": "good"}\n{"stem": "unknown column"}\n{broken\n{"prompt": null}\n')

    texts, problems = read_texts(file)

    assert [found.text for found in texts] == ["good"]
    assert [problem.partition(": ")[0] for problem in problems] == [f"{file}:2", f"{file}:3", f"{file}:4"]
    assert "has none of the fields prompt, question" in problems[0]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.jsonl", b'{"stem": "x"}\n', "holds no text to compare with (a.jsonl:1: has none of the fields"),
        ("a.jsonl", b"", "holds no text to compare with"),
        ("a.txt", b" \n", "holds no text to compare with"),
        ("a.txt", b"\xff\xfe", "not UTF-8 text"),
        ("a.parquet", b"no parquet", "holds no text to compare with"),
    ],
)
def test_a_file_without_any_text_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, content: bytes, said: str
) -> None:
    """Else nothing would be compared, and nobody would know."""
    if name.endswith("parquet"):
        pytest.importorskip("pyarrow")
    monkeypatch.chdir(tmp_path)
    Path(name).write_bytes(content)

    with pytest.raises(RequestError) as caught:
        read_texts(Path(name))

    assert caught.value.path == name and said in caught.value.problem
