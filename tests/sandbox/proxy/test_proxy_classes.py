"""Classes out of the ordinary: descriptors, abstract ones, metaclasses, protocols."""

from __future__ import annotations

from collections.abc import Callable

import pytest

PRELUDE = "import solution\nfrom solution import *\nfrom solution import V, W, Plain\n"

CASES = {
    "slots": """
s = Slots(1)
s.b = 2
show(s.a, s.b)
try:
    s.c = 3
except AttributeError as e:
    show(str(e))
""",
    "slots names": """
show(Slots.__slots__, hasattr(Slots(1), '__dict__'), hasattr(Slots(1), 'b'))
""",
    "getattr hook": """
g = Get()
show(g.xy, g.real, hasattr(g, 'q'))
try:
    g.zz
except AttributeError as e:
    show(str(e))
""",
    "getattribute": """
show(GetAll().abc)
""",
    "setattr hook": """
s = Set()
s.ok = 1
show(s.ok)
try:
    s.bad = 1
except ValueError as e:
    show(str(e))
try:
    del s.ok
except TypeError as e:
    show(str(e))
""",
    "descriptor": """
h = HasDesc()
show(h.d)
h.d = 5
show(h.d, HasDesc.d.name)
try:
    h.d = -1
except ValueError as e:
    show(str(e))
""",
    "abstract": """
try:
    Shape()
except TypeError as e:
    show(str(e))
""",
    "abstract use": """
show(Square(3).twice(), isinstance(Square(1), Shape), Shape.__abstractmethods__)
import inspect
show(inspect.isabstract(Shape), inspect.isabstract(Square))
""",
    "abstract isabc": """
import abc
show(isinstance(Shape, abc.ABCMeta), issubclass(Shape, abc.ABC))
""",
    "abstract sub": """
class T(Shape):

    def area(self):
        return 5
show(T().twice(), T().area(), isinstance(T(), Shape))
""",
    "abstract sub missing": """
class T(Shape):
    pass
try:
    T()
except TypeError as e:
    show(str(e))
""",
    "abstract register": """
class T:
    pass
Shape.register(T)
show(isinstance(T(), Shape), issubclass(T, Shape))
""",
    "abstract getattr": """
show(getattr(Shape.area, '__isabstractmethod__', False))
""",
    "init_subclass": """
show(Reg.known, RegA.tag)
class B(Reg, tag='b'):
    pass
show(Reg.known, B.tag)
""",
    "meta sub": """
class T(WithMeta):
    pass
show(T.stamp, T().via, T.shout())
""",
    "singleton": """
show(Single() is Single())
""",
    "key sort": """
show([c.v for c in sorted([Cmp(3), Cmp(1)])], max([Cmp(3), Cmp(9)], key=lambda c: c.v).v)
show([c.v for c in sorted([Cmp(1), Cmp(2)], key=lambda c: -c.v)])
""",
    "total ordering": """
show(Tot(1) <= Tot(2), Tot(1) >= Tot(2), Tot(3) > Tot(2), sorted([Tot(3), Tot(1)]))
show(min(Tot(3), Tot(1)))
""",
    "bisect heap": """
import heapq, bisect
h = []
for i in (3, 1, 2):
    heapq.heappush(h, Cmp(i))
show([heapq.heappop(h).v for _ in range(3)], bisect.bisect([Cmp(1), Cmp(5)], Cmp(3)))
""",
    "nested class": """
show(Outer.Inner().q, Outer.Inner.n, Outer().make().q, isinstance(Outer().make(), Outer.Inner))
""",
    "mixin": """
class T(Mixin):

    def name(self):
        return 'T'
show(T().who())
""",
    "mixin two": """
class Base:

    def name(self):
        return 'base'
class T(Mixin, Base):
    pass
show(T().who(), [c.__name__ for c in T.__mro__ if c.__name__ not in ('Proxy', 'object')])
""",
    "chain": """
c = Chain()
show(c.a().b() is c, c.log, Chain().a().a().b().log)
""",
    "identity eq": """
a = NoEq()
show(a == a, a == NoEq(), a != NoEq(), a in [a], a in [NoEq()], hash(a) == hash(a), {a: 1}[a])
show(a is a)
""",
    "unhashable": """
try:
    hash(UnHash())
except TypeError as e:
    show(str(e))
try:
    {UnHash()}
except TypeError as e:
    show(str(e))
show(UnHash.__hash__, UnHash() == UnHash())
""",
    "class shared list": """
Stat().add(1)
Stat().add(2)
show(Stat.items, Stat().items, Stat.conf['a'])
""",
    "class list mutated": """
Stat.items.clear()
Stat.items.append(5)
show(Stat.items)
Stat.conf['b'] = 2
show(Stat.conf)
""",
    "private": """
p = Priv()
show(p._prot, p._Priv__secret, p._Priv__hidden(), hasattr(p, '__secret'))
""",
    "len truth": """
show(bool(Length(0)), bool(Length(2)), len(Length(3)))
""",
    "len bad": """
try:
    len(Length(-1))
except ValueError as e:
    show(str(e))
try:
    len(Length('a'))
except TypeError as e:
    show(str(e))
""",
    "seq protocol": """
s = Seq(1, 2, 3)
show(list(s), 2 in s, 9 in s, list(reversed(s)), [x for x in s], s[1:], sum(s), max(s))
show(enumerate(s).__next__())
""",
    "iterator": """
i = It(3)
show(next(i), list(i), next(i, 'end'), iter(i) is i)
try:
    next(i)
except StopIteration as e:
    show('stop')
""",
    "hint": """
import operator
show(operator.length_hint(Hint()), list(Hint()))
""",
    "not iterable": """
try:
    iter(Plain())
except TypeError as e:
    show(str(e))
try:
    len(Plain())
except TypeError as e:
    show(str(e))
try:
    Plain()[0]
except TypeError as e:
    show(str(e))
try:
    Plain()()
except TypeError as e:
    show(str(e))
try:
    Plain() + 1
except TypeError as e:
    show(str(e))
try:
    -Plain()
except TypeError as e:
    show(str(e))
try:
    1 in Plain()
except TypeError as e:
    show(str(e))
""",
    "missing": """
m = Missing(a=1)
show(m['a'], m['z'], m, dict(m), len(m), 'a' in m, m.get('q'))
""",
    "fspath": """
import os
show(os.fspath(Path()))
""",
    "context": """
c = Ctx()
with c as d:
    show(d is c)
show(c.log)
with c:
    raise KeyError('x')
show(c.log)
try:
    with c:
        raise ValueError('y')
except ValueError as e:
    show(str(e), c.log)
""",
    "context by error": """
c = Ctx()
try:
    with c:
        {}['missing']
except KeyError:
    show('raised')
else:
    show('swallowed')
""",
    "class_getitem": """
show(G[int], G['x'])
""",
    "str repr": """
show(str(Str()), f'{Str()}', str(Rep()), repr(Rep()), [Rep()], {'a': Rep()}, f'{Rep()!r:>9}')
show('%s %r' % (Str(), Rep()))
""",
    "default repr": """
show(repr(Plain()).startswith('<solution.Plain object at 0x'), repr(V).replace('solution', 'm'))
show(repr(Plain()).endswith('>'))
""",
    "func repr": """
show(repr(solution.V.method)[:20], repr(solution)[:17])
""",
    "weakref": """
import weakref
v = Plain(1)
r = weakref.ref(v)
show(r() is v)
del v
import gc
gc.collect()
show(r() is None)
""",
    "weak dict": """
import weakref
d = weakref.WeakKeyDictionary()
v = NoEq()
d[v] = 1
show(d[v], len(d))
""",
    "copy": """
import copy
v = Plain([1])
c = copy.copy(v)
d = copy.deepcopy(v)
show(c is v, c.v, d.v)
v.v.append(2)
show(c.v, d.v)
""",
    "deepcopy list": """
import copy
v = [Plain([1])]
d = copy.deepcopy(v)
d[0].v.append(3)
show(v[0].v, d[0].v)
""",
    "star": """
show('V' in globals(), 'functools' in globals(), functools.reduce(lambda a, b: a + b, [1, 2]))
""",
    "module dir": """
show([n for n in dir(solution) if n in ('V', 'W', 'Plain', 'nope')], solution.__name__)
show('V' in vars(solution), 'V' in solution.__dict__)
""",
    "module vars": """
show(vars(solution)['V'] is V, sorted((n for n in solution.__dict__ if n[0] == 'P')))
""",
    "module file": """
show(solution.__file__, solution.__doc__)
""",
}


@pytest.mark.parametrize("case", CASES)
def test_classes_work_as_beside_the_plain_module(same: Callable[[str, str], None], case: str) -> None:
    same("classes", PRELUDE + CASES[case])
