"""Functions, iterators and objects of the tests in the hands of the submission, and closures of its own."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from verifier.sandbox.proxy.tester import Peer

PRELUDE = """
import solution
import solution as s
from solution import *
from unittest import mock
import pytest, asyncio, io, sys
"""

CASES = {
    "callback": """
show(apply(lambda a, b=2, *c, d, **e: (a, b, c, d, e), 1, d=4, f=6), each(lambda x: x * 2, [1, 2]))
show(list(lazy(lambda x: x + 1, [1, 2])), compose(lambda x: x + 1, lambda x: x * 2)(5))
""",
    "callback builtin": """
show(each(str, [1, 2]), each(len, ['a', 'bc']), apply(max, [1, 5]))
show(apply(sorted, [3, 1], reverse=True), apply('x'.join, ['a', 'b']), apply([1, 2].index, 2))
show(sort_by(['b', 'A'], str.lower), apply(int, '5'), apply({'a': 1}.get, 'a'))
""",
    "callback module": """
import math, operator
show(apply(math.sqrt, 4), fold(operator.add, [1, 2, 3], 0), fold(lambda a, b: a * b, [1, 2, 3], 1))
show(sort_by([3, 1], operator.neg), sort_by(['ab', 'c'], len))
show(sort_by([{'a': 2}, {'a': 1}], operator.itemgetter('a')))
""",
    "callback method": """
class L:

    def __init__(self):
        self.got = []

    def on(self, *a, **k):
        self.got.append((a, k))
        return len(self.got)
l = L()
b = Bus()
b.on('e', l.on)
show(b.emit('e', 1, k=2), l.got)
b.off('e', l.on)
show(b.emit('e'), l.got)
""",
    "callback list append": """
got = []
b = Bus()
b.on('e', got.append)
b.emit('e', 5)
show(got)
""",
    "callback mock": """
m = mock.Mock(return_value=7)
show(apply(m, 1, k=2), m.call_count)
m.assert_called_once_with(1, k=2)
b = Bus()
b.on('e', m)
show(b.emit('e', 'x'))
m.assert_called_with('x')
show(m.call_args_list)
""",
    "callback mock side": """
m = mock.Mock(side_effect=[1, ValueError('x')])
show(apply(m))
with pytest.raises(ValueError):
    apply(m)
show(m.mock_calls)
""",
    "callback magicmock": """
m = mock.MagicMock()
m.__len__.return_value = 3
show(apply(len, m))
m.get.return_value = 'g'
show(apply(lambda o: o.get('z'), m))
m.get.assert_called_once_with('z')
""",
    "callback state": """
n = 0
def f():
    global n
    n += 1
    return n
show(twice(f)(), n)
""",
    "closure": """
c = counter()
show(c(), c(5), counter()())
""",
    "decorator": '''
@twice
def f(x):
    """Doc f."""
    return x + 1
show(f(3), f.__name__, f.__doc__, f.__wrapped__(9))
''',
    "decorator args": """
@decorate(2)
def f(x):
    return x
show(f('q'), f.__name__)
""",
    "decorator method": """
class K:

    def __init__(self):
        self.n = 0

    @twice
    def m(self, a):
        self.n += 1
        return (a, self.n)
k = K()
show(k.m(5), k.n)
""",
    "decorator class": """
calls = []
@Memo
def f(x):
    calls.append(x)
    return x * 2
show(f(2), f(2), calls, f.__name__, f.cache)
""",
    "decorator recursive": """
@Memo
def f(n):
    return n if n < 2 else f(n - 1) + f(n - 2)
show(f(12))
""",
    "lru": """
fib.cache_clear()
show(fib(10), fib.cache_info().hits, fib.cache_info(), fib.__wrapped__(1))
show(fib.cache_info().currsize)
fib.cache_clear()
show(fib.cache_info())
""",
    "singledispatch": """
show(kind(1), kind([]), kind('x'), kind(1.5))
@kind.register(str)
def _(x):
    return 'str!'
show(kind('x'), kind.dispatch(int)(3))
""",
    "partial": """
show(part('101'), part.keywords, part.func is int)
""",
    "lambda": """
show(lam(1), lam.__name__, lam(1, y=5))
""",
    "pingpong": """
def f(n):
    return pingpong(f, n - 1)
show(pingpong(f, 50))
""",
    "recursion both": """
