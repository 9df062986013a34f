"""Attributes, properties, methods and names of instances, classes and modules."""

from __future__ import annotations

from collections.abc import Callable

import pytest

PRELUDE = "import solution\nfrom solution import *\nfrom solution import V, W, Plain\n"

CASES = {
    "property": """
v = V(1, -2)
show(v.norm)
v.norm = 9
show(v, v.norm)
del v.norm
show(v)
""",
    "property ro": """
try:
    V(1, 2).ro = 3
except AttributeError as e:
    show(str(e))
""",
    "property object": """
show(isinstance(V.norm, property), V.norm.__doc__)
""",
    "property fget": """
show(V.norm.fget(V(1, 2)), V.ro.fset)
""",
    "cached property": """
v = V(1, 2)
show(v.slow, v.slow is v.slow)
""",
    "classmethod": """
show(V.zero(), W.zero(), W(1, 2).zero(), V.twice(4), V(1, 2).twice(5))
""",
    "method": """
v = V(1, 2)
show(v.method(1), v.method(1, 3, c=5), V.method(v, 7))
m = v.method
show(m(4), m.__name__, m.__doc__, m.__self__ is v)
""",
    "method eq": """
v = V(1, 2)
show(v.method == v.method, v.method.__func__ is V.method)
""",
    "method ismethod": """
import inspect
show(inspect.ismethod(V(1, 2).method), inspect.isfunction(V.method), inspect.isclass(V))
show(callable(V.method), inspect.ismodule(solution))
""",
    "signature": """
import inspect
show(str(inspect.signature(V.method)), str(inspect.signature(V(1, 2).method)))
show(str(inspect.signature(V)), str(inspect.signature(V.__init__)))
""",
    "names": """
show(V.__name__, V.__qualname__, V.__doc__, V.__module__, V.method.__name__, V.method.__doc__)
show(Outer.Inner.__qualname__)
""",
    "bases": """
show(W.__bases__ == (V,), W.__mro__[:2] == (W, V), W.__base__ is V, W.mro()[0] is W)
""",
    "mro names": """
show([c.__name__ for c in W.__mro__ if c is not object and c.__name__ != 'Proxy'])
""",
    "isinstance": """
show(isinstance(W(1, 2), V), isinstance(V(1, 2), W), issubclass(W, V), type(W(1, 2)) is W)
show(type(V(1, 2)) == V, isinstance(V(1, 2), (int, V)), isinstance(3, V), V(1, 2).__class__ is V)
""",
    "isinstance union": """
show(isinstance(V(1, 2), int | V), isinstance(V(1, 2), V | None))
""",
    "class attr": """
show(V.dims, V(1, 2).dims)
V.dims = 3
show(V.dims, W.dims, V(1, 2).dims)
v = V(1, 2)
v.dims = 9
show(v.dims, V.dims)
del v.dims
show(v.dims)
""",
    "class counter": """
b = V.made
V(1, 2)
V(1, 2)
show(V.made - b)
V.made = 0
V(1, 1)
show(V.made)
""",
    "class method patch": """
V.method = lambda self, a: ('patched', self.x, a)
show(V(1, 2).method(5))
""",
    "class new attr": """
V.fresh = [1]
show(V.fresh, V(1, 2).fresh, hasattr(V, 'fresh'))
del V.fresh
show(hasattr(V, 'fresh'))
""",
    "instance attrs": """
v = Plain(1)
v.new = 'n'
show(v.new, vars(v), v.__dict__, hasattr(v, 'nope'), getattr(v, 'nope', 5))
del v.new
show(vars(v))
""",
    "vars write": """
v = Plain(1)
v.__dict__['q'] = 7
show(v.q)
""",
    "vars update": """
v = Plain(1)
vars(v).update(z=3)
show(v.z, sorted(vars(v)))
""",
    "attr error": """
try:
    Plain().nope
except AttributeError as e:
    show(str(e))
""",
    "attr error class": """
try:
    Plain.nope
except AttributeError as e:
    show(str(e))
""",
    "attr error module": """
try:
    solution.nope
except AttributeError as e:
    show(str(e))
""",
    "attr default": """
show(getattr(Plain(3), 'v'), getattr(Plain, 'zz', None), getattr(solution, 'zz', 1))
show(hasattr(solution, 'V'))
""",
    "setattr": """
v = Plain()
setattr(v, 'k', 2)
show(v.k)
delattr(v, 'k')
show(hasattr(v, 'k'))
""",
    "mutable attr": """
v = Plain([1, 2])
v.v.append(3)
show(v.v)
""",
    "mutable attr dict": """
v = Plain({'a': 1})
v.v['b'] = 2
show(v.v, len(v.v))
""",
    "nested attr": """
v = Plain({'a': [1]})
v.v['a'].append(2)
show(v.v)
""",
    "attr sort": """
v = Plain([3, 1, 2])
v.v.sort()
show(v.v)
v.v.reverse()
v.v[0] = 9
show(v.v)
""",
}


@pytest.mark.parametrize("case", CASES)
def test_attributes_work_as_beside_the_plain_module(same: Callable[[str, str], None], case: str) -> None:
    same("classes", PRELUDE + CASES[case])
