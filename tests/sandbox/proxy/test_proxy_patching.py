"""What is printed, read, warned of and logged; patches; context managers."""

from __future__ import annotations

from collections.abc import Callable

import pytest

PRELUDE = """
import solution
import solution as s
from solution import *
from unittest import mock
import pytest, asyncio, io, sys
"""

CASES = {
    "print redirect": """
import contextlib
b = io.StringIO()
with contextlib.redirect_stdout(b):
    hello('x')
show(b.getvalue())
hello('y')
""",
    "print patch stdout": """
with mock.patch('sys.stdout', new_callable=io.StringIO) as o:
    hello('x')
show(o.getvalue())
""",
    "print patched": """
with mock.patch('builtins.print') as p:
    hello('x')
p.assert_any_call('hello', 'x')
show(p.call_count, p.call_args_list[0])
""",
    "input": """
with mock.patch('builtins.input', return_value='bob') as i:
    show(ask())
i.assert_called_once_with('name? ')
with mock.patch('builtins.input', side_effect=['a', 'b']):
    show(ask(), ask())
""",
    "input lambda": """
with mock.patch('builtins.input', lambda *a: 'q'):
    show(ask())
""",
    "stdin": r"""
sys.stdin = io.StringIO('l1\nl2\n')
show(rdl(), rd())
sys.stdin = io.StringIO('a\nb')
show(lines())
sys.stdin = io.StringIO('bob\n')
show(ask())
""",
    "stdin eof": """
sys.stdin = io.StringIO('')
try:
    ask()
except EOFError as e:
    show(str(e))
""",
    "stdin patched": r"""
with mock.patch('sys.stdin', io.StringIO('zed\n')):
    show(ask())
""",
    "patch module name": """
with mock.patch('solution.helper', return_value='fake') as h:
    show(calls_helper(), s.helper())
show(calls_helper(), h.call_count)
""",
    "patch decorator": """
@mock.patch('solution.helper')
def t(h):
    h.return_value = 3
    show(calls_helper())
    h.assert_called_once_with()
t()
show(calls_helper())
""",
    "patch object": """
with mock.patch.object(s, 'helper', lambda: 'ob'):
    show(calls_helper())
show(calls_helper())
with mock.patch.object(Svc, 'fetch', return_value='f') as f:
    show(Svc().get(), Svc().fetch())
show(Svc().get(), f.call_count)
""",
    "patch object autospec": """
with mock.patch.object(Svc, 'fetch', autospec=True, return_value='f') as f:
    v = Svc()
    show(v.get())
    f.assert_called_once_with(v)
show(Svc().get())
""",
    "patch instance": """
v = Svc()
with mock.patch.object(v, 'fetch', return_value='f'):
    show(v.get())
show(v.get())
v.fetch = lambda: 'set'
show(v.get())
""",
    "patch static": """
with mock.patch.object(Svc, 'st', return_value=1):
    show(Svc.st(), Svc().st())
show(Svc.st(), Svc().st())
with mock.patch.object(Svc, 'cl', return_value=2):
    show(Svc.cl())
show(Svc.cl())
with mock.patch.object(Svc, 'url', 'new'):
    show(Svc.cl())
show(Svc.cl())
""",
    "patch class": """
with mock.patch('solution.Svc') as S:
    S.return_value.get.return_value = 'm'
    show(s.Svc().get())
show(s.Svc().get())
""",
    "patch const": """
with mock.patch('solution.LIMIT', 1):
    show(over(3))
show(over(3))
s.LIMIT = 0
show(over(3))
""",
    "patch dict": """
with mock.patch.dict(s.CONFIG, {'b': 2}):
    show(conf())
show(conf())
with mock.patch.dict('solution.CONFIG', {'b': 3}):
    show(conf())
show(conf())
""",
    "patch multiple": """
with mock.patch.multiple('solution', helper=lambda: 'mm', LIMIT=0):
    show(calls_helper(), over(1))
show(calls_helper())
""",
    "patch start stop": """
p = mock.patch('solution.helper', return_value='ss')
p.start()
show(calls_helper())
p.stop()
show(calls_helper())
""",
    "patch open": """
with mock.patch('builtins.open', mock.mock_open(read_data='data')) as m:
    show(rfile('p'))
m.assert_called_once_with('p')
with mock.patch('builtins.open', mock.mock_open()) as m:
    wfile('q', 't')
m.assert_called_once_with('q', 'w')
m().write.assert_called_once_with('t')
show('ok')
""",
    "patch solution open": """
with mock.patch('solution.open', mock.mock_open(read_data='d2'), create=True):
    show(rfile('p'))
""",
    "patch ends": """
before = now()
with mock.patch('time.time', return_value=5.0):
    show(now())
show(now() >= before)
with mock.patch('builtins.open', mock.mock_open(read_data='data')):
    show(rfile('p'))
with pytest.raises(FileNotFoundError):
    rfile('/nonexistent')
""",
    "patch time": """
with mock.patch('time.time', return_value=5.0):
    show(now())
with mock.patch('time.sleep') as z:
    show(slp(100))
    z.assert_called_once_with(100)
with mock.patch('solution.time.sleep') as z:
    show(slp(100), z.call_count)
with mock.patch('solution.time.time', return_value=1):
    show(now())
""",
    "patch random": """
with mock.patch('random.randint', return_value=4):
    show(roll())
with mock.patch('random.choice', side_effect=lambda x: x[-1]):
    show(ch())
with mock.patch('solution.random.randint', return_value=5):
    show(roll())
""",
    "patch datetime": """
import datetime
with mock.patch('solution.datetime') as d:
    d.date.today.return_value = datetime.date(2020, 1, 1)
    show(today())
show(today().year > 2020)
""",
    "patch environ": """
import os
with mock.patch.dict('os.environ', {'ZZ': '1'}):
    show(env('ZZ'))
show(env('ZZ'))
os.environ['YY'] = '2'
show(env('YY'))
""",
    "patch wraps": """
with mock.patch('solution.helper', wraps=s.helper) as h:
    show(calls_helper(), h.call_count)
""",
    "patch property": """
with mock.patch.object(Svc, 'url', new_callable=mock.PropertyMock, return_value='pm'):
    show(Svc().url)
show(Svc().url)
""",
    "monkeypatch": r"""
mp = pytest.MonkeyPatch()
mp.setattr(s, 'helper', lambda: 'mk')
show(calls_helper())
mp.setattr('solution.LIMIT', 0)
show(over(1))
mp.setattr(Svc, 'fetch', lambda self: 'mf')
show(Svc().get())
mp.setitem(s.CONFIG, 'b', 9)
show(conf())
mp.setattr('builtins.input', lambda *a: 'inp')
show(ask())
mp.setenv('QQ', '5')
show(env('QQ'))
mp.setattr('time.time', lambda: 3)
show(now())
mp.setattr('sys.stdin', io.StringIO('x\n'))
mp.delattr(s, 'helper')
show(hasattr(s, 'helper'))
mp.undo()
show(calls_helper(), over(1), Svc().get(), conf(), env('QQ'), now() > 5)
""",
    "seed": """
import random
random.seed(5)
a = [roll() for _ in range(5)]
random.seed(5)
show(a == [roll() for _ in range(5)])
""",
    "seed value": """
import random
random.seed(5)
show([roll() for _ in range(5)])
""",
    "files": """
import tempfile, os
d = tempfile.mkdtemp()
p = d + '/f'
open(p, 'w').write('content')
show(rfile(p))
wfile(p, 'w')
show(open(p).read(), exists(p))
""",
    "warns": """
import warnings
with warnings.catch_warnings(record=True) as w:
    warnings.simplefilter('always')
    show(warn())
show(len(w), str(w[0].message), w[0].category.__name__)
""",
    "pytest warns": """
with pytest.warns(DeprecationWarning, match='old'):
    warn()
show('ok')
""",
    "unittest logs": """
import unittest
t = unittest.TestCase()
with t.assertLogs('solution', level='WARNING') as l:
    log_it('mm')
show(l.output)
""",
    "sys modules": """
show(sys.modules['solution'] is s, __import__('solution') is s)
import importlib
show(importlib.import_module('solution') is s)
""",
    "contextmanager": """
log = []
with ctx(log) as v:
    log.append(v)
show(log)
log.clear()
with ctx(log):
    raise KeyError('x')
show(log)
log.clear()
with pytest.raises(ValueError):
    with ctx(log):
        raise ValueError('x')
show(log)
""",
    "context natural": """
with Sup(ZeroDivisionError):
    1 / 0
with Sup(ValueError):
    int('x')
with Sup(KeyError):
    {}['k']
with Sup(ValueError):
    fail()
show('ok')
""",
    "context seen": """
c = Sup(ValueError)
with c:
    fail('q')
show(c.seen[0] is MyErr, c.seen[1].code)
e = KeyError('own')
c = Sup(KeyError)
with c:
    raise e
show(c.seen[1] is e, c.seen[0] is KeyError)
""",
    "context assert": """
try:
    with Sup(AssertionError):
        assert 0, 'm'
except AssertionError as e:
    show('not swallowed')
else:
    show('not swallowed')
""",
    "exitstack": """
import contextlib
log = []
with contextlib.ExitStack() as st:
    show(st.enter_context(ctx(log)))
show(log)
""",
    "suppress in helper": """
def helper():
    int('x')
with Sup(ValueError):
    helper()
show('ok')
""",
    "context deco": """
@timer()
def f():
    return 5
show(f())
""",
}


@pytest.mark.parametrize("case", CASES)
def test_it_works_as_beside_the_plain_module(same: Callable[[str, str], None], case: str) -> None:
    same("mixed", PRELUDE + CASES[case])
