"""What the owner of a class tells the other side about it: names only, never a value.

A description is {"name", "qualname", "module", "doc", "bases": [..], "own": [..], "functions": [..], "special": [..],
"fields": true where it is a dataclass, "hooks": true where isinstance() may hold for objects of classes that are not
made from it (protocols, abstract classes), "abstract": [..]}. A base is a class of the sender by number, or a builtin
one by name; `own` are the names that the class itself defines, `functions` those of them that become methods,
`special` are [special method, whether it is one and not None], `abstract` the names of what an abstract class wants to
be defined.
"""

from __future__ import annotations

import sys
import types
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from verifier.sandbox.proxy.link import Link

UNARY = frozenset(
    (
        "__neg__ __pos__ __abs__ __invert__ __round__ __trunc__ __floor__ __ceil__ __int__ __float__ __complex__ "
        "__index__ __len__ __length_hint__ __iter__ __next__ __reversed__ __repr__ __str__ __format__ __bytes__ "
        "__bool__ __dir__ __aiter__ __anext__ __aenter__ __getitem__ __setitem__ __delitem__ __missing__ __fspath__ "
        "__enter__ __copy__ __deepcopy__ __sizeof__ __get__ __set__ __delete__ __set_name__"
    ).split()
)
"""Special methods that are asked of the owner as they are, with whatever operands."""
_OPERATORS = "add sub mul matmul truediv floordiv mod pow lshift rshift and xor or".split()
BINARY = frozenset(
    [f"__{side}{name}__" for name in _OPERATORS for side in ("", "r", "i")] + ["__rdivmod__", "__divmod__"]
)
COMPARISONS = ("__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__")
SPECIAL = (
    UNARY | BINARY | set(COMPARISONS) | {"__hash__", "__call__", "__exit__", "__aexit__", "__await__", "__contains__"}
)
SPECIAL |= {"__init__", "__post_init__", "__init_subclass__"}

NAMED_BASES = frozenset(
    {int, float, complex, str, bytes, bytearray, list, tuple, dict, set, frozenset, object}
    | {
        value
        for value in vars(sys.modules["builtins"]).values()
        if isinstance(value, type) and issubclass(value, BaseException)
    }
)
QUERIES = frozenset(
    "startswith endswith issubset issuperset isdisjoint find rfind index rindex count replace removeprefix "
    "removesuffix intersection union difference symmetric_difference compare".split()
)
"""Methods of builtin classes that are told what is expected, as a rule. Not asked of an object whose class the tests
don't name, see methods.py: one that is made from a builtin class gives what that class says of its content."""
MAX_NAMES = 2_000
_MEMBERS = (
    types.FunctionType,
    types.MethodDescriptorType,
    types.WrapperDescriptorType,
    types.ClassMethodDescriptorType,
)


def describe(link: Link, cls: type) -> dict[str, Any]:
    own, functions, special = [], [], []
    for name, value in list(vars(cls).items())[:MAX_NAMES]:
        if type(name) is not str:
            continue
        if name in SPECIAL:
            special.append([name, value is not None])
        elif not (name.startswith("__") and name.endswith("__")) and not name.startswith(("_verifier_", "_abc_")):
            own.append(name)
            if isinstance(value, _MEMBERS):
                functions.append(name)
    return {
        "name": str(cls.__name__),
        "qualname": str(cls.__qualname__),
        "module": str(cls.__module__),
        "doc": cls.__doc__[:2000] if type(cls.__doc__) is str else None,
        "bases": [_base(link, base) for base in cls.__bases__ if base is not object],
        "own": own,
        "functions": functions,
        "special": special,
        "fields": type(vars(cls).get("__dataclass_fields__")) is dict,
        "hooks": type(cls).__instancecheck__ is not type.__instancecheck__,
        "abstract": [str(name) for name in getattr(cls, "__abstractmethods__", None) or ()][:MAX_NAMES],
    }


def _base(link: Link, base: type) -> Any:
    return base.__name__ if base in NAMED_BASES else link.kept.describe(base)
