"""Right programs that ask for what a jail may easily refuse: each must print what Python prints without a jail."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.attacks.library import arrangement
from verifier.pipeline import Verifier
from verifier.sandbox.keeper import SandboxOptions
from verifier.suite.model import parse_suite

ECHO = "print(input())"


@pytest.fixture(scope="module", params=["all layers", "lambda"])
def jailed(request: pytest.FixtureRequest) -> Iterator[Verifier]:
    policy = "library" if request.param == "all layers" else arrangement(request.param)
    with Verifier(workers=1, sandbox=SandboxOptions(policy=policy)) as verifier:
        yield verifier


PROGRAMS: dict[str, tuple[str, str]] = {
    "stdout wrapped anew": (
        """\
import io, sys
sys.stdout = io.TextIOWrapper(sys.stdout.buffer, encoding='utf-8')
print(input())
""",
        "é\n",
    ),
    "stdin wrapped anew": (
        """\
import io, sys
sys.stdin = io.TextIOWrapper(sys.stdin.buffer, encoding='utf-8')
print(input())
""",
        "é\n",
    ),
    "streams reconfigured": (
        """\
import sys
sys.stdin.reconfigure(encoding='utf-8')
sys.stdout.reconfigure(encoding='utf-8')
print(input())
""",
        "é\n",
    ),
    "pipes can't seek": (
        """\
import sys
print(sys.stdin.seekable(), sys.stdout.seekable(), sys.stdin.buffer.peek(1)[:1])
""",
        "False False b'\\xc3'\n",
    ),
    "stdin by a path object": (
        """\
from pathlib import Path
print(Path('/dev/stdin').read_text())
""",
        "é\n\n",
    ),
    "the null device": (
        """\
import contextlib, os
with open(os.devnull, 'w') as f, contextlib.redirect_stdout(f): print('no')
with open(os.devnull, 'rb') as f: print(f.read(), f.name)
""",
        "b'' /dev/null\n",
    ),
    "the null device in no such mode": (
        """\
try: open('/dev/null', 'q')
except ValueError as e: print(e)
""",
        "invalid mode: 'q'\n",
    ),
    "help": (
        """\
import contextlib, io
with contextlib.redirect_stdout(io.StringIO()) as out: help(sum)
print('iterable' in out.getvalue())
""",
        "True\n",
    ),
    "what objects say at the end": (
        """\
class A:
  def __init__(self, n): self.n = n
  def __del__(self): print(self.n)
a, _p, l = A('a'), A('p'), [A('l')]
print('end')
""",
        "end\np\na\nl\n",
    ),
    "its own text": (
        """\
import inspect
def f(x):
    # here
    return x
print(inspect.getsource(f))
""",
        "def f(x):\n    # here\n    return x\n\n",
    ),
    "a traceback with its lines": (
        """\
import traceback
try:
    1 / 0
except ArithmeticError:
    print(traceback.format_exc().splitlines()[2])
""",
        "    1 / 0\n",
    ),
    "modules in packages": (
        """\
try:
  import json.tool, ctypes.util
  from ctypes import wintypes
  print('there')
except ImportError: print('missing')
""",
        "there\n",
    ),
    "modules loaded anew": (
        """\
import importlib, random, string, sys
importlib.reload(string)
del sys.modules['random']
import random, math
del sys.modules['math']
import math
print(math.floor(random.random()))
""",
        "0\n",
    ),
    "a codec's error handler": (
        """\
print('é'.encode('ascii', 'namereplace'))
""",
        "b'\\\\N{LATIN SMALL LETTER E WITH ACUTE}'\n",
    ),
    "time zones by name": (
        """\
import zoneinfo
print('Europe/Paris' in zoneinfo.available_timezones())
""",
        "True\n",
    ),
    "to its own directory": (
        """\
import os
os.chdir(os.path.dirname(os.path.abspath(__file__)))
try: os.chdir('/nowhere')
except FileNotFoundError: print('there')
""",
        "there\n",
    ),
    "a list of paths": (
        """\
import os, sys
print(bool(sys.path[0]), bool(os.environ['PATH']))
""",
        "True True\n",
    ),
    "a pool of threads": (
        """\
from multiprocessing.pool import ThreadPool
from multiprocessing.dummy import Pool
with ThreadPool(2) as p: print(p.map(abs, [-1, 2]), p.apply_async(sum, ([1, 2],)).get())
with Pool() as p: print(sorted(p.imap_unordered(abs, [-3])))
""",
        "[1, 2] 3\n[3]\n",
    ),
    "a pool of threads left open": (
        """\
from multiprocessing.pool import ThreadPool
p = ThreadPool(2)
print(p.map(abs, [-1]))
""",
        "[1]\n",
    ),
    "locks and values for processes": (
        """\
import multiprocessing as mp, threading
lock, total, done = mp.RLock(), mp.Value('i', 1), mp.Condition()
def add():
  with lock, lock:
    for _ in range(500): total.value += 1
threads = [threading.Thread(target=add) for _ in range(4)]
[t.start() for t in threads]
[t.join() for t in threads]
print(total.value, mp.Array('d', [1.0])[:], mp.Semaphore(0).acquire(False))
with done: print(done.wait(0.01))
b = mp.BoundedSemaphore(1)
try: b.release()
except ValueError: print('too often')
""",
        "2001 [1.0] False\nFalse\ntoo often\n",
    ),
    "a loop of its own choice": (
        """\
