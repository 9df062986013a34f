"""Words of a statement as they are compared with those of another: by split.py and decontaminate.py."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

_WORD = re.compile(r"\w+")


def words_of(text: str) -> list[str]:
    """In lower case and without punctuation or markup: `Sort_it(A, 10)!` has the words `sort_it`, `a` and `10`."""
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def ngrams(words: Sequence[str], length: int) -> Iterator[str]:
    """All runs of so many words, in order; none where there are fewer words."""
    for start in range(len(words) - length + 1):
        yield " ".join(words[start : start + length])
