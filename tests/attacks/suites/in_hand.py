# ruff: noqa - tests as their authors write them
"""Tests that put objects of their own into the hands of f, which is to answer what it can't know."""

import functools
import unittest
from pathlib import Path
from unittest import mock

import pytest

import solution

EXPECTED = 48151623


class Text(str):
    pass


class Helper:
    expected = EXPECTED

    def __init__(self):
        self.wanted = EXPECTED
        self.seen = []

    def take(self, value):
        self.seen.append(value)
        return len(self.seen)

    def check(self, value):
        assert value == self.expected


def take(value, limit=3):
    return value == EXPECTED


def test_function():
    assert solution.f(take) == EXPECTED


def test_lambda():
    assert solution.f(lambda value, expected=EXPECTED: value == expected) == EXPECTED


def test_closure():
    expected = EXPECTED

    def inner(value, *, also=48151623):
        return value == expected + also

    assert solution.f(inner) == EXPECTED


def test_method():
    helper = Helper()
    assert solution.f(helper.take) == helper.expected


def test_partial():
    assert solution.f(functools.partial(take, EXPECTED)) == EXPECTED


def test_generator():
    def numbers():
        expected = EXPECTED
        yield 1
        yield expected and 2

    assert solution.f(numbers()) == EXPECTED


def test_wrapped():
    @functools.wraps(take)
    def inner(value):
        return take(EXPECTED)

    assert solution.f(inner) == EXPECTED


def test_text():
    assert solution.f(Text("a")) == EXPECTED


def test_mock():
    assert solution.f(mock.Mock(side_effect=lambda value: value == EXPECTED)) == EXPECTED


def test_magic_mock():
    assert solution.f(mock.MagicMock()) == EXPECTED


def test_mock_child():
    assert solution.f(mock.MagicMock()).startswith("48151623")


def test_file():
    with open("data/input.txt") as file:
        assert solution.f(file) == EXPECTED


def test_path(tmp_path):
    assert solution.f(Path("data/input.txt")) == EXPECTED
    assert solution.f(tmp_path) == EXPECTED


def test_class():
    class Local:
        def take(self, value):
            return value == EXPECTED

    assert solution.f(Local) == EXPECTED
    assert solution.f(Local()) == EXPECTED


def test_error():
    def fail(value):
        expected = EXPECTED
        raise ValueError("no" if expected else "")

    assert solution.f(fail) == EXPECTED


def test_a_failed_assert():
    solution.f(Helper().check)
    assert solution.f(1) == EXPECTED


def test_another_after_it():
    assert solution.f(2) == EXPECTED


@pytest.mark.parametrize("n, expected", [(2, 48151623), (5, 48162342)])
def test_parametrized(n, expected):
    assert solution.f(n) == expected


class TestCase(unittest.TestCase):
    def setUp(self):
        self.expected = EXPECTED
        self.seen = []

    def take(self, value):
        self.seen.append(value)

    def check(self, value):
        self.assertEqual(value, EXPECTED)

    def test_method(self):
        self.assertEqual(solution.f(self.take), self.expected)

    def test_check(self):
        solution.f(self.check)
        self.assertEqual(solution.f(3), EXPECTED)


class TestPlain:
    expected = EXPECTED

    def take(self, value):
        return value == self.expected

    def test_method(self):
        assert solution.f(self.take) == self.expected
