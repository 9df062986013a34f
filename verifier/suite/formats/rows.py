"""One row of a dataset, its fields by name and type, and how a format's rows become outcomes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from verifier.errors import RequestError
from verifier.submission import extract_code
from verifier.suite.formats.base import Importer, Outcome, Refused
from verifier.suite.formats.sources import RawRow, load_text, raw_rows
from verifier.suite.model import Suite, parse_suite


class Unfit(Exception):
    """A problem can't become a suite. `kind` is what is counted; the text tells all."""

    def __init__(self, reason: str, kind: str = "") -> None:
        self.kind = kind or reason
        super().__init__(reason)


class Row:
    """Fields by name. A field that is missing, None or empty is the same as one that isn't there."""

    def __init__(self, value: Mapping[str, object], place: str) -> None:
        self.value = value
        self.place = place

    def any(self, *names: str) -> object:
        """The first of the fields that holds something, or None."""
        for name in names:
            value = self.value.get(name)
            if value is not None and value != "" and value != [] and value != {}:
                return value
        return None

    def text(self, *names: str) -> str:
        """The text of the first of the fields that holds something, "" where none does. Raises Unfit for what is no
        text."""
        value = self.any(*names)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise Unfit(f"{_either(names)} must be text, not {type(value).__name__}", "a field of the wrong type")
        return value

    def needed_text(self, *names: str) -> str:
        """As `text`. Raises Unfit where there is none."""
        value = self.text(*names)
        if not value.strip():
            raise Unfit(f"has no {_either(names)}", f"no {_either(names)}")
        return value

    def texts(self, *names: str) -> list[str]:
        """A list of texts; JSON text of one will do. Empty where there is none. Raises Unfit for anything else."""
        value = self.parsed(*names)
        if value is None:
            return []
        if isinstance(value, str):
            return [value]
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise Unfit(f"{_either(names)} must be a list of texts", "a field of the wrong type")
        return value

    def parsed(self, *names: str) -> object:
        """The value of a field that may be JSON in text; text that begins otherwise than JSON stays text. None where
        there is none. Raises Unfit where it looks like JSON and isn't."""
        value = self.any(*names)
        if not isinstance(value, str):
            return value
        head = value.lstrip("\ufeff \t\r\n")[:1]
        if head not in ("[", "{"):
            return value
        try:
            return load_text(value)
        except ValueError as error:
            raise Unfit(f"{_either(names)}: {error}", f"{names[0]} is no JSON") from None

    def object(self, *names: str) -> Mapping[str, object]:
        """An object, or JSON text of one; empty where there is none. Raises Unfit for anything else."""
        value = self.parsed(*names)
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise Unfit(f"{_either(names)} must be an object", "a field of the wrong type")
        return value


def _either(names: Sequence[str]) -> str:
    return " or ".join(f"'{name}'" for name in names)


def row_importer(name: str, summary: str, ids: Sequence[str], convert: Callable[[Row, str], Outcome]) -> Importer:
    """An importer of rows, of which `ids` are the fields that may hold the problem's id, in order; a row without one
    is called by its place. `convert` makes one row's outcome and may raise Unfit and RequestError."""

    def read(source: Path) -> Iterator[Outcome]:
        for raw in raw_rows(source):
            yield outcome_of(raw, ids, convert)

    return Importer(name, summary, read)


def outcome_of(raw: RawRow, ids: Sequence[str], convert: Callable[[Row, str], Outcome]) -> Outcome:
    """Of one row, whatever it holds."""
    if raw.problem:
        return Refused(raw.place, raw.problem, "a row that can't be read")
    if not isinstance(raw.value, dict):
        return Refused(raw.place, f"must be an object, not {type(raw.value).__name__}", "a row that can't be read")
    row = Row(raw.value, raw.place)
    found = next((value for key in ids if (value := row.any(key)) is not None), raw.place)
    row_id = str(found) if isinstance(found, str | int) else raw.place
    try:
        return convert(row, row_id)
    except Unfit as reason:
        return Refused(row_id, str(reason), reason.kind)
    except RequestError as error:
        return Refused(row_id, str(error), "tests that can't be used")
    except RecursionError:
        return Refused(row_id, "nested too deeply", "tests that can't be used")


def make_suite(value: Mapping[str, object]) -> Suite:
    """Raises Unfit, with the reason of `parse_suite`."""
    try:
        return parse_suite(dict(value))
    except RequestError as error:
        raise Unfit(f"makes no suite: {error}", "tests that can't be used") from None


def source_text(text: str) -> str:
    """Python code as it is kept: without a byte-order mark, and with plain line ends, which mean the same to Python."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def code_of(solution: str) -> str:
    """Of a solution that may be a text with a fenced block."""
    return (extract_code(solution).code or "") if "```" in solution else solution


def fenced(code: str) -> str:
    """Code as a block of Markdown."""
    fence = "```"
    while fence in code:
        fence += "`"
    return f"{fence}python\n{code.strip(chr(10))}\n{fence}"


def named_solutions(folder: str, codes: Sequence[str], stem: str = "solution") -> dict[str, str]:
    """Submissions by file name. Codes without text are left out."""
    kept = [source_text(code) for code in codes if code.strip()]
    if len(kept) == 1:
        return {f"{folder}/{stem}.py": kept[0]}
    return {f"{folder}/{stem}_{number}.py": code for number, code in enumerate(kept, start=1)}
