"""The module that a submission becomes. Standard library only."""

from __future__ import annotations

import builtins
import sys
from types import ModuleType

FILE_NAME = "solution.py"
FOLDER = "/"
"""Where it seems to lie: a cell's current directory, as far as the jail's root is empty."""

READERS = frozenset({"inspect", "linecache", "traceback"})
"""Modules by which a program gets at its own text."""


class SourceLoader:
    """Gives `inspect.getsource` and tracebacks the submission's text; there is no file of it."""

    def __init__(self, source: str) -> None:
        self._source = source

    def get_source(self, name: str) -> str:
        return self._source


def new_module(name: str, source: str | None, *, put: bool = True) -> ModuleType:
    """`source` is None where only the compiled form is at hand. With `put` it is importable at once."""
    module = ModuleType(name)
    names = vars(module)
    names["__file__"] = FILE_NAME
    names["__builtins__"] = builtins
    if source is not None:
        names["__loader__"] = SourceLoader(source)
    if name == "__main__":
        names["__annotations__"] = {}
        names["__cached__"] = None
    if put:
        sys.modules[name] = module
    sys.argv[:] = [FILE_NAME]
    if not sys.path:  # nothing is imported from it (modules.Environment.seal)
        sys.path.append(FOLDER)
    return module
