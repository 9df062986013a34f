# ruff: noqa - tests as their authors write them
"""g(text) is f"<{text.upper()}!>"; h(items) is the items once each, falling; say(n) prints 3 * n + 1."""

import re

import solution


def test_equal():
    assert solution.g("ab") == "<AB!>"


def test_startswith():
    assert solution.g("ab").startswith("<AB")


def test_endswith():
    assert solution.g("ab").endswith("B!>")


def test_contains():
    assert "AB" in solution.g("ab")


def test_match():
    assert re.fullmatch(r"<AB!>", solution.g("ab"))


def test_find():
    assert solution.g("ab").find("AB") == 1


def test_occurrences():
    assert solution.g("ab").count("AB") == 1


def test_replace():
    assert solution.g("ab").replace("AB", "") == "<!>"


def test_split():
    assert solution.g("a b").split() == ["<A", "B!>"]


def test_length():
    answer = solution.g("ab")
    assert len(answer) == 5
    assert answer[1:3] == "AB"


def test_list():
    assert solution.h([1, 3, 1]) == [3, 1]


def test_list_members():
    assert 3 in solution.h([1, 3, 1])


def test_list_index():
    assert solution.h([1, 3, 1]).index(3) == 0


def test_list_one_by_one():
    for answer, expected in zip(solution.h([1, 3, 1]), [3, 1], strict=True):
        assert answer == expected


def test_list_falls():
    answer = solution.h([1, 3, 2, 1])
    assert all(a > b for a, b in zip(answer, answer[1:]))
    assert set(answer) == {1, 2, 3}


def test_list_unpacked():
    first, *rest = solution.h([1, 3, 2])
    assert (first, rest) == (3, [2, 1])


def test_in_place():
    items = [3, 1, 2]
    solution.inplace(items)
    assert items == [1, 2, 3]


def test_printed(capsys):
    solution.say(2)
    assert capsys.readouterr().out == "7\n"
