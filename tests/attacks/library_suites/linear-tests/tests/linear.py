import pytest

from solution import f, h


@pytest.mark.parametrize("n, expected", [(2, 7), (5, 16)])
def test_f(n, expected):
    assert f(n) == expected


def test_near():
    assert abs(f(11) - 34) < 1e-9


def test_h():
    items = [3, 1, 3]
    assert sorted(h(items)) == [1, 3]
