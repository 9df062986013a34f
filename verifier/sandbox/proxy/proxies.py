"""What stands on one side for the other's objects, classes, methods and modules."""

from __future__ import annotations

import abc
import types
from typing import TYPE_CHECKING, Any

from verifier.sandbox.proxy import about
from verifier.sandbox.proxy.at_once import is_called_at_once
from verifier.sandbox.proxy.describe import SPECIAL
from verifier.sandbox.proxy.names import (
    BASE,
    CLASS_NUMBER,
    FIELDS,
    FORWARDED,
    HOOKS,
    LINK,
    MUTABLE_BASES,
    NUMBER,
    OF_THIS_SIDE,
    SAME_HERE,
)

if TYPE_CHECKING:
    from verifier.sandbox.proxy.link import Link

_ANNOTATIONS: Any = vars(type)["__annotations__"]


class ProxyClass(abc.ABCMeta):
    """The type of proxy classes: what is done to such a class is done to the owner's."""

    def __new__(mcs, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **options: Any) -> Any:
        if options.pop("_verifier_own", False):
            return super().__new__(mcs, name, bases, namespace)
        members = dict(namespace)
        cls = super().__new__(mcs, name, bases, namespace)  # a class of this side, made from one of the other's
        parents = [base for base in bases if issubclass(type(base), ProxyClass)]
        link = getattr(parents[0], LINK)
        type.__setattr__(cls, CLASS_NUMBER, None)
        type.__setattr__(cls, CLASS_NUMBER, link.subclass(cls, bases, members, options))
        type.__setattr__(cls, OF_THIS_SIDE, True)
        for key, value in members.items():
            if not is_special(key) and not hasattr(type(value), "__get__"):
                # An instance may have another value, and that lies on the other side.
                type.__setattr__(cls, key, Member(cls, key, is_function=False))
        return cls

    def mro(cls) -> list[type]:
        """With the classes of the standard library that proxy classes stand for, for isinstance() and issubclass()."""
        found = super().mro()
        same = [vars(base)[SAME_HERE] for base in found if SAME_HERE in vars(base)]
        more = dict.fromkeys(base for cls in same for base in cls.__mro__ if base not in found)
        return [*found[:-1], *more, found[-1]] if more else found

    def __init__(cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **options: Any) -> None:
        super().__init__(name, bases, namespace)

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        return getattr(cls, LINK).request("call", cls, args, tuple(kwargs.items()))

    def __instancecheck__(cls, instance: Any) -> bool:
        return super().__instancecheck__(instance) or _is_by_hooks(cls, instance, as_object=True)

    def __subclasscheck__(cls, subclass: Any) -> bool:
        return super().__subclasscheck__(subclass) or _is_by_hooks(cls, subclass, as_object=False)

    def __getattr__(cls, name: str) -> Any:
        if name in _OF_DATACLASS:
            return _of_dataclass(cls, name)
        if name.startswith("_verifier_") or (is_special(name) and name not in FORWARDED):
            raise AttributeError(f"type object {cls.__name__!r} has no attribute {name!r}")
        return getattr(cls, LINK).attribute(cls, name)

    def __setattr__(cls, name: str, value: Any) -> None:
        if (is_special(name) and name not in SPECIAL) or name.startswith("_abc_"):
            type.__setattr__(cls, name, value)
            return
        _forget_function(cls, name)
        getattr(cls, LINK).request("setattr", cls, name, value)
        if (OF_THIS_SIDE in vars(cls) or name in vars(cls)) and not isinstance(vars(cls).get(name), Member):
            type.__setattr__(cls, name, value)

    def __delattr__(cls, name: str) -> None:
        _forget_function(cls, name)
        getattr(cls, LINK).request("delattr", cls, name)
        if OF_THIS_SIDE in vars(cls) and name in vars(cls):
            type.__delattr__(cls, name)

    def __dir__(cls) -> Any:
        return getattr(cls, LINK).request("dir", cls)

    @property
    def __signature__(cls) -> Any:
        for base in cls.__mro__:
            made = vars(base).get("__init__")
            if isinstance(made, types.FunctionType) and OF_THIS_SIDE in vars(base):
                import inspect

                found = inspect.signature(made)
                return found.replace(parameters=list(found.parameters.values())[1:])
        return getattr(cls, LINK).signature(cls)

    @property
    def __annotations__(cls) -> Any:
        if OF_THIS_SIDE in vars(cls) or cls.__module__ == "builtins":
            return _ANNOTATIONS.__get__(cls)
        return getattr(cls, LINK).attribute(cls, "__annotations__")

    @__annotations__.setter
    def __annotations__(cls, value: Any) -> None:
        _ANNOTATIONS.__set__(cls, value)

    def register(cls, subclass: Any) -> Any:
        if not is_proxy(subclass):
            getattr(cls, LINK).request("register", cls, subclass)
        return super().register(subclass)

    def __iter__(cls) -> Any:
        return getattr(cls, LINK).request("special", "__iter__", cls)

    def __len__(cls) -> Any:
        return getattr(cls, LINK).request("special", "__len__", cls)

    def __reversed__(cls) -> Any:
        return iter(getattr(cls, LINK).request("special", "__reversed__", cls))

    def __contains__(cls, item: Any) -> Any:
        link = getattr(cls, LINK)
        if link.guarded and not is_proxy(item) and not link.borrowed.is_named(cls):
            return any(found is item or found == item for found in cls)
        return link.request("special", "__contains__", cls, item)

    def __getitem__(cls, key: Any) -> Any:
        return getattr(cls, LINK).request("item", cls, key)

    def __bool__(cls) -> bool:
        return True

    def __repr__(cls) -> str:
        return f"<class '{cls.__module__}.{cls.__qualname__}'>"


