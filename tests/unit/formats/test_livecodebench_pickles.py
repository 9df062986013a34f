"""Hidden tests come pickled, and a pickle is a program: only one that makes a text is read, and none is run."""

from __future__ import annotations

import base64
import json
import os
import pickle
import zlib
from pathlib import Path
from typing import Any

import pytest

from tests.unit.formats.example_rows import LIVECODEBENCH, packed
from verifier.suite.formats import livecodebench, sources
from verifier.suite.formats.base import Imported, Refused
from verifier.suite.formats.livecodebench import packed_text
from verifier.suite.formats.registry import FORMATS


def wrapped(pickled: bytes) -> str:
    return base64.b64encode(zlib.compress(pickled)).decode()


class _Runs:
    """What unpickling it would run."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return os.mkdir, (str(self.path),)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize(
    "text", ["[]", "ä\n€ \U0001f600 \\ud800", "x" * 100_000, ""], ids=["short", "signs", "long", "empty"]
)
def test_a_pickled_text_is_read_in_every_protocol(protocol: int, text: str) -> None:
    assert packed_text(wrapped(pickle.dumps(text, protocol))) == text


def test_a_pickle_that_would_run_something_is_refused_and_runs_nothing(tmp_path: Path) -> None:
    there = tmp_path / "there"
    rows = [
        {**LIVECODEBENCH, "question_id": "bad", "private_test_cases": packed(_Runs(there))},
        {**LIVECODEBENCH, "question_id": "good"},
    ]
    (tmp_path / "rows.json").write_text(json.dumps(rows))

    bad, good = FORMATS["livecodebench"].read(tmp_path / "rows.json")

    assert isinstance(bad, Refused) and bad.id == "bad"
    assert "pickle holds" in bad.reason
    assert isinstance(good, Imported)
    assert not there.exists()
    pickle.loads(pickle.dumps(_Runs(there)))  # what it was kept from
    assert there.exists()


@pytest.mark.parametrize("value", [["a"], ("a",), {"a": "b"}, b"a", 1, None, object, ["a", "b"]], ids=repr)
def test_a_pickle_of_anything_but_a_text_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="its pickle holds"):
        packed_text(packed(value))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("not base64!", "neither JSON nor base64"),
        (base64.b64encode(b"no zlib").decode(), "can't be unpacked"),
        (wrapped(b""), "can't be read"),
        (wrapped(pickle.dumps("abc")[:-3]), "can't be read"),
        (wrapped(b"\x80\x04."), "holds no text"),
        (wrapped(b"\x8c\x01a\x8c\x01b."), "holds more than one text"),
        (base64.b64encode(zlib.compress(pickle.dumps("abc" * 99))[:-9]).decode(), "cut off"),
    ],
)
def test_what_is_broken_is_told(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        packed_text(text)


def test_what_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(livecodebench, "MAX_TESTS_BYTES", 1 << 20)

    with pytest.raises(ValueError, match="more than 1 MiB"):
        packed_text(packed("a" * (2 << 20)))


def test_a_pickle_is_refused_at_its_second_text() -> None:
    with pytest.raises(ValueError, match="more than one text"):
        packed_text(wrapped(b"Va\n" * 2))  # and not: that it doesn't end


def test_tests_that_would_take_too_much_memory_cost_one_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "MAX_PARSED_BYTES", 1 << 20)
    rows = [
        {**LIVECODEBENCH, "question_id": "bad", "private_test_cases": packed("[" + "{}," * 10_000 + "{}]")},
        {**LIVECODEBENCH, "question_id": "good"},
    ]
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))

    bad, good = FORMATS["livecodebench"].read(tmp_path / "rows.jsonl")

    assert isinstance(bad, Refused) and "would take more than" in bad.reason
    assert isinstance(good, Imported)
