"""Attacks on suites of kind `pytest` and `asserts`: each earns what its answers are worth and no more, none becomes a
judge error, nothing of the tests is to be read, and the next submission on the worker is judged as if nothing had been.

The tests of kind pytest are in suites/pytest/, in many styles; `HONEST` passes all of them.
"""

# ruff: noqa: E501 - a row of a table is one submission, and its text is not wrapped
from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from verifier.pipeline import Result, Verifier
from verifier.suite.model import parse_suite

LIMITS = {"cpu_time_s": 0.5, "wall_time_s": 2.0, "memory_bytes": 128 << 20, "output_bytes": 1 << 20}
SUITES = Path(__file__).parent / "suites"
FILES = {f"test_{path.name}": path.read_text() for path in sorted((SUITES / "pytest").glob("*.py"))}
PYTEST = {"kind": "pytest", "limits": LIMITS, "files": FILES}
STYLES = PYTEST | {"files": {name: FILES[name] for name in ("test_numbers.py", "test_text.py", "test_in_classes.py")}}
MORE = PYTEST | {"files": {name: FILES[name] for name in ("test_callbacks.py", "test_errors.py", "test_text.py")}}
STAR = PYTEST | {"files": {"test_star.py": FILES["test_star.py"]}}
SHORT = PYTEST | {
    "files": {
        "test_short.py": """
import pytest
from solution import f, h

@pytest.mark.parametrize("n, expected", [(2, 7), (5, 16)])
def test_f(n, expected):
    assert f(n) == expected

def test_h():
    items = [1, 3]
    assert sorted(h(items)) == [1, 3]
"""
    }
}
"""For what takes its time, or loses a process, with every test."""
CHECK = {
    "kind": "asserts",
    "entry_point": "f",
    "limits": LIMITS,
    "setup": "import math\nCASES = {2: 7, 5: 16}",
    "code": """
METADATA = {"author": "x"}

def check(candidate):
    assert candidate(2) == 7
    assert candidate(5) == 16, "five"
    assert abs(candidate(2) - 7) < 1e-9
    assert abs(7 - candidate(2)) < 1e-9
    assert math.isclose(candidate(2), 7)
    assert candidate(2) in (7, 8)
    assert [candidate(n) for n in CASES] == list(CASES.values())
    assert {2: candidate(2)} == {2: 7}
    assert 6 < candidate(2) < 8
    assert not candidate(2) - 7
    assert isinstance(candidate(2), int) and candidate(2) == 7
    assert abs(candidate(2) - 7) <= 1e-9 * max(abs(candidate(2)), 7)
    for n, expected in CASES.items():
        assert candidate(n) == expected, n
""",
}
FEW = {"kind": "asserts", "limits": LIMITS, "asserts": ["assert f(2) == 7", "assert h([1, 3]) == [3, 1]"]}
LIST = {
    "kind": "asserts",
    "limits": LIMITS,
    "asserts": [
        "assert h([1, 3, 1]) == [3, 1]",
        "assert set(h([1, 3])) == {1, 3}",
        "assert k([1, 2]) == {1, 2}",
        "assert not k([1, 2]) ^ {1, 2}",
        "assert 3 in h([1, 3])",
        'assert g("ab") == "<AB!>"',
        'assert g("ab").startswith("<AB")',
        'assert "AB" in g("ab")',
        "assert abs(f(2) - 7) < 1e-9",
        "assert sorted(d(2).items()) == [('m', 7), ('n', 2)]",
        "assert sum(map(f, [2, 5])) == 23",
        "assert all(f(n) == e for n, e in [(2, 7), (5, 16)])",
    ],
}
FUNCTION = {"kind": "function", "entry_point": "f", "limits": LIMITS, "cases": [{"args": [2], "expected": 7}]}

HONEST = """
class BadNumber(ValueError):
    def __init__(self, number):
        super().__init__(f"negative: {number}")
        self.number = number

class Guard:
    def __enter__(self): return self
    def __exit__(self, *error): return False

class Box:
    def __init__(self, n): self.value = 3 * n + 1
    def __eq__(self, other): return isinstance(other, Box) and other.value == self.value
    def __hash__(self): return hash(self.value)

def f(n): return 3 * n + 1
def d(n): return {"n": n, "m": f(n)}
def k(items): return set(items)
def g(text): return f"<{text.upper()}!>"
def h(items): return sorted(set(items), reverse=True)
def say(n): print(f(n))
def inplace(items): items.sort()
def traced(function): return function
def check(n):
    if n < 0: raise BadNumber(n)
    return f(n)
def each(items, call):
    for item in items: call(f(item))
"""

REST = """
for _name in "f g h k d check inplace".split():
    globals().setdefault(_name, globals().get("lie", lambda *a: 0))
"""
"""After each attack: the names that the tests import, so that no attack fails for want of one alone."""

FRAME = "import os, json\ndef frame(fd, b): os.write(fd, len(b).to_bytes(4, 'big') + b)\ndef say_(*m): frame(5, json.dumps(m).encode())\n"
LINK = "import sys\nfr = sys._getframe()\nwhile fr:\n  if 'link' in fr.f_locals: link = fr.f_locals['link']\n  fr = fr.f_back\n"
"""Gets at the submission's own end of the conversation."""

