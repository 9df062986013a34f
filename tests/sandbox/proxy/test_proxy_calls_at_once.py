"""`value.name()` is one request, and yet means what it means in plain Python."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest import mock

import pytest

from verifier.sandbox.proxy import tester

CODE = """
class Thing:
    def __init__(self): self.items = []
    def add(self, item): self.items.append(item); return len(self.items)
    @property
    def size(self): return len(self.items)
class Hides(Thing):
    def __init__(self):
        super().__init__()
        self.add = lambda item: "of the instance"
class Asks(Thing):
    def __getattribute__(self, name):
        return (lambda item: "asked for " + name) if name == "add" else object.__getattribute__(self, name)
class Stack(list): ...
def double(n): return 2 * n
def rebind():
    global double
    double = Thing
"""


@pytest.fixture
def peer(connect: Callable[..., tester.Peer]) -> tester.Peer:
    return connect(CODE)


@pytest.fixture
def count(peer: tester.Peer) -> Callable[[Callable[[], object]], list[str]]:
    """count(action): the operations that it asks for."""
    module = peer.module()

    def asked_by(action: Callable[[], object]) -> list[str]:
        link: Any = object.__getattribute__(module, "_verifier_link")
        request, asked = link.request, []

        def counted(op: str, *operands: Any) -> Any:
            asked.append(op)
            return request(op, *operands)

        with mock.patch.object(link, "request", counted):
            action()
        return asked

    return asked_by


def test_methods_and_functions_are_called_by_one_request(peer: tester.Peer, count: Callable[..., list[str]]) -> None:
    solution: Any = peer.module()
    thing, stack = solution.Thing(), solution.Stack()
    assert count(lambda: thing.add(1)) == ["method"]
    assert count(lambda: stack.append(1)) == ["method"]
    assert count(lambda: solution.double(2)) == ["getattr", "call"]  # now it is known to be a function
    assert count(lambda: solution.double(2)) == ["method"]
    assert count(lambda: thing.size) == ["getattr"]
    assert count(lambda: thing.add) == ["getattr"]
    assert count(lambda: list(map(thing.add, [1, 2]))) == ["getattr", "method", "method"]
    assert count(lambda: solution.Thing()) == ["getattr", "call"]  # a class, whose name tells that it is known
    assert thing.size == 3


def test_what_hides_a_method_is_called(peer: tester.Peer) -> None:
    solution: Any = peer.module()
    assert solution.Hides().add(1) == "of the instance"
    assert solution.Asks().add(1) == "asked for add"
    assert solution.double(2) == 4
    solution.rebind()
    assert solution.double().size == 0


def test_errors_are_those_of_the_submission(peer: tester.Peer) -> None:
    solution: Any = peer.module()
    thing = solution.Thing()
    with pytest.raises(TypeError, match="missing 1 required positional argument"):
        thing.add()
    with pytest.raises(AttributeError, match="nothing"):
        thing.nothing()


@pytest.mark.parametrize("place", ["instance", "class", "module"])
def test_what_a_test_puts_in_the_place_of_a_method_is_called_on_its_own_side(peer: tester.Peer, place: str) -> None:
    solution: Any = peer.module()
    thing = solution.Thing()
    owner, name = {
        "instance": (thing, "add"),
        "class": (solution.Thing, "add"),
        "module": (solution, "double"),
    }[place]
    before = solution.double(1), thing.add(1)
    replaced = mock.Mock(return_value="replaced")
    argument = (1, [2])  # a tuple that has crossed is another one
    with mock.patch.object(owner, name, replaced):
        assert (solution.double(argument) if place == "module" else thing.add(argument)) == "replaced"
    assert replaced.call_args.args[0] is argument
    assert (solution.double(1), thing.add(1)) == (before[0], before[1] + 1)
