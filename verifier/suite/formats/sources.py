"""Rows of a dataset from files, in a stream: JSON lines, JSON, either of them gzipped, and parquet; one file, or a
folder of them. A row that can't be read is handed on as such, with its place, and costs no other row."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import count, islice
from pathlib import Path
from typing import IO, cast

from verifier.suite.formats.base import SourceError

TEXT_SUFFIXES = (".jsonl", ".ndjson", ".json")
PARQUET_SUFFIXES = (".parquet",)
MAX_INT_DIGITS = 50_000
MAX_DOCUMENT_BYTES = 256 << 20
"""Of one line, or of a file that is one JSON document, unpacked."""
MAX_PARSED_BYTES = 2 << 30
"""About what a document may take in memory: JSON of small objects takes ninety times its text."""
_TOO_LONG = f"longer than {MAX_DOCUMENT_BYTES >> 20} MiB"
_QUICK_DIGITS = 4_000
"""Beyond some 4,300 digits `int` refuses a text."""
_PARQUET_ROWS = 32
"""Read at a time: some sets have rows of many megabytes."""
_PIECE_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class RawRow:
    place: str
    """`train.jsonl:7`, from 1."""
    value: object
    problem: str = ""
    """Why there is no value."""


def load_text(text: str | bytes) -> object:
    """One JSON document of a dataset. Integers may have up to MAX_INT_DIGITS digits, NaN and Infinity are let pass.

    Raises ValueError with a readable reason; an object that names a key twice is refused.
    """
    try:
        if isinstance(text, bytes):
            text = text.decode("utf-8-sig")
        if _parsed_bytes(text) > MAX_PARSED_BYTES:
            raise ValueError(f"would take more than {MAX_PARSED_BYTES >> 20} MiB of memory")
        return json.loads(text.removeprefix("\ufeff"), object_pairs_hook=_unique, parse_int=_integer)
    except UnicodeDecodeError as error:
        raise ValueError(f"not UTF-8 text: {error.reason} at byte {error.start}") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"not valid JSON: {error.msg} at line {error.lineno}, column {error.colno}") from None
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _parsed_bytes(text: str) -> int:
    """At least about what JSON takes once it is read."""
    return 2 * len(text) + 96 * text.count("[") + 64 * text.count(",") + 320 * text.count("{")


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    out = dict(pairs)
    if len(out) != len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise ValueError(f"key {name[:80]!r} is given twice in one object")
            seen.add(name)
    return out


def _integer(text: str) -> int:
    if len(text) <= _QUICK_DIGITS:
        return int(text)
    if len(text) > MAX_INT_DIGITS:
        raise ValueError(f"an integer has more than {MAX_INT_DIGITS} digits")
    return int(Decimal(text))


def raw_rows(source: Path) -> Iterator[RawRow]:
    """Raises SourceError where nothing can be read, or pyarrow is missing for parquet."""
    if not source.exists():
        raise SourceError(f"{source}: there is no such file or folder")
    if source.is_file():
        yield from _file_rows(source, source.name)
        return
    files = [path for path in sorted(source.rglob("*")) if path.is_file() and _is_data(path, source)]
    if not files:
        raise SourceError(f"{source}: holds no file of rows (*.jsonl, *.json, either with .gz, or *.parquet)")
    for path in files:
        name = str(path.relative_to(source))
        if leads_out(path, source):
            yield RawRow(name, None, "is a link that leads out of the source; give the file itself as the source")
        else:
            yield from _file_rows(path, name)


def leads_out(path: Path, source: Path) -> bool:
    """Whether it is a link to what lies outside of the source."""
    return not path.resolve().is_relative_to(source.resolve())


def _is_data(path: Path, top: Path) -> bool:
    if any(part.startswith(".") for part in path.relative_to(top).parts):
        return False
    return path.name.lower().removesuffix(".gz").endswith(TEXT_SUFFIXES + PARQUET_SUFFIXES)


def _file_rows(path: Path, name: str) -> Iterator[RawRow]:
    try:
        if path.name.lower().endswith(PARQUET_SUFFIXES):
            yield from _parquet_rows(path, name)
            return
        with path.open("rb") as raw:
            start = raw.read(2)
            raw.seek(0)
            # By content: a downloaded file keeps its suffix only sometimes.
            if start == b"\x1f\x8b":
                with gzip.open(raw) as unpacked:
                    yield from _text_rows(cast("IO[bytes]", unpacked), name)
            else:
                yield from _text_rows(raw, name)
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        yield RawRow(name, None, f"the rest of the file can't be read: {reason}")


def _text_rows(stream: IO[bytes], name: str) -> Iterator[RawRow]:
    """One row a line; of a file that is one JSON document, the elements of its list, or the object that it is."""
    first = b""
    while not first.strip(b"\xef\xbb\xbf \t\r\n"):
        first = stream.readline(MAX_DOCUMENT_BYTES + 1)
        if not first:
            return
    if not first.lstrip(b"\xef\xbb\xbf \t").startswith(b"["):
        if len(first) > MAX_DOCUMENT_BYTES:
            yield RawRow(f"{name}:1", None, _TOO_LONG)
            _end_line(stream, first)
            yield from _lines(stream, name, 2)
            return
        row = _row(first, f"{name}:1")
        if not row.problem:
            yield row
            yield from _lines(stream, name, 2)
            return
        second_line = stream.tell()
        rest = stream.read(MAX_DOCUMENT_BYTES + 1 - len(first))
        if len(first) + len(rest) > MAX_DOCUMENT_BYTES:
            yield row  # lines, or a document that is too long
            stream.seek(second_line)
            yield from _lines(stream, name, 2)
            return
        whole = _row(first + rest, name) if rest.strip() else row
        if not whole.problem:
            yield whole
            return
        yield row  # lines after all, the first of which is broken
        for number, line in enumerate(rest.split(b"\n"), start=2):
            if line.strip():
                yield _row(line, f"{name}:{number}")
        return
    text = first + stream.read(max(MAX_DOCUMENT_BYTES + 1 - len(first), 0))
    if len(text) > MAX_DOCUMENT_BYTES:
        yield RawRow(name, None, f"{_TOO_LONG}; make it JSON lines")
        return
    whole = _row(text, name)
    if not isinstance(whole.value, list):
        yield whole
        return
    for index, value in enumerate(whole.value, start=1):
        yield RawRow(f"{name}:{index}", value)


def _lines(stream: IO[bytes], name: str, first: int) -> Iterator[RawRow]:
    for number in count(first):
        line = stream.readline(MAX_DOCUMENT_BYTES + 1)
        if not line:
            return
        if len(line) > MAX_DOCUMENT_BYTES:
            yield RawRow(f"{name}:{number}", None, _TOO_LONG)
            _end_line(stream, line)
        elif line.strip():
            yield _row(line, f"{name}:{number}")


def _end_line(stream: IO[bytes], line: bytes) -> None:
    """Reads on to the end of a line of which `line` has been read."""
    while line and not line.endswith(b"\n"):
        line = stream.readline(_PIECE_BYTES)


def _row(text: bytes, place: str) -> RawRow:
    try:
        return RawRow(place, load_text(text))
    except ValueError as error:
        return RawRow(place, None, str(error))


def _parquet_rows(path: Path, name: str) -> Iterator[RawRow]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise SourceError(f"{name}: reading parquet needs the package pyarrow: pip install pyarrow") from None
    number = 0
    try:
        with pyarrow.parquet.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=_PARQUET_ROWS):
                for index in range(batch.num_rows):
                    number += 1
                    try:
                        [value] = batch.slice(index, 1).to_pylist()
                    except (ValueError, pyarrow.ArrowException) as error:
                        yield RawRow(f"{name}:{number}", None, f"the row can't be read: {error}")
                        continue
                    yield RawRow(f"{name}:{number}", value)
    except pyarrow.ArrowException as error:
        first_line = "".join(islice(str(error).splitlines(), 1))
        yield RawRow(name, None, f"the rest of the file can't be read: {first_line[:200]}")
