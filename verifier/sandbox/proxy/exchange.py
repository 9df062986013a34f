"""What a message says of containers beside its values: see `shared`, and "state" in the package's text."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from verifier.sandbox.proxy.shared import replace, same
from verifier.sandbox.values import NotPlain

if TYPE_CHECKING:
    from verifier.sandbox.proxy.codec import Decoder, Encoder
    from verifier.sandbox.proxy.shared import Shared


class Containers:
    """Those of one message, in the order in which both sides meet them."""

    __slots__ = ("found", "met", "spans")

    def __init__(self) -> None:
        self.found: list[Any] = []
        self.met: list[int] = []
        """How often each was met: so often does the message itself refer to it."""
        self.spans: list[tuple[Any, int, int]] = []
        """A container's place, or a tuple, and the places of those within it, from one on and up to another."""

    def held(self, start: int) -> list[int]:
        """Places, from `start` on, of containers that are in other hands too, or in such a one."""
        getrefcount, found, met = sys.getrefcount, self.found, self.met
        held = {n for n in range(start, len(found)) if getrefcount(found[n]) > 2 + met[n]}
        for position in range(len(self.spans) - 1, -1, -1):  # outer ones end later, so they come first
            first, end = self.spans[position][1:]
            if type(self.spans[position][0]) is int:
                is_held = self.spans[position][0] in held
            else:
                is_held = getrefcount(self.spans[position][0]) > 3
            if is_held:
                held.update(range(max(first, start), end))
        return sorted(held)


class Served:
    """A request that is being served: what came with it."""

    __slots__ = ("_before", "_shared", "_told", "containers", "operands")

    def __init__(self, shared: Shared, containers: Containers, operands: list[Any]) -> None:
        self._shared = shared
        self.containers = containers
        self.operands = operands
        self._before: list[Any] = [value.copy() for value in containers.found]
        self._told: set[int] = set()

    def home(self) -> dict[int, int]:
        return {id(container): place for place, container in enumerate(self.containers.found)}

    def news(self) -> tuple[list[list[int]], list[int]]:
        """[place, number] of those that are shared from now on, and the places of those that hold something else."""
        found, before, told = self.containers.found, self._before, self._told
        if len(told) == len(found):
            return [], []
        changed = [n for n in range(len(found)) if n not in told and not same(found[n], before[n])]
        self._before = []  # it refers to containers too
        adopted = []
        for place in self.containers.held(0):
            if place not in told:
                number = self._shared.new_number(found[place])
                if number is not None:
                    told.add(place)
                    adopted.append([place, number])
        self._before = [value.copy() for value in found]
        return adopted, changed


def write(shared: Shared, encoder: Encoder, served: Served | None) -> list[Any] | None:
    """The state that goes before a message's values; `finish` completes it."""
    adopted, changes = served.news() if served is not None and served.containers.found else ([], [])
    new = {number for _, number in adopted}
    sync = _changes(shared, encoder) if len(shared) > len(new) else []
    forgotten = [number for number in shared.forget_unused() if number not in new] if len(shared) else []
    shared_places = {place for place, _ in adopted}
    changes.sort(key=lambda place: place not in shared_places)
    told = []
    encoder.all_shared = len(encoder.containers.found)
    for place in changes:
        assert served is not None
        container = served.containers.found[place]
        told.append([place, encoder.content(container, type(container))])
        if place in shared_places:
            encoder.all_shared = len(encoder.containers.found)
    if not (forgotten or adopted or told or sync):
        return None
    return [forgotten, sync, adopted, told, []]


def _changes(shared: Shared, encoder: Encoder) -> list[Any]:
    told = []
    for number, container, start in shared.changed():
        kind = type(container)
        told.append([number, start, encoder.content(container if start < 0 else container[start:], kind)])
        shared.settle(number)
    return told


def finish(shared: Shared, encoder: Encoder, state: list[Any] | None, *, is_answer: bool) -> list[Any] | None:
    """The state once all values of the message have been encoded: which containers of its own are shared."""
    containers = encoder.containers
    places = list(range(encoder.all_shared))
    if is_answer and len(containers.found) > encoder.all_shared:
        places += containers.held(encoder.all_shared)
    own = []
    for place in places:
        number = shared.new_number(containers.found[place])
        if number is not None:
            own.append([place, number])
    if not own:
        return state
    state = state or [[], [], [], [], []]
    state[4] = own
    return state


def read(shared: Shared, decoder: Decoder, state: Any, asked: list[Any] | None) -> None:
    """Does what the state says, but for its last part. `asked` are the containers of the request that this is about."""
    forgotten, sync, adopted, changes, _ = state
    for number, start, content in sync:
        container, decoded = shared.get(number), decoder.content(content, 300)
        if start < 0:
            replace(container, decoded)
        elif type(container) is list and type(decoded) is list and len(container) == start:
            container += decoded
        else:
            raise NotPlain("no such change")
        shared.settle(number)
    shared.forget(forgotten)
    if (changes or adopted) and asked is None:
        raise NotPlain("refers to a request that there was not")
    for place, content in changes:
        replace(asked[place], decoder.content(content, 300))  # type: ignore[index]
    for place, number in adopted:
        shared.add(number, asked[place])  # type: ignore[index]


def read_own(shared: Shared, decoder: Decoder, state: Any) -> None:
    for place, number in state[4]:
        shared.add(number, decoder.containers.found[place])
