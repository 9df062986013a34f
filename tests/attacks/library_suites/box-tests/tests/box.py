import pytest

from solution import Box


def test_value():
    assert Box(2).value == 7


def test_equal():
    assert Box(2) == Box(2)
    assert not Box(2) != Box(2)


def test_unequal():
    assert Box(2) != Box(5)
    assert not Box(2) == Box(5)
    assert Box(2) != 7


def test_set():
    assert len({Box(2), Box(2), Box(5)}) == 2


@pytest.mark.parametrize("n", [0, -1, 10**30])
def test_many(n):
    assert Box(n).value == 3 * n + 1
