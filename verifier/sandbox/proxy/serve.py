"""What a side does for a request, and what the tester refuses to do for one.

A tester's objects are in a submission's hands only because a test passed them: a callback, an object of a class of the
tests. The submission may use them as a caller does. It may not look behind them (a function's globals hold the expected
values), nor change what the tests run on.
"""

from __future__ import annotations

import copy
import functools
import operator
import sys
import types
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from verifier.sandbox.proxy import about, errors
from verifier.sandbox.proxy.describe import SPECIAL
from verifier.sandbox.proxy.held import Held
from verifier.sandbox.values import NotPlain

if TYPE_CHECKING:
    from verifier.sandbox.proxy.link import Link

NOT_MEMBERS = frozenset(
    "__module__ __qualname__ __doc__ __annotations__ __classcell__ __firstlineno__ __static_attributes__ __dict__ "
    "__weakref__ __orig_bases__ __annotate__ __annotate_func__ __annotations_cache__ __abstractmethods__".split()
)


def _call(link: Link, target: Any, args: tuple[Any, ...], kwargs: Any) -> Any:
    return target(*args, **dict(kwargs)) if kwargs else target(*args)


def _method(link: Link, owner: Any, name: str, args: tuple[Any, ...], kwargs: Any) -> Any:
    return getattr(owner, name)(*args, **dict(kwargs)) if kwargs else getattr(owner, name)(*args)


def _hold(link: Link, owner: Any, name: str) -> Any:
    return Held(getattr(owner, name))


def _getattr(link: Link, owner: Any, name: str) -> Any:
    if name == "__dict__" and isinstance(owner, type | types.ModuleType):
        return {key: value for key, value in vars(owner).items() if type(key) is str and not _is_special(key)}
    return getattr(owner, name)


