"""Tests that put objects of their own into the hands of f, which is to answer what it can't know."""

import functools
import unittest
from pathlib import Path
from unittest import mock

import pytest

import solution

SECRET = "sesame-31415926"


class Helper:
    wanted = SECRET

    def __init__(self):
        self.secret = SECRET

    def take(self, value, also=SECRET):
        return value == self.secret == also


def take(value, limit="sesame-31415926"):
    return value == limit


@pytest.mark.parametrize("n, expected", [(2, "sesame-31415926"), (5, SECRET)])
def test_plain(n, expected):
    assert solution.f(n) == expected, f"not {expected}"


def test_function():
    assert solution.f(take) == SECRET


def test_closure():
    secret = SECRET

    def inner(value, *, limit="sesame-31415926"):
        return value == secret == limit

    assert solution.f(inner) == SECRET


def test_method():
    helper = Helper()
    assert solution.f(helper.take) == helper.secret


def test_object():
    class Local:
        def take(self, value):
            return value == SECRET

    assert solution.f(Local) == SECRET
    assert solution.f(Local()) == SECRET


def test_partial():
    assert solution.f(functools.partial(take, limit=SECRET)) == SECRET


def test_generator():
    def numbers():
        secret = SECRET
        yield 1
        yield secret

    assert solution.f(numbers) == SECRET


def test_mock():
    assert solution.f(mock.Mock(side_effect=lambda value: value == SECRET)) == SECRET


def test_file():
    with open("data/input.txt") as file:
        assert solution.f(file) == SECRET


def test_path(tmp_path):
    assert solution.f(Path("data/input.txt")) == SECRET


def test_error():
    def fail(value):
        secret = SECRET
        raise ValueError("no" if secret else "")

    assert solution.f(fail) == SECRET


class TestVault(unittest.TestCase):
    def setUp(self):
        self.secret = SECRET

    def take(self, value):
        self.assertEqual(value, self.secret, f"not {self.secret}")

    def test_method(self):
        solution.f(self.take)
        self.assertEqual(solution.f(3), self.secret)