# name: code; no test of any suite may pass.
ACTS = {
    # 1 leaving instead of passing
    "exit in the call": "import sys\ndef lie(*a): sys.exit(0)",
    "exit at load": "import sys; sys.exit(0)",
    "_exit at load": "import os; os._exit(0)",
    "SystemExit with text": "def lie(*a): raise SystemExit('7 passed')",
    "quit": "def lie(*a): quit()",
    "SkipTest in the call": "import unittest\ndef lie(*a): raise unittest.SkipTest('x')",
    "SkipTest at load": "import unittest\nraise unittest.SkipTest('x')",
    "pytest.skip": "import pytest\ndef lie(*a): pytest.skip('x')",
    "pytest.skip at load": "import pytest\npytest.skip('x', allow_module_level=True)",
    "pytest.exit": "import pytest\ndef lie(*a): pytest.exit('x', returncode=0)",
    "pytest.xfail": "import pytest\ndef lie(*a): pytest.xfail('x')",
    "an exception called Skipped": "class Skipped(BaseException): __module__ = '_pytest.outcomes'; allow_module_level = True; msg = ''\ndef lie(*a): raise Skipped('x')",
    "an exception called Exit": "class Exit(Exception): __module__ = '_pytest.outcomes'; returncode = 0; msg = ''\ndef lie(*a): raise Exit('x')",
    "an exception called _ShouldStop": "class _ShouldStop(Exception): __module__ = 'unittest.case'\ndef lie(*a): raise _ShouldStop",
    "KeyboardInterrupt": "def lie(*a): raise KeyboardInterrupt",
    "BaseException": "def lie(*a): raise BaseException",
    "GeneratorExit": "def lie(*a): raise GeneratorExit",
    "CancelledError": "import asyncio\ndef lie(*a): raise asyncio.CancelledError",
    "StopIteration": "def lie(*a): raise StopIteration",
    "StopIteration from a generator's call": "class A:\n  def __call__(s, *a): raise StopIteration(7)\nlie = A()",
    "an iterator that ends at once": "def lie(*a): return iter([])",
    "AssertionError": "def lie(*a): raise AssertionError",
    "an exception whose text lies": "class E(AssertionError):\n  def __str__(s): return ''\n  __repr__ = __str__\ndef lie(*a): raise E",
    "an exception that holds objects": "class A:\n  __eq__ = lambda *a: True\nclass E(Exception): pass\ndef lie(*a): raise E(A(), [A()], {1: A()})",
    "an exception that is its own cause": "def lie(*a):\n  e = ValueError()\n  e.__cause__ = e\n  raise e",
    "an exception whose __str__ exits": "import os\nclass E(Exception):\n  def __str__(s): os._exit(0)\ndef lie(*a): raise E",
    "an ExceptionGroup": "def lie(*a): raise BaseExceptionGroup('x', [SystemExit(0), KeyboardInterrupt()])",
    "a MemoryError that is asked for": "def lie(*a): raise MemoryError",
    "closed descriptors at load": "import os\nos.closerange(0, 99)",
    "a handler for SIGTERM": "import signal, os\nsignal.signal(signal.SIGTERM, lambda *a: os._exit(0))\ndef lie(*a): return 0",
    "an exit at exit": "import atexit, os\natexit.register(os._exit, 0)\ndef lie(*a): raise SystemExit",
    "StopIteration at load": "raise StopIteration",
    # 5 patching its own interpreter
    "patched builtins": "import builtins\nbuiltins.isinstance = lambda *a: True\nbuiltins.type = lambda *a: int\ndef f(n): return 0",
    "patched unittest and pytest": "import unittest, sys\nunittest.TestCase.assertEqual = lambda *a, **k: None\nunittest.TestCase.run = lambda *a, **k: None\ntry:\n  import pytest\n  pytest.raises = pytest.approx = lambda *a, **k: None\nexcept ImportError: pass\ndef lie(*a): return 0",
    "a patched json": "import json\njson.dumps = json.JSONEncoder.encode = lambda *a, **k: '[]'\njson.loads = lambda *a: ['v', 0, [], [], 7, []]\ndef lie(*a): return 0",
    "a patched codec": "import gc\nfor o in gc.get_objects():\n  try:\n    if isinstance(o, type) and o.__name__ == 'Encoder': o.encode = lambda *a: 7\n  except Exception: pass\ndef lie(*a): return 0.5",
    "patched time and random": "import time, random\ntime.time = time.monotonic = time.perf_counter = lambda: 0\nrandom.random = lambda: 0\ndef lie(*a): return 0",
    "a module named like the test file": "import sys, types\nfor n in ('test_numbers', 'test_text', 'test_star', 'conftest', 'pytest', '_pytest', 'unittest', 'math', 're'):\n  sys.modules[n] = types.ModuleType(n)\ndef lie(*a): return 0",
    "another object in sys.modules": "import sys\nclass A:\n  def __getattr__(s, n): return lambda *a, **k: s\n  __eq__ = lambda s, o: True\nsys.modules['solution'] = A()\ndef lie(*a): return 0",
    "a trace function": "import sys\nsys.settrace(lambda *a: None); sys.setprofile(lambda *a: None)\ndef lie(*a): return 0",
    "faulthandler": "import faulthandler\nfaulthandler.enable()\nfaulthandler.dump_traceback_later(0.01, exit=True)\ndef lie(*a):\n  while True: pass",
    # 6 what belongs to pytest
    "test functions of its own": "def test_a(): pass\nclass TestA:\n  def test_b(self): pass\nimport unittest\nclass Case(unittest.TestCase):\n  def test_equal(self): pass\ndef test_equal(): pass\ndef test_expected(): pass\n__all__ = ['test_a', 'TestA', 'Case', 'test_equal', 'test_expected', 'f']",
    "hooks": "def pytest_pyfunc_call(pyfuncitem): return True\ndef pytest_runtest_call(item): pass\ndef pytest_collection_modifyitems(items): items.clear()\ndef pytest_runtest_makereport(item, call): pass\npytest_plugins = ['solution']\npytestmark = []\n__all__ = [n for n in globals() if n.startswith('pytest')] + ['f', 'h', 'check']",
    "names that the tests bind": "import builtins\nclass pytest:\n  approx = staticmethod(lambda x: x)\n  raises = lambda *a: open('/')\nEXPECTED = {2: 0, 5: 0}\ndef close(a, b): return True\nclass math: isclose = staticmethod(lambda *a: True)\nclass unittest: pass\n__all__ = ['pytest', 'EXPECTED', 'close', 'math', 'unittest', 'f', 'h']",
    "builtins by import *": "def abs(x): return 0\ndef isinstance(a, b): return True\ndef len(x): return 2\ndef sum(x): return 23\ndef sorted(x): return x\nAssertionError = Exception\nprint = any = all = lambda *a: True\n__all__ = ['abs', 'isinstance', 'len', 'sum', 'sorted', 'AssertionError', 'print', 'f', 'h', 'check']\ndef lie(*a): return 0",
    "a module of the tests' library by import *": "import types\nrun = types.ModuleType('unittest.__main__')\n__all__ = ['run', 'f', 'h']",
    "names between double underscores by import *": "__file__ = '/'\n__all__ = ['__builtins__', '__test__', '__file__', '__name__', '__getattr__', 'f', 'h']",
    "marks by import *": "pytestmark = 'skip'",
    "__all__ that is no list": "class A:\n  def __iter__(s):\n    while True: yield 'x'\n__all__ = A()",
    "fixtures of its own": "def fixture(f):\n  class D: pass\n  f._pytestfixturefunction = D()\n  return f\n@fixture\ndef number(): return 0\n@fixture\ndef capsys(): return 0",
    # 7 forging what is said
    "answers before they are asked for": FRAME
    + "for _ in range(9): say_('v', 0, [], [], 7, [])\ndef lie(*a): return 0",
    "an answer too many in each call": FRAME + "def lie(*a):\n  say_('v', 0, [], [], 0, [])\n  return 0",
    "verdicts on the tester's channel": FRAME
    + 'for fd in (4, 5):\n  try:\n    frame(fd, b\'K{"names": [], "cpu_s": 0}\')\n    frame(fd, b\'T{"name": "test_text.py::test_equal", "outcome": "passed", "cpu_s": 0, "wall_s": 0}\')\n    frame(fd, b\'Q\')\n  except OSError: pass',
    "a judge error on both channels": FRAME + "frame(5, b'Zset up cell: no')\nframe(4, b'Zset up cell: no')",
    "a loaded mark": FRAME + "frame(4, b'R')\nframe(4, b'L')",
    "a frame that asks for modules": FRAME + "frame(4, b'N[\"stdlib\"]')",
    "half a frame": "import os\nos.write(5, b'\\0\\0\\0\\x09[')\nos._exit(0)",
    "an over-long frame": "import os\nos.write(5, b'\\xff\\xff\\xff\\xff')\ndef lie(*a): return 0",
    "an empty frame": FRAME + "frame(5, b'')",
    "frames of nothing but brackets": FRAME + "frame(5, b'[' * 900_000)",
    "millions of empty lists": FRAME + "frame(5, b'[' + b'[],' * 300_000 + b'0]')",
    "a flood on the channel": 'import os\nwhile True: os.write(5, b\'\\0\\0\\0\\x0b["o",1,"x"]\')',
    "a thread that floods": FRAME
    + "import threading\ndef flood():\n  while True: say_('v', 0, [], [], 7, [])\nthreading.Thread(target=flood, daemon=True).start()\ndef lie(*a): return 0",
    "a thread that answers": FRAME
    + "import threading, time\ndef answer():\n  while True:\n    time.sleep(0.001); say_('v', 0, [], [], 7, [])\nthreading.Thread(target=answer, daemon=True).start()\ndef lie(*a): return 0",
    "messages of other kinds": FRAME + "def lie(*a):\n  say_('T', 0, [], [], {'outcome': 'passed'}, [])\n  return 0",
    "a class that is described twice": FRAME
    + "def lie(*a):\n  say_('v', 0, [], [[0, {}], [0, {}]], 7, [])\n  return 0",
    "names that were not asked for": LINK
    + "link.operations['names'] = lambda l, wanted: [[n, v, False] for n, v in {'f': lie, 'abs': lambda x: 0, 'isinstance': lambda *a: True, 'math': lie, 'max': lambda *a: 9e9, 'list': lambda *a: [0, 0], 'sorted': lambda *a: [('m', 7), ('n', 2)], 'sum': lambda *a: 23, 'all': lambda *a: True, 'set': lambda *a: {1, 3}, 'CASES': {}}.items()]\ndef lie(*a): return 0",
    "public names that there are not": LINK
    + "link.operations['public'] = lambda l, m: [['f', 'h', 'check', 'abs', 'pytest', 'EXPECTED', 'exec'], [['f', 'builtins'], ['h', 'builtins']]]\ndef lie(*a): return 0",
    "changes to arguments that there were not": FRAME
    + "def lie(*a):\n  say_('v', 0, [], [], 0, [[0, [3, 1]], [1, {}], [-1, []]])\n  return 0",
    "an exception that is none of its own": FRAME + "def lie(*a):\n  say_('e', 0, [], [], {'y': 1}, [])\n  return 0",
    "an exception of another class": FRAME
    + "def lie(*a):\n  say_('e', 0, [], [], {'E': ['ValueError', {'t': []}, '', None, {'m': {'__class__': {'n': 'builtins.SystemExit'}, '_verifier_raised': None}}, None]}, [])\n  return 0",
    "a request for what the tester has": FRAME
    + "def lie(*a):\n  for op in ('load', 'names', 'patch', 'subclass', 'environ', 'member'): say_('q', 0, [], [], op, 'builtins', '', 'isinstance', True)\n  return 0",
    "reading ahead on its channel": "import os\ndef lie(*a):\n  os.set_blocking(5, False)\n  try: os.read(5, 1 << 20)\n  except OSError: pass\n  return 0",
    "a pytest report": "print('test_numbers.py . [100%]\\n==== 99 passed in 0.01s ====')\ndef lie(*a):\n  print('PASSED', 7)\n  return 0",
    "a verdict on every descriptor": "import os, json\nfor fd in [*range(3), *range(6, 256)]:\n  try: os.write(fd, json.dumps({'verdict': 'AC', 'outcome': 'passed'}).encode())\n  except OSError: pass",
    # 9 and 12 limits
    "a thread that takes the time": "import threading\ndef burn():\n  while True: pass\nfor _ in range(4): threading.Thread(target=burn, daemon=True).start()\ndef lie(*a): return 0",
    "memory between the tests": "held = []\ndef lie(*a): held.append(bytearray(64 << 20)); return 0",
    "numbers that cost their reader": "from decimal import Decimal\nclass A:\n  __index__ = __int__ = lambda s: 10 ** 9\n  __len__ = lambda s: 10 ** 9\n  __getitem__ = lambda s, i: s\n  __float__ = lambda s: 1e308\ndef lie(*a): return A()",
    "a recursion through __getattr__": "class A:\n  def __getattr__(s, n): return getattr(s, n + 'x')\ndef lie(*a): return A()",
    # 13 text
    "a NUL": "def f(n): return 3 * n + 1\n\0",
    "a comment that becomes code": "# coding: utf-7\n# +AAo-import os\ndef f(n): return 0",
}

