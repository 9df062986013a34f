"""Special methods of proxy classes, and what a comparison with plain data may ask of a submission's object.

The rules of the tester's side, where `link.guarded` is set:

* `==` and `!=` with anything but another proxy are decided here: an object made from a builtin one compares by its
  plain content, any other is unequal. Ordering is refused.
* `in`, and methods that are told what is expected, run only for classes that the tests know as such: they name the
  class, or use an attribute of an object of it that no plain value has (`Link.attribute`). A function that returns an
  object of a class of its own making, whose `__contains__` says what one would like to hear, gains nothing. Containers
  of other classes are searched here, by iteration.
* An operator that is given a plain operand may not give plain data if the tests don't know the class, or if it measures
  a difference (`-`, `/`, `%`, ..): "the difference to the expected value is 0" is a claim for this side to make. Nor
  may what becomes of such a difference, by abs(), round() and such. A number of a class of its own is plain data too,
  unless it came of one.
* `__exit__` can swallow only what skips no check of the tests': see swallow.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from verifier.sandbox.proxy.describe import BINARY, COMPARISONS, SPECIAL, UNARY
from verifier.sandbox.proxy.names import MUTABLE_BASES, NUMBER
from verifier.sandbox.proxy.proxies import Proxy, content_of, equal, hash_of, is_proxy, unequal
from verifier.sandbox.proxy.swallow import may_swallow

DIFFERENCES = frozenset(
    f"__{side}{name}__" for name in ("sub", "truediv", "floordiv", "mod", "divmod", "xor") for side in ("", "r", "i")
)
_WRITING = frozenset(
    {"__setitem__", "__delitem__", *(f"__i{name}__" for name in ("add", "mul", "or", "and", "sub", "xor"))}
)
_NOT_LOCAL = frozenset({"__init__", "__new__", "__getattribute__", "__class__", "__hash__", "__repr__", "__str__"})
_MEASURES = frozenset(f"__{name}__" for name in "neg pos abs invert round float complex bool".split())
"""How one sees whether a difference is none."""
_NUMERIC = _MEASURES | {f"__{name}__" for name in "trunc floor ceil int index len".split()}
_NUMBERS = frozenset({int, float, complex})
_SCALES = ("div", "mod", "mul", "pow", "shift")


def special_method(name: str, defined: bool, *, is_exception: bool) -> dict[str, Any]:
    """Entries of the class's namespace for one special method that the owner's class has (or sets to None)."""
    if name not in SPECIAL or (is_exception and name in ("__str__", "__repr__", "__eq__", "__ne__", "__hash__")):
        return {}
    if not defined:
        return {name: None} if name in ("__hash__", "__iter__", "__contains__") else {}
    if name == "__eq__" or name == "__ne__":
        return {"_verifier_equal": True, name: equal if name == "__eq__" else unequal}
    if name == "__hash__":
        return {name: hash_of}
    if name in COMPARISONS:
        return {name: _ordering(name)}
    if name == "__call__":
        return {name: _call}
    if name == "__contains__":
        return {name: _contains}
    if name == "__exit__" or name == "__aexit__":
        return {name: _exit if name == "__exit__" else _aexit}
    if name == "__await__":
        return {name: _await}
    if name in BINARY:
        return {name: _binary(name)}
    return {name: _unary(name)} if name in UNARY else {}


def release(self: Any) -> None:
    self._verifier_link.borrowed.released.append((object.__getattribute__(self, NUMBER), 1))


def error_text(self: Any) -> str:
    return str(object.__getattribute__(self, "_verifier_text"))


def _unary(name: str) -> Callable[..., Any]:
    def method(self: Any, *operands: Any) -> Any:
        link, base = self._verifier_link, self._verifier_base
        if (
            link.guarded
            and name in _NUMERIC
            and base
            and hasattr(base, name)
            and not link.borrowed.is_named(type(self))
        ):
            return getattr(base, name)(content_of(self), *operands)
        result = link.request("special", name, self, *operands)
        return _difference(name, self, result) if name in _MEASURES and _is_difference(self) else result

    method.__name__ = name
    return method


def _is_difference(value: Any) -> bool:
    return bool(getattr(value, "_verifier_difference", False))


def _difference(name: str, value: Any, result: Any) -> Any:
    """`result` is what a difference of `value` to plain data gave, or what became of one."""
    parts = result if type(result) is tuple else (result,)
    if not all(part is NotImplemented or _is_object(part, value) for part in parts):
        raise TypeError(f"{name} gave plain data for a difference to plain data, which is not believed")
    for part in parts:
        if isinstance(part, Proxy) and not any(scale in name for scale in _SCALES):
            object.__setattr__(part, "_verifier_difference", True)
    return result


def _is_object(part: Any, value: Any) -> bool:
    """Whether `part` is an object, and no number where `value` was none."""
    return isinstance(part, Proxy) and part._verifier_base not in (_NUMBERS - {value._verifier_base})


def _binary(name: str) -> Callable[..., Any]:
    def method(self: Any, *operands: Any) -> Any:
        link = self._verifier_link
        if not link.guarded or all(is_proxy(operand) for operand in operands):
            result = link.request("special", name, self, *operands)
            if link.guarded and (_is_difference(self) or any(map(_is_difference, operands))):
                return _difference(name, self, result)
            return result
        is_named, base = link.borrowed.is_named(type(self)), self._verifier_base
        if base and not is_named:
            return getattr(base, name, _not_implemented)(content_of(self), *operands)
        result = link.request("special", name, self, *operands)
        if result is self and name.startswith("__i"):
            return result
        believed = is_named and name not in DIFFERENCES and not _is_difference(self)
        return result if believed else _difference(name, self, result)

    method.__name__ = name
    return method


def _not_implemented(*operands: Any) -> Any:
    return NotImplemented


def _ordering(name: str) -> Callable[..., Any]:
    def method(self: Any, other: Any) -> Any:
        if is_proxy(other) or not self._verifier_link.guarded:
            return self._verifier_link.request("special", name, self, other)
        base = self._verifier_base
        return getattr(base, name)(content_of(self), other) if base else NotImplemented

    method.__name__ = name
    return method


def _call(self: Any, *args: Any, **kwargs: Any) -> Any:
    return self._verifier_link.request("call", self, args, tuple(kwargs.items()))


def _contains(self: Any, item: Any) -> Any:
    link = self._verifier_link
    if not link.guarded or is_proxy(item) or link.borrowed.is_named(type(self)):
        return link.request("special", "__contains__", self, item)
    if self._verifier_base:
        return item in self._verifier_base(content_of(self))
    return any(found is item or found == item for found in self)


def _exit(self: Any, kind: Any, error: Any, trace: Any) -> Any:
    link = self._verifier_link
    swallowed = link.request("special", "__exit__", self, kind, error, None)
    return bool(swallowed) and (not link.guarded or may_swallow(error, trace, 1))


async def _aexit(self: Any, kind: Any, error: Any, trace: Any) -> Any:
    link = self._verifier_link
    swallowed = await link.request("special", "__aexit__", self, kind, error, None)
    return bool(swallowed) and (not link.guarded or may_swallow(error, trace, 1))


def _await(self: Any) -> Any:
    return self._verifier_link.loops.steps(self)


def content_methods(base: type) -> dict[str, Any]:
    """Special methods of a builtin base. A mutable one's content is fetched anew each time; writing is the owner's."""
    if base not in MUTABLE_BASES:
        return {}
    found: dict[str, Any] = {}
    for name in vars(base):
        if name in _WRITING:
            found[name] = _unary(name)
        elif name in SPECIAL and name not in _NOT_LOCAL and name not in ("__eq__", "__ne__"):
            found[name] = _of_content(base, name)
    found["__repr__"] = _unary("__repr__")
    found["__hash__"] = None
    found["__eq__"], found["__ne__"] = equal, unequal
    return found


def _of_content(base: type, name: str) -> Callable[..., Any]:
    def method(self: Any, *operands: Any) -> Any:
        return getattr(base, name)(content_of(self), *map(content_of, operands))

    method.__name__ = name
    return method
