"""How exceptions cross.

A builtin exception crosses as itself, one of another class as an instance of that class's proxy, which has the same
builtin bases. On the tester's side, where the tests' own failing asserts, skips and exits are exceptions too:

* what isn't caught by `except Exception` crosses as a SubmissionError, but for SystemExit, which ends no test early;
* StopIteration comes out of iteration only: out of a function it would end a loop over the results early;
* an exception class that the submission exports is never a builtin one that would catch a failing assert: it becomes a
  class of its own (`Link.alias`), which only what comes from the submission is an instance of.
"""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any

from verifier.sandbox.proxy.describe import NAMED_BASES, QUERIES
from verifier.sandbox.proxy.proxies import is_proxy

if TYPE_CHECKING:
    from verifier.sandbox.proxy.codec import Decoder, Encoder
    from verifier.sandbox.proxy.link import Link

MAX_TEXT_CHARS = 10_000
HOME, RAISED, TEXT = "_verifier_home", "_verifier_raised", "_verifier_text"
_BUILTIN = {cls.__name__: cls for cls in NAMED_BASES if issubclass(cls, BaseException)}
_LEAST_DEPTH = 20
"""So that a chain of causes is told for five links."""
_NOT_TURNED = frozenset({"SystemExit"})
_NOT_SHARED = (
    "builtins",
    "unittest",
    "__main__",
    "antigravity",
    "this",
    "idlelib",
    "turtle",
    "tkinter",
    "test",
    "lib2to3",
)
"""Modules whose exceptions end tests, or whose import does something."""
_STOPS = frozenset({"StopIteration", "StopAsyncIteration"})
DANGEROUS = frozenset(
    {"BaseException", "Exception", "AssertionError", "SystemExit", "KeyboardInterrupt", "GeneratorExit"}
)
"""Builtin exception classes that `raises(..)` must not be given by a submission."""


class SubmissionError(Exception):
    """Stands for an exception of the submission that doesn't cross as what it is."""


def encode(encoder: Encoder, link: Link, error: BaseException, depth: int) -> Any:
    kind = type(error)
    if link.guarded and is_verdict(error):
        # What an assert of the tests says may be what they expect.
        return ["AssertionError", None, "", link.kept.add(error), None, None]
    name = kind.__name__ if kind in NAMED_BASES else _name_in_library(kind)
    attributes = {k: v for k, v in vars(error).items() if type(k) is str and not k.startswith("_verifier_")}
    args = tuple(error.args)
    if isinstance(error, OSError) and error.filename is not None and len(args) == 2:
        args += (error.filename,) if error.filename2 is None else (error.filename, None, error.filename2)
    number = None
    if not name or (link.guarded and name not in _STOPS):
        number = link.kept.add(error)
    return [
        name or link.kept.describe(kind),
        _tolerant(encoder, args, depth),
        _text(error),
        number,
        _tolerant(encoder, attributes, depth) if attributes and name else None,
        _linked(encoder, error, depth),
    ]


def _name_in_library(kind: type) -> str:
    """`module.name` of an exception class of the standard library, which the other side has too; else empty."""
    module, name = kind.__module__, kind.__qualname__
    if module.partition(".")[0] not in sys.stdlib_module_names or module.startswith(_NOT_SHARED):
        return ""
    found = getattr(sys.modules.get(module), name, None)
    return f"{module}.{name}" if found is kind and issubclass(kind, Exception) else ""


def _class_in_library(path: str) -> type[Exception]:
    """The same on the other side. Raises KeyError for anything else."""
    module, _, name = path.rpartition(".")
    top = module.partition(".")[0]
    if top not in sys.stdlib_module_names or module.startswith(_NOT_SHARED) or "__main__" in module:
        raise KeyError(path)
    try:
        found = getattr(importlib.import_module(module), name, None)
    except Exception:
        raise KeyError(path) from None
    if not (isinstance(found, type) and issubclass(found, Exception)):
        raise KeyError(path)
    return found


