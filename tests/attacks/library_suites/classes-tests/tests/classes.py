import pytest

import solution
from solution import *

LARGE = 1201


class TestStack:
    def test_pops_what_was_pushed(self):
        stack = solution.Stack()
        stack.push(4)
        stack.push(7)
        assert stack.pop() == 7
        assert len(stack) == 1

    def test_membership(self):
        stack = solution.Stack()
        stack.push(4)
        assert 4 in stack
        assert 5 not in stack


def test_empty():
    stack = Stack()
    stack.push(1)
    with pytest.raises(Empty):
        assert stack.pop() == 1
        stack.pop()


def test_each():
    seen = []
    each([2, 5], seen.append)
    assert seen == [7, 16]


def test_checked_callback():
    calls = []

    def check(value):
        calls.append(value)
        assert value in (7, 16)

    each([2, 5], check)
    assert len(calls) == 2


def test_block():
    with guarded():
        assert f(400) == LARGE


def test_printed(capsys):
    say(2)
    assert capsys.readouterr().out == "7\n"


def test_builtins_are_as_they_were():
    assert sum([abs(f(2) - 7), len([f(5)]) - 1]) == 0
