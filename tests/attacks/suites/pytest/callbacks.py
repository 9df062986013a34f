# ruff: noqa - tests as their authors write them
"""Guard() does nothing around a block; traced(f) is f; each(items, call) calls; Box(n) holds 3 * n + 1."""

from unittest import mock

import pytest

import solution


def test_block():
    with solution.Guard():
        assert solution.f(2) == 7


def test_failing_block():
    with pytest.raises(AssertionError), solution.Guard():
        assert solution.f(2) == 8


def test_decorated():
    @solution.traced
    def inner():
        assert solution.f(2) == 7
        return 1

    assert inner() == 1


def test_failing_callback():
    def call(n):
        assert n > 9

    with pytest.raises(AssertionError):
        solution.each([2], call)


def test_callback():
    seen = []

    def call(n):
        assert n in (7, 16)
        seen.append(n)

    solution.each([2, 5], call)
    assert seen == [7, 16]


def test_raises_in_a_callback():
    def call(n):
        with pytest.raises(solution.BadNumber):
            solution.check(-n)

    solution.each([2, 5], call)
    assert solution.f(2) == 7


def test_mock():
    call = mock.Mock(return_value=3)
    solution.each([2, 5], call)
    assert call.call_args_list == [mock.call(7), mock.call(16)]


def test_patched():
    with mock.patch("solution.f", return_value=5) as f:
        assert solution.d(2)["m"] == 5
    f.assert_called_once_with(2)


def test_box():
    assert solution.Box(2).value == 7


def test_box_equal():
    assert solution.Box(2) == solution.Box(2)
    assert solution.Box(2) != solution.Box(3)
    assert solution.Box(2).value + len({solution.Box(2), solution.Box(2)}) == 8


def test_box_changed():
    box = solution.Box(2)
    box.value = 9
    assert box.value == 9
    assert solution.Box(2).value == 7
