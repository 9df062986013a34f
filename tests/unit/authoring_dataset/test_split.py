"""Training and validation problems are kept apart, and stay where they are."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verifier.authoring import split as split_module
from verifier.authoring.split import NEAR, SHINGLE_WORDS, Split, drawn, split

LONG = (
    "A ferry carries cars over a river, eight at a time. Given the times at which cars arrive, "
    "return when the last of them is on the other side. The crossing takes ten minutes each way."
)


def sides(statements: dict[str, str], share: float = 0.5, seed: int = 0) -> Split:
    return split(statements, {suite_id: suite_id for suite_id in statements}, share, seed)


def different(count: int) -> dict[str, str]:
    return {f"p-{n}": " ".join(f"word{n}x{k}" for k in range(30)) for n in range(count)}


def jaccard(one: str, other: str) -> float:
    """By its definition, in plain sets."""
    sets = []
    for text in (one, other):
        words = text.split()
        sets.append({tuple(words[i : i + SHINGLE_WORDS]) for i in range(len(words) - SHINGLE_WORDS + 1)})
    return len(sets[0] & sets[1]) / len(sets[0] | sets[1])


def test_the_share_is_about_what_was_asked_for_and_the_seed_changes_who() -> None:
    statements = different(600)
    first, second = sides(statements, 0.2, 0).validation, sides(statements, 0.2, 1).validation

    assert 80 <= len(first) <= 160
    assert 80 <= len(second) <= 160
    assert first != second
    assert sides(statements, 0).validation == frozenset()


def test_where_an_id_goes_is_the_same_for_ever() -> None:
    """A change of the formula would move validation problems of earlier sets into training."""
    assert [round(drawn("two-sum", seed), 6) for seed in (0, 1)] == [0.925125, 0.251938]
    assert round(drawn("three-sum", 0), 6) == 0.766085


def test_suites_that_are_added_or_named_in_another_order_move_no_other() -> None:
    statements = different(200)
    few = dict(list(statements.items())[:50])
    before = sides(few)
    after = sides(statements)

    assert before.validation == after.validation & few.keys()
    assert sides(dict(reversed(statements.items()))) == after


def test_near_duplicates_land_on_the_side_of_the_first_id() -> None:
    """However many there are, and with another problem between them."""
    statements = different(40)
    for n in range(10):
        statements[f"ferry-{n}"] = LONG.replace("eight", str(n)).replace("ten minutes", f"{n} minutes")
    for seed in range(6):
        found = sides(statements, 0.5, seed)
        ferries = {suite_id for suite_id in statements if suite_id.startswith("ferry")}

        assert found.near_duplicates == (tuple(sorted(ferries)),)
        assert ferries & found.validation in (set(), ferries)
        assert ("ferry-0" in found.validation) == (drawn("ferry-0", seed) < 0.5)


def test_case_and_punctuation_do_not_tell_problems_apart() -> None:
    assert sides({"a": LONG, "b": LONG.upper().replace(",", " -")}).near_duplicates == (("a", "b"),)


def test_problems_with_the_same_tests_stay_together_whatever_they_say() -> None:
    statements = different(3)
    found = split(statements, {"p-0": "same", "p-1": "other", "p-2": "same"}, 0.5, 0)

    assert found.near_duplicates == (("p-0", "p-2"),)


def test_short_statements_are_compared_whole() -> None:
    found = sides({"a": "Add two numbers.", "b": "add two  numbers", "c": "Add two words", "d": "", "e": "f"})

    assert found.near_duplicates == (("a", "b"),)


def test_a_phrase_that_all_share_makes_them_no_duplicates_and_hides_none() -> None:
    """More problems share the phrase than are compared because of it."""
    phrase = "The first line holds the number of test cases and each of the next lines holds one of them"
    statements = {name: f"{phrase} {text}" for name, text in different(3 * split_module.COMPARED).items()}
    statements["z-twin"] = statements["p-150"] + " again"

    assert sides(statements).near_duplicates == (("p-150", "z-twin"),)


def test_near_duplicates_are_found_past_a_longer_problem_that_holds_what_they_share() -> None:
    """Which comes first, and is near neither of them."""
    for n in range(20):
        shared = " ".join(f"shared{n}x{k}" for k in range(24))
        rest = " ".join(f"rest{n}x{k}" for k in range(60))
        statements = {"a-long": f"{shared} {rest}", "b": f"{shared} one two three", "c": f"four five six {shared}"}

        assert sides(statements).near_duplicates == (("b", "c"),)


@settings(max_examples=60)
@given(st.data())
def test_groups_are_those_of_the_definition(data: st.DataObject) -> None:
    """Pairs of statements over few words: joined exactly where the sets of their runs say so."""
    base = data.draw(st.lists(st.sampled_from("abcdefgh"), min_size=8, max_size=24))
    other = list(base)
    for _ in range(data.draw(st.integers(0, 4))):
        place = data.draw(st.integers(0, len(other) - 1))
        other[place : place + data.draw(st.integers(0, 2))] = data.draw(st.lists(st.sampled_from("abxyz"), max_size=3))
    if len(other) < SHINGLE_WORDS:
        return
    one, two = " ".join(base), " ".join(other)

    assert bool(sides({"a": one, "b": two}).near_duplicates) == (jaccard(one, two) >= NEAR)


def test_ids_that_are_near_by_a_third_are_together() -> None:
    words = [f"w{n}" for n in range(60)]
    first, middle, last = words[:36], words[6:42], words[12:48]
    statements = {"first": " ".join(first), "last": " ".join(last)}

    assert sides(statements).near_duplicates == ()
    assert sides({**statements, "middle": " ".join(middle)}).near_duplicates == (("first", "last", "middle"),)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.999])
def test_every_group_is_whole(share: float) -> None:
    statements = {f"t-{n}": LONG + f" Case {n}." for n in range(30)} | different(30)
    found = sides(statements, share)

    for group in found.near_duplicates:
        assert set(group) <= found.validation or not set(group) & found.validation
