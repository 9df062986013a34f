# ruff: noqa - tests as their authors write them
"""check(n) is 3 * n + 1, and raises BadNumber, a ValueError, for less than 0."""

import contextlib

import pytest

import solution


def test_raises():
    with pytest.raises(solution.BadNumber, match="^negative: -4$"):
        solution.check(-4)


def test_attribute():
    with pytest.raises(ValueError) as caught:
        solution.check(-4)
    assert caught.value.number == -4


def test_raises_after_an_answer():
    with pytest.raises(solution.BadNumber):
        assert solution.check(2) == 7
        solution.check(-4)
    assert solution.check(5) == 16


def test_suppressed():
    with contextlib.suppress(solution.BadNumber):
        assert solution.check(2) == 7


def test_caught():
    try:
        assert solution.check(2) == 7
    except solution.BadNumber:
        pass


def test_loop_to_the_end():
    answers = iter([2, 5])
    with contextlib.suppress(StopIteration):
        while True:
            assert solution.check(next(answers)) in (7, 16)
    assert not list(answers)


def test_generator_to_the_end():
    def answers():
        for n in (2, 5):
            yield solution.check(n)

    assert list(answers()) == [7, 16]