import asyncio, selectors
async def f(): await asyncio.sleep(0); return 3
print(asyncio.SelectorEventLoop(selectors.SelectSelector()).run_until_complete(f()))
asyncio.set_event_loop_policy(asyncio.DefaultEventLoopPolicy())
print(asyncio.run(f()))
""",
        "3\n3\n",
    ),
    "signals in a loop": (
        """\
import asyncio, signal
async def main():
  stop, loop = asyncio.Event(), asyncio.get_running_loop()
  loop.add_signal_handler(signal.SIGALRM, stop.set)
  signal.setitimer(signal.ITIMER_REAL, 0.01)
  await stop.wait()
  print(loop.remove_signal_handler(signal.SIGALRM))
asyncio.run(main())
""",
        "True\n",
    ),
    "big integers as text": (
        """\
import sys
sys.set_int_max_str_digits(0)
print(len(str(3**100000)), (7**90000 // 5**40000) % 1000)
""",
        "47713 335\n",
    ),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_prints_what_it_does_elsewhere(jailed: Verifier, name: str) -> None:
    code, printed = PROGRAMS[name]
    cases = [{"stdin": "é\n", "stdout": printed}] * 2  # the second has the bytecode of the first
    judged = jailed.judge(code, parse_suite({"kind": "stdio", "checker": "exact", "cases": cases}))
    assert (judged.verdict, judged.message) == ("AC", "")


def test_the_locale_of_the_environment(jailed: Verifier) -> None:
    code = (
        "import locale\ndef f():\n  locale.setlocale(locale.LC_ALL, 'C')\n  return locale.setlocale(locale.LC_ALL, '')"
    )
    import locale

    before = locale.setlocale(locale.LC_ALL)
    try:
        locale.setlocale(locale.LC_ALL, "C.UTF-8")
    except locale.Error:
        pytest.skip("this system has no such locale")
    finally:
        locale.setlocale(locale.LC_ALL, before)
    suite = {"kind": "function", "entry_point": "f", "cases": [{"expected": "C.UTF-8"}]}
    judged = jailed.judge(code, parse_suite(suite))
    assert (judged.verdict, judged.message) == ("AC", "")


TESTS: dict[str, tuple[str, str]] = {
    "a clock that tests stop by a class of theirs": (
        """\
import datetime
def today(): return datetime.date.today().isoformat()
""",
        """\
import datetime, solution
from unittest import mock
class Day(datetime.date):
  @classmethod
  def today(cls): return cls(2020, 1, 2)
def test_it():
  with mock.patch('solution.datetime.date', Day): assert solution.today() == '2020-01-02'
""",
    ),
    "protocols and hooks": (
        """\
from abc import ABC
from typing import Protocol, runtime_checkable
@runtime_checkable
class HasArea(Protocol):
    def area(self): ...
class Square:
    def area(self): return 1
class Other: pass
class Areal(ABC):
    @classmethod
    def __subclasshook__(cls, c): return hasattr(c, 'area')
""",
        """\
from solution import *
def test_it():
    assert isinstance(Square(), HasArea) and issubclass(Square, HasArea) and isinstance(Square(), Areal)
    assert not isinstance(Other(), HasArea) and not isinstance(Other(), Areal) and not isinstance(3, HasArea)
""",
    ),
    "pickles": (
        """\
from dataclasses import dataclass
@dataclass
class P:
  x: list
  n: 'P' = None
""",
        """\
import pickle
from solution import P
def test_it():
  p = P([1], P([2]))
  q = pickle.loads(pickle.dumps(p))
  assert q == p and q is not p and q.n.x == [2] and isinstance(q, P)
""",
    ),
    "an object's own text": (
        """\
import functools
class Once:
  'of the class'
  def __init__(self, f): functools.update_wrapper(self, f)
@Once
def f():
  'of f'
""",
        """\
from solution import Once, f
def test_it(): assert (f.__doc__, Once.__doc__) == ('of f', 'of the class')
""",
    ),
}


@pytest.mark.parametrize("name", TESTS)
def test_tests_find_what_they_find_elsewhere(jailed: Verifier, name: str) -> None:
    code, tests = TESTS[name]
    judged = jailed.judge(code, parse_suite({"kind": "pytest", "files": {"test_it.py": tests}}))
    assert (judged.verdict, [case.note for case in judged.cases]) == ("AC", [""])


LIARS = {
    "of exceptions": (
        """\
import abc
class Meta(abc.ABCMeta):
    def __instancecheck__(cls, o): return True
    def __subclasscheck__(cls, c): return True
class Fault(Exception, metaclass=Meta): pass
def f(): return 1
""",
        """\
import pytest
from solution import f, Fault
def test_it():
  with pytest.raises(Fault): assert f() == 2
""",
    ),
    "of what the tests have": (
        """\
import abc
class Meta(abc.ABCMeta):
  def __instancecheck__(cls, o): return True
class Shape(metaclass=Meta): pass
def f(): return 3
""",
        """\
from solution import f, Shape
def test_it(): assert isinstance(f(), Shape)
""",
    ),
}


@pytest.mark.parametrize("name", LIARS)
def test_a_hook_that_says_yes_earns_nothing(jailed: Verifier, name: str) -> None:
    code, tests = LIARS[name]
    suite: dict[str, Any] = {"kind": "pytest", "files": {"test_it.py": tests}}
    assert jailed.judge(code, parse_suite(suite)).verdict != "AC"
