# ruff: noqa - tests as their authors write them
import math
import unittest

import pytest

EXPECTED = {2: 7, 5: 16}


def close(a, b):
    return math.isclose(a, b)


class Case(unittest.TestCase):
    def test_equal(self):
        self.assertEqual(f(2), EXPECTED[2])


from solution import *  # noqa: E402, F403


def test_equal():
    assert f(2) == 7


def test_expected():
    for n, expected in EXPECTED.items():
        assert f(n) == expected


def test_builtins():
    assert abs(f(2) - 7) < 1e-9
    assert isinstance(f(2), int)
    assert len(h([1, 3])) == 2
    assert sum([f(2), f(5)]) == 23


def test_helper():
    assert close(f(2), 7)


def test_pytest():
    assert f(2) == pytest.approx(7)
    with pytest.raises(BadNumber):
        check(-4)


@pytest.mark.parametrize("n", sorted(EXPECTED))
def test_parametrized(n):
    assert f(n) == EXPECTED[n]
