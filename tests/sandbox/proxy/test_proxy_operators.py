"""Operators and other special methods of instances."""

from __future__ import annotations

from collections.abc import Callable

import pytest

PRELUDE = "import solution\nfrom solution import *\nfrom solution import V, W, Plain\n"

CASES = {
    "construct": """
show(V(1, 2), W(1, 2, 3), W(1, 2).z, V(y=1, x=2))
""",
    "bad args": """
try:
    V(1)
except TypeError as e:
    show(str(e))
""",
    "bad args call": """
try:
    V(1, 2).method()
except TypeError as e:
    show(str(e))
""",
    "add": """
show(V(1, 2) + V(3, 4), V(1, 2) + 5, 5 + V(1, 2), sum([V(1, 2), V(3, 4)]))
""",
    "add bad": """
try:
    V(1, 2) + 'x'
except TypeError as e:
    show(str(e))
""",
    "add bad left": """
try:
    'x' + V(1, 2)
except TypeError as e:
    show(str(e))
""",
    "iadd": """
v = V(1, 2)
w = v
v += V(1, 1)
show(v, w is v)
""",
    "sub objs": """
show(V(5, 5) - V(1, 2))
""",
    "rsub": """
show(10 - V(1, 2))
""",
    "isub fallback": """
v = V(5, 5)
v -= V(1, 1)
show(v)
""",
    "mul": """
show(V(1, 2) * 3, 3 * V(1, 2), V(1, 2) @ V(3, 4))
""",
    "unary": """
show(-V(1, 2), +V(1, 2), abs(V(3, 4)), ~V(1, 2))
""",
    "bool": """
show(bool(V(0, 0)), not V(1, 0), 1 if V(0, 1) else 2)
""",
    "eq": """
show(V(1, 2) == V(1, 2), V(1, 2) != V(1, 2), V(1, 2) == V(2, 1), V(1, 2) == W(1, 2), V(1, 2) == 5)
show(V(1, 2) != 5, 5 == V(1, 2), None == V(1, 2), V(1, 2) == 'x', V(1, 2) is None)
""",
    "hash": """
show(hash(V(1, 2)) == hash((1, 2)), len({V(1, 2), V(1, 2), V(2, 1)}), {V(1, 2): 'a'}[V(1, 2)])
show(V(1, 2) in {V(1, 2)}, V(1, 2) in [V(1, 2)], [V(1, 2)].index(V(1, 2)), [V(1, 2)].count(V(1, 2)))
""",
    "order": """
show(V(1, 2) < V(2, 1), V(1, 2) > V(2, 1), V(1, 2) <= V(1, 2), V(1, 2) >= V(1, 2))
show(sorted([V(3, 1), V(1, 2)]), min(V(3, 1), V(1, 2)), max([V(3, 1), V(1, 2)]))
""",
    "order missing": """
try:
    NoEq() < NoEq()
except TypeError as e:
    show(str(e))
""",
    "len index": """
v = V(1, 2)
show(len(v), v[0], v[-1], v[0:2], list(v), tuple(v), list(reversed(v)), 1 in v, 9 in v, 9 not in v)
""",
    "index error": """
try:
    V(1, 2)[5]
except IndexError as e:
    show(str(e))
""",
    "setitem": """
v = V(1, 2)
v[0] = 9
show(v)
del v[1]
show(v)
""",
    "unpack": """
a, b = V(1, 2)
show(a, b, [*V(3, 4)], dict(zip('ab', V(1, 2))))
""",
    "call": """
show(V(1, 2)(3, k=4), callable(V(1, 2)), callable(Plain()), callable(V))
""",
    "format": """
show(format(V(1, 2), '03d'), f'{V(1, 2):04d}', '{:d}'.format(V(5, 6)))
""",
    "conversions": """
v = V(3, 4)
show(int(v), float(v), complex(v), [0, 1, 2, 3, 4][v], bytes(v), round(v), round(V(1.25, 2.5), 1))
show(hex(v), range(v))
""",
    "math": """
import math
v = V(3, 4)
show(math.trunc(v), math.floor(v), math.ceil(v))
""",
    "divmod": """
show(divmod(V(5, 7), 2), V(5, 7) // 2, V(4, 6) / 2, V(5, 7) % 3, V(2, 3) ** 2, pow(V(2, 3), 2, 3))
""",
    "bits": """
show(V(1, 2) << 1, V(3, 3) & V(1, 2), V(1, 0) | V(0, 2), V(1, 1) ^ V(1, 0))
""",
    "dir": """
show(dir(V(1, 2)))
""",
    "dir class": """
show('method' in dir(V), 'x' in dir(V), 'dims' in dir(V))
show([n for n in dir(Outer) if not n.startswith('__')])
""",
    "dir plain": """
show([n for n in dir(Plain(1)) if not n.startswith('__')])
""",
}


@pytest.mark.parametrize("case", CASES)
def test_operators_work_as_beside_the_plain_module(same: Callable[[str, str], None], case: str) -> None:
    same("classes", PRELUDE + CASES[case])