import sys
def f(n):
    return 0 if n == 0 else 1 + apply(f, n - 1)
show(f(100))
""",
    "tree": """
t = Tree(1, [Tree(2), Tree(3, [Tree(4)])])
seen = []
t.walk(lambda n: seen.append(n.v))
show(seen, list(t), t.kids[1].kids[0].v)
ns = []
t.walk(ns.append)
show(ns[0] is t, len(ns))
""",
    "tests object": """
class O:
    name = 'nm'

    def greet(self, x):
        return 'hi ' + x

    def __len__(self):
        return 3

    def __getitem__(self, i):
        return i * 10

    def __iter__(self):
        return iter([1, 2])

    def __str__(self):
        return 'O!'

    def __add__(self, o):
        return 100 + o

    def __bool__(self):
        return False

    @property
    def prop(self):
        return 'p'
show(use(O()))
""",
    "tests object set": """
class O:
    count = 1
o = O()
r = setit(o)
show(o.new, o.count, r is o, O.count)
""",
    "tests iterators": """
def g():
    yield 1
    yield 2
show(consume(g()), consume(iter([1, 2])), first(iter('ab')), consume(map(str, [1])))
show(consume((x * 2 for x in [1, 2])), consume({'a': 1}), consume(range(3)), consume(zip([1], [2])))
class I:

    def __init__(self):
        self.n = 2

    def __iter__(self):
        return self

    def __next__(self):
        if not self.n:
            raise StopIteration
        self.n -= 1
        return self.n
show(consume(I()), first(I()))
it = iter([1, 2, 3])
first(it)
show(next(it))
""",
    "tests file": r"""
f = io.StringIO()
r = write(f)
show(f.getvalue(), r is f)
f.seek(0)
show(readl(f), readl(io.StringIO('a\nb')))
""",
    "tests context": """
import contextlib
@contextlib.contextmanager
def c():
    yield 5
show(with_(c()), with_(contextlib.nullcontext(3)))
""",
    "tests named": """
import collections
N = collections.namedtuple('N', 'a b')
n = N(1, 2)
show(apply(lambda x: x is n, n), apply(lambda x: x.a, n))
show(through(lambda: n) is n)
""",
    "tests dataclass": """
import dataclasses
@dataclasses.dataclass
class D:
    a: int
d = D(4)
show(through(lambda: d) is d, sort_by([D(3), D(1)], lambda x: x.a))
""",
    "tests enum": """
import enum
class E(enum.Enum):
    A = 1
show(through(lambda: E.A) is E.A, apply(lambda x: x, E.A) is E.A)
""",
    "func facts": '''
def f(a, b):
    """D"""
show(nargs(f), nm(f), isco(f))
async def g():
    pass
show(isco(g))
''',
    "gen closed": """
g = lazy(lambda x: 1 // x, [1, 0])
show(next(g))
with pytest.raises(ZeroDivisionError):
    next(g)
show(list(g))
""",
    "many": """
show(sum((lam(i) for i in range(500))))
""",
    "large": """
l = list(range(20000))
show(len(consume(l)), consume(l) == l, sum(consume(range(20000))))
x = 'a' * 10 ** 6
show(through(lambda: x) == x)
""",
    "deep": """
x = []
for _ in range(150):
    x = [x]
y = consume(x)
show(len(y), y == x)
""",
    "kwargs order": """
show(apply(lambda **k: list(k), b=1, a=2))
""",
    "args types": """
show(apply(lambda *a: [type(x).__name__ for x in a], 1, 1.0, 'a', (1,), [1], {1}, {1: 1}, None, True))
show(apply(lambda *a: [type(x).__name__ for x in a], b'x', bytearray(), 1j, range(2), frozenset()))
""",
}


@pytest.mark.parametrize("case", CASES)
def test_callbacks_work_as_beside_the_plain_module(same: Callable[[str, str], None], case: str) -> None:
    same("mixed", PRELUDE + CASES[case])


def test_methods_that_were_passed_are_let_go(connect: Callable[..., Peer]) -> None:
    class Counter:
        def count(self) -> int:
            return 1

    peer = connect("def call(function): return function()")
    module = peer.module()
    assert sum(module.call(Counter().count) for _ in range(500)) == 500
    assert len(peer._link.kept._methods) < 50
