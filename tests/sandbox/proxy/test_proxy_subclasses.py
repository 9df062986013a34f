"""Classes that tests make from those of the submission, and what is asked of both."""

from __future__ import annotations

from collections.abc import Callable

import pytest

PRELUDE = "import solution\nfrom solution import *\nfrom solution import V, W, Plain\n"

CASES = {
    "sub super": """
class T(V):
    def __init__(self, a, b=None):
        super().__init__(a, a)
        self.mine = a
    def method(self, *a, **k):
        return ('T', super().method(*a, **k))
    @property
    def norm(self):
        return super().norm * 10
    @classmethod
    def zero(cls):
        return ('z', super().zero().x)
t = T(3)
show(t.x, t.y, t.mine, t.method(1), t.norm, T.zero())
""",
    "sub override": """
class T(V):

    def __add__(self, o):
        return 'mine'

    def extra(self):
        return self.norm + 1
t = T(1, 2)
show(t + V(1, 1), t.extra(), t.x, t == V(1, 2), hash(t) == hash(V(1, 2)), isinstance(t, V))
show(isinstance(t, T), type(t) is T, repr(t))
""",
    "sub attr": """
class T(V):
    dims = 7
    own = [1]
show(T.dims, T(1, 2).dims, T.own, V.dims, T(1, 2).own)
""",
    "sub init order": """
class T(Plain):

    def __init__(self):
        self.before = 1
        super().__init__(5)
        self.after = self.v + 1
t = T()
show(t.before, t.v, t.after, vars(t))
""",
    "sub called": """
class T(Shape):

    def __init__(self, k):
        self.k = k

    def area(self):
        return self.k
t = T(4)
show(t.twice(), t.k)
t.k = 6
show(t.twice())
""",
    "sub of sub": """
class T(W):

    def method(self, a):
        return 'T' + str(super().method(a))
class U(T):

    def method(self, a):
        return 'U' + super().method(a)
show(U(1, 2).method(1), isinstance(U(1, 2), V), U(1, 2, 3).z)
""",
    "sub dunder": """
class T(Plain):

    def __eq__(self, o):
        return isinstance(o, T) and self.v == o.v

    def __hash__(self):
        return hash(self.v)

    def __repr__(self):
        return f'T<{self.v}>'

    def __len__(self):
        return 4

    def __getitem__(self, i):
        return i * 2

    def __iter__(self):
        return iter([1, 2])

    def __contains__(self, x):
        return x == 3

    def __call__(self, a):
        return a + self.v

    def __bool__(self):
        return False

    def __lt__(self, o):
        return self.v < o.v
t = T(1)
show(t == T(1), t != T(2), t == 1, len({T(1), T(1)}), t, len(t), t[4], list(t), 3 in t, 5 in t)
show(t(5), bool(t), T(1) < T(2), sorted([T(2), T(1)]), str(t))
""",
    "sub static": """
class T(Plain):

    @staticmethod
    def s(a):
        return a * 2

    @classmethod
    def c(cls):
        return cls.__name__

    @property
    def p(self):
        return self.v

    @p.setter
    def p(self, x):
        self.v = x * 2
t = T(3)
show(T.s(4), t.s(5), T.c(), t.c(), t.p)
t.p = 8
show(t.p, t.v)
""",
    "sub new": """
class T(Plain):

    def __new__(cls, *a):
        o = super().__new__(cls)
        o.tag = 'new'
        return o
t = T(3)
show(t.tag, t.v)
""",
    "sub slots": """
class T(Plain):
    __slots__ = ()
show(T(3).v)
""",
    "sub local state": """
class T(Plain):
    count = 0

    def inc(self):
        T.count += 1
        self.n = getattr(self, 'n', 0) + 1
        return self
t = T()
show(t.inc().inc().n, T.count)
""",
    "sub dataclass": """
import dataclasses
@dataclasses.dataclass
class T(Plain):
    v: int
    w: str = 'q'
t = T(1)
show(t, t.v, t.w, t == T(1), dataclasses.asdict(t))
""",
    "local class": """
class L:

    def __init__(self):
        self.q = 1

    def m(self):
        return 2
p = Plain(L())
show(p.v.q, p.v.m(), isinstance(p.v, L), type(p.v) is L)
l = L()
p.v = l
show(p.v is l)
""",
    "type call": """
show(type(V(1, 2))(5, 6), V(1, 2).__class__(7, 8))
""",
    "type name": """
show(type(V(1, 2)).__name__, V(1, 2).__class__.__name__, V(1, 2).__doc__, V(1, 2).__module__)
""",
    "new without init": """
o = V.__new__(V)
o.x = 1
o.y = 2
show(o)
""",
    "object setattr": """
v = Plain(1)
object.__setattr__(v, 'v', 5)
show(v.v)
""",
    "init again": """
v = V(1, 2)
v.__init__(5, 6)
show(v)
""",
    "explicit dunder": """
v = V(1, 2)
show(v.__add__(V(1, 1)), v.__len__(), v.__eq__(V(1, 2)), v.__repr__(), v.__hash__() == hash(v))
show(v.__contains__(1), v.__getitem__(0), list(v.__iter__()), v.__bool__(), v.__str__())
show(v.__abs__(), v.__lt__(V(2, 2)), v.__ne__(V(1, 2)), v.__call__(1))
""",
    "explicit class dunder": """
v = V(1, 2)
show(V.__add__(v, V(1, 1)), V.__len__(v), V.__repr__(v), V.__eq__(v, v))
""",
    "explicit eq plain": """
v = V(1, 2)
show(v.__eq__(3), v.__add__('x'), v.__eq__(V(9, 9)))
""",
    "has dunder": """
show(hasattr(V(1, 2), '__len__'), hasattr(Plain(), '__len__'), hasattr(V, '__iter__'))
show(hasattr(Plain, '__call__'), hasattr(V, '__eq__'), hasattr(Plain(), '__iter__'))
""",
    "dunder in vars": """
show('__eq__' in vars(V), '__add__' in V.__dict__, '__repr__' in W.__dict__, 'method' in V.__dict__)
show('dims' in vars(V), 'nope' in vars(V))
""",
    "dunder own": """
show(V.__eq__ is not object.__eq__, Plain.__repr__ is object.__repr__)
show(Plain.__eq__ is object.__eq__)
""",
    "reversed err": """
try:
    reversed(Plain())
except TypeError as e:
    show(str(e))
""",
    "abc isinstance": """
import collections.abc as c
v = V(1, 2)
show(isinstance(v, c.Iterable), isinstance(v, c.Hashable), isinstance(v, c.Sized))
show(isinstance(v, c.Callable), isinstance(Plain(), c.Iterable), isinstance(It(2), c.Iterator))
show(isinstance(UnHash(), c.Hashable), isinstance(Seq(), c.Iterable), isinstance(v, c.Container))
show(isinstance(v, c.Collection), isinstance(It(1), c.Iterable), isinstance(V, c.Callable))
show(isinstance(Plain(), c.Sized))
""",
    "runtime protocol": """
import typing
@typing.runtime_checkable
class P(typing.Protocol):

    def area(self):
        ...
show(isinstance(Square(1), P), isinstance(Plain(), P))
""",
    "match": """
match V(1, 2):
    case V(x=1, y=y):
        show(y)
    case _:
        show('no')
match Plain([1, 2]):
    case Plain(v=[a, b]):
        show(a, b)
""",
    "del var": """
import gc
v = Plain(1)
del v
gc.collect()
show(Plain(2).v)
""",
    "same object": """
p = Plain()
q = Plain(p)
show(q.v is p, q.v.v is None)
p.v = q
show(q.v.v is q)
""",
    "objects in list": """
ps = [Plain(i) for i in range(3)]
q = Plain(ps)
show(q.v[1] is ps[1], q.v == ps)
""",
    "unittest asserts": """
import unittest
t = unittest.TestCase()
t.assertEqual(V(1, 2), V(1, 2))
t.assertNotEqual(V(1, 2), V(1, 3))
t.assertIsInstance(V(1, 2), V)
t.assertIn(1, V(1, 2))
t.assertTrue(V(1, 2))
t.assertFalse(V(0, 0))
t.assertIs(Single(), Single())
t.assertLess(V(1, 2), V(2, 2))
t.assertIsNotNone(V(1, 2))
t.assertCountEqual([V(1, 2), V(3, 4)], [V(3, 4), V(1, 2)])
t.assertListEqual([V(1, 2)], [V(1, 2)])
t.assertDictEqual({1: V(1, 2)}, {1: V(1, 2)})
with t.assertRaises(AssertionError):
    t.assertEqual(V(1, 2), V(1, 3))
show('ok')
""",
    "unittest almost": """
import unittest
t = unittest.TestCase()
t.assertAlmostEqual(abs(V(3, 4)), 5.0)
show('ok')
""",
    "annotations": """
show(Plain.__init__.__annotations__, solution.__name__)
""",
    "class in dict": """
show({V: 1}[V], {V, V, W} == {W, V}, V == V, V != W, hash(V) == hash(V))
""",
    "mock spec": """
from unittest import mock
m = mock.Mock(spec=V)
m.norm
show(isinstance(m, V))
try:
    m.nope
except AttributeError:
    show('no')
""",
    "autospec": """
from unittest import mock
m = mock.create_autospec(Plain)
show(callable(m))
""",
}


@pytest.mark.parametrize("case", CASES)
def test_subclasses_work_as_beside_the_plain_module(same: Callable[[str, str], None], case: str) -> None:
    same("classes", PRELUDE + CASES[case])
