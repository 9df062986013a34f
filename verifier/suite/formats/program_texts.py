"""A program of several Python files as one text, which a suite's checker or interactor is."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from verifier.suite.source import parse

_HELPERS = '''\
def _helper_modules():
    """Makes the program's other files importable, which stand in here as texts."""
    import importlib.abc
    import importlib.util
    import sys

    texts = {
# TEXTS
    }

    class Beside(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
        def find_spec(self, name, path=None, target=None):
            return importlib.util.spec_from_loader(name, self) if name in texts else None

        def get_source(self, name):
            return texts[name]

    sys.meta_path.insert(0, Beside())


_helper_modules()
del _helper_modules

'''


def with_helpers(code: str, helpers: Mapping[str, str]) -> str:
    """`code`, able to import the `helpers`: module name to text. Raises SourceProblem for what is not Python."""
    if not helpers:
        return code
    texts = "".join(f"        {name!r}: {text!r},\n" for name, text in sorted(helpers.items()))
    head = _HELPERS.replace("# TEXTS\n", texts)
    return with_head(code, head)


def with_head(code: str, head: str) -> str:
    """`code` after `head`, but its `from __future__` before, which nothing may precede. Raises SourceProblem."""
    last = 0
    for node in parse(code).body:
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            last = node.end_lineno or 0
    lines = code.splitlines(keepends=True)
    return "".join(lines[:last]) + head + "".join(lines[last:])
