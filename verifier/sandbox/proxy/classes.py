"""Makes proxy classes from descriptions."""

from __future__ import annotations

import abc
import importlib
import sys
import types
from typing import TYPE_CHECKING, Any

from verifier.sandbox.proxy import about
from verifier.sandbox.proxy.describe import BINARY, NAMED_BASES, SPECIAL
from verifier.sandbox.proxy.methods import content_methods, error_text, release, special_method
from verifier.sandbox.proxy.names import (
    BASE,
    BUILTIN_BASES,
    CLASS_NUMBER,
    FIELDS,
    HOOKS,
    LINK,
    MUTABLE_BASES,
    SAME_HERE,
)
from verifier.sandbox.proxy.proxies import Member, Proxy, ProxyClass, RemoteModule, is_special

if TYPE_CHECKING:
    from verifier.sandbox.proxy.link import Link

_BASES_BY_NAME = {base.__name__: base for base in NAMED_BASES}
_TURNED = dict.fromkeys(
    ("KeyboardInterrupt", "GeneratorExit", "BaseException", "SystemExit", "BaseExceptionGroup"), Exception
)
"""Builtin exceptions that no class of the other side's is made from: they would get past `except Exception`."""
_STAND_FOR: dict[str, type] = {
    "function": types.FunctionType,
    "builtin_function_or_method": types.BuiltinFunctionType,
    "method": types.MethodType,
    "generator": types.GeneratorType,
    "coroutine": types.CoroutineType,
    "async_generator": types.AsyncGeneratorType,
    "mappingproxy": types.MappingProxyType,
    **{cls.__name__: cls for cls in (map, zip, filter, enumerate, reversed, property, staticmethod, classmethod)},
}
"""Classes of the interpreter's own, for isinstance(): proxies of what is of them."""
MAX_MRO = 300
_ATTRIBUTE_OPS = frozenset({"LOAD_ATTR", "LOAD_METHOD"})


class Doc:
    """A class's text, and that of its objects, which may have one of their own."""

    __slots__ = ("text",)

    def __init__(self, text: str | None) -> None:
        self.text = text

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        return self.text if instance is None else getattr(owner, LINK).attribute(instance, "__doc__")


def build(link: Link, number: int, description: dict[str, Any]) -> Any:
    """The class for a description. Raises ValueError, KeyError or TypeError for one that can't be."""
    if description["module"] == "builtins" and description["name"] == "module":
        return RemoteModule
    proxied, builtin = [], []
    for base in description["bases"]:
        if type(base) is int:
            proxied.append(link.borrowed.their_class(base))
        else:
            builtin.append(_TURNED.get(base) or _BASES_BY_NAME[base])
    if sum(len(base.__mro__) for base in proxied) > MAX_MRO:
        raise ValueError("too many classes above one another")
    name = text(description["name"])
    namespace: dict[str, Any] = {
        "__module__": text(description["module"]),
        "__qualname__": text(description["qualname"]),
        CLASS_NUMBER: number,
        LINK: link,
    }
    base = next((b for b in builtin if b in BUILTIN_BASES), None)
    base = base or next((b._verifier_base for b in proxied if b._verifier_base), None)
    is_exception = any(issubclass(b, BaseException) for b in (*builtin, *proxied))
    same_here = link.borrowed.same_class_here(namespace["__module__"], namespace["__qualname__"])
    if is_exception and same_here is not None and issubclass(same_here, Exception) and not proxied:
        builtin = [same_here]
    if base is not None:
        namespace[BASE] = base
        namespace.update(content_methods(base))
        if base in (int, tuple, bytes):
            namespace["__del__"] = release  # of these no weak reference can be had
    described = description["doc"] if type(description["doc"]) is str else None
    namespace["__doc__"] = described if is_exception else Doc(described)
    if is_exception:
        namespace["__str__"] = error_text
    stands_for = _STAND_FOR.get(name) if namespace["__module__"] == "builtins" else None
    stands_for = stands_for or (None if is_exception else same_here)
    if stands_for is not None:
        namespace["__class__"] = property(lambda self: _class_of(self, stands_for))
        if namespace["__module__"] == "enum":  # of others no method must ever run here
            namespace[SAME_HERE] = stands_for
    for special, defined in description["special"]:
        namespace.update(special_method(str(special), bool(defined), is_exception=is_exception))
    for above in stands_for.__mro__ if SAME_HERE in namespace and stands_for is not None else ():
        for special in BINARY & vars(above).keys() if above.__module__ == "enum" else ():
            # Whatever the description left out: Flag's own would ask the submission without the rules for differences.
            namespace.setdefault(special, special_method(special, True, is_exception=False)[special])
    if base is dict and ["__missing__", True] in description["special"]:
        namespace["__getitem__"] = special_method("__getitem__", True, is_exception=False)["__getitem__"]
    namespace.update(_extras(name, namespace))
    namespace[FIELDS] = description["fields"] is True
    namespace[HOOKS] = description["hooks"] is True and not is_exception
    members = []
    functions = set(description["functions"])
    for own in description["own"]:
        is_name = type(own) is str and own.isidentifier() and not is_special(own)
        if is_name and own not in namespace and not own.startswith(("_verifier_", "_abc_")):
            members.append(own)
    bases = (*proxied, *(() if proxied else (Proxy,)), *builtin)
    cls = _new_class(name, bases, namespace)
    if stands_for is not None and issubclass(type(stands_for), abc.ABCMeta):
        stands_for.register(cls)  # type: ignore[attr-defined]
    for own in members:
        type.__setattr__(cls, own, Member(cls, own, is_function=own in functions))
    abstract = frozenset(text(name) for name in description["abstract"])
    if abstract:  # a class made from this one looks for each of them, and others would be asked for
        abstract &= SPECIAL.union(*map(vars, cls.__mro__))
    type.__setattr__(cls, "__abstractmethods__", abstract)
    if base in MUTABLE_BASES and not any(p._verifier_base for p in proxied):
        for own in vars(base):
            if not is_special(own) and own not in members:
                type.__setattr__(cls, own, Member(cls, own, is_function=True))
    if ["__init__", True] in description["special"]:
        type.__setattr__(cls, "__init__", Member(cls, "__init__", is_function=True))
    return cls


