import collections
import fractions
import unittest

import pytest
from helpers import *

import solution
from solution import *


def test_text():
    assert solution.greet("Ann").startswith("Hello, Ann")


def test_counts():
    assert collections.Counter("abc") == solution.letters("abc")


def test_order():
    assert fractions.Fraction(1, 3) <= solution.third() <= fractions.Fraction(1, 3)


def test_near():
    assert math.isclose(half(1), 0.5)


def test_by_a_helper():
    check(half(3), 1.5)


def test_error():
    with pytest.raises(ValueError, match="^negative$"):
        solution.half(-1)


class Lamp:
    def __init__(self, presses):
        self.left = presses

    def press(self):
        self.left -= 1

    def is_lit(self):
        return self.left == 0


def test_lamp():
    lamp = Lamp(5)
    solution.light(lamp)
    assert lamp.is_lit()


class TestVisit(unittest.TestCase):
    def test_visit(self):
        solution.visit(self)
        self.assertEqual(solution.half(2), 1)
