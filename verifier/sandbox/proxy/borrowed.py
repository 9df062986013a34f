"""What one side holds of the other's: proxies, and the classes that were made for them."""

from __future__ import annotations

import importlib
import sys
import types
import weakref
from typing import TYPE_CHECKING, Any

from verifier.sandbox.proxy import MAX_CLASSES, errors
from verifier.sandbox.proxy.classes import build
from verifier.sandbox.proxy.describe import NAMED_BASES
from verifier.sandbox.proxy.names import LINK, NUMBER
from verifier.sandbox.proxy.proxies import ProxyClass, RemoteModule, is_proxy
from verifier.sandbox.values import NotPlain

if TYPE_CHECKING:
    from verifier.sandbox.proxy.link import Link

_NAMELESS = types.ModuleType("nameless")

_NOT_SHARED = frozenset({"builtins", "unittest", "__main__", "contextlib", "fractions"})
_EXACT_NUMBERS = frozenset({("numbers", "Rational"), ("numbers", "Integral")})
"""A Fraction believes what seems one of these when it is asked which is greater. Fractions cross by value."""

_BUILTIN = {cls.__name__: cls for cls in NAMED_BASES}


class Borrowed:
    def __init__(self, link: Link) -> None:
        self._link = link
        self._classes: dict[int, Any] = {}
        self._proxies: dict[int, weakref.ref[Any]] = {}
        self._enum_members: dict[int, Any] = {}
        self._counts: dict[int, int] = {}
        self._named: set[type] = set()
        self._made_there: dict[type, int] = {}
        self._aliases: dict[str, type[Exception]] = {}
        self.released: list[tuple[int, int]] = []
        """Number and count of proxies that are gone; the next message says so."""

    def __len__(self) -> int:
        return len(self._counts)

    def number_of_class(self, cls: type) -> int | None:
        """Of one that `add_class` was told of."""
        return self._made_there.get(cls)

    def add_class(self, number: int, cls: type) -> None:
        self._made_there[cls] = number
        self._classes[number] = cls

    def build(self, number: int, description: dict[str, Any]) -> None:
        """Makes the class for a description. Raises ValueError and others for one that can't be."""
        if len(self._classes) >= MAX_CLASSES or number in self._classes:
            raise ValueError("too many classes")
        self._classes[number] = build(self._link, number, description)

    def name(self, value: Any) -> Any:
        """`value`, which the tests got by a name that stands in their code."""
        if isinstance(value, ProxyClass):
            self._named.add(value)
        return value

    def is_named(self, cls: type) -> bool:
        """Whether the tests name this class or one that it is made from."""
        return any(base in self._named for base in cls.__mro__)

    def their_class(self, number: int) -> Any:
        return self._classes[number]

    def same_class_here(self, module: str, qualname: str) -> type | None:
        """A class of the standard library that this side has too, so that isinstance() of it holds for the proxy."""
        top = module.partition(".")[0]
        if top not in sys.stdlib_module_names or top in _NOT_SHARED or (module, qualname) in _EXACT_NUMBERS:
            return None
        found = getattr(sys.modules.get(module), qualname, None)
        if not isinstance(found, type) or (found.__module__, found.__qualname__) != (module, qualname):
            return None  # under another's name it may be one of those that are not shared: `statistics.Fraction`
        if issubclass(found, BaseException) and not all(issubclass(b, Exception) for b in found.__mro__[:-3]):
            return None
        return found

    def proxy(self, number: int, class_number: int, content: list[Any] | None = None) -> Any:
        """The proxy for an object of theirs; the same as before while that lives."""
        if type(number) is not int:
            raise NotPlain("not the number of an object")
        reference = self._proxies.get(number)
        known = self._enum_members.get(number) if reference is None else reference()
        if known is not None and known is self._link.main_module:
            return self._module(number, known.__name__)  # as an answer: none of its functions are the tests' to ask
        if known is not None:
            if number in self._counts:
                self._counts[number] += 1
            return known
        cls = self._classes[class_number]
        if cls is RemoteModule:
            made: Any = self._module(number, str(content[0]) if content else "module")
        elif issubclass(cls, BaseException):
            raise NotPlain("an exception must come as one")
        elif content is not None:
            made = self._with_content(cls, content[0])
        else:
            made = object.__new__(cls)
        self.hold(made, number)
        return made

    def _module(self, number: int, name: str) -> RemoteModule:
        made = RemoteModule(name)
        _set(made, LINK, self._link)
        _set(made, NUMBER, number)
        return made

    def _with_content(self, cls: Any, content: Any) -> Any:
        base = cls._verifier_base
        if base is None:
            return object.__new__(cls)
        if base in (list, dict, set, bytearray):
            made = base.__new__(cls)  # its content is asked for when it is needed
            if base is dict:
                dict.__setitem__(made, None, None)  # json's C code takes one without items for an empty one
            return made
        if base is float and type(content) is int:
            content = float(content)
        if type(content) is not base:
            raise NotPlain("content of another type")
        return base.__new__(cls, content)

    def hold(self, made: Any, number: int) -> None:
        """Counts `made` as the proxy of that number, and has it released when it is gone."""
        _set(made, NUMBER if is_proxy(made) else errors.HOME, number)
        cls = type(made)
        if not is_proxy(made):
            return
        if "_member_map_" in vars(cls) and len(self._enum_members) < MAX_CLASSES:
            self._enum_members[number] = made  # as the class does: it is the same whenever it is asked for
        if hasattr(cls, "__del__"):
            return
        self._counts[number] = 1

        def gone(reference: Any) -> None:
            if self._proxies.get(number) is reference:
                del self._proxies[number]
                self.released.append((number, self._counts.pop(number, 1)))

        self._proxies[number] = weakref.ref(made, gone)

    def by_name(self, module: str, name: str) -> Any:
        """What both sides have under a name. From a cell: classes that only hold data, and harmless exceptions."""
        if not self._link.guarded:
            return _import_name(module, name)
        if module != "builtins" or name not in _BUILTIN:
            if module == "builtins":
                return type(name, (), {"__module__": "builtins"})  # a class that nothing is an instance of
            raise NotPlain("no such class")
        return self.alias(name) if name in errors.DANGEROUS else _BUILTIN[name]

    def alias(self, name: str) -> type[Exception]:
        """What stands here for a builtin exception class that the submission exports, and that is dangerous."""
        if name not in self._aliases:
            self._aliases[name] = type(name, (Exception,), {"__module__": "solution"})
        return self._aliases[name]

    def as_exported(self, cls: type[BaseException]) -> type[BaseException]:
        """`cls`, or a class that is both it and what stands for it since it was exported."""
        alias = self._aliases.get(cls.__name__)
        if alias is None:
            return cls
        return type(cls.__name__, (alias,) if cls is Exception else (alias, cls), {"__module__": "builtins"})


def _set(value: Any, name: str, content: Any) -> None:
    if type(value) is RemoteModule:
        super(RemoteModule, value).__setattr__(name, content)
    else:
        object.__setattr__(value, name, content)


def _import_name(module: str, name: str) -> Any:
    """What the standard library has under this name. Raises NotPlain."""
    if module.partition(".")[0] not in sys.stdlib_module_names:
        raise NotPlain("not of the standard library")
    try:
        found = importlib.import_module(module)
    except ImportError as error:
        raise NotPlain(str(error)) from None
    for part in name.split(".") if name else ():
        found = getattr(found, part, _NAMELESS)
        if found is _NAMELESS:
            raise NotPlain("no such name")
    return found
