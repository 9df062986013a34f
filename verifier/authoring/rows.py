"""Training rows in the forms that trainers read, and the files that hold them. docs/datasets-for-training.md shows one
of each.

    nova   JSON lines: id, messages, reference_answer           Amazon Nova and Bedrock
    verl   parquet: data_source, prompt, ability, reward_model, extra_info
    trl    JSON lines: id, prompt, reference_answer             TRL, Hugging Face datasets

The reference is `{"suite": "<id>@sha256:<hex>"}`, or a whole suite. verl's and TRL's is JSON *text*: their columns have
one type for all rows, and no two suites have the same.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

from verifier.errors import RequestError
from verifier.suite.model import Suite, parse_suite
from verifier.suite.writing import suite_value
from verifier.wire.request import read_sample

PLACEHOLDER = "{problem}"
DATA_SOURCE, ABILITY = "rl-code-verifier", "code"

LAMBDA_PAYLOAD_BYTES = 6 << 20
_BATCH, _COMPLETION_BYTES = 64, 32 << 10
_ROW_GROUP_BYTES = 32 << 20

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a model is asked, made of a problem's statement."""

    system: str = ""
    template: str = PLACEHOLDER
    """Text in which PLACEHOLDER stands for the statement. Other braces are what they are."""

    def __post_init__(self) -> None:
        """Raises RequestError."""
        if PLACEHOLDER not in self.template:
            raise RequestError(f"must hold {PLACEHOLDER}, in the place of which the statement is put", path="template")

    def messages(self, statement: str) -> list[dict[str, str]]:
        turns = [{"role": "system", "content": self.system}] if self.system else []
        return [*turns, {"role": "user", "content": self.template.replace(PLACEHOLDER, statement)}]


@dataclass(frozen=True, slots=True)
class Content:
    """What a row says, in whatever form."""

    id: str
    digest: str
    messages: Sequence[Mapping[str, str]]
    reference: Mapping[str, Any]
    side: str
    """`train` or `validation`."""
    index: int
    """Among the rows of its side, from 0."""

    @property
    def suite(self) -> str:
        return f"{self.id}@{self.digest}"


def reference_of(suite_id: str, digest: str, inline: Suite | None = None) -> dict[str, Any]:
    """What a row judges by: the name of a suite in a store, or the suite itself."""
    return {"suite": f"{suite_id}@{digest}"} if inline is None else suite_value(inline)


def _nova(content: Content) -> Row:
    return {"id": content.id, "messages": content.messages, "reference_answer": content.reference}


def _verl(content: Content) -> Row:
    return {
        "data_source": DATA_SOURCE,
        "prompt": content.messages,
        "ability": ABILITY,
        "reward_model": {"style": "rule", "ground_truth": to_json(content.reference)},
        "extra_info": {"split": content.side, "index": content.index, "id": content.id, "suite": content.suite},
    }


def _trl(content: Content) -> Row:
    return {"id": content.id, "prompt": content.messages, "reference_answer": to_json(content.reference)}


@dataclass(frozen=True, slots=True)
class RowFormat:
    name: str
    row: Callable[[Content], Row]
    suffix: str
    max_row_bytes: int
    """Of a row as JSON, where the caller sets no other limit."""
    rows: tuple[int, int] | None = None
    """The fewest and the most that a trainer takes for training, where it says so."""


FORMATS: Mapping[str, RowFormat] = {
    one.name: one
    for one in (
        # AWS trains by events of up to 64 rows, each with what the model wrote; and Bedrock takes 100 to 20,000 rows.
        RowFormat("nova", _nova, ".jsonl", LAMBDA_PAYLOAD_BYTES // _BATCH - _COMPLETION_BYTES, (100, 20_000)),
        # Others send rows one by one at worst, and to a function that takes 6 MiB where they do so at all.
        RowFormat("verl", _verl, ".parquet", 4 << 20),
        RowFormat("trl", _trl, ".jsonl", 4 << 20),
    )
}


def to_json(value: object) -> str:
    """One line, in ASCII: no reader takes U+2028 or the like for the end of one."""
    return json.dumps(value, allow_nan=False)


def check_row(text: str, content: Content, *, inline: bool) -> None:
    """That a row, as JSON, will be judged by its suite and no other. Raises RequestError."""
    reference = read_sample(json.loads(text), 0).reference
    if reference is None:
        raise RequestError("the row would not be read again: it names no suite", path=content.id)
    if inline:
        found = parse_suite(dict(reference.suite or {})).digest
    else:
        found = reference.digest or ""
    if found != content.digest or (not inline and reference.suite_id != content.id):
        raise RequestError(f"the row would be judged by {found or 'no suite'}, not {content.suite}", path=content.id)


# Files


class RowWriter(Protocol):
    def write(self, row: Row, text: str) -> None:
        """Adds a row, given as JSON too."""
        ...

    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


def open_writer(path: Path) -> RowWriter:
    """By the suffix. Raises OSError, and RequestError where the package for it is missing."""
    return _ParquetWriter(path) if path.suffix == ".parquet" else _LineWriter(path)


def need_packages(row_format: RowFormat) -> None:
    """Raises RequestError where the packages that write this format are missing."""
    if row_format.suffix == ".parquet":
        _pyarrow()


class _LineWriter:
    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="ascii", newline="\n")

    def write(self, row: Row, text: str) -> None:
        self._file.write(text + "\n")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


class _ParquetWriter:
    """Columns have the types of verl's rows, whatever the first rows hold."""

    def __init__(self, path: Path) -> None:
        arrow, parquet = _pyarrow()
        text = arrow.string()
        turn = arrow.struct({"role": text, "content": text})
        reward_model = arrow.struct({"style": text, "ground_truth": text})
        extra_info = arrow.struct({"split": text, "index": arrow.int64(), "id": text, "suite": text})
        columns = {"data_source": text, "prompt": arrow.list_(turn), "ability": text}
        self._schema = arrow.schema({**columns, "reward_model": reward_model, "extra_info": extra_info})
        self._arrow = arrow
        self._file = parquet.ParquetWriter(path, self._schema)
        self._rows: list[Row] = []
        self._bytes = 0

    def write(self, row: Row, text: str) -> None:
        self._rows.append(row)
        self._bytes += len(text)
        if self._bytes >= _ROW_GROUP_BYTES:
            self._flush()

    def _flush(self) -> None:
        if self._rows:
            self._file.write_table(self._arrow.Table.from_pylist(self._rows, schema=self._schema))
            self._rows, self._bytes = [], 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                self._flush()
        finally:
            self._file.close()


def _pyarrow() -> tuple[Any, Any]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise RequestError(
            "is parquet, which needs a package that isn't installed: pip install 'rl-code-verifier[parquet]'",
            path="format verl",
        ) from None
    return pyarrow, pyarrow.parquet