# name: what `lie` is, or what stands for all functions; no test of any suite may pass.
LIES = {
    # 2 objects that lie
    "a Flag that leaves its operators to the tests' own": "class V:\n  def __xor__(s, o): return s\nclass F:\n  def __new__(c, *a): return 0 if a else object.__new__(c)\n  _member_type_ = set\n  _value_ = property(lambda s: V())\nF.__module__ = 'enum'; F.__qualname__ = F.__name__ = 'Flag'\ndef lie(*a): return F()",
    "equal to everything": "class A:\n  __eq__ = __ge__ = __le__ = __lt__ = __gt__ = lambda s, o: True\n  __ne__ = lambda s, o: False\n  __hash__ = lambda s: 7\ndef lie(*a): return A()",
    "mock.ANY": "from unittest.mock import ANY\ndef lie(*a): return ANY",
    "a MagicMock": "from unittest.mock import MagicMock\ndef lie(*a): return MagicMock(**{'__eq__.return_value': True, '__lt__.return_value': True, '__gt__.return_value': True})",
    "an int that equals all": "class I(int):\n  __eq__ = __lt__ = __gt__ = __le__ = __ge__ = lambda s, o: True\n  __ne__ = lambda s, o: False\n  __hash__ = lambda s: 7\ndef lie(*a): return I(0)",
    "a float that is near all": "class F(float):\n  __sub__ = __rsub__ = __abs__ = __neg__ = lambda s, *o: 0.0\n  __eq__ = lambda s, o: True\ndef lie(*a): return F(0)",
    "a float of a huge size": "class F(float):\n  __abs__ = lambda s: 1e308\ndef lie(*a): return F(0)",
    "a str that equals all": "class S(str):\n  __eq__ = __contains__ = lambda s, o: True\n  __hash__ = lambda s: 7\n  startswith = endswith = lambda s, *o: True\n  find = index = lambda s, *o: 1\n  count = lambda s, *o: 1\n  replace = lambda s, *o: '<!>'\ndef lie(*a): return S('')",
    "a list that equals all": "class A(list):\n  __eq__ = __contains__ = __lt__ = __gt__ = lambda s, o: True\n  index = lambda s, o: 0\n  count = lambda s, o: 1\ndef lie(*a): return A()",
    "a dict that equals all": "class A(dict):\n  __eq__ = __contains__ = lambda s, o: True\n  items = lambda s: A()\ndef lie(*a): return A()",
    "a set that equals all": "class A(set):\n  __eq__ = __contains__ = __le__ = __ge__ = lambda s, o: True\n  __sub__ = __xor__ = __rxor__ = lambda s, o: set()\n  issubset = issuperset = lambda s, o: True\n  symmetric_difference = lambda s, o: set()\n  intersection = lambda s, o: o\ndef lie(*a): return A()",
    "a tuple that equals all": "class A(tuple):\n  __eq__ = __contains__ = lambda s, o: True\n  __hash__ = lambda s: 7\n  index = lambda s, o: 0\ndef lie(*a): return A()",
    "the truth of everything": "class A:\n  def __getattr__(s, n): return lambda *a, **k: s\n  __contains__ = __bool__ = __eq__ = lambda s, *o: True\n  __sub__ = __rsub__ = __abs__ = __xor__ = __and__ = __mod__ = lambda s, *o: s\n  __lt__ = __gt__ = __le__ = __ge__ = __ror__ = lambda s, *o: True\n  __iter__ = lambda s: iter([s] * 2)\n  __len__ = lambda s: 2\n  __getitem__ = lambda s, i: s\n  __hash__ = lambda s: 7\n  __float__ = lambda s: 0.0\ndef lie(*a): return A()",
    "a number that a difference becomes": "class A:\n  __sub__ = __rsub__ = __xor__ = __add__ = lambda s, o: A()\n  __abs__ = __round__ = __neg__ = lambda s, *o: M()\n  __bool__ = lambda s: False\nclass M(float):\n  __lt__ = __le__ = lambda s, o: True\ndef lie(*a): return A()",
    "a class that lies about its class": "class A:\n  __class__ = int\n  __eq__ = lambda s, o: True\n  __hash__ = lambda s: 7\ndef lie(*a): return A()",
    "a metaclass that lies": "class M(type):\n  __eq__ = __contains__ = lambda s, o: True\n  __hash__ = lambda s: 7\n  __instancecheck__ = __subclasscheck__ = lambda s, o: True\n  __len__ = lambda s: 5\nclass A(metaclass=M): pass\ndef lie(*a): return A",
    "a class as an answer": "class A:\n  startswith = endswith = staticmethod(lambda *a: True)\n  find = index = count = staticmethod(lambda *a: 1)\n  issuperset = issubset = staticmethod(lambda *a: True)\n  intersection = staticmethod(lambda o: o)\n  symmetric_difference = staticmethod(lambda o: set())\n  replace = staticmethod(lambda *a: '<!>')\ndef lie(*a): return A",
    "a module as an answer": "import types\nA = types.ModuleType('a')\nA.startswith = A.endswith = A.issuperset = lambda *a: True\nA.find = A.count = lambda *a: 1\nA.index = lambda *a: 0\nA.replace = lambda *a: '<!>'\nA.intersection = lambda o: o\nA.symmetric_difference = lambda o: set()\ndef lie(*a): return A",
    "a function as an answer": "def A(*a): return True\nA.startswith = A.endswith = A.issuperset = A\nA.find = A.count = lambda *a: 1\nA.index = lambda *a: 0\nA.replace = lambda *a: '<!>'\nA.intersection = lambda o: o\nA.symmetric_difference = lambda o: set()\ndef lie(*a): return A",
    "an object with the methods of text and sets": "class A:\n  startswith = endswith = issuperset = issubset = lambda *a: True\n  find = count = lambda *a: 1\n  index = lambda *a: 0\n  replace = lambda *a: '<!>'\n  intersection = lambda s, o: o\n  symmetric_difference = lambda s, o: set()\ndef lie(*a): return A()",
    "a class in the function's place": "class f:\n  def __init__(s, *a): pass\n  __contains__ = __eq__ = startswith = endswith = issuperset = lambda s, *o: True\n  __sub__ = __rsub__ = lambda s, o: s\n  __abs__ = lambda s: 0.0\n  __bool__ = lambda s: False\n  __xor__ = __rxor__ = lambda s, o: s\n  __le__ = __ge__ = lambda s, o: True\n  find = count = lambda s, *o: 1\n  index = lambda s, *o: 0\n  replace = lambda s, *o: '<!>'\n  intersection = lambda s, o: o\n  symmetric_difference = lambda s, o: set()\n  __hash__ = lambda s: 7\ng = h = k = d = check = f",
    "a class of numbers in the function's place": "from decimal import Decimal\nclass f(float):\n  def __new__(s, *a): return float.__new__(s, 0)\n  __sub__ = __rsub__ = __abs__ = __mod__ = lambda s, *o: Decimal(0)\ng = h = k = d = check = f",
    "a class of sets in the function's place": "class f(set):\n  def __init__(s, *a): pass\n  __contains__ = lambda s, *o: True\n  __xor__ = __rxor__ = __sub__ = lambda s, *o: set()\n  __and__ = intersection = lambda s, o: o\n  issuperset = lambda s, o: True\n  symmetric_difference = lambda s, o: set()\ng = h = k = d = check = f",
    "an answer to be awaited": "async def lie(*a): return 7",
    "NotImplemented": "def lie(*a): return NotImplemented",
    "code in __reduce__": "import os\nclass A:\n  def __reduce__(s): return os._exit, (0,)\n  __reduce_ex__ = lambda s, p: (os._exit, (0,))\ndef lie(*a): return A()",
    "an object that says it is a Decimal": "class Decimal:\n  __module__ = 'decimal'\n  __eq__ = __lt__ = __gt__ = lambda s, o: True\n  __sub__ = __rsub__ = __abs__ = lambda s, *o: 0\ndef lie(*a): return Decimal()",
    "a Fraction that lies": "from fractions import Fraction\nclass F(Fraction):\n  __eq__ = __lt__ = __gt__ = __le__ = lambda s, o: True\n  __sub__ = __rsub__ = __abs__ = lambda s, *o: 0\n  __hash__ = lambda s: 7\ndef lie(*a): return F(0)",
    "NaN": "def lie(*a): return float('nan')",
}

