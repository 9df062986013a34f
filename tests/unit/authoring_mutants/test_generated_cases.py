"""Edge cases, and the choice of few cases that kill as many as all."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.authoring.generate import fewest
from verifier.authoring.generate_inputs import distinct, edge_inputs, edges_of, key_of


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (5, [0, 1, -1, 4, 6, -5, 2**31 - 1]),
        (True, [False]),
        (1.5, [0.0, -1.0, 1e9, -1.5]),
        ("ab", ["", " ", "a", "ä", "日本", "ba", "AB"]),
        ([3, 4], [[], [3], [3, 3], [4, 3], [-1], [0, 4], [3, 4, 3, 4]]),
        ([], [[]]),
        ((1, "x"), [(0, "x"), (1, "")]),
        ({7}, [set(), {7}]),
        ({"a": 1}, [{}, {"a": 1}, {"a": -1}]),
        (None, []),
    ],
)
def test_edges_are_of_the_values_own_type(value: Any, wanted: list[Any]) -> None:
    found = list(edges_of(value))

    assert all(one in found for one in wanted)
    assert all(type(one) is type(value) for one in found)
    assert bool(found) == bool(wanted)


def test_an_edge_stands_in_the_place_of_one_argument() -> None:
    found = list(edge_inputs([[1, "a"]]))

    assert [0, "a"] in found and [1, ""] in found and [0, ""] not in found


def test_inputs_are_kept_once_and_types_are_told_apart() -> None:
    known = {key_of([1])}

    assert distinct([[1], [True], [1.0], [True], "1", [{1, 2}], [{2, 1}]], known) == [[True], [1.0], "1", [{1, 2}]]
    assert distinct([[True]], known) == []


def sets(*kills: str) -> list[frozenset[int]]:
    return [frozenset(map(int, one)) for one in kills]


@pytest.mark.parametrize(
    ("kills", "chosen", "costs", "expected"),
    [
        (sets("0", "1"), set(), [1, 1], {0, 1}),
        (sets("02", "12", "2"), set(), [1, 1, 9], {2}),
        (sets("01", "01"), set(), [5, 1], {1}),
        (sets("01"), set(), [5, 5], {0}),
        (sets("01", "2"), {1}, [1, 1, 1], {2}),
        (sets("", ""), set(), [1], set()),
        ([], set(), [], set()),
    ],
    ids=["both are needed", "one does for all", "the cheaper", "the first", "what is chosen counts", "no kill", "none"],
)
def test_few_cases_are_chosen(
    kills: list[frozenset[int]], chosen: set[int], costs: list[int], expected: set[int]
) -> None:
    assert fewest(kills, chosen, costs) == expected


@given(st.lists(st.frozensets(st.integers(0, 9), max_size=5), max_size=30), st.frozensets(st.integers(0, 9)))
def test_what_is_chosen_kills_whatever_all_kill_and_nothing_is_chosen_in_vain(
    kills: list[frozenset[int]], chosen: frozenset[int]
) -> None:
    found = fewest(kills, chosen, [1] * 10)

    assert all(by & (found | chosen) for by in kills if by)
    assert not found & chosen
    assert len(found) <= sum(bool(by) for by in kills)
