"""What tests import where there is no submission, so that their names can be found: modules with anything in them.

Whatever a test module does at its top with such an object works: calling it, decorating with it, deriving a class from
it, naming it in `parametrize` or `pytest.raises`. Standard library only.
"""

from __future__ import annotations

import abc
import sys
import types
from collections.abc import Iterator, Sequence
from importlib.machinery import ModuleSpec
from typing import Any


def install(modules: Sequence[str]) -> None:
    sys.meta_path.insert(0, _Finder(modules))


def is_stand_in(value: object) -> bool:
    """Whether pytest must take no notice of it."""
    kind = value if isinstance(value, type) else type(value)
    return type(kind) is _AnythingMeta and "@stand-in" in vars(kind)


class _Operators:
    """What both a stand-in and an instance of it can do."""

    def __getitem__(self, key: Any) -> Any:
        return _anything("value")()

    def __setitem__(self, key: Any, value: Any) -> None:
        pass

    def __iter__(self) -> Iterator[Any]:
        raise TypeError("what is in it only a submission tells")  # so the tests' names can't be found without one

    def __len__(self) -> int:
        return 0

    def __bool__(self) -> bool:
        return True

    def __contains__(self, key: Any) -> bool:
        return False

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *error: Any) -> None:
        pass

    def __int__(self) -> int:
        return 0

    __index__ = __int__

    def __float__(self) -> float:
        return 0.0


def _operate(self: Any, *others: Any) -> Any:
    return _anything("value")()


for _name in (
    "add sub mul matmul truediv floordiv mod pow lshift rshift and or xor radd rsub rmul rmatmul rtruediv rfloordiv "
    "rmod rpow rlshift rrshift rand ror rxor neg pos abs invert"
).split():
    setattr(_Operators, f"__{_name}__", _operate)
for _name in "lt le gt ge".split():
    setattr(_Operators, f"__{_name}__", lambda self, other: False)


class _AnythingMeta(_Operators, abc.ABCMeta):
    """Its classes have any attribute."""

    def __getattr__(cls, name: str) -> Any:
        return _anything(name)

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        if not is_stand_in(cls):
            return super().__call__(*args, **kwargs)
        return _decorated(args, kwargs) or super().__call__()


class _Anything(_Operators, Exception, metaclass=_AnythingMeta):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        pass

    def __getattr__(self, name: str) -> Any:
        return _anything(name)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return _decorated(args, kwargs) or _anything("value")()


def _decorated(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """What a call gives back because it is a decorator's; None for another call."""
    if len(args) == 1 and not kwargs and isinstance(args[0], types.FunctionType | type) and not is_stand_in(args[0]):
        return args[0]
    return None


def _anything(name: str) -> Any:
    """A class named as the attribute that it was got by: test ids are made of names."""
    if name.startswith(("_", "pytest", "setup", "teardown", "setUp", "tearDown")):
        raise AttributeError(name)  # these are looked for in all objects
    return _AnythingMeta(name, (_Anything,), {"@stand-in": True, "__module__": "stand_in"})


class _Module(types.ModuleType):
    def __getattr__(self, name: str) -> Any:
        found = _anything(name)
        setattr(self, name, found)
        return found


class _Finder:
    """Finds the submission's modules, and anything below them."""

    def __init__(self, modules: Sequence[str]) -> None:
        self._modules = modules

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        for module in self._modules:
            if name == module or name.startswith(module + ".") or module.startswith(name + "."):
                return ModuleSpec(name, self, is_package=True)  # type: ignore[arg-type]
        return None

    def create_module(self, spec: ModuleSpec) -> types.ModuleType:
        return _Module(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        vars(module)["__all__"] = []
