"""Problems that stand in a benchmark too must not be trained on.

The rule is the usual one for training sets: a problem that shares a run of 13 words with a text of the benchmark is
left out (Brown et al. 2020, "Language Models are Few-Shot Learners", Appendix C; EleutherAI's lm-evaluation-harness,
docs/decontamination.md). As there, texts of 8 to 12 words are compared as a whole: where one stands within the other.
Still shorter ones must be equal to the problem's, or to one of its paragraphs.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from verifier.authoring.dataset_words import ngrams, words_of
from verifier.errors import RequestError
from verifier.suite.formats.base import SourceError
from verifier.suite.formats.sources import raw_rows

NGRAM_WORDS = 13
SHORTEST_WORDS = 8
"""Shorter runs are phrases that many problems have."""
PARAGRAPH_WORDS = 5
"""Shorter paragraphs, such as "Complete this function", say nothing of the problem."""
FIELDS = (
    "prompt",
    "question",
    "text",
    "problem",
    "description",
    "question_content",
    "problem_description",
    "problem_statement",
    "complete_prompt",
    "instruct_prompt",
)
"""Columns that hold a problem's text; all that a row has are compared."""
_TEXT_SUFFIXES = (".txt", ".md")
_PARAGRAPHS = re.compile(r"\n\s*\n")


class Text(NamedTuple):
    place: str
    """`he.jsonl:7`, from 1."""
    text: str


@dataclass(frozen=True, slots=True)
class Match:
    """Why a problem is left out."""

    source: str
    """Place of the text that it shares words with."""
    rule: str
    """`equal`, of the whole or of a paragraph; or `ngram`."""
    shared: str
    """The words, as they are compared; of equal texts the first NGRAM_WORDS."""


def read_texts(source: Path) -> tuple[list[Text], list[str]]:
    """The texts of a file, and what of it can't be read: rows of JSON, JSON lines or parquet (or a folder of such
    files), of which FIELDS are taken, or that are texts themselves; a text file, whole and line by line.

    Raises RequestError where there is no text at all.
    """
    texts: list[Text] = []
    problems: list[str] = []
    if source.suffix.lower() in _TEXT_SUFFIXES:
        texts += _of_text_file(source)
    else:
        base = source if source.is_dir() else source.parent
        try:
            for row in raw_rows(source):
                place = str(base / row.place)
                found = [] if row.problem else [Text(place, text) for text in _texts_in(row.value)]
                texts += found
                if not found:
                    problems.append(f"{place}: {row.problem or 'has none of the fields ' + ', '.join(FIELDS)}")
        except SourceError as error:
            raise RequestError(str(error)) from None
    if not texts:
        why = f" ({problems[0]})" if problems else ""
        raise RequestError(f"holds no text to compare with{why}", path=str(source))
    return texts, problems


def _of_text_file(source: Path) -> Iterator[Text]:
    try:
        whole = source.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise RequestError("not UTF-8 text", path=str(source)) from None
    except OSError as error:
        raise RequestError(f"can't be read: {error.strerror}", path=str(source)) from None
    for number, line in enumerate(whole.split("\n"), 1):
        if words_of(line):
            yield Text(f"{source}:{number}", line)
    if words_of(whole):
        yield Text(str(source), whole)


def _texts_in(value: object) -> Iterator[str]:
    if isinstance(value, str) and words_of(value):
        yield value
    if isinstance(value, Mapping):
        for field in FIELDS:
            text = _asked(value.get(field))
            if words_of(text):
                yield text


def _asked(value: object) -> str:
    """A text, or what the turns of a conversation say that aren't the answer's."""
    if isinstance(value, str):
        return value
    turns = value if isinstance(value, Sequence) else ()
    said = [turn.get("content") for turn in turns if isinstance(turn, Mapping) and turn.get("role") == "user"]
    return "\n".join(text for text in said if isinstance(text, str))


class Benchmarks:
    """Texts that no problem may share words with. `statements` are those that will be asked about."""

    def __init__(self, texts: Iterable[Text], statements: Collection[str]) -> None:
        self._places: list[str] = []
        self._equal: dict[str, int] = {}
        self._runs: dict[int, int] = {}  # by the hash of a run's words: the texts may be many
        self._short: dict[int, dict[str, int]] = {}  # texts of fewer words than a run, by their number of words
        self._within: dict[str, int] = {}  # such statements that were found in a text
        wanted: dict[int, set[str]] = {}
        for statement in statements:
            words = words_of(statement)
            if SHORTEST_WORDS <= len(words) < NGRAM_WORDS:
                wanted.setdefault(len(words), set()).add(" ".join(words))
        for text in texts:
            self._add(text, wanted)

    def _add(self, text: Text, wanted: Mapping[int, set[str]]) -> None:
        number = len(self._places)
        self._places.append(text.place)
        words = words_of(text.text)
        whole = " ".join(words)
        self._equal.setdefault(whole, number)
        if SHORTEST_WORDS <= len(words) < NGRAM_WORDS:
            self._short.setdefault(len(words), {}).setdefault(whole, number)
        for run in ngrams(words, NGRAM_WORDS):
            self._runs.setdefault(hash(run), number)
        for length, statements in wanted.items():
            for run in ngrams(words, length):
                if run in statements:
                    self._within.setdefault(run, number)

    def match(self, statement: str) -> Match | None:
        """Why this problem is to be left out; None where it isn't."""
        words = words_of(statement)
        whole = " ".join(words)
        paragraphs = [words_of(paragraph) for paragraph in _PARAGRAPHS.split(statement)]
        for part in (words, *(paragraph for paragraph in paragraphs if len(paragraph) >= PARAGRAPH_WORDS)):
            if part and (number := self._equal.get(" ".join(part))) is not None:
                return Match(self._places[number], "equal", " ".join(part[:NGRAM_WORDS]))
        for run in ngrams(words, NGRAM_WORDS):
            if hash(run) in self._runs:
                return Match(self._places[self._runs[hash(run)]], "ngram", run)
        for length, texts in sorted(self._short.items()):
            for run in ngrams(words, length):
                if run in texts:
                    return Match(self._places[texts[run]], "ngram", run)
        if whole in self._within:
            return Match(self._places[self._within[whole]], "ngram", whole)
        return None
