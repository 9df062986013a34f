"""A submission that solves nothing and agrees with everything: each name that the tests import is an object which
equals all others, may be called, indexed and entered, and answers with itself. Plain pytest believes much of it."""

from __future__ import annotations

import ast

from benchmarks.testfiles.problem import Submission

_YES = """
class _Yes:
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __lt__(self, other): return True
    __le__ = __gt__ = __ge__ = __contains__ = __lt__
    def __hash__(self): return 1
    def __call__(self, *args, **kwargs): return self
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self
    def __getitem__(self, key): return self
    def __setitem__(self, key, value): pass
    def __len__(self): return 1
    def __iter__(self): return iter([self])
    def __enter__(self): return self
    def __exit__(self, *args): return True
    def __add__(self, other): return self
    __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = __neg__ = __abs__ = __add__
    def __round__(self, *args): return self
"""


def says_yes(code: str) -> Submission:
    """In the place of a solution whose text is `code`."""
    names = []
    for node in ast.parse(code).body:
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                names.append(name)
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                names.append(name)
    lines = "".join(f"{name} = _Yes()\n" for name in dict.fromkeys(names))
    return Submission("says yes", f"{_YES}\n\n{lines}", forged=True)