def _is_special(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")


def _setattr(link: Link, owner: Any, name: str, value: Any) -> None:
    if isinstance(owner, type):
        link.kept.remember_original(owner, name)
    setattr(owner, name, value)


def _delattr(link: Link, owner: Any, name: str) -> None:
    if isinstance(owner, type):
        link.kept.remember_original(owner, name)
    delattr(owner, name)


_ASKED: dict[str, Callable[[Any], Any]] = {
    "__len__": len,
    "__hash__": hash,
    "__bool__": bool,
    "__index__": operator.index,
    "__iter__": iter,
    "__reversed__": lambda owner: _reversed(owner),
}
"""Special methods that a builtin asks for, which also looks at what they give."""


def _reversed(owner: Any) -> Any:
    backwards = reversed(owner)
    return list(backwards) if isinstance(owner, type) else backwards


def _special(link: Link, name: str, owner: Any, *operands: Any) -> Any:
    if name not in SPECIAL:
        raise NotPlain("no such special method")
    if name == "__exit__" and len(operands) == 3 and operands[1] is not None:
        operands = (type(operands[1]), operands[1], getattr(operands[1], "__traceback__", None))
    asked = _ASKED.get(name)
    if asked is not None and not operands:
        return asked(owner)
    kind = type(owner)
    method: Any = next((vars(base)[name] for base in kind.__mro__ if name in vars(base)), None)
    if method is None:
        raise TypeError(f"{kind.__name__!r} object has no {name}")
    bind = getattr(type(method), "__get__", None)  # as the interpreter does: a mock's methods don't take the mock
    return (method if bind is None else bind(method, owner, kind))(*operands)


def _member(link: Link, cls: type, owner: Any, name: str) -> Any:
    """What super().name is for `owner`, where the class that follows is `cls`."""
    found = vars(cls)[name]
    bind = getattr(type(found), "__get__", None)
    if bind is None:
        return found
    bound = bind(found, None, owner) if isinstance(owner, type) else bind(found, owner, type(owner))
    return Held(bound) if isinstance(bound, types.MethodType) else bound


def _content(link: Link, owner: Any) -> Any:
    if isinstance(owner, list):
        return list(list.__iter__(owner))
    if isinstance(owner, dict):
        return dict(dict.items(owner))
    if isinstance(owner, set):
        return set(set.__iter__(owner))
    if isinstance(owner, bytearray):
        return bytearray(bytes(owner))
    raise NotPlain("not made from a builtin container")


def _dir(link: Link, owner: Any) -> list[str]:
    return [name for name in dir(owner) if type(name) is str]


def _item(link: Link, owner: Any, key: Any) -> Any:
    return owner[key]


def _counts(link: Link, cls: Any, value: Any, as_object: bool) -> bool:
    return isinstance(value, cls) if as_object else issubclass(value, cls)


_OWN_PICKLING = ("__getstate__", "__setstate__", "__getnewargs__", "__getnewargs_ex__", "__slots__")


def _state(link: Link, owner: Any) -> dict[str, Any]:
    """Of an object that pickles in the usual way. Raises TypeError."""
    kind: Any = type(owner)
    usual = all(getattr(kind, name) is getattr(object, name) for name in ("__reduce_ex__", "__reduce__", "__new__"))
    if not usual or any(name in vars(base) for base in kind.__mro__[:-1] for name in _OWN_PICKLING):
        raise TypeError(f"cannot pickle {kind.__name__!r} object")
    return dict(vars(owner))


def _copy(link: Link, owner: Any, deep: bool) -> Any:
    return copy.deepcopy(owner) if deep else copy.copy(owner)


def _public(link: Link, module: Any) -> list[Any]:
    """The names that `import *` would bind, and [name, module's name] of those that are modules."""
    names = vars(module).get("__all__")
    if names is None:
        names = [name for name in vars(module) if not name.startswith("_")]
    values = [(name, vars(module).get(name)) for name in names]
    modules = [[name, value.__name__] for name, value in values if isinstance(value, types.ModuleType)]
    return [[name for name in names if type(name) is str], modules]


def _signature(link: Link, function: Any) -> list[Any]:
    found = about.signature(link, function)
    if not link.guarded:
        return found
    parameters, returned = found
    # A default may be what the tests expect.
    return [[[name, kind, given, None, *annotation] for name, kind, given, _, *annotation in parameters], returned]


def member(name: str, value: Any) -> tuple[Any, ...]:
    """What stands in a class's namespace, in a form that crosses: the kind of it and its parts."""
    if isinstance(value, staticmethod) or (name == "__new__" and isinstance(value, types.FunctionType)):
        return "s", getattr(value, "__func__", value)
    if isinstance(value, classmethod) or name in ("__init_subclass__", "__class_getitem__"):
        return "c", getattr(value, "__func__", value)
    if isinstance(value, property):
        return "p", value.fget, value.fset, value.fdel
    return "v", value


def _subclass(link: Link, name: str, bases: tuple[Any, ...], members: list[Any], options: dict[str, Any]) -> int:
    """Makes a class for one of the other side's: one that is made from classes of this side, or that is a base of such
    a one. Its functions are called over there. A base is a class, or the number of one that was made so."""
    kinds: dict[str, Callable[..., Any]] = {
        "s": staticmethod,
        "c": classmethod,
        "p": property,
        "v": lambda value: value,
    }
    namespace = {key: kinds[kind](*parts) for key, kind, *parts in members}
    namespace["__module__"] = "tests"
    namespace["_verifier_of_tests"] = True
    found = tuple(link.kept.own_class(base) if type(base) is int else base for base in bases)
    cls = types.new_class(name, found, options, lambda made: made.update(namespace))
    return link.kept.describe(cls, silently=True)


def _new(link: Link, cls: Any, args: tuple[Any, ...], kwargs: Any) -> Any:
    base = next(base for base in cls.__mro__ if "_verifier_of_tests" not in vars(base))
    if base.__new__ is object.__new__:
        return object.__new__(cls)
    return base.__new__(cls, *args, **dict(kwargs or ()))


def _register(link: Link, cls: Any, other: Any) -> None:
    cls.register(other)


OPERATIONS: dict[str, Callable[..., Any]] = {
    "call": _call,  # callable, positional arguments, keyword arguments
    "method": _method,  # owner, name, positional arguments, keyword arguments
    "hold": _hold,  # owner, name: the bound method as an object
    "getattr": _getattr,  # owner, name
    "setattr": _setattr,  # owner, name, value
    "delattr": _delattr,  # owner, name
    "special": _special,  # name of a special method, owner, operands
    "member": _member,  # class, owner, name: what super() finds
    "content": _content,  # owner: plain content of an object made from a builtin container
    "dir": _dir,  # owner
    "item": _item,  # owner, key: of classes
    "copy": _copy,  # owner, whether deeply
    "counts": _counts,  # class, object or class, whether isinstance() is asked, and not issubclass()
    "state": _state,  # owner: what is pickled of it
    "public": _public,  # module: what `import *` would bind
    "signature": _signature,  # function or class: see `about`
    "code": about.code,  # function: facts about its code
    "fields": about.fields,  # dataclass: its parameters and fields
    "new": _new,  # class, positional arguments, keyword arguments: what super().__new__() is for it
    "register": _register,  # abstract class, class that counts as made from it from now on
    "subclass": _subclass,  # name, bases, [[name, kind, part, ..], ..], options: the class's number
    "await": lambda link, awaitable: link.loops.wait(link, awaitable),  # runs it to its end
    "task": lambda link, awaitable: link.loops.start(link, awaitable),  # the number of a task that runs it
    "pump": lambda link, ended: link.loops.turn(link, ended),  # tasks of the asker's that ended: see `loops`
    "cancel": lambda link, number: link.loops.cancel(link, number),  # a task
}

# What the tester does for a submission

_ALLOWED = {
    "call": 0,
    "method": 0,
    "hold": 0,
    "getattr": 0,
    "setattr": 0,
    "delattr": 0,
    "special": 1,
    "content": 0,
    "dir": 0,
    "item": 0,
    "copy": 0,
    "signature": 0,
    "code": 0,
    "await": 0,
    "task": 0,
}
"""Operations that a cell may ask for, and the place of the object among the operands."""
_READABLE = frozenset({"__name__", "__qualname__", "__doc__", "__module__", "__isabstractmethod__", "__notes__"})
_LOOPS = frozenset({"pump", "cancel"})
_MOCK_CONTROLS = frozenset("reset_mock configure_mock attach_mock mock_add_spec side_effect return_value".split())
_INSIDES = ("gi_", "cr_", "ag_", "f_", "tb_", "co_", "func_")
_CLOSED = (
    types.FunctionType,
    types.MethodType,
    types.BuiltinFunctionType,
    types.GeneratorType,
    types.CoroutineType,
    types.AsyncGeneratorType,
    types.FrameType,
    types.CodeType,
    types.TracebackType,
    types.ModuleType,
    functools.partial,
    type,
)
_OF_PARTIAL = frozenset({"args", "keywords", "func"})
_SHOWING = frozenset({"__repr__", "__str__", "__format__"})


def check(link: Link, op: str, operands: list[Any]) -> None:
    """Raises PermissionError for what a submission may not ask of a tester's object."""
    if op in link.free_operations or op in _LOOPS:
        return
    place = _ALLOWED.get(op)
    if place is None or len(operands) <= place or not link.kept.is_mine(operands[place]):
        raise PermissionError(f"{op} is not for a submission to ask")
    owner = operands[place]
    if type(owner) is Held:
        if op == "special" and operands[0] != "__call__":
            raise PermissionError("a method is there to be called")
        owner = owner._verifier_method
    if isinstance(owner, type) and not _is_for_use(link, owner):
        if op == "getattr":
            raise AttributeError(f"the class {owner.__name__} is closed to a submission")
        raise PermissionError(f"the class {owner.__name__} is not for a submission to use")
    if op == "special" and operands[0] in _SHOWING and isinstance(owner, functools.partial):
        raise PermissionError("a callback of the tests does not show what is in it")
    if isinstance(owner, BaseException) and errors.is_verdict(owner):
        raise PermissionError("a failed assert of the tests is not for a submission to look at")
    if op in ("method", "hold", "getattr", "setattr", "delattr"):
        name = operands[1]
        if type(name) is not str or not _is_open(owner, name):
            # So that hasattr() and getattr() with a default work: functools.wraps asks for much.
            raise AttributeError(f"attribute {name!r} of the tests' {type(owner).__name__} is closed to a submission")
        if op in ("setattr", "delattr") and not (_is_changeable(owner) and _is_data(owner, name)):
            raise PermissionError(f"{name} of the tests' {type(owner).__name__} is not for a submission to change")


def _is_open(owner: Any, name: str) -> bool:
    if name.startswith("__"):
        return name in _READABLE
    if name in ("format", "format_map") and isinstance(owner, str):
        return False  # its fields reach for attributes, over here
    if name in _MOCK_CONTROLS or name.startswith("assert"):
        return not _is_of_library(owner)
    if name.startswith(_INSIDES) and isinstance(owner, _CLOSED):
        return False
    if isinstance(owner, functools.partial) and name in _OF_PARTIAL:
        return False
    return not (name.startswith("_") and (isinstance(owner, _CLOSED) or _is_of_library(owner)))


def _is_changeable(owner: Any) -> bool:
    # A UnicodeError whose place lies outside its text can crash the interpreter that shows it.
    return not isinstance(owner, (*_CLOSED, UnicodeError)) and not _is_of_library(owner)


def _is_data(owner: Any, name: str) -> bool:
    """Whether it is no method: what a test asks its own object in the end is not the submission's to answer."""
    found = next((vars(cls)[name] for cls in type(owner).__mro__ if name in vars(cls)), None)
    return not isinstance(found, types.FunctionType | staticmethod | classmethod)


def _is_for_use(link: Link, cls: type) -> bool:
    """Whether the tests define this class, or passed it on: a submission must not get at others by type(object)."""
    if _is_made_by_library(cls) or cls is Held:
        return False
    return cls in link.kept.handed_out or cls.__module__.partition(".")[0] not in sys.stdlib_module_names


def _is_of_library(owner: Any) -> bool:
    return _is_made_by_library(type(owner))


def _is_made_by_library(kind: type) -> bool:
    """Whether a class, or one that it is made from, is of unittest, pytest or this package."""
    for cls in kind.__mro__:
        top = str(getattr(cls, "__module__", "")).partition(".")[0]
        if top in ("unittest", "_pytest", "pytest", "pluggy", "verifier"):
            return True
    return False
