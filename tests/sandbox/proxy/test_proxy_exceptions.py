"""Exceptions of the submission and of the tests, on their way to and fro."""

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
    "raises": """
with pytest.raises(MyErr) as i:
    fail('m')
show(str(i.value), i.value.code, i.value.args, i.value.describe(), i.type is MyErr)
show(isinstance(i.value, ValueError), repr(i.value))
""",
    "raises base": """
with pytest.raises(ValueError, match='^m$'):
    fail('m')
with pytest.raises(Exception):
    fail()
with pytest.raises((KeyError, MyErr)):
    fail()
show('ok')
""",
    "raises wrong": """
with pytest.raises(KeyError):
    fail('m')
""",
    "raises sub": """
try:
    raise SubErr('q')
except MyErr as e:
    show(e.code, str(e), isinstance(e, SubErr), type(e) is SubErr)
""",
    "raises str": """
with pytest.raises(StrErr, match='custom') as i:
    sfail()
show(str(i.value), i.value.args)
""",
    "raises two bases": """
with pytest.raises(LookupError):
    raise LookErr('x')
with pytest.raises(TypeError):
    raise LookErr('x')
show('ok')
""",
    "raises made here": """
e = MyErr('mine')
show(str(e), e.code, e.args, isinstance(e, ValueError), repr(e))
e.extra = 4
show(e.extra)
try:
    raise e
except MyErr as f:
    show(f is e)
""",
    "raises kw": """
try:
    raise AttrErr(a=4)
except AttrErr as e:
    show(e.a, str(e), e.args)
""",
    "raises class": """
try:
    raise NoArgs
except NoArgs as e:
    show(str(e), e.args)
""",
    "raises prop": """
show(PropErr().p)
""",
    "raises builtin": """
names = 'ValueError KeyError IndexError TypeError ZeroDivisionError NotImplementedError AttributeError'.split()
for n in [*names, 'RecursionError', 'TimeoutError', 'LookupError', 'OSError']:
    for a in [(), ('v',), (2, 'm')]:
        try:
            builtin(n, *a)
        except Exception as e:
            show(type(e).__name__, str(e), e.args, repr(e))
""",
    "raises oserror": """
with pytest.raises(FileNotFoundError) as i:
    oserr()
show(i.value.errno, i.value.filename, i.value.strerror, str(i.value))
""",
    "raises unicode": """
with pytest.raises(UnicodeDecodeError) as i:
    uerr()
show(i.value.start, i.value.reason, str(i.value), i.value.object)
""",
    "raises key": """
with pytest.raises(KeyError) as i:
    keyerr()
show(str(i.value), i.value.args)
""",
    "raises cause": """
try:
    chain()
except MyErr as e:
    show(type(e.__cause__).__name__, str(e.__cause__), e.__suppress_context__)
""",
    "raises cause own": """
try:
    chain_own()
except NoArgs as e:
    show(type(e.__cause__) is MyErr, str(e.__cause__), e.__cause__.code)
""",
    "raises context": """
try:
    ctxchain()
except ValueError as e:
    show(type(e.__context__).__name__, e.__cause__)
""",
    "raises from none": """
try:
    fromnone()
except ValueError as e:
    show(e.__cause__, e.__suppress_context__)
""",
    "raises notes": """
try:
    noted()
except ValueError as e:
    show(e.__notes__)
try:
    noted_own()
except MyErr as e:
    show(e.__notes__)
""",
    "raises group": """
try:
    group()
except ExceptionGroup as e:
    show(e.message, [type(x).__name__ for x in e.exceptions], str(e))
try:
    group()
except* ValueError as g:
    show(len(g.exceptions))
except* TypeError as g:
    show('t')
""",
    "raises group own": """
try:
    group_own()
except* MyErr as g:
    show(g.exceptions[0].code)
""",
    "raises group of own class": """
try:
    several()
except Several as e:
    show(type(e) is Several, e.message, [type(x).__name__ for x in e.exceptions], str(e), isinstance(e, ExceptionGroup))
try:
    several_of(2)
except SeveralOf as e:
    show(str(e), e.args)
with pytest.raises(ExceptionGroup):
    several()
""",
    "raises zero": """
with pytest.raises(ZeroDivisionError, match='division by zero'):
    zero()
show('ok')
""",
    "raises recursion": """
with pytest.raises(RecursionError):
    rec(0)
show('ok')
""",
    "raises returned": """
e = ret_err()
show(isinstance(e, MyErr), str(e), e.code)
""",
    "raises tests own": """
class E(Exception):
    pass
x = E('q')
try:
    fail_with(x)
except E as e:
    show(e is x, e.args)
def cb():
    raise x
try:
    through(cb)
except E as e:
    show(e is x)
r = guard(cb)
show(r[0], r[1], r[2] is x, guard_type(cb, E) is x)
""",
    "raises through finally": """
log = []
def cb():
    raise KeyError('k')
with pytest.raises(KeyError):
    fin(cb, log)
show(log)
""",
    "raises wrapped": """
x = ValueError('in')
def cb():
    raise x
try:
    wrapexc(cb)
except RuntimeError as e:
    show(str(e), e.__cause__ is x, str(e.__cause__))
""",
    "raises unittest": """
import unittest
t = unittest.TestCase()
with t.assertRaises(MyErr) as c:
    fail('q')
show(c.exception.code, str(c.exception))
t.assertRaises(ValueError, fail)
t.assertRaisesRegex(MyErr, 'b.d', fail)
with t.assertRaisesRegex(ValueError, 'bad'):
    fail()
show('ok')
""",
    "raises exc subclass": """
class E(MyErr):

    def __init__(self):
        super().__init__('sub', 9)
try:
    raise E()
except MyErr as e:
    show(e.code, str(e), type(e).__name__)
def cb():
    raise E()
r = guard(cb)
show(r[0], isinstance(r[2], E))
""",
    "raises issubclass": """
show(issubclass(MyErr, ValueError), issubclass(SubErr, MyErr))
show(issubclass(LookErr, (KeyError, TypeError)), MyErr.__name__, MyErr.__bases__[-1].__name__)
""",
    "raises setattr": """
try:
    fail()
except MyErr as e:
    e.code = 10
    show(e.code, e.describe())
""",
    "raises with_traceback": """
try:
    fail()
except MyErr as e:
    show(e.__traceback__ is not None)
    f = e.with_traceback(None)
    show(f is e)
""",
    "raises reraised": """
try:
    try:
        fail('a')
    except MyErr as e:
        raise KeyError('b') from e
except KeyError as k:
    show(type(k.__cause__) is MyErr, k.__cause__.code)
""",
    "raises sysexit": """
with pytest.raises(SystemExit) as i:
    sysexit(3)
show(i.value.code)
""",
    "raises import": """
try:
    import solution.nope
except ImportError as e:
    show(type(e).__name__)
""",
    "raises name": """
try:
    builtin('NameError', 'x')
except NameError as e:
    show(str(e))
""",
    "raises eq": """
e = MyErr('a')
show(e == e, e == MyErr('a'), len({e, e}), e in [e])
""",
}


@pytest.mark.parametrize("case", CASES)
def test_exceptions_cross_as_beside_the_plain_module(same: Callable[[str, str], None], case: str) -> None:
    same("mixed", PRELUDE + CASES[case])
