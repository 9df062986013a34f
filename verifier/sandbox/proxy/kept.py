"""What one side keeps for the other: objects that the other holds proxies of, and classes that were described."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from verifier.sandbox.proxy import MAX_KEPT
from verifier.sandbox.proxy.describe import describe
from verifier.sandbox.proxy.held import Held
from verifier.sandbox.values import NotPlain

if TYPE_CHECKING:
    from verifier.sandbox.proxy.link import Link


class Kept:
    def __init__(self, link: Link) -> None:
        self._link = link
        self._objects: dict[int, list[Any]] = {}
        self._numbers: dict[int, int] = {}
        self._last_number = 0
        self._classes: list[type] = []
        self._class_numbers: dict[type, int] = {}
        self._originals: dict[tuple[type, str], Any] = {}
        self._methods: dict[tuple[int, Any], Held] = {}
        self.handed_out: set[type] = set()
        """Classes that crossed as values, and not only as what an object is of."""
        self.new_classes: list[Any] = []
        """Descriptions that the next message brings."""

    def __len__(self) -> int:
        return len(self._objects)

    def add(self, value: Any) -> int:
        """The number of an object of this side. Raises NotPlain where there are too many."""
        number = self._numbers.get(id(value))
        if number is None:
            if len(self._objects) >= MAX_KEPT:
                raise NotPlain("too many objects are in the hands of the other interpreter")
            number = self._last_number = self._last_number + 1
            self._objects[number] = [value, 0]
            self._numbers[id(value)] = number
        self._objects[number][1] += 1
        return number

    def method(self, bound: Any) -> Held:
        """A bound method as an object of its own, the same each time."""
        key = _key(bound)
        if key not in self._methods:
            self._methods[key] = Held(bound)
        return self._methods[key]

    def let_go(self, number: int, times: int) -> None:
        entry = self._objects[number]
        entry[1] -= times
        if entry[1] <= 0:
            del self._objects[number]
            del self._numbers[id(entry[0])]
            if type(entry[0]) is Held:
                self._methods.pop(_key(entry[0]._verifier_method), None)

    def get(self, number: int) -> Any:
        return self._objects[number][0]

    def is_mine(self, value: Any) -> bool:
        return id(value) in self._numbers or (isinstance(value, type) and value in self._class_numbers)

    def describe(self, cls: type, *, silently: bool = False) -> int:
        """The number of a class of this side; the next message describes it, where that is new."""
        number = self._class_numbers.get(cls)
        if number is None:
            description = None if silently else describe(self._link, cls)
            number = len(self._classes)
            self._classes.append(cls)
            self._class_numbers[cls] = number
            if description is not None:
                self.new_classes.append([number, description])
        return number

    def own_class(self, number: int) -> type:
        if type(number) is not int or number < 0:
            raise NotPlain("no such class")
        return self._classes[number]

    def remember_original(self, cls: type, name: str) -> None:
        if name in vars(cls):
            self._originals.setdefault((cls, name), vars(cls)[name])

    def original(self, number: int, name: str) -> Any:
        cls = self.own_class(number)
        found = self._originals.get((cls, name))
        return vars(cls)[name] if found is None else found


def _key(method: Any) -> tuple[int, Any]:
    return id(getattr(method, "__self__", None)), getattr(method, "__func__", method)