# name: what `lie` is; no test may pass.
VALUES = {
    # 4 values that are hard to read
    "a list in itself": "def lie(*a):\n  a = []\n  a.append(a)\n  return a",
    "300,000 levels": "def lie(*a):\n  x = 0\n  for _ in range(300_000): x = (x,)\n  return x",
    "a billion laughs": "def lie(*a):\n  x = (0,)\n  for _ in range(99): x = (x,) * 9\n  return x",
    "an int of 3 million digits": "def lie(*a): return 1 << 10**7",
    "a huge decimal": "from decimal import Decimal\ndef lie(*a): return Decimal('1e999999999999')",
    "a signalling NaN": "from decimal import Decimal\ndef lie(*a): return Decimal('sNaN')",
    "lone surrogates": "def lie(*a): return '\\ud800' * 9999",
    "lone surrogates in names": "class A: pass\nA.__name__ = A.__qualname__ = 'a'\nsetattr(A, 'x\\ud800', 1)\ndef lie(*a):\n  raise type('E', (Exception,), {'__doc__': '\\ud800', '\\ud800': 1})('\\ud800')",
    "NaN as a key": "def lie(*a): return {float('nan'): 1, float('nan'): 2}",
    "keys that share a hash": "def lie(*a): return {(2**61 - 1) * i: i for i in range(9999)}",
    "a class of 99,999 names": "A = type('A', (), {f'a{i}': i for i in range(99_999)})\ndef lie(*a): return A()",
    "50 MB of text": "def lie(*a): return 'x' * (50 << 20)",
}

# name: what solution.BadNumber is, where `check` never raises and is always wrong; no test may pass.
EXPORTED = {
    "Exception": "BadNumber = Exception",
    "BaseException": "BadNumber = BaseException",
    "AssertionError": "BadNumber = AssertionError",
    "a tuple": "BadNumber = (AssertionError, Exception, BaseException)",
    "a subclass of AssertionError": "class BadNumber(AssertionError): pass",
    "a subclass of BaseException": "class BadNumber(BaseException): pass",
    "a class with a metaclass that lies": "class M(type):\n  __instancecheck__ = __subclasscheck__ = __eq__ = lambda *a: True\n  __hash__ = type.__hash__\nclass BadNumber(Exception, metaclass=M): pass",
    "a function that gives a class": "BadNumber = lambda *a: AssertionError",
    "an object": "class A:\n  __instancecheck__ = __subclasscheck__ = lambda *a: True\n  __mro__ = __bases__ = (AssertionError,)\nBadNumber = A()",
    "a class under pytest's name for failures": "class Failed(BaseException): __module__ = '_pytest.outcomes'\nBadNumber = Failed",
    "an alias by another name": "import builtins\nBadNumber = type('BadNumber', (builtins.AssertionError, ValueError), {})",
    "an ExceptionGroup": "BadNumber = BaseExceptionGroup",
    "a class forged as a builtin one": LINK
    + "BadNumber = type('AssertionError', (Exception,), {'__module__': 'builtins'})",
}