def _class_of(value: Any, stands_for: type) -> type:
    """What `value.__class__` is: its own class where that is written out, what it stands for when isinstance() asks."""
    frame = sys._getframe(2)
    if frame.f_globals.get("__name__") == "collections":
        return type(value)  # a Counter is about to ask what seems another for the count of each key of its own
    code = frame.f_code.co_code
    written = importlib.import_module("opcode").opname[code[frame.f_lasti]] in _ATTRIBUTE_OPS
    return type(value) if written else stands_for


def _new_class(name: str, bases: tuple[type, ...], namespace: dict[str, Any]) -> Any:
    try:
        return ProxyClass(name, bases, namespace, _verifier_own=True)
    except TypeError:
        pass
    if namespace.pop(SAME_HERE, None) is not None:  # objects of that class are of another form
        return _new_class(name, bases, namespace)
    namespace.pop(BASE, None)  # bases that don't go together here, such as two builtin ones
    return ProxyClass(name, (Proxy,), namespace, _verifier_own=True)


def text(value: Any) -> str:
    if type(value) is not str or len(value) > 500 or "\0" in value:
        raise ValueError("not a name")
    return value


def _extras(name: str, namespace: dict[str, Any]) -> dict[str, Any]:
    """What classes of the interpreter itself need beside their special methods."""
    if namespace["__module__"] != "builtins":
        return {}
    found: dict[str, Any] = {}
    if name == "coroutine":
        found.update(send=_send, throw=_throw, close=_close)
    if name in ("function", "builtin_function_or_method"):
        found["__signature__"] = property(lambda self: self._verifier_link.signature(self))
        found["__code__"] = property(_code)
    if name == "function":
        found["__get__"] = _bind
    if name in ("function", "builtin_function_or_method", "property", "method", "generator", "coroutine"):
        found.update({asked: property(_asked(asked)) for asked in ("__doc__", "__module__")})
    return found


def _asked(name: str) -> Any:
    """Asks for what would be found in the proxy's own class."""
    return lambda self: self._verifier_link.attribute(self, name)


def _code(self: Any) -> Any:
    return about.CodeFacts(self._verifier_link.request("code", self))


def _bind(self: Any, instance: Any, owner: Any = None) -> Any:
    return self if instance is None else types.MethodType(self, instance)


def _steps(self: Any) -> Any:
    """A coroutine is driven by steps; each of them is one of what awaits it."""
    try:
        return object.__getattribute__(self, "_verifier_steps")
    except AttributeError:
        steps = self._verifier_link.loops.steps(self)
        object.__setattr__(self, "_verifier_steps", steps)
        return steps


def _send(self: Any, value: Any) -> Any:
    return _steps(self).send(value)


def _throw(self: Any, *error: Any) -> Any:
    return _steps(self).throw(*error)


def _close(self: Any) -> Any:
    _steps(self).close()
    return self._verifier_link.request("method", self, "close", (), ())