def _linked(encoder: Encoder, error: BaseException, depth: int) -> Any:
    """[cause, context, whether the context is suppressed], or None where there is none of these."""
    cause, context = error.__cause__, error.__context__
    if depth < _LEAST_DEPTH or (cause is None and context is None and not error.__suppress_context__):
        return None
    context = None if context is cause else context
    return [
        *(None if linked is None else _tolerant(encoder, linked, depth // 2) for linked in (cause, context)),
        error.__suppress_context__,
    ]


def _tolerant(encoder: Encoder, value: Any, depth: int) -> Any:
    """An exception is told even where its arguments can't be."""
    before = encoder.mark()
    try:
        return encoder.encode(value, depth - 1)
    except Exception:
        encoder.back_to(before)
        return None


def _text(error: BaseException) -> str:
    try:
        return str(error)[:MAX_TEXT_CHARS]
    except Exception:
        return ""


def decode(decoder: Decoder, link: Link, body: Any, depth: int) -> BaseException:
    kind, args, text, number, attributes, linked = body
    text = str(text)
    args = decoder.decode(args, depth - 1)
    given = decoder.decode(attributes, depth - 1)
    error = _new(link, kind, args if type(args) is tuple else (text,), text)
    if type(number) is int:
        link.borrowed.hold(error, number)
    if type(given) is dict:
        # Not by setattr: what `encode` reads are no attributes of the class, of which some can crash an interpreter.
        own = BaseException.__dict__["__dict__"].__get__(error)
        for name, value in given.items():
            if link.guarded and name in QUERIES and is_proxy(value):
                continue  # an exception as an answer, which says "yes" to startswith()
            if type(name) is str and name != "__notes__" and not name.startswith("_verifier_"):
                own[name] = value
        notes = given.get("__notes__")
        if type(notes) is list:
            error.__notes__ = [str(note) for note in notes]
    if linked is not None:
        cause, context = (decoder.decode(part, depth - 1) for part in linked[:2])
        error.__cause__ = cause
        error.__context__ = cause if context is None else context
        error.__suppress_context__ = linked[2] is True
    return error


def _new(link: Link, kind: Any, args: tuple[Any, ...], text: str) -> BaseException:
    if type(kind) is int:
        cls = link.borrowed.their_class(kind)
        if not issubclass(cls, BaseException):
            return SubmissionError(text)
        base = _builtin_base(cls)
        error = base.__new__(cls, *_of_group(args, text)) if issubclass(base, ExceptionGroup) else base.__new__(cls)
        object.__setattr__(error, "args", args)
        object.__setattr__(error, TEXT, text)
        assert isinstance(error, BaseException)
        return error
    if "." in kind:
        shared = _class_in_library(kind)
        found = shared.__new__(shared)
        found.args = args
        return found
    cls = _BUILTIN[kind]
    if link.guarded:
        turned = not issubclass(cls, Exception) and kind not in _NOT_TURNED
        if turned or (kind in _STOPS and not link.may_stop()):
            return SubmissionError(f"{kind}: {text}")
        cls = link.borrowed.as_exported(cls)
    if issubclass(cls, UnicodeError) and any(type(arg) is int and arg < 0 for arg in args):
        args = (text,)  # its str() would look at memory before the text
    try:
        made: BaseException = cls(*args)
    except Exception:
        made = cls.__new__(cls)
        made.args = args
    return made


def _of_group(args: tuple[Any, ...], text: str) -> tuple[str, list[Exception]]:
    """Message and exceptions, which no group can be without. Its class may be made from other arguments."""
    message, found = args if len(args) == 2 and type(args[1]) in (list, tuple) else (text, ())
    members = [part for part in found if isinstance(part, Exception)]
    return message if type(message) is str else text, members or [SubmissionError(text)]


def _builtin_base(cls: Any) -> Any:
    """The class whose `__new__` makes instances of `cls`."""
    return next(base for base in cls.__mro__ if base in NAMED_BASES)


def is_verdict(error: BaseException) -> bool:
    """Whether it is how a test of this side fails, or ends otherwise: its text may hold what is expected."""
    return (isinstance(error, AssertionError) or _is_of(error, ("_pytest",))) and not has(error, RAISED)


def is_outcome(error: BaseException) -> bool:
    """Whether it ends a test other than by failing: such as a skip, which a submission may keep and raise again."""
    return _is_of(error, ("unittest", "_pytest")) or not isinstance(error, Exception)


def _is_of(error: BaseException, tops: tuple[str, ...]) -> bool:
    """By the classes that its class is made from: pytest's call themselves builtin."""
    return any(base.__module__.partition(".")[0] in tops for base in type(error).__mro__)


def mark_raised(error: BaseException) -> None:
    object.__setattr__(error, RAISED, True)


def has(error: BaseException, name: str) -> Any:
    """An attribute of ours, or None."""
    try:
        return object.__getattribute__(error, name)
    except AttributeError:
        return None