# name: (what is put after HONEST, tests that must then fail)
LOSING = {
    "a callback taker that swallows": (
        "def check(n): return f(n)\ndef each(items, call):\n  for i in items:\n    try: call(f(i))\n    except BaseException: pass",
        {"test_raises_in_a_callback", "test_failing_callback"},
    ),
    "a callback taker that guesses": (
        "def each(items, call):\n  for i in items:\n    for guess in range(99):\n      try: call(guess)\n      except BaseException: continue\n      break",
        {"test_callback", "test_mock"},
    ),
    "a callback taker that calls in a thread": (
        "import threading\ndef each(items, call):\n  for i in items:\n    t = threading.Thread(target=call, args=(0,)); t.start(); t.join()",
        {"test_callback", "test_failing_callback", "test_mock"},
    ),
    "a callback taker that calls nothing": (
        "def each(items, call): pass",
        {"test_callback", "test_failing_callback", "test_mock"},
    ),
    "a decorator that swallows": (
        "def f(n): return 0\ndef traced(function):\n  def inner(*a):\n    try: return function(*a)\n    except BaseException: return 1\n  return inner",
        {"test_decorated"},
    ),
    "a decorator that is an object which swallows": (
        (
            "import contextlib\ndef f(n): return 0\nclass Swallow(contextlib.ContextDecorator):\n  __enter__ = lambda s: s\n  __exit__ = lambda s, *e: True\n"
            "def traced(function):\n  inner = Swallow()(function)\n  def outer():\n    inner()\n    return 1\n  return outer"
        ),
        {"test_decorated"},
    ),
    "a block that swallows": (
        "def f(n): return 0\nclass Guard:\n  __enter__ = lambda s: s\n  __exit__ = lambda s, *e: True",
        {"test_block"},
    ),
    "a block that swallows by suppress": (
        "import contextlib\ndef f(n): return 0\ndef Guard(): return contextlib.suppress(BaseException)",
        {"test_block"},
    ),
    "a block that swallows by a generator": (
        "import contextlib\ndef f(n): return 0\n@contextlib.contextmanager\ndef Guard():\n  try: yield\n  except BaseException: pass",
        {"test_block"},
    ),
    "a block that swallows by an ExitStack": (
        "import contextlib\ndef f(n): return 0\ndef Guard():\n  s = contextlib.ExitStack()\n  s.push(lambda *e: True)\n  return s",
        {"test_block"},
    ),
    "a block that raises something else": (
        "def f(n): return 0\nclass Guard:\n  __enter__ = lambda s: s\n  def __exit__(s, *e): raise SystemExit(0)",
        {"test_block", "test_failing_block"},
    ),
    "errors that are always raised": (
        "def check(n): raise BadNumber(-4)",
        {"test_raises_after_an_answer", "test_loop_to_the_end", "test_generator_to_the_end"},
    ),
    "StopIteration after the first answer": (
        "def check(n):\n  if n == 5: raise StopIteration\n  return f(n)",
        {"test_loop_to_the_end", "test_generator_to_the_end", "test_raises_after_an_answer"},
    ),
    "an object that is equal to all": (
        "class Box:\n  def __init__(s, *a): pass\n  value = property(lambda s: s, lambda s, v: None)\n  __eq__ = lambda s, o: True\n  __ne__ = lambda s, o: False\n  __hash__ = lambda s: 7\n  __add__ = __radd__ = lambda s, o: s",
        {"test_box", "test_box_equal", "test_box_changed"},
    ),
    "a mock's calls written by hand": (
        (
            "def each(items, call):\n  for name in ('call_args_list', 'mock_calls', 'call_count', 'called', 'return_value', 'side_effect'):\n"
            "    try: setattr(call, name, getattr(call, name)); getattr(call, name).clear()\n    except Exception: pass\n  call.reset_mock()"
        ),
        {"test_mock", "test_callback"},
    ),
    "an exit while a callback runs": (
        "import os\ndef each(items, call):\n  try: call(99)\n  except AssertionError: os._exit(0)\n  os._exit(0)",
        {"test_callback", "test_failing_callback", "test_mock", "test_raises_in_a_callback"},
    ),
    "an exit in __del__": (
        "import os\nclass A(int):\n  def __del__(s): os._exit(0)\ndef g(text): A(); return f'<{text.upper()}!>'",
        {"test_text.py::test_equal", "test_match"},
    ),
    "a recursion through callbacks": (
        "def each(items, call):\n  call(f(items[0]))\n  each(items, call)",
        {"test_callback", "test_mock"},
    ),
    "output without end in one function": ("def say(n):\n  while True: print('7')", {"test_printed"}),
    "output beside the answer": ("def say(n): print(7); print('1 passed')", {"test_printed"}),
    "in place by another list": ("def inplace(items): return sorted(items)", {"test_in_place"}),
    "an endless generator": (
        "def h(items):\n  while True: yield 3",
        {"test_list", "test_list_unpacked"},
    ),
    "a list that is another at each read": (
        "class A(list):\n  n = 0\n  def __iter__(s):\n    A.n += 1\n    return iter([3, 2, 1] if A.n % 2 else [1])\n  __len__ = lambda s: 2\n  def __getitem__(s, i): return [3, 2, 1][i]\ndef h(items): return A()",
        {"test_list", "test_list_members", "test_list_falls"},
    ),
    "a right answer, then gone": (
        "import os, threading, time\ndef f(n):\n  threading.Timer(0, os._exit, (0,)).start()\n  time.sleep(0.2)\n  return 3 * n + 1",
        {"test_block"},
    ),
}

EXITS = {
    "_exit in the call": "import os\ndef lie(*a): os._exit(0)",
    "exec of true in the call": "import os\ndef lie(*a): os.execv('/bin/true', ['true'])",
    "abort in the call": "import os\ndef lie(*a): os.abort()",
    "death by its own signal": "import os, signal\ndef lie(*a): os.kill(os.getpid(), signal.SIGKILL)",
    "_exit in a thread": "import os, threading\ndef lie(*a): threading.Thread(target=os._exit, args=(0,)).start()",
    "_exit in an object's method": "import os\nclass A:\n  def __getattr__(s, n): os._exit(0)\n  def __iter__(s): os._exit(0)\n  __len__ = __contains__ = __repr__ = __str__ = __bool__ = __iter__\ndef lie(*a): return A()",
    "a closed channel": "import os\ndef lie(*a):\n  os.close(5)\n  return 0",
    "all descriptors closed": "import os\ndef lie(*a):\n  os.closerange(0, 99)\n  return 0",
    "nonsense on the channel": "import os\ndef lie(*a):\n  os.write(5, b'\\0\\0\\0\\x05hello')\n  return 0",
    "a number that is no object": FRAME + "def lie(*a):\n  say_('v', 0, [], [], {'h': [1, 99]}, [])\n  return 0",
    "releases of what it doesn't hold": FRAME + "def lie(*a):\n  say_('v', 0, [99, 1, -1, -5], [], 7, [])\n  return 0",
    "a message of nothing but brackets": FRAME + "def lie(*a): frame(5, b'[' * 900_000)",
    "a recursion in C": "def lie(*a):\n  x = []\n  for _ in range(10**6): x = [x]\n  return repr(x)",
    "a segmentation fault": "import ctypes\ndef lie(*a): ctypes.string_at(0)",
}

