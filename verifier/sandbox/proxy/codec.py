"""Values with references in them. The marks are listed in the package's text; the plain ones are those of `values`.

Lists, dicts, sets and bytearrays are numbered in the order in which they are met, by both sides alike. So one that is
met twice stays one, a list may hold itself, an answer can say that it is an argument, and what a function did to its
arguments can be told.
"""

from __future__ import annotations

import collections
import sys
import types
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from verifier.sandbox import values
from verifier.sandbox.proxy import errors
from verifier.sandbox.proxy.exchange import Containers
from verifier.sandbox.proxy.names import BUILTIN_BASES, MUTABLE_BASES
from verifier.sandbox.proxy.proxies import BoundMethod, Member, ProxyClass, is_proxy, number_of
from verifier.sandbox.values import NotPlain

if TYPE_CHECKING:
    from verifier.sandbox.proxy.link import Link

_BY_VALUE = frozenset({bytes, complex, range})
_LIBRARY = (collections.deque, collections.OrderedDict, collections.Counter, collections.defaultdict)
_MUTABLE = frozenset({list, dict, set, bytearray, *_LIBRARY})
_ITERABLES: tuple[Any, ...] = ([], (), {}, set(), "", b"", {}.values(), {}.items(), reversed([]))
_LIST_ITERATORS = frozenset(type(iter(v)) for v in _ITERABLES)  # no tuple: a class may be equal to any other
_DRIVEN = (types.GeneratorType, types.CoroutineType, types.AsyncGeneratorType)
_COLLECTIONS: dict[str, Any] = {kind.__name__: kind for kind in _LIBRARY}
_SINGLES = {"NotImplemented": NotImplemented, "Ellipsis": Ellipsis}


