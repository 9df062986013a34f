"""Plain values, containers that are changed in place, generators and functions."""

from __future__ import annotations

from collections.abc import Callable

import pytest

PRELUDE = "import solution\nfrom solution import *\nimport solution as s\n"

CASES = {
    "sort inplace": """
l = [3, 1, 2]
r = sort(l)
show(l, r is l)
""",
    "append inplace": """
l = []
show(app(l, 1), l)
x = [1]
app(x, x)
show(x[1] is x)
""",
    "dict inplace": """
d = {'a': 1}
r = upd(d)
show(d, r is d)
e = {'k': [1]}
nest(e)
show(e)
k = e['k']
nest(e)
show(k, e['k'] is k)
""",
    "bytearray inplace": """
b = bytearray(b'xyz')
ba(b)
show(b)
""",
    "alias args": """
a = [1]
b = [2]
swap(a, b)
show(a, b)
c = [a, a]
r = ident(c)
show(r is c, r[0] is r[1])
kill(a)
show(a, c)
""",
    "self containing": """
l = selfin()
show(l[1] is l, len(l))
x = same2()
show(x[0] is x[1])
m = [1]
m.append(m)
show(ident(m) is m)
""",
    "pair": """
x = [1]
a, b = pair(x)
show(a is x, b is x)
d = {'q': x}
show(pair(d)[0]['q'] is x)
""",
    "tuple args": """
t = ([1], {2: 3})
r = ident(t)
show(r, r[0] is t[0])
app(t[0], 5)
show(t)
""",
    "obj identity": """
class L:
    pass
l = L()
show(ident(l) is l, pair(l)[1] is l, ident([l])[0] is l)
""",
    "types": """
show(*types_())
""",
    "dates": """
show(*dates())
""",
    "tz": """
show(tz())
""",
    "types there": """
show([tname(x) for x in [1, 1.5, 's', b'b', None, True, (1,), {1}, frozenset([1]), {}, 2j]])
show([tname(x) for x in [range(3), bytearray(), 10 ** 40, slice(1)]])
""",
    "types there rest": """
import collections, datetime, decimal
show([tname(x) for x in [collections.deque(), collections.Counter(), collections.defaultdict(int)]])
show([tname(x) for x in [collections.OrderedDict(), datetime.date(2020, 1, 1), decimal.Decimal(1), ...]])
show([tname(x) for x in [{}.keys(), iter([]), datetime.timezone.utc]])
""",
    "class args": """
show(isin(3, int), isin('a', (int, str)), isin([], list), ident(int) is int)
show(ident(ValueError) is ValueError)
show(isin(3, collections.abc.Hashable) if 'collections' in globals() else True)
""",
    "big": """
show(big(), ident(10 ** 50), add(2 ** 70, 1), ident(-0.0), nan() != nan(), ident(float('inf')))
""",
    "unicode": r"""
show(ident('héllo \ud800 😀'), ident('\x00'))
""",
    "gen": """
g = gen(3)
show(next(g), list(g), list(gen(0)), sum(gen(4)), [x for x in gen(2)], iter(g) is g)
show(next(g, 'none'))
import types, collections.abc as c
show(isinstance(g, types.GeneratorType), isinstance(g, c.Iterator), isinstance(g, c.Generator))
show(isinstance(gen, types.FunctionType))
import inspect
show(inspect.isgenerator(g), inspect.isgeneratorfunction(gen), inspect.isgeneratorfunction(ident))
show(inspect.iscoroutinefunction(gen))
""",
    "gen send": """
g = echo()
show(next(g), g.send(5), g.throw(ValueError('v')))
g.close()
show(log if False else s.log)
""",
    "gen return": """
g = ret()
next(g)
try:
    next(g)
except StopIteration as e:
    show(e.value)
show(list(outer_gen()))
def y():
    r = (yield from ret())
    show(r)
show(list(y()))
""",
    "gen stop": """
g = gen(1)
next(g)
import pytest
with pytest.raises(StopIteration):
    next(g)
show('ok')
""",
    "gen lazy": """
import itertools
show(list(itertools.islice(cnt(), 3)), next(cnt()))
for i in gen(10 ** 9):
    if i > 2:
        break
show(i)
""",
    "gen zip": """
show(list(zip(gen(2), gen(3))), dict(enumerate(gen(2))), ','.join((str(x) for x in gen(3))))
show(any((x > 1 for x in gen(3))), max(gen(3)), 2 in gen(5), list(map(lambda x: x + 1, gen(2))))
""",
    "gen attrs": """
g = gen(2)
show(g.gi_running, g.__name__)
""",
    "iterators": """
show(list(mp()), list(zp()), list(flt()), list(enm()), list(rev()), list(chain()), next(iter(mp())))
import collections.abc as c
show(isinstance(mp(), c.Iterator), isinstance(mp(), map), isinstance(zp(), zip))
show(isinstance(rev(), c.Iterator))
""",
    "views": """
d = {'a': 1}
show(list(keys(d)), keys(d) == {'a'}, list(vals(d)), list(items(d)), len(keys(d)), 'a' in keys(d))
show(sorted(items(d)), keys(d) & {'a'})
""",
    "const": """
show(CONST, s.CONST == [1, 2], s.TABLE['a'], s.PI, s.SET, s.CONST is s.CONST)
""",
    "const mutated": """
s.CONST.append(3)
show(s.CONST)
s.TABLE['b'] = 1
s.TABLE['a'].append(2)
show(s.TABLE)
s.SET.add(5)
show(s.SET)
""",
    "module cache": """
remember('a', 1)
show(s.cache, cached())
s.cache.clear()
show(cached())
remember('b', 2)
show(s.cache)
cache['c'] = 3
show(cached())
""",
    "module set": """
s.PI = 4
show(s.PI)
s.NEW = 1
show(s.NEW)
del s.NEW
show(hasattr(s, 'NEW'))
""",
    "held live": """
h = Holder()
x = h.items
h.add(1)
show(x)
x.append(2)
show(h.items, h.get(), h.get() is x)
c = h.copy()
c.append(9)
show(h.items)
""",
    "held arg": """
l = []
h = Holder(l)
h.add(1)
show(l)
l.append(2)
show(h.items, h.items is l)
m = [h]
del l
show(h.get())
""",
    "held two": """
l = []
a = Holder(l)
b = Holder(l)
a.add(1)
b.add(2)
show(l, a.items, b.items, a.items is b.items)
""",
    "held internal": """
h = Holder()
h.get().append(5)
show(h.copy())
h.get().clear()
show(h.copy())
""",
    "held nested": """
h = Holder([[1], [2]])
h.items[0].append(9)
show(h.copy())
r = h.items[1]
h.add([3])
r.append(8)
show(h.copy())
""",
    "held dict": """
h = Holder({})
h.items['a'] = []
h.items['a'].append(1)
show(h.items)
""",
    "loop mutate": """
h = Holder([1, 2, 3])
for i, x in enumerate(h.items):
    h.items[i] = x * 2
show(h.items)
""",
    "reassign": """
h = Holder([1])
h.items = [5]
show(h.items)
h.items += [6]
show(h.items)
h.n = 1
h.n += 1
show(h.n)
""",
    "nested mutation in call": """
d = {'k': [1]}
inner = d['k']
nest(d)
show(inner)
""",
    "signature": """
import inspect
show(str(inspect.signature(add)), inspect.signature(app).parameters['x'].name)
show(str(inspect.signature(P)), str(inspect.signature(F)), str(inspect.signature(Holder)))
show(len(inspect.signature(Holder.add).parameters))
""",
    "getfullargspec": """
import inspect
show(inspect.getfullargspec(add).args, inspect.getfullargspec(Holder.add).args)
""",
    "code": """
show(add.__code__.co_argcount, add.__code__.co_varnames, Holder.__init__.__defaults__)
""",
    "func attrs": """
add.calls = 5
show(add.calls, hasattr(add, 'nope'), add.__name__, add.__doc__, add.__module__, add.__qualname__)
show(callable(add), add.__defaults__, add.__dict__)
""",
    "func eq": """
show(add is s.add, add == s.add, s.add is s.add, {add: 1}[s.add], add != app)
""",
    "func type": """
import types
show(type(add).__name__, isinstance(add, types.FunctionType), isinstance(3, type(add)))
""",
    "doctest none": """
show(ident.__doc__, P.__doc__, F.__doc__)
""",
    "pickle nt": """
import pickle
show(pickle.loads(pickle.dumps(ident([1, 2]))))
""",
    "json": """
import json
show(json.dumps(ident({'a': [1]})), json.dumps(nt()), json.dumps(Stack([1, 2])))
show(json.dumps(Bag(a=1)), json.dumps(Money(3)), json.dumps(Name('x')), json.dumps(IC.LOW))
show(json.dumps({'a': Stack([1])}))
""",
    "pytest approx": """
import pytest
show(ident(0.1 + 0.2) == pytest.approx(0.3), ident([0.1 + 0.2]) == pytest.approx([0.3]))
show(Stack([0.3]) == pytest.approx([0.3]))
""",
    "set ops": """
show({1, 2} == ident({2, 1}), ident(frozenset([1])) | {2}, {nt(), nt()} == {(1, 2)})
""",
    "sorted objs": """
show(sorted([Money(3), Money(1)]), sorted([Name('b'), Name('a')]), sorted([nt(), NT(0, 5)]))
""",
    "print objs": """
print(P(1), nt(), Stack([1]), Color.RED, [P(1)])
""",
}


@pytest.mark.parametrize("case", CASES)
def test_values_are_the_same_as_beside_the_plain_module(same: Callable[[str, str], None], case: str) -> None:
    same("data", PRELUDE + CASES[case])