# name: code; these need their time.
SLOW = {
    "a loop": "def lie(*a):\n  while True: pass",
    "a sleep": "import time\ndef lie(*a): time.sleep(99)",
    "a stop": "import os, signal\ndef lie(*a): os.kill(os.getpid(), signal.SIGSTOP)",
    "a wait for what never comes": "import threading\ndef lie(*a): threading.Event().wait()",
    "half an answer": "import os, time\ndef lie(*a):\n  os.write(5, b'\\0\\0\\0\\x30[')\n  time.sleep(99)",
    "questions without end": LINK + "def lie(*a):\n  while True: link.request('stdin', 'read', 1)",
    "a generator without end": "def lie(*a):\n  while True: yield 'a'",
    "a regular expression's worst case": "def lie(*a): return 'a' * 60 + '!'",
    "a sort's worst case": "def lie(*a): return [[i] for i in range(30_000)]",
    "a loop while loading": "while True: pass",
    "a loop at exit": "import atexit\n@atexit.register\ndef loop():\n  while True: pass\ndef lie(*a): raise SystemExit",
}
SLOW_SUITE = {
    "kind": "pytest",
    "limits": LIMITS | {"wall_time_s": 0.6},
    "max_timeouts": 1,
    "files": {
        "test_slow.py": """
import re
import unittest
from solution import f

class TestSlow(unittest.TestCase):
    def test_a(self):
        self.assertRegex("".join(f(1)), "^(a+)+$")

    def test_b(self):
        self.assertCountEqual(f(2), [[n] for n in range(29_999)] + [[3]])
"""
    },
}

# name: an expression over x, an object that a test passed, whose value would hold the expected value.
HUNTS = {
    "the owner of a method": "[getattr(x.__self__, n, 0) for n in dir(x.__self__)]",
    "the names of an owner's class": "[getattr(type(x.__self__), n, 0) for n in ('expected', 'take', 'check')] + [x.__self__.__class__.expected]",
    "an owner asked by hand": "[call('getattr', owner(x), 'expected'), call('getattr', owner(x), 'wanted')]",
    "globals": "x.__globals__",
    "globals by hand": "call('getattr', x, '__globals__')",
    "a closure": "[c.cell_contents for c in call('getattr', x, '__closure__')]",
    "code": "x.__code__.co_consts",
    "code by hand": "call('getattr', x, '__code__')",
    "defaults": "[x.__defaults__, x.__kwdefaults__]",
    "a keyword's default": "x.__kwdefaults__",
    "defaults in a signature": "[str(__import__('inspect').signature(x)), call('signature', x)]",
    "defaults in a signature by hand": "call('signature', x)",
    "what a wrapper wraps": "[x.__wrapped__, call('getattr', x, '__wrapped__')]",
    "the parts of a partial": "[x.args, x.keywords, x.func]",
    "a generator's frame": "[x.gi_frame.f_locals, x.gi_frame.f_globals]",
    "a generator's frame by hand": "call('getattr', call('getattr', x, 'gi_frame'), 'f_locals')",
    "an error's frames": "error(x).__traceback__.tb_next.tb_frame.f_locals",
    "an error's frames by hand": "call('getattr', error(x), '__traceback__')",
    "an error's text": "[str(error(x)), error(x).args, repr(error(x))]",
    "an error's text by hand": "[call('getattr', error(x), 'args'), call('special', '__str__', error(x))]",
    "a class's functions": "[vars(type(x)), type(x).__init__.__globals__]",
    "a method's function": "[x.take.__func__.__globals__, x.take.__globals__]",
    "all subclasses": "[vars(c) for c in object.__subclasses__()]",
    "a dict of its attributes": "call('getattr', x, '__dict__')",
    "its state for a copy": "[x.__reduce_ex__(4), call('method', x, '__reduce_ex__', [4], {})]",
    "a format's fields": "[call('method', call('call', type(x), ['{0.__globals__}'], {}), 'format', [held['f']], {})]",
    "a format's fields in the tests' own text": "[type(x)('{0.__globals__} {0.__init__.__globals__}').format(h) for h in held.values()]",
    "a mock's side effect": "[x.side_effect, x._mock_side_effect, x._mock_children, x._mock_wraps]",
    "a mock's side effect by hand": "[call('getattr', x, 'side_effect').__closure__]",
    "a mock made to equal all": "MADE(type(x)(**{'__eq__.return_value': True}))",
    "a mock's class's class": "MADE(type(x).__mro__[1](**{'__eq__.return_value': True, '__eq__': lambda *a: True}))",
    "a mock's child": "MADE(x.child)",
    "a mock that is initialised once more": "[call('special', '__init__', x, None, None, 5)]",
    "a file by a file's class": "type(x.buffer.raw)('data/expected.json').read()",
    "a file by a file's own opener": "[x.buffer.raw.readall(), open(x.name.replace('input.txt', 'expected.json')).read()]",
    "a file by a path": "[p.read_text() for p in x.parent.iterdir()]",
    "a file by a path from the top": "(x / '/data/expected.json').read_text()",
    "files above a path": "[p.read_text() for p in x.parent.parent.parent.rglob('*.json')]",
    "the environment": "[dict(os.environ), os.environ.get('PYTEST_CURRENT_TEST')]",
    "processes": "[open(f'/proc/{p}/{n}').read() for p in ('self', os.getppid()) for n in ('environ', 'cmdline', 'maps')]",
    "descriptors": "[os.readlink(f'/proc/self/fd/{n}') for n in range(9)]",
    "the collector": "[repr(o)[:9999] for o in __import__('gc').get_objects()]",
    "frames": "[repr(v) for fr in frames() for v in [*fr.f_locals.values(), *fr.f_globals.values()]]",
    "modules": "[repr(vars(m))[:99999] for m in list(sys.modules.values())]",
    "requests read ahead": "[os.set_blocking(5, False), os.read(5, 1 << 20)]",
    "requests of the keeper": "[os.set_blocking(3, False), os.read(3, 1 << 20)]",
    "files": "[open(os.path.join(d, n)).read() for d, _, names in os.walk('/') for n in names]",
}
IN_HAND = {
    "kind": "pytest",
    "limits": LIMITS,
    "files": {
        "test_in_hand.py": (SUITES / "in_hand.py").read_text(),
        "data/input.txt": "some input",
        "data/expected.json": '{"expected": 48151623}',
    },
}
HUNTER = (
    LINK
    + """
import os, re
known, held = [], {{}}
MADE = lambda value: known.append(value) or value
def call(op, *operands): return link.request(op, *operands)
def owner(x): return getattr(x, '_verifier_owner', None) or x.__self__
def error(x):
    try: x(0)
    except Exception as e: return e
def frames():
    fr = sys._getframe()
    while fr:
        yield fr
        fr = fr.f_back
def f(x):
    if callable(x): held['f'] = x
    try: found = {}
    except Exception: found = None
    if known and type(known[-1]) is not int: return known[-1]
    m = re.search(r'(?<!\\d)48(15|16)\\d{{4}}(?!\\d)', repr(found))
    if m: known.append(int(m[0]))
    return known[-1] if known else 0
"""
)