class Encoder(values.Encoder):
    """One message's worth of values."""

    __slots__ = ("_home", "_link", "_numbers", "all_shared", "containers", "keeps_iterators")

    def __init__(self, link: Link, home: dict[int, int] | None = None) -> None:
        super().__init__(10_000_000)
        self._link = link
        self._home = home
        self._numbers: dict[int, int] = {}
        self.containers = Containers()
        self.all_shared = 0
        """So many of the containers, from the first on, are shared whoever holds them."""
        self.keeps_iterators = True
        """Whether somebody else goes on with an iterator that is to be encoded."""

    def encode(self, value: Any, depth: int = values.MAX_DEPTH) -> Any:
        kind = type(value)
        if kind is str or kind is float or kind is bool or value is None:
            return value
        if kind is int:
            return value if -values.SMALL_INT < value < values.SMALL_INT else {"i": hex(value)}
        if depth == 0:
            raise NotPlain("nested too deeply")
        if kind is tuple:
            return self.spanned({"t": None}, value, value, depth)
        if kind in _MUTABLE:
            return self.container(value, kind, depth)
        return self.rare(value, depth)

    def mark(self) -> tuple[int, int]:
        """Where `back_to` returns to when something could not be encoded after all."""
        return len(self.containers.found), len(self.containers.spans)

    def back_to(self, mark: tuple[int, int]) -> None:
        containers, (found, spans) = self.containers, mark
        for container in containers.found[found:]:
            del self._numbers[id(container)]
        del containers.found[found:], containers.met[found:], containers.spans[spans:]

    def spanned(self, tree: dict[str, Any], owner: Any, items: Any, depth: int) -> Any:
        """What is not a container itself, but may hold some."""
        containers = self.containers
        start = len(containers.found)
        [tag] = tree
        tree[tag] = self.each(items, depth)
        if len(containers.found) > start:
            containers.spans.append((owner, start, len(containers.found)))
        return tree

    def container(self, value: Any, kind: type, depth: int) -> Any:
        key, containers = id(value), self.containers
        place = self._numbers.get(key)
        if place is not None:
            containers.met[place] += 1
            return {"&": place}
        if self._home is not None and key in self._home:
            return {"a": self._home[key]}
        number = self._link.shared.number_of(value)
        if number is not None:
            return {"@": number}
        place = self._numbers[key] = len(containers.found)
        containers.found.append(value)
        containers.met.append(1)
        tree = self.content(value, kind, depth)
        if len(containers.found) > place + 1:
            containers.spans.append((place, place + 1, len(containers.found)))
        return tree

    def content(self, value: Any, kind: type, depth: int = values.MAX_DEPTH) -> Any:
        """What is in a container; also by way of the builtin base's own methods where `value` is of a subclass."""
        if kind is list:
            return self.each(list.__iter__(value), depth)
        if kind is dict:
            return self.mapping(dict.items(value), depth)
        if kind is set:
            return {"s": self.each(set.__iter__(value), depth)}
        if kind in _LIBRARY:
            return self.of_collections(value, kind, depth)
        if kind is tuple:
            return self.spanned({"t": None}, value, tuple.__iter__(value), depth)
        if kind is frozenset:
            return {"f": self.each(frozenset.__iter__(value), depth)}
        if kind is bytearray:
            return {"B": bytes(value).hex()}
        return self.scalar(value, depth)

    def rare(self, value: Any, depth: int) -> Any:
        kind = type(value)
        if kind in _BY_VALUE:
            return super().rare(value, depth)
        if kind is frozenset:
            return {"f": self.each(value, depth)}
        if is_proxy(value):
            return self.foreign(value)
        if isinstance(kind, type) and issubclass(kind, type):
            return self.class_of_mine(value)
        if value is NotImplemented or value is Ellipsis:
            return {"N": "Ellipsis" if value is Ellipsis else "NotImplemented"}
        if kind is Member:
            return {"o": [number_of(value.owner), value.name]}
        if issubclass(kind, BaseException):
            home = errors.has(value, errors.HOME)
            if home is not None:
                return {"y": home}
            return {"E": errors.encode(self, self._link, value, depth)}
        known = self.of_library(value, kind, depth)
        return known if known is not None else self.mine(value, depth)

    def of_library(self, value: Any, kind: type, depth: int) -> Any:
        number = values.of_library(value)
        if number is not None:
            return number
        name = kind.__name__
        if kind.__module__ == "builtins" and name in ("dict_keys", "dict_values", "dict_items"):
            return {"S": [name, self.each(value, depth)]}
        if kind in _LIST_ITERATORS and not self.keeps_iterators:
            return {"S": ["iter", self.each(value, depth)]}
        if kind.__module__.partition(".")[0] == "pathlib":
            return {"S": ["pure path" if kind.__name__.startswith("Pure") else "path", [str(value)]]}
        if kind is slice:
            return {"S": ["slice", self.each((value.start, value.stop, value.step), depth)]}
        plain = None if self._link.guarded else values.of_numpy(value)
        return None if plain is None else self.encode(plain)

    def of_collections(self, value: Any, kind: type, depth: int) -> Any:
        if kind is collections.deque:
            return {"S": ["deque", value.maxlen, self.each(value, depth)]}
        factory = self.encode(value.default_factory, depth - 1) if kind is collections.defaultdict else None
        return {"S": [kind.__name__, factory, self.mapping(value.items(), depth)]}

    def foreign(self, value: Any) -> Any:
        if type(value) is BoundMethod:
            value = value.resolve()
        return {"Y" if issubclass(type(value), ProxyClass) else "y": number_of(value)}

    def class_of_mine(self, value: type) -> Any:
        self._link.kept.handed_out.add(value)
        module, name = value.__module__, value.__qualname__
        if module == "builtins" and getattr(sys.modules["builtins"], name, None) is value:
            return {"n": f"builtins.{name}"}
        if self._link.names_functions and self.is_importable(value, module, name):
            return {"n": f"{module}.{name}"}
        return {"C": self._link.kept.describe(value)}

    def mine(self, value: Any, depth: int) -> Any:
        """An object of this side."""
        link, kind = self._link, type(value)
        if isinstance(value, types.ModuleType):
            if link.names_functions:
                return {"n": f"{value.__name__}."} if value.__name__ in sys.stdlib_module_names else {"x": "module"}
            return {"p": [link.kept.add(value), link.kept.describe(kind), str(value.__name__)]}
        elif link.names_functions and (kind is types.FunctionType or kind is types.BuiltinFunctionType):
            module, name = value.__module__, value.__qualname__
            if isinstance(module, str) and self.is_importable(value, module, name):
                return {"n": f"{module}.{name}"}
        elif kind is types.BuiltinFunctionType and type(value.__self__) in _DRIVEN:
            return {"l": [self.encode(value.__self__, depth - 1), value.__name__]}
        elif kind is types.MethodType and type(value.__func__) is types.FunctionType:
            owner, name = value.__self__, value.__func__.__name__
            if link.guarded and not link.kept.is_mine(owner):
                value = link.kept.method(value)  # a callback is no way to the object behind it
                kind = type(value)
            elif not isinstance(owner, type) and getattr(type(owner), name, None) is value.__func__:
                return {"l": [self.encode(owner, depth - 1), name]}
        number = link.kept.add(value)
        if issubclass(kind, BUILTIN_BASES):
            base = next(base for base in BUILTIN_BASES if issubclass(kind, base))
            content = None if base in MUTABLE_BASES else self.content(value, base, depth)
            return {"p": [number, link.kept.describe(kind), content]}
        return {"h": [number, link.kept.describe(kind)]}

    @staticmethod
    def is_importable(value: object, module: str, name: str) -> bool:
        """Whether the other side finds the same under this name, in its standard library."""
        if module.partition(".")[0] not in sys.stdlib_module_names or module in ("__main__", "unittest.mock"):
            return False
        return getattr(sys.modules.get(module), name, None) is value