def is_proxy(value: object) -> bool:
    """Whether this is an object, a class or a module of the other side."""
    kind = type(value)
    return (
        issubclass(type(kind), ProxyClass)
        or issubclass(kind, ProxyClass)
        or kind is RemoteModule
        or kind is BoundMethod  # by identity: a class's own metaclass may say what equals it
    )


def _is_by_hooks(cls: Any, value: Any, *, as_object: bool) -> bool:
    """Whether the owner of an abstract class counts an object of its own as one of it. It is not asked for exceptions,
    which `raises` would catch by that, nor about what the tests have, which may be what they expect."""
    if not vars(cls).get(HOOKS) or not cls._verifier_link.guarded or not is_proxy(value):
        return False
    kind = value if issubclass(type(value), ProxyClass) else type(value)
    if issubclass(kind, BaseException):
        return False
    return cls._verifier_link.request("counts", cls, value, as_object) is True


def is_special(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")


def number_of(value: Any) -> int:
    """The owner's number of a proxy."""
    if issubclass(type(value), ProxyClass):
        number = type.__getattribute__(value, CLASS_NUMBER)
    else:
        number = object.__getattribute__(value, NUMBER)
    if type(number) is not int:
        raise TypeError("this class is still being made")
    return number


_OF_DATACLASS = ("__dataclass_fields__", "__dataclass_params__")


def _of_dataclass(cls: Any, name: str) -> Any:
    """Asked for when it is needed, and then kept."""
    made = next((base for base in cls.__mro__ if vars(base).get(FIELDS)), None)
    if made is None:
        raise AttributeError(f"type object {cls.__name__!r} has no attribute {name!r}")
    found = dict(zip(_OF_DATACLASS[::-1], about.read_fields(getattr(cls, LINK).request("fields", made)), strict=True))
    for key, value in found.items():
        type.__setattr__(made, key, value)
    return found[name]


class Proxy(metaclass=ProxyClass, _verifier_own=True):
    """Base of all proxy classes."""

    # Of each class: `_verifier_base`, the builtin class that it is made from or None; `_verifier_equal`, whether the
    # owner's class has an `__eq__` of its own. Without annotations: they would be the proxy's.
    _verifier_link = None  # type: Any
    _verifier_base = None  # type: Any
    _verifier_equal = False

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        # Reached by super().__new__() of a class of this side.
        return getattr(cls, LINK).request("new", cls, args, tuple(kwargs.items()))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        pass  # reached by super().__init__() of a class of this side

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_verifier_") or (is_special(name) and name not in FORWARDED):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        return self._verifier_link.attribute(self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        if is_special(name):
            object.__setattr__(self, name, value)
            return
        _forget_function(type(self), name)
        self._verifier_link.request("setattr", self, name, value)

    def __delattr__(self, name: str) -> None:
        self._verifier_link.request("delattr", self, name)

    @property
    def __dict__(self) -> Any:  # type: ignore[override]
        return self._verifier_link.request("getattr", self, "__dict__")

    def __dir__(self) -> Any:
        return self._verifier_link.request("dir", self)

    def __reduce_ex__(self, protocol: Any) -> Any:
        if self._verifier_base is not None or isinstance(self, BaseException):
            raise TypeError(f"cannot pickle {type(self).__name__!r} object")
        import copyreg

        return copyreg.__newobj__, (type(self),), (None, self._verifier_link.request("state", self))  # type: ignore[attr-defined]

    def __copy__(self) -> Any:
        return self._verifier_link.request("copy", self, False)

    def __deepcopy__(self, memo: Any) -> Any:
        return self._verifier_link.request("copy", self, True)


def equal(self: Any, other: object) -> Any:
    return _equal(self, other, "__eq__")


def unequal(self: Any, other: object) -> Any:
    return _equal(self, other, "__ne__")


def hash_of(self: Any) -> int:
    base = self._verifier_base
    if base is not None and base not in MUTABLE_BASES:
        return int(base.__hash__(self))
    link = self._verifier_link
    if not link.guarded or link.borrowed.is_named(type(self)):
        return int(link.request("special", "__hash__", self))
    return object.__hash__(self)


def _equal(self: Any, other: object, name: str) -> Any:
    link, base = self._verifier_link, self._verifier_base
    if is_proxy(other):
        if self._verifier_equal or getattr(other, "_verifier_equal", False):
            return link.request("special", name, self, other)
        if base is None:
            return NotImplemented  # Python goes on to compare identities
        other = content_of(other)
    elif not link.guarded and self._verifier_equal:
        return link.request("special", name, self, other)
    if base is None:
        likeness = about.likeness(type(self), other)
        if likeness is None:
            return NotImplemented
        is_equal = likeness(self) == other
        return is_equal if name == "__eq__" else not is_equal
    return getattr(base, name)(content_of(self), other)


def content_of(value: Any) -> Any:
    """The plain content of an object whose class is made from a builtin one; any other as it is."""
    base = getattr(value, BASE, None)
    if base is None:
        return value
    if base in MUTABLE_BASES:
        return value._verifier_link.request("content", value)
    return value


def _forget_function(cls: Any, name: str) -> None:
    """A test puts something in a method's place, which may be its own: that is called where it is."""
    for base in cls.__mro__:
        member = vars(base).get(name)
        if type(member) is Member:
            member.is_function = False


class Member:
    """What stands in a proxy class for a name that the owner's class defines."""

    __slots__ = ("is_function", "name", "owner")

    def __init__(self, owner: Any, name: str, *, is_function: bool) -> None:
        self.owner = owner
        self.name = name
        self.is_function = is_function

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        link = getattr(self.owner, LINK)
        if instance is None:
            if owner is not self.owner and self._is_reached_by_super(owner):
                return link.request("member", self.owner, owner, self.name)
            return link.attribute(owner, self.name)
        if self._is_reached_by_super(type(instance)):
            return link.request("member", self.owner, instance, self.name)
        return link.attribute(instance, self.name, is_called=self.is_function and link.guarded and is_called_at_once(1))

    def _is_reached_by_super(self, kind: type) -> bool:
        return any(
            self.name in vars(cls) and vars(cls)[self.name] is not self for cls in kind.__mro__[: self._place(kind)]
        )

    def _place(self, kind: type) -> int:
        return next((i for i, cls in enumerate(kind.__mro__) if vars(cls).get(self.name) is self), 0)

    def __set__(self, instance: Any, value: Any) -> None:
        getattr(self.owner, LINK).request("setattr", instance, self.name, value)

    def __delete__(self, instance: Any) -> None:
        getattr(self.owner, LINK).request("delattr", instance, self.name)


class BoundMethod:
    # A method of an object of the other side, by name: made and called without the owner keeping anything for it.

    __slots__ = ("_verifier_link", "_verifier_name", "_verifier_owner", "_verifier_resolved")

    def __init__(self, link: Link, owner: Any, name: str) -> None:
        self._verifier_link = link
        self._verifier_owner = owner
        self._verifier_name = name
        self._verifier_resolved: Any = None

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._verifier_link.request(
            "method", self._verifier_owner, self._verifier_name, args, tuple(kwargs.items())
        )

    def resolve(self) -> Any:
        """The method as an object that the owner keeps."""
        if self._verifier_resolved is None:
            self._verifier_resolved = self._verifier_link.request("hold", self._verifier_owner, self._verifier_name)
        return self._verifier_resolved

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_verifier_") or (is_special(name) and name not in FORWARDED):
            raise AttributeError(name)
        return self._verifier_owner if name == "__self__" else getattr(self.resolve(), name)

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        return types.MethodType

    @property
    def __doc__(self) -> Any:  # type: ignore[override]
        return self._verifier_link.attribute(self.resolve(), "__doc__")

    @property
    def __code__(self) -> Any:
        return about.CodeFacts(self._verifier_link.request("code", self.resolve()))

    @property
    def __func__(self) -> Any:
        return getattr(type(self._verifier_owner), self._verifier_name)

    @property
    def __signature__(self) -> Any:
        return self._verifier_link.signature(self.resolve())

    def __eq__(self, other: object) -> bool:
        if type(other) is not BoundMethod:
            return False
        return self._verifier_owner is other._verifier_owner and self._verifier_name == other._verifier_name

    def __hash__(self) -> int:
        return hash((id(self._verifier_owner), self._verifier_name))

    def __repr__(self) -> str:
        return f"<bound method {type(self._verifier_owner).__name__}.{self._verifier_name}>"


class RemoteModule(types.ModuleType):
    # A module of the other side.

    @property
    def __doc__(self) -> Any:  # type: ignore[override]
        return object.__getattribute__(self, LINK).attribute(self, "__doc__")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_verifier_") or (is_special(name) and name not in FORWARDED):
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        link = object.__getattribute__(self, LINK)
        if name == "__all__":
            return link.public_names(self)
        return link.attribute(self, name, is_called=link.is_function(self, name) and is_called_at_once(1))

    @property
    def __dict__(self) -> Any:  # type: ignore[override]
        return object.__getattribute__(self, LINK).request("getattr", self, "__dict__")

    def __setattr__(self, name: str, value: Any) -> None:
        if is_special(name) or name.startswith("_verifier_"):
            super().__setattr__(name, value)
            return
        link = object.__getattribute__(self, LINK)
        link.forget_function(name)
        link.request("setattr", self, name, value)

    def __delattr__(self, name: str) -> None:
        link = object.__getattribute__(self, LINK)
        link.forget_function(name)
        link.request("delattr", self, name)

    def __dir__(self) -> Any:
        return object.__getattribute__(self, LINK).request("dir", self)