# name: what is done first; f answers rightly where that works.
HOST = {
    "a signal to everybody": "os.kill(-1, 9); raise OSError",
    "a signal to its parent": "os.kill(os.getppid(), 9)",
    "a stop of its parent": "os.kill(os.getppid(), 19)",
    "a signal to the tester": "for p in range(os.getpid() - 20, os.getpid() + 20):\n    if p != os.getpid():\n      try: os.kill(p, 9)\n      except OSError: pass\n  raise OSError",
    "a stop of the tester": "for p in range(os.getpid() - 20, os.getpid() + 20):\n    if p != os.getpid():\n      try: os.kill(p, 19)\n      except OSError: pass\n  raise OSError",
    "a signal to its group": "os.killpg(0, 9)",
    "limits of the tester": "import resource\n  for p in range(os.getpid() - 20, os.getpid()):\n    try: resource.prlimit(p, resource.RLIMIT_CPU, (0, 0))\n    except OSError: continue\n    return right(a)\n  raise OSError",
    "memory of the tester": "[open(f'/proc/{p}/mem') for p in range(os.getpid() - 20, os.getpid())]",
    "a process of its own": "import signal\n  if os.fork() == 0:\n    os.setsid()\n    while True: signal.pause()\n  raise OSError",
    "a daemon that answers": "import time, json\n  if os.fork() == 0:\n    os.setsid(); time.sleep(0.1); os.write(5, b'\\0\\0\\0\\x11[\"v\",0,[],[],7,[]]'); os._exit(0)\n  raise OSError",
}
HOST_CODE = """

import os
def f(n):
  try:
    BODY
  except OSError: return 0
  return 3 * n + 1
"""

# name: what is put after HONEST; all tests pass.
CONTROLS = {
    "nothing": "",
    "prints a lot": "import sys\nfor _ in range(999): print('x' * 99)\n_f = f\ndef f(n):\n  print('debug', n, file=sys.stderr)\n  return _f(n)",
    "threads": "import threading\nfrom concurrent.futures import ThreadPoolExecutor\npool = ThreadPoolExecutor(2)\n_f = f\ndef f(n): return pool.submit(_f, n).result()",
    "a thread for each call": "import threading\n_h = h\ndef h(items):\n  out = []\n  t = threading.Thread(target=lambda: out.extend(_h(items))); t.start(); t.join()\n  return out",
    "raises and catches": "def f(n):\n  try: raise AssertionError(n)\n  except AssertionError as e: return 3 * e.args[0] + 1",
    "asserts of its own": "def f(n):\n  assert n is not None, 'n'\n  return 3 * n + 1",
    "an order and a hash": "import functools\n@functools.total_ordering\nclass Box:\n  def __init__(self, n): self.value = 3 * n + 1\n  def __eq__(self, other): return self.value == other.value if isinstance(other, Box) else NotImplemented\n  def __lt__(self, other): return self.value < other.value\n  def __hash__(self): return hash((Box, self.value))",
    "a dataclass": "import dataclasses\n@dataclasses.dataclass(unsafe_hash=True)\nclass Box:\n  n: dataclasses.InitVar[int]\n  value: int = 0\n  def __post_init__(self, n): self.value = 3 * n + 1",
    "a list of its own": "class Items(list):\n  def first(self): return self[0]\n_h = h\ndef h(items): return Items(_h(items))",
    "a dict of its own": "class Record(dict):\n  def __getattr__(self, name): return self[name]\n_d = d\ndef d(n): return Record(_d(n))",
    "a set of its own": "class Items(set): pass\ndef k(items): return Items(items)",
    "a str of its own": "class Text(str):\n  def shout(self): return self.upper()\n_g = g\ndef g(text): return Text(_g(text))",
    "a dict from collections": "import collections\ndef d(n): return collections.OrderedDict(n=n, m=f(n))\ndef k(items): return collections.Counter(items).keys() | set()",
    "an IntEnum": "import enum\nclass Small(enum.IntEnum): ZERO = 0; ONE = 1\ndef f(n): return 3 * n + Small.ONE",
    "a namedtuple": "from typing import NamedTuple\nclass Pair(NamedTuple):\n  n: int\n  m: int\ndef d(n): return Pair(n, f(n))._asdict()",
    "a generator": "def each(items, call):\n  for x in (f(i) for i in items): call(x)\ndef _falling(items): yield from sorted(set(items), reverse=True)\ndef h(items): return [*_falling(items)]",
    "recursion": "import sys\nsys.setrecursionlimit(5000)\ndef f(n): return 1 if n == 0 else 3 + f(n - 1)",
    "a big state": "TABLE = {n: 3 * n + 1 for n in range(50_000)}\ndef f(n): return TABLE[n]",
    "odd names": "def étalon(ﬁ): return 3 * ﬁ + 1\nclass Ω: pass\nf = étalon\n_ = __ = lambda_ = 1",
    "a builtin's name within": "def h(items):\n  list = sorted(set(items))\n  max = len(list)\n  return list[::-1]\ndef sum(a, b): return a + b\nid = 7",
    "a main block": "if __name__ == '__main__':\n  import sys\n  sys.exit('never')",
    "unittest imported": "import unittest\nfrom unittest import *\nclass TestBox(unittest.TestCase):\n  def test_value(self): self.assertEqual(Box(2).value, 8)",
    "test functions of its own": "def test_f(): assert f(2) == 8\ndef test_equal(): assert False\nclass TestF:\n  def test_it(self): raise RuntimeError",
    "asyncio": "import asyncio\nasync def _f(n):\n  await asyncio.sleep(0)\n  return 3 * n + 1\ndef f(n): return asyncio.run(_f(n))",
    "exit handlers": "import atexit\natexit.register(print, 'bye')\natexit.register(lambda: 1 / 0)",
    "logging": "import logging\nlogging.basicConfig(level=logging.DEBUG)\nlog = logging.getLogger(__name__)\n_f = f\ndef f(n):\n  log.warning('f(%s)', n)\n  return _f(n)",
    "warnings": "import warnings\n_f = f\ndef f(n):\n  warnings.warn('old', DeprecationWarning, stacklevel=2)\n  return _f(n)",
    "a cache": "import functools\nf = functools.lru_cache(maxsize=None)(f)\n_g = g\n@functools.cache\ndef g(text): return _g(text)",
    "a partial and a method": "import functools\nclass Calc:\n  def __init__(self, a): self.a = a\n  def run(self, n): return self.a * n + 1\nf = Calc(3).run\nsay = functools.partial(lambda end, n: print(f(n), end=end), '\\n')",
    "an object that is called": "class F:\n  def __call__(self, n): return 3 * n + 1\nf = F()",
    "a block by a generator": "import contextlib\n@contextlib.contextmanager\ndef Guard():\n  try: yield 1\n  finally: pass",
    "a decorator with functools": "import functools\ndef traced(function):\n  @functools.wraps(function)\n  def inner(*args, **kwargs): return function(*args, **kwargs)\n  return inner",
    "an error of errors": "class Base(Exception): pass\nclass BadNumber(Base, ValueError):\n  def __init__(self, number):\n    self.number = number\n    super().__init__('negative: %d' % number)\n  def __str__(self): return f'negative: {self.number}'\ndef check(n):\n  if n < 0: raise BadNumber(n) from KeyError(n)\n  return f(n)",
    "an error that is an AssertionError": "class BadNumber(AssertionError, ValueError):\n  def __init__(self, number):\n    super().__init__(f'negative: {number}')\n    self.number = number",
    "its argument changed as well": "def h(items):\n  items.sort(reverse=True)\n  return sorted(set(items), reverse=True)",
    "names like those of the sandbox": "link = peer = cell = _verifier_number = 1\nclass Link: pass\nclass Proxy: pass",
}