class Decoder(values.Decoder):
    """One message's worth of values."""

    __slots__ = ("_home", "_link", "containers")

    def __init__(self, link: Link, home: list[Any] | None = None) -> None:
        super().__init__()
        self._link = link
        self._home = home
        self.containers = Containers()

    def decode(self, tree: Any, depth: int = values.MAX_DEPTH) -> Any:
        kind = type(tree)
        if kind is not dict and kind is not list:
            return tree
        if depth == 0:
            raise NotPlain("nested too deeply")
        if kind is list:
            containers = self.containers
            place = len(containers.found)
            found: list[Any] = []
            containers.found.append(found)
            containers.met.append(1)
            for value in tree:  # one frame for each level of nesting: there may be MAX_DEPTH of them
                kind = type(value)
                found.append(self.decode(value, depth - 1) if kind is list or kind is dict else value)
            if len(containers.found) > place + 1:
                containers.spans.append((place, place + 1, len(containers.found)))
            return found
        if len(tree) != 1:
            raise NotPlain("an object with other than one key")
        [(tag, body)] = tree.items()
        decode = _DECODERS.get(tag)
        return values.DECODERS[tag](self, body, depth) if decode is None else decode(self, body, depth)

    def items(self, body: Any, depth: int) -> list[Any]:
        """As `decode` of a list that is no value of its own."""
        if type(body) is not list or depth == 0:
            raise NotPlain("not a list, or nested too deeply")
        return [self.decode(v, depth - 1) for v in body]

    def count_hashes(self, keys: list[Any]) -> None:
        super().count_hashes([key for key in keys if not is_proxy(key)])

    def filled(self, found: Any, fill: Callable[[Any], object]) -> Any:
        """A new container: it is numbered before what is in it."""
        containers = self.containers
        place = len(containers.found)
        containers.found.append(found)
        containers.met.append(1)
        fill(found)
        if len(containers.found) > place + 1:
            containers.spans.append((place, place + 1, len(containers.found)))
        return found

    def new_tuple(self, body: Any, depth: int) -> tuple[Any, ...]:
        start = len(self.containers.found)
        made = tuple(self.items(body, depth))
        if len(self.containers.found) > start:
            self.containers.spans.append((made, start, len(self.containers.found)))
        return made

    def text_dict(self, body: Any, depth: int) -> dict[str, Any]:
        return cast("dict[str, Any]", self.filled({}, lambda found: self.fill_text_dict(found, body, depth)))

    def fill_text_dict(self, found: Any, body: Any, depth: int) -> None:
        for key, value in body.items():
            found[key] = self.decode(value, depth - 1)

    def any_dict(self, body: Any, depth: int) -> dict[Any, Any]:
        return cast("dict[Any, Any]", self.filled({}, lambda found: found.update(self.pairs(body, depth))))

    def pairs(self, body: Any, depth: int) -> list[tuple[Any, Any]]:
        """The values before the keys, as `values.Encoder.mapping` meets them."""
        if type(body) is not list or depth < 2:
            raise NotPlain("not a list of pairs")
        decoded = [self.decode(value, depth - 1) for _, value in body]
        keys = [self.decode(key, depth - 1) for key, _ in body]
        self.count_hashes(keys)
        return list(zip(keys, decoded, strict=True))

    def new_set(self, body: Any, depth: int) -> set[Any]:
        return cast("set[Any]", self.filled(set(), lambda found: found.update(self.hashed(body, depth))))

    def new_bytes(self, body: Any, depth: int) -> bytearray:
        return cast(bytearray, self.filled(bytearray.fromhex(body), lambda found: None))

    def of_library(self, body: Any, depth: int) -> Any:
        kind = body[0]
        if kind in _COLLECTIONS:
            made = self.new_of_collections(body, depth)
            return self.filled(made, lambda found: self.fill_of_collections(found, body[2], depth))
        items = self.items(body[1], depth)
        if kind == "path" or kind == "pure path":
            return _path(str(items[0]), is_pure=kind == "pure path")
        if kind == "slice":
            return slice(*items)
        if kind == "dict_keys":
            self.count_hashes(items)
            return dict.fromkeys(items).keys()
        if kind == "dict_values":
            return dict(enumerate(items)).values()
        if kind == "dict_items":
            self.count_hashes([key for key, _ in items])
            return dict(items).items()
        if kind == "iter":
            return iter(items)
        raise NotPlain("no such kind")

    def new_of_collections(self, body: Any, depth: int) -> Any:
        kind, option, _ = body
        if kind == "deque":
            return collections.deque(maxlen=option)
        if kind != "defaultdict":
            return _COLLECTIONS[kind]()
        factory = self.decode(option, depth - 1)
        return collections.defaultdict(factory if isinstance(factory, type) or is_proxy(factory) else None)

    def fill_of_collections(self, made: Any, tree: Any, depth: int) -> None:
        content = self.content(tree, depth)
        if type(content) is not (dict if isinstance(made, dict) else list):
            raise NotPlain("content of another type")  # such as a range without end
        if isinstance(made, dict):
            made.update(content)
        else:
            made.extend(content)

    def named(self, body: Any, depth: int) -> Any:
        module, _, name = str(body).rpartition(".")
        return self._link.borrowed.by_name(module, name)

    def mine(self, body: Any, depth: int) -> Any:
        return self._link.kept.get(body)

    def method_of_theirs(self, body: Any, depth: int) -> Any:
        owner, name = self.decode(body[0], depth - 1), body[1]
        if not is_proxy(owner) or type(name) is not str:
            raise NotPlain("a method of nothing")
        return BoundMethod(self._link, owner, name)

    def original(self, body: Any, depth: int) -> Any:
        return self._link.kept.original(*body)

    def theirs(self, body: Any, depth: int) -> Any:
        number, class_number = body
        return self._link.borrowed.proxy(number, class_number)

    def theirs_with_content(self, body: Any, depth: int) -> Any:
        number, class_number, content = body
        return self._link.borrowed.proxy(number, class_number, [self.content(content, depth)])

    def content(self, tree: Any, depth: int) -> Any:
        """As `decode`, for what was written by `Encoder.content`: the container itself has no number."""
        if type(tree) is list:
            return self.items(tree, depth)
        if type(tree) is not dict or len(tree) != 1:
            return self.decode(tree, depth)
        [(tag, body)] = tree.items()
        if tag == "m":
            found: dict[str, Any] = {}
            self.fill_text_dict(found, body, depth)
            return found
        if tag == "S" and body[0] in _COLLECTIONS:
            made = self.new_of_collections(body, depth)
            self.fill_of_collections(made, body[2], depth)
            return made
        if tag == "d":
            return dict(self.pairs(body, depth))
        if tag == "s":
            return set(self.hashed(body, depth))
        return bytearray.fromhex(body) if tag == "B" else self.decode(tree, depth)

    def same(self, body: Any, depth: int) -> Any:
        self.containers.met[body] += 1
        return self.containers.found[body]

    def same_as_asked(self, body: Any, depth: int) -> Any:
        if self._home is None:
            raise NotPlain("refers to a request that there was not")
        return self._home[body]


_DECODERS: dict[str, Callable[[Any, Any, int], Any]] = {
    "m": Decoder.text_dict,
    "d": Decoder.any_dict,
    "s": Decoder.new_set,
    "B": Decoder.new_bytes,
    "S": Decoder.of_library,
    "n": Decoder.named,
    "y": Decoder.mine,
    "Y": lambda self, body, depth: self._link.kept.own_class(body),
    "h": Decoder.theirs,
    "p": Decoder.theirs_with_content,
    "C": lambda self, body, depth: self._link.borrowed.their_class(body),
    "l": Decoder.method_of_theirs,
    "o": Decoder.original,
    "E": lambda self, body, depth: errors.decode(self, self._link, body, depth),
    "N": lambda self, body, depth: _SINGLES[body],
    "t": Decoder.new_tuple,
    "@": lambda self, body, depth: self._link.shared.get(body),
    "&": Decoder.same,
    "a": Decoder.same_as_asked,
}


def _path(text: str, *, is_pure: bool) -> Any:
    """Text alone where the interpreter lacks the module: then the submission names it nowhere."""
    try:
        import pathlib
    except ImportError:
        return text
    return pathlib.PurePosixPath(text) if is_pure else pathlib.Path(text)
