"""What a side tells of its functions and classes where only facts can cross: signatures, code flags, fields.

As `inspect` and `dataclasses` would, which a lean interpreter hasn't loaded.
"""

from __future__ import annotations

import sys
import types
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from verifier.sandbox.proxy.link import Link

_VARARGS, _VARKEYWORDS = 0x04, 0x08  # inspect.CO_VARARGS, CO_VARKEYWORDS
_CODE = (
    "co_flags co_name co_argcount co_posonlyargcount co_kwonlyargcount co_firstlineno co_filename co_nlocals".split()
)
_FIELD = "name type init repr compare hash kw_only".split()
_PARAMS = "init repr eq order unsafe_hash frozen".split()


class CodeFacts:
    """Stands for the code object of a function of the other side's."""

    co_consts: tuple[Any, ...] = ()
    co_names: tuple[str, ...] = ()
    co_freevars: tuple[str, ...] = ()
    co_cellvars: tuple[str, ...] = ()

    def __init__(self, facts: dict[str, Any]) -> None:
        vars(self).update({str(name): value for name, value in facts.items() if str(name).startswith("co_")})


def code(link: Link, function: Any) -> dict[str, Any]:
    """Of a function's code: its flags and the names of its parameters."""
    found = _function(function).__code__
    facts: dict[str, Any] = {name: getattr(found, name) for name in _CODE}
    count = found.co_argcount + found.co_kwonlyargcount
    count += bool(found.co_flags & _VARARGS) + bool(found.co_flags & _VARKEYWORDS)
    facts["co_varnames"] = found.co_varnames[:count]
    return facts


def _function(value: Any) -> Any:
    """What lies behind a method, or behind one that is held as an object."""
    for _ in range(10):
        value = getattr(value, "_verifier_method", value)
        if not isinstance(value, types.MethodType):
            break
        value = value.__func__
    return value


def signature(link: Link, function: Any) -> list[Any]:
    """[name, kind, has default, default, annotation] of each parameter, and last what it returns."""
    bound = 0
    for _ in range(20):
        function = getattr(function, "_verifier_method", function)
        if isinstance(function, types.MethodType):
            bound += 1
            function = function.__func__
        elif isinstance(function, type):
            bound += 1
            function = _constructor(function)
        elif hasattr(function, "__wrapped__"):
            function = function.__wrapped__
        else:
            break
    found: Any = getattr(function, "__code__", None)
    if found is None:
        return _by_inspect(function, bound)
    count, keyword_only = found.co_argcount, found.co_kwonlyargcount
    names, defaults, by_keyword = found.co_varnames, function.__defaults__ or (), function.__kwdefaults__ or {}
    annotations = getattr(function, "__annotations__", {})
    parameters = []
    for position, name in enumerate(names[:count]):
        given = position - (count - len(defaults))
        kind = 0 if position < found.co_posonlyargcount else 1
        parameters.append([name, kind, given >= 0, defaults[given] if given >= 0 else None])
    rest = count + keyword_only
    if found.co_flags & _VARARGS:
        parameters.append([names[rest], 2, False, None])
        rest += 1
    parameters += [[name, 3, name in by_keyword, by_keyword.get(name)] for name in names[count : count + keyword_only]]
    if found.co_flags & _VARKEYWORDS:
        parameters.append([names[rest], 4, False, None])
    told = [[*parameter, *_annotation(annotations, parameter[0])] for parameter in parameters[bound:]]
    return [told, _annotation(annotations, "return")]


def _annotation(annotations: Any, name: str) -> list[Any]:
    return [name in annotations, annotations.get(name)]


def _constructor(cls: type) -> Any:
    """What a class is called with."""
    for base in cls.__mro__:
        for name in ("__new__", "__init__"):
            made = vars(base).get(name)
            if made is not None and base is not object:
                return made.__func__ if isinstance(made, staticmethod) else made
    return _no_parameters


def _no_parameters(self: Any) -> Any: ...


_no_parameters.__annotations__ = {}


def _by_inspect(function: Any, bound: int) -> list[Any]:
    import inspect

    found = inspect.signature(function)
    empty = inspect.Parameter.empty
    told = [
        [p.name, int(p.kind), p.default is not empty, None if p.default is empty else p.default, False, None]
        for p in list(found.parameters.values())[bound:]
    ]
    return [told, [False, None]]


def read_signature(told: Any) -> Any:
    """The inspect.Signature of what `signature` tells."""
    import inspect

    empty = inspect.Parameter.empty
    parameters = []
    for name, kind, has_default, default, has_annotation, annotation in told[0]:
        parameters.append(
            inspect.Parameter(
                name,
                inspect._ParameterKind(kind),
                default=default if has_default else empty,
                annotation=annotation if has_annotation else empty,
            )
        )
    return inspect.Signature(parameters, return_annotation=told[1][1] if told[1][0] else empty)


def fields(link: Link, cls: type) -> list[Any]:
    """Of a dataclass: its parameters, and for each field its values, default, and default factory."""
    dataclasses = sys.modules["dataclasses"]
    params = getattr(cls, "__dataclass_params__", None)
    told = []
    for field in getattr(cls, "__dataclass_fields__", {}).values():
        defaults = [
            [value is not dataclasses.MISSING, None if value is dataclasses.MISSING else value]
            for value in (field.default, field.default_factory)
        ]
        kind = str(getattr(field, "_field_type", ""))
        told.append([[getattr(field, name, None) for name in _FIELD], *defaults, kind])
    return [[bool(getattr(params, name, False)) for name in _PARAMS], told]


def read_fields(told: Any) -> tuple[Any, dict[str, Any]]:
    """The `__dataclass_params__` and `__dataclass_fields__` of what `fields` tells."""
    import dataclasses

    library: Any = dataclasses
    params = types.SimpleNamespace(**dict(zip(_PARAMS, told[0], strict=True)))
    kinds = {str(kind): kind for kind in (library._FIELD, library._FIELD_CLASSVAR, library._FIELD_INITVAR)}
    found: dict[str, Any] = {}
    for values, (has_default, default), (has_factory, factory), kind in told[1]:
        given = dict(zip(_FIELD, values, strict=True))
        name, annotation = given.pop("name"), given.pop("type")
        field: Any = dataclasses.field(**given)
        field.name, field.type, field._field_type = name, annotation, kinds[kind]
        field.default = default if has_default else dataclasses.MISSING
        field.default_factory = factory if has_factory else dataclasses.MISSING
        found[name] = field
    return params, found


def likeness(cls: Any, other: object) -> Any:
    """What makes plain data of an object whose `__eq__` is that of a class in `collections`: it is compared here."""
    for base in cls.__mro__:
        if vars(base).get("_verifier_equal"):
            if base.__module__ not in ("collections", "collections.abc"):
                return None
            kind, make = _LIKE.get(base.__name__, (None, None))
            return make if kind is not None and isinstance(other, kind) else None
    return None


_LIKE: dict[str, tuple[Any, Any]] = {
    "Mapping": (dict, lambda value: {key: value[key] for key in value}),
    "Set": ((set, frozenset), set),
    "UserList": (list, list),
    "UserString": (str, str),
}
