"""Training and validation problems, kept apart.

Which side a problem goes to is decided by its id alone, so that no suite that is added later moves it. Problems that
are nearly the same go to the same side, that of the first id among them: else what is validated was trained on.
"""

from __future__ import annotations

import hashlib
import math
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from verifier.authoring.dataset_words import ngrams, words_of

SHINGLE_WORDS = 5
NEAR = 0.5
"""Problems are near duplicates where they share this part of all their runs of SHINGLE_WORDS words (Jaccard). Lower
than what is usual for removing duplicates (0.7 to 0.85): here an error only puts two problems on the same side."""
COMPARED = 64
"""Problems that are compared because of one shingle, at most: bounds the work where thousands share a phrase."""


@dataclass(frozen=True, slots=True)
class Split:
    validation: frozenset[str]
    """Ids; all others are for training."""
    near_duplicates: tuple[tuple[str, ...], ...]
    """Groups of two or more ids, each sorted."""


def split(statements: Mapping[str, str], digests: Mapping[str, str], share: float, seed: int) -> Split:
    """Divides problems, by id, so that about `share` of them are for validation. Problems of equal digests, whose tests
    are the same, count as near duplicates."""
    groups = _groups(statements, digests)
    validation: set[str] = set()
    for group in groups:
        if drawn(group[0], seed) < share:
            validation.update(group)
    return Split(frozenset(validation), tuple(tuple(group) for group in groups if len(group) > 1))


def drawn(suite_id: str, seed: int) -> float:
    """A number from 0 to below 1, by the id and the seed alone."""
    digest = hashlib.sha256(f"split-1\n{seed}\n{suite_id}".encode()).digest()
    return (int.from_bytes(digest[:8], "big") >> 11) / (1 << 53)


def _groups(statements: Mapping[str, str], digests: Mapping[str, str]) -> list[list[str]]:
    """The ids in groups of near duplicates, each sorted, most of one id."""
    ids = sorted(statements)
    together = _Groups(len(ids))
    first: dict[str, int] = {}
    for number, suite_id in enumerate(ids):
        together.join(first.setdefault(digests[suite_id], number), number)
    _join_near(together, (_shingles(statements[suite_id]) for suite_id in ids))
    found: dict[int, list[str]] = {}
    for number, suite_id in enumerate(ids):
        found.setdefault(together.of(number), []).append(suite_id)
    return list(found.values())


def _shingles(statement: str) -> array[int]:
    """Hashes of the runs of words, each once, in ascending order; of all words where they are few."""
    words = words_of(statement)
    texts = set(ngrams(words, min(SHINGLE_WORDS, max(len(words), 1))))
    return array("Q", sorted(_hash(text) for text in texts))


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


def _join_near(together: _Groups, statements: Iterable[Sequence[int]]) -> None:
    """Joins the numbers of statements that are near duplicates.

    Two sets that share the part NEAR of their union, each in one common order, have an element in common among the
    first |set| - ceil(NEAR x |set|) + 1. So it is enough to remember, and to look up, those.
    """
    seen: list[Sequence[int]] = []
    where: dict[int, list[int]] = {}
    for number, shingles in enumerate(statements):
        seen.append(shingles)
        prefix = shingles[: len(shingles) - math.ceil(NEAR * len(shingles)) + 1]
        own = frozenset(shingles)
        for other in sorted({other for shingle in prefix for other in where.get(shingle, ())}):
            if together.of(other) != together.of(number) and _are_near(own, seen[other]):
                together.join(other, number)
        for shingle in prefix:
            known = where.setdefault(shingle, [])
            if len(known) < COMPARED:
                known.append(number)


def _are_near(one: frozenset[int], other: Sequence[int]) -> bool:
    if min(len(one), len(other)) < NEAR * max(len(one), len(other)):
        return False
    shared = len(one.intersection(other))
    return shared >= NEAR * (len(one) + len(other) - shared)


class _Groups:
    """Numbers that are joined to groups; a group is known by its smallest number."""

    def __init__(self, count: int) -> None:
        self._parents = list(range(count))

    def of(self, number: int) -> int:
        while self._parents[number] != number:
            self._parents[number] = self._parents[self._parents[number]]
            number = self._parents[number]
        return number

    def join(self, one: int, other: int) -> None:
        low, high = sorted((self.of(one), self.of(other)))
        self._parents[high] = low
