# ruff: noqa - tests as their authors write them
"""f(n) is 3 * n + 1; d(n) is {"n": n, "m": f(n)}; k(items) is the set of them."""

import math

import pytest

from solution import f, d, k


@pytest.fixture
def number():
    return 5


def test_equal():
    assert f(2) == 7


@pytest.mark.parametrize("n, expected", [(2, 7), (5, 16), (400, 1201)])
def test_parametrized(n, expected):
    assert f(n) == expected


def test_fixture(number):
    assert f(number) == 16


def test_approx():
    assert f(2) == pytest.approx(7)


def test_approx_of_the_answer():
    assert pytest.approx(f(2)) == 7


def test_isclose():
    assert math.isclose(f(2), 7)


def test_difference():
    assert abs(f(2) - 7) < 1e-9


def test_difference_the_other_way_round():
    assert abs(7 - f(2)) < 1e-9


def test_relative_difference():
    answer = f(2)
    assert abs(answer - 7) <= 1e-9 * max(abs(answer), 7)


def test_no_difference():
    assert not f(2) - 7


def test_one_of_several():
    assert f(2) in (7, 8)


def test_in_a_dict():
    assert {2: f(2)} == {2: 7}


def test_in_a_set():
    assert {f(2), f(5)} == {7, 16}


def test_in_a_list():
    assert [f(n) for n in (2, 5, 11)] == [7, 16, 34]


def test_key():
    assert {7: "seven"}[f(2)] == "seven"


def test_ordering():
    assert 6 < f(2) < 8


def test_isinstance():
    answer = f(2)
    assert isinstance(answer, int)
    assert answer == 7


def test_type():
    answer = f(2)
    assert type(answer) is int
    assert answer == 7


def test_str():
    assert f"{f(2)}" == "7"


def test_sum():
    assert sum([f(2), f(5)]) == 23


def test_sorted():
    assert sorted([f(5), f(2)]) == [7, 16]


def test_dict():
    assert d(2) == {"n": 2, "m": 7}


def test_dict_items():
    assert d(2)["m"] == 7
    assert d(2).get("m") == 7
    assert sorted(d(2).items()) == [("m", 7), ("n", 2)]


def test_set():
    assert k([1, 2, 2]) == {1, 2}


def test_set_difference():
    assert not k([1, 2]) ^ {1, 2}


def test_set_symmetric_difference():
    assert k([1, 2]).symmetric_difference({1, 2}) == set()


def test_set_intersection():
    assert k([1, 2]).intersection({1, 2}) == {1, 2}


def test_subset():
    assert k([1, 2]).issuperset({1, 2})


def test_subset_operator():
    assert {1, 2} <= k([1, 2])


def test_members():
    assert 1 in k([1, 2])


def test_repeated_reads():
    answers = k([1, 2])
    assert len(answers) == 2
    assert sorted(answers) == [1, 2]
