"""Named tuples, classes made from builtin ones, and those of `collections`."""

from __future__ import annotations

from collections.abc import Callable

import pytest

PRELUDE = "import solution\nfrom solution import *\nimport solution as s\n"

CASES = {
    "nt": """
n = nt()
show(n, n == (1, 2), n.p, n[1], n._asdict(), n._replace(p=5), NT._fields, NT._make([3, 4]), len(n))
show(list(n), hash(n) == hash((1, 2)), n < (2,), (1, 2) == n, isinstance(n, tuple), NT(1))
show(n == NT(1, 2), {(1, 2): 3}[n], n + (3,), n.index(2), n.count(1))
""",
    "nt unpack": """
a, b = nt()
show(a, b, (n := nt()[0:1]), max(nt()))
""",
    "typing nt": """
t = TN('a')
show(t, t.up(), t.n, t == ('a', 3), TN._fields, TN.__annotations__, t._asdict(), TN._field_defaults)
""",
    "nt arg": """
show(ident(nt()), tname(nt()))
""",
    "typed dict": """
show(TD(a=1), TD.__annotations__)
""",
    "defaultdict": """
d = dd()
show(d, d['a'], d == {'a': [1]}, d['q'], isinstance(d, dict))
import collections
show(isinstance(d, collections.defaultdict))
""",
    "defaultdict lambda": """
d = dl()
show(d == {'z': 7}, d['y'], isinstance(d, dict))
""",
    "counter": """
c = ctr('aab')
show(c, c == {'a': 2, 'b': 1}, c['z'], c.most_common(1), c + c)
import collections
show(isinstance(c, collections.Counter))
""",
    "ordereddict": """
o = od()
show(o, list(o), o == {'a': 2, 'b': 1})
o.move_to_end('b')
show(o)
""",
    "deque": """
d = dq()
show(d, d.maxlen, d[0], list(d))
d.append(4)
show(d)
""",
    "chainmap": """
c = cm()
show(c['a'], dict(c) == {'a': 1, 'b': 2}, 'b' in c, len(c))
""",
    "list sub": """
t = Stack([1])
t.push(2)
show(t == [1, 2], t.peek(), len(t), t[0], t, list(t), isinstance(t, list), 2 in t, t + [3], t[0:1])
show(sum(t), sorted(t), t.index(2), bool(Stack()), Stack() == [])
t[0] = 9
t.append(3)
del t[1]
show(t, t.pop(), t.count(9))
t += [7]
show(t, type(t).__name__)
t.extend([1])
t.sort()
show(t, [x for x in t], t == Stack([1, 7, 9]), [1, 7, 9] == t, t != [1])
""",
    "int sub": """
m = Money(5)
show(m + 3, m == 5, m < 6, int(m), m * 2, m, isinstance(m, int), hash(m) == hash(5), 5 == m)
show([5].index(m), str(m), f'{m}', m + Money(1), sum([m, m]), abs(m), -m)
""",
    "str sub": """
n = Name('bob')
show(n.shout(), n == 'bob', n.upper(), n + 'x', 'x' + n, len(n), n[0], isinstance(n, str))
show({'bob': 1}[n], 'o' in n, f'{n}', n.split('o'), n.startswith('b'), sorted(n), ','.join([n]))
show(n < 'c', n.replace('b', 'c'))
""",
    "dict sub": """
b = Bag(a=1)
b['c'] = 2
show(b.total(), b == {'a': 1, 'c': 2}, b, dict(b), list(b), b.get('z'), 'a' in b, len(b))
show(b.items() == dict(a=1, c=2).items(), sorted(b.keys()), b | {'q': 1}, {**b}, b.pop('a'))
show(b.setdefault('n', 4))
del b['c']
b.update(z=1)
show(b, list(b.values()), [k for k in b])
""",
    "dict sub override": """
c = Ci()
c['A'] = 1
show(c['a'], c['A'], 'A' in c, c == {'a': 1}, c, dict(c))
""",
    "set sub": """
m = MySet([1, 2])
m.add(3)
show(m == {1, 2, 3}, 2 in m, len(m), m | {4}, m < {1, 2, 3, 4}, sorted(m), m & {1}, m - {1})
show(isinstance(m, set), m)
""",
    "tuple sub": """
v = Vec(1, 2)
show(v + Vec(1, 1), v == (1, 2), v[0], len(v), hash(v) == hash((1, 2)), v, isinstance(v, tuple))
show(list(v))
""",
    "userlist": """
u = UL([1, 2])
u.append(3)
show(u == [1, 2, 3], len(u), u[0], u.data, list(u), u, u == UL([1, 2, 3]), 3 in u, u[1:] == [2, 3])
""",
    "userdict": """
u = UD(a=1)
u['b'] = 2
show(u == {'a': 1, 'b': 2}, u['b'], len(u), dict(u), u, 'a' in u, u.data, list(u.items()))
""",
    "userstring": """
u = US('abc')
show(u == 'abc', len(u), u.upper() == 'ABC', str(u), u.data)
""",
    "float sub": """
show(DF(1.5) == 1.5, DF(1.5) + 1, DF(2.5), round(DF(2.6)))
""",
    "deque sub": """
d = MyDeque([1, 2])
d.append(3)
show(list(d), len(d), d[0], d.pop())
""",
    "abc seq": """
import collections.abc as c
m = MySeq(1, 2, 3)
show(isinstance(m, c.Sequence), m.index(2), m.count(1), list(reversed(m)), 2 in m, list(m), len(m))
show(m[-1], issubclass(MySeq, c.Sequence), m[0:2])
""",
    "abc map": """
import collections.abc as c
m = MyMap()
m['a'] = 1
m.update(b=2)
show(isinstance(m, c.MutableMapping), m['a'], dict(m), m.get('z', 0), list(m.items()), m.pop('a'))
show(len(m), m == {'b': 2}, m.setdefault('c', 3), sorted(m), 'c' in m, list(m.keys()))
show(list(m.values()))
del m['c']
show(len(m))
m.clear()
show(len(m))
""",
}


@pytest.mark.parametrize("case", CASES)
def test_they_work_as_beside_the_plain_module(same: Callable[[str, str], None], case: str) -> None:
    same("data", PRELUDE + CASES[case])