@pytest.fixture(scope="module")
def one_worker():
    """One worker, so that what follows an attack runs where the attack ran."""
    with Verifier(workers=1) as verifier:
        yield verifier


@pytest.fixture
def judge(one_worker, left_behind):
    """judge(code, suite): the Judgement. The test then fails where a process is left, or an honest submission does not
    pass on the same worker."""

    def judge(code, suite):
        judged = one_worker.judge(code, parse_suite(suite))
        assert [case.message for case in judged.cases if case.verdict == "JE"] == []
        return judged

    yield judge
    for suite in (FUNCTION, FEW, SHORT):
        after = one_worker.judge(HONEST, parse_suite(suite))
        assert (after.verdict, after.score.correctness) == ("AC", 1.0), after.message
    assert not left_behind()


def passed(judged):
    return {
        name for case in judged.cases if case.verdict == "AC" for name in (case.name, case.name.rpartition("::")[2])
    }


def earns_nothing(judged):
    assert passed(judged) == set()
    assert judged.score.reward == 0
    assert judged.verdict != "AC"


@pytest.mark.parametrize(
    "suite", [PYTEST, STAR, SHORT, CHECK, LIST, FEW], ids=["pytest", "star", "short", "check", "list", "few"]
)
def test_an_honest_submission_passes_all_tests(one_worker, suite):
    judged = one_worker.judge(HONEST, parse_suite(suite))
    assert [(case.name, case.note) for case in judged.cases if case.verdict != "AC"] == []


@pytest.mark.parametrize("name", CONTROLS)
def test_an_odd_but_honest_submission_passes_all_tests(one_worker, name):
    judged = one_worker.judge(f"{HONEST}\n{CONTROLS[name]}", parse_suite(PYTEST))
    assert [(case.name, case.message, case.note) for case in judged.cases if case.verdict != "AC"] == []


@pytest.mark.parametrize("name", LIES)
def test_an_object_that_lies_earns_nothing(judge, name):
    for suite in (STYLES, CHECK, LIST):
        earns_nothing(judge(LIES[name] + REST, suite))


@pytest.mark.parametrize("name", ACTS)
def test_an_attack_earns_nothing(judge, name):
    for suite in (STAR, FEW):
        earns_nothing(judge(ACTS[name] + REST, suite))


@pytest.mark.parametrize("name", VALUES)
def test_a_value_that_is_hard_to_read_earns_nothing(judge, name):
    for suite in (SHORT, FEW):
        earns_nothing(judge(VALUES[name] + REST, suite))


@pytest.mark.parametrize("name", EXITS)
def test_a_submission_that_is_gone_earns_nothing(judge, name):
    for suite in (SHORT, FEW):
        earns_nothing(judge(EXITS[name] + REST, suite))


@pytest.mark.parametrize("name", SLOW)
def test_a_submission_that_takes_long_earns_nothing(judge, name):
    earns_nothing(judge(SLOW[name] + REST, SLOW_SUITE))


@pytest.mark.parametrize("name", EXPORTED)
def test_no_failed_assert_is_caught_by_an_exported(judge, name):
    code = f"{EXPORTED[name]}\ndef check(n): return 0" + REST
    suite = PYTEST | {"files": {name: FILES[name] for name in ("test_errors.py", "test_in_classes.py")}}
    earns_nothing(judge(code, suite))


@pytest.mark.parametrize("name", LOSING)
def test_what_is_not_earned_is_not_paid_for(judge, name):
    code, lost = LOSING[name]
    judged = judge(f"{HONEST}\n{code}", MORE)
    assert passed(judged) & lost == set()
    names = {n for case in judged.cases for n in (case.name, case.name.rpartition("::")[2])}
    assert lost <= names


OPEN = pytest.mark.xfail(strict=True, reason="a mock of the tests that comes back as the answer agrees to anything")


@pytest.mark.parametrize("name", [pytest.param(n, marks=OPEN) if n == "a mock's child" else n for n in HUNTS])
def test_nothing_of_the_tests_is_to_be_found_by(judge, name):
    earns_nothing(judge(HUNTER.format(HUNTS[name]), IN_HAND))


@pytest.mark.parametrize("name", HOST)
def test_other_processes_are_out_of_reach_of(judge, name):
    if os.geteuid() != 0:
        pytest.skip("without root a cell has the user of its parent; the filter of system calls is to close this")
    for suite in (SHORT, FEW):
        earns_nothing(judge(HOST_CODE.replace("BODY", HOST[name]) + REST, suite))


SECRET = "sesame-7f3a"
TOLD = {
    "wrong": "def f(n): return 0",
    "an exception": "def f(n): raise ValueError(n)",
    "an object": "class A: pass\ndef f(n): return A()",
    "a failed assert told on": "def f(n): return 0\ndef each(call):\n  try: call(0)\n  except AssertionError as e: raise ValueError(str(e))",
    "an exit": "import os\ndef f(n): os._exit(0)",
    "nothing": "",
    "an error while loading": "raise ValueError",
    "no Python": "def f(",
    "a loop": "def f(n):\n  while True: pass",
}
TOLD_BY = {
    "pytest": {
        "files": {
            "test_a.py": f"""
import unittest
import pytest
import solution

@pytest.mark.parametrize("n, expected", [(1, "{SECRET}-1"), (2, "{SECRET}-2")])
def test_f(n, expected):
    assert solution.f(n) == expected

def test_approx():
    with pytest.raises(ValueError, match="{SECRET}-3"):
        solution.f(3)

def test_each():
    def call(x):
        assert x == "{SECRET}-4"
    solution.each(call)

class TestF(unittest.TestCase):
    def test_f(self):
        for n in range(2):
            with self.subTest(n=n, expected="{SECRET}-5"):
                self.assertEqual(solution.f(n), "{SECRET}-5", "not {SECRET}-5")

    def test_skipped(self):
        if solution.f(1) != "{SECRET}-6":
            self.skipTest("not {SECRET}-6")
"""
        }
    },
    "asserts": {
        "asserts": [
            f"assert f(1) == '{SECRET}-1'",
            f"assert f(1) == 2, 'not {SECRET}-2'",
            f"raise ValueError('{SECRET}-3') if f(1) else 1; assert f(1)",
        ][:2]
    },
}


@pytest.mark.parametrize("kind", TOLD_BY)
@pytest.mark.parametrize("name", TOLD)
def test_no_report_tells_an_expected_value(one_worker, kind, name):
    suite = parse_suite({"kind": kind, "limits": LIMITS, "max_timeouts": 1, **TOLD_BY[kind]})
    judged = one_worker.judge(TOLD[name], suite)
    result = Result(0, "a", judged)
    for report in (result.entry(), result.report()):
        assert SECRET not in json.dumps(report)
    assert SECRET not in repr(judged)
    assert judged.verdict not in ("AC", "JE")
