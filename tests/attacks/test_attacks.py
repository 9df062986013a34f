"""Attacks on the verifier: each earns its honest share and no more, and the next submission on the worker is judged
as if nothing had been.

Every function attack is judged on f(n) == 3 * n + 1 for the four cases below, every stdio attack on the same with n
on stdin. `share` is what the answers alone are worth, of four cases.
"""

# ruff: noqa: E501 - a row of a table is one submission, and its text is not wrapped
from __future__ import annotations

import pytest

from verifier.pipeline import Verifier
from verifier.suite.model import parse_suite

INPUTS = (2, 5, 11, 400)
SECRET = "sesame-7f3a"
LIMITS = {"cpu_time_s": 0.5, "wall_time_s": 3.0, "memory_bytes": 128 << 20, "output_bytes": 1 << 20}
FUNCTION = {
    "kind": "function",
    "entry_point": "f",
    "limits": LIMITS,
    "cases": [{"args": [n], "expected": 3 * n + 1} for n in INPUTS],
}
TEXT = {
    "kind": "function",
    "entry_point": "f",
    "limits": LIMITS,
    "cases": [{"args": [n], "expected": f"{SECRET}-{n * 7919:08}"} for n in INPUTS],
}
STDIO = {
    "kind": "stdio",
    "limits": LIMITS,
    "cases": [{"stdin": f"{n}\n", "stdout": f"{3 * n + 1}\n"} for n in INPUTS],
}
HONEST = ("def f(n): return 3 * n + 1", "print(3 * int(input()) + 1)")

FRAME = "import os\ndef frame(b, fd=4): os.write(fd, len(b).to_bytes(4, 'big') + b)\n"
LIBC = "import ctypes\nC = ctypes.CDLL(None, use_errno=True)\n"

# name: code, for FUNCTION, share 0.
WORTHLESS = {
    # 1 leaving instead of passing
    "exit in the call": "import sys\ndef f(n): sys.exit(0)",
    "_exit in the call": "import os\ndef f(n): os._exit(0)",
    "exit at load": "raise SystemExit(0)",
    "_exit at load": "import os; os._exit(0)",
    "_exit by atexit": "import atexit, os\natexit.register(os._exit, 0)\ndef f(n): raise SystemExit",
    "SystemExit in a thread": "import threading, os\ndef f(n): t = threading.Thread(target=os._exit, args=(0,)); t.start(); t.join()",
    "exec of true": "import os\ndef f(n): os.execv('/bin/true', ['true'])",
    "SkipTest": "import unittest\ndef f(n): raise unittest.SkipTest('x')",
    "StopIteration": "def f(n): raise StopIteration",
    "a closed answer pipe": "import os\nos.close(4)\ndef f(n): return 0",
    "all descriptors closed": "import os\nos.closerange(0, 99)\ndef f(n): return 0",
    "death by its own signal": "import os, signal\ndef f(n): os.kill(0, signal.SIGTERM)",
    # 2 objects that lie
    "equal to everything": "class A:\n  __eq__ = __ge__ = __le__ = lambda s, o: True\n  __hash__ = lambda s: 0\ndef f(n): return A()",
    "mock.ANY": "from unittest.mock import ANY\ndef f(n): return ANY",
    "an int that equals all": "class I(int):\n  __eq__ = lambda s, o: True\n  __hash__ = int.__hash__\ndef f(n): return I(0)",
    "a float that is near all": "class F(float):\n  __sub__ = __rsub__ = __abs__ = lambda s, *o: 0.0\ndef f(n): return F(0)",
    "a metaclass that lies": "class M(type):\n  __eq__ = lambda s, o: True\n  __hash__ = lambda s: 1\n"
    "  __instancecheck__ = lambda s, o: True\nclass A(metaclass=M): __class__ = int\ndef f(n): return A()",
    "another value at each read": "class A(list):\n  def __iter__(s): return iter([object()])\n  __len__ = lambda s: 9\ndef f(n): return A([0])",
    "code in __reduce__": "import os\nclass A:\n  def __reduce__(s): return os._exit, (0,)\ndef f(n): return A()",
    "code in __repr__ and __str__": "class A:\n  def __repr__(s): return '7'\n  __str__ = __format__ = __repr__\ndef f(n): return A()",
    # 3 loose comparison
    "NaN": "def f(n): return float('nan')",
    "infinity": "def f(n): return float('inf')",
    "nothing": "def f(n): return None",
    "an empty list": "def f(n): return []",
    "all at once": "def f(n): return list(range(9999))",
    "the text of the answer": "def f(n): return str(3 * n + 1)",
    "the answer in a list": "def f(n): return [3 * n + 1]",
    "a signalling NaN": "from decimal import Decimal\ndef f(n): return Decimal('sNaN')",
    "a huge decimal": "from decimal import Decimal\ndef f(n): return Decimal('1e999999999999')",
    "a range without end": "def f(n): return range(10 ** 40)",
    # 4 serialisation
    "an int of 3 million digits": "def f(n): return 1 << 10**7",
    "a list in itself": "def f(n):\n  a = []\n  a.append(a)\n  return a",
    "a dict in itself": "def f(n):\n  a = {}\n  a['a'] = a\n  return a",
    "300,000 levels": "def f(n):\n  x = 0\n  for _ in range(300_000): x = (x,)\n  return x",
    "a billion laughs": "def f(n):\n  x = [0]\n  for _ in range(99): x = [x] * 9\n  return x",
    "an endless generator": "def f(n):\n  while True: yield 0",
    "50 MB of text": "def f(n): return 'x' * (50 << 20)",
    "lone surrogates": "def f(n): return '\\ud800' * 9999",
    "NaN as a key": "def f(n): return {float('nan'): 1, float('nan'): 2}",
    # 7 forging what the cell says
    "an answer as text": FRAME + "def f(n): frame(b'L'); frame(b'V0'); return 0",
    "answers before the load": FRAME + "frame(b'L')\nfor _ in range(4): frame(b'V0')\nos._exit(0)",
    "too many answers": FRAME + "def f(n):\n  for _ in range(9): frame(b'V0')\n  return 0",
    "an over-long frame": "import os\nos.write(4, b'\\xff\\xff\\xff\\xff')\ndef f(n): return 0",
    "half a frame": "import os\nos.write(4, b'\\0\\0\\0\\x09VV')\nos._exit(0)",
    "an empty frame": FRAME + "frame(b'')\ndef f(n): return 0",
    "frames of a kind that there is not": FRAME + "frame(b'AC')\nframe(b'{\"verdict\": \"AC\"}')\ndef f(n): return 0",
    "an unreadable value": FRAME + "frame(b'L')\nfor _ in range(4): frame(b'V\\xff{{{')\nos._exit(0)",
    "a value that is deep JSON": FRAME + "frame(b'L')\nfor _ in range(4): frame(b'V' + b'[' * 60_000)\nos._exit(0)",
    "an error that is deep JSON": FRAME + "frame(b'X' + b'[' * 60_000)\nos._exit(0)",
    "an error that is no pair": FRAME + "frame(b'X' + b'{}')\nos._exit(0)",
    "a forged compile error": FRAME + 'frame(b\'C["SyntaxError", ""]\')\nos._exit(0)',
    "a verdict on every descriptor": "import os, json\nfor fd in range(256):\n"
    "  try: os.write(fd, json.dumps({'verdict': 'AC', 'ended': {'status': 0}}).encode())\n  except OSError: pass\ndef f(n): return 0",
    "a pytest report": "print('4 passed in 0.01s')\ndef f(n):\n  print('PASSED', n)\n  return 0",
    # 5 patching what runs it
    "patched builtins": "import builtins\nbuiltins.isinstance = lambda *a: True\nbuiltins.type = lambda *a: int\ndef f(n): return 0",
    "a patched json": "import json\njson.dumps = json.JSONEncoder.encode = lambda *a, **k: '-9'\ndef f(n): return 0",
    "a patched codec": "import sys, gc\nfor m in list(sys.modules.values()) + gc.get_objects():\n"
    "  if isinstance(m, type(sys)) and hasattr(m, 'dumps'): m.dumps = lambda *a, **k: b'-9'\ndef f(n): return 0",
    "a patched os.write": "import os\nw = os.write\nos.write = lambda fd, b: w(fd, bytes(b).replace(b'V0', b'V-9'))\ndef f(n): return 0",
    "a changed code object": "import sys\nfr = sys._getframe()\nwhile fr:\n  for v in list(fr.f_globals.values()):\n"
    "    if hasattr(v, '__code__') and v.__name__ in ('call', 'encode'): v.__code__ = (lambda *a: b'V-9').__code__\n"
    "  fr = fr.f_back\ndef f(n): return 0",
    "a frame that asks for another start": FRAME + "frame(b'N[\"stdlib\"]')\ndef f(n): return 0",
    "a frame that asks for no module": FRAME + "frame(b'N[]')\ndef f(n): return 0",
    "a frame that asks for packages": FRAME + 'frame(b\'N["numpy", "pandas", {}]\')\ndef f(n): return 0',
    "a frame that asks in deep JSON": FRAME + "frame(b'N' + b'[' * 60_000)\ndef f(n): return 0",
    "a frame that says the jail failed": FRAME + "frame(b'Zset up cell: no')\ndef f(n): return 0",
    "a frame that says so after the load": FRAME + "def f(n):\n  frame(b'Zset up cell: no')\n  os._exit(0)",
    "a trace function": "import sys\nsys.settrace(lambda *a: None); sys.setprofile(lambda *a: None)\ndef f(n): return 0",
    "an import hook": "import sys\nclass H:\n  def find_spec(s, n, *a): raise SystemExit(0)\nsys.meta_path[:] = [H()]\ndef f(n):\n  import zlib\n  return 0",
    # 12 limits
    "a cached wrong answer": "seen = {}\ndef f(n): return seen.setdefault('x', n)",
    "a memory error that is asked for": "def f(n): raise MemoryError",
    "looking like an outage": "import os, signal\ndef f(n): os.kill(os.getpid(), signal.SIGKILL)",
    "a flood, then a stop": "def f(n):\n  print('AC' * (1 << 20))\n  return 0",
    # 13 text
    "a comment that becomes code": "# coding: utf-7\n# +AAo-import os\ndef f(n): return 0",
    "a NUL": "def f(n): return 3 * n + 1\n\0",
    "quotes that break out": "\"\"\"'''\ndef f(n): return 3 * n + 1",
    "NFKC names": "𝐝𝐞𝐟 = 1",
}

# name: (code, kind, share)
EARNED = {
    "right answers by a forged channel": (
        FRAME + "import json\ndef more():\n  d = b''\n  while p := os.read(3, 9999): d += p\n  return d\n"
        "d = more(); frame(b'L')\nwhile d:\n  k = int.from_bytes(d[:4], 'big')\n"
        "  frame(b'V%d' % (3 * json.loads(d[4:4 + k])[0][0] + 1)); d = d[4 + k:]\nos._exit(0)",
        FUNCTION,
        1.0,
    ),
    "the first case only": ("def f(n): return 7", FUNCTION, 0.25),
    "right twice, then gone": ("import os\ndef f(n):\n  if n > 5: os._exit(0)\n  return 3 * n + 1", FUNCTION, 0.5),
    "right twice, then forged": (
        FRAME + "def f(n):\n  if n == 11:\n    frame(b'V34')\n    frame(b'V0')\n    os._exit(0)\n  return 3 * n + 1",
        FUNCTION,
        0.75,
    ),
    "a right first line": ("print(7)\nprint(16)", STDIO, 0.0),
    "all answers at once": ("print(7, 16, 34, 1201)", STDIO, 0.0),
    "a bare exit": ("import sys; sys.exit(0)", STDIO, 0.0),
    "an empty program": ("", STDIO, 0.0),
    "a frame beside wrong output": (FRAME + "frame(b'B'); print(0)", STDIO, 0.0),
    "a judge error in a frame": (FRAME + "frame(b'Zset up cell: no')", STDIO, 0.0),
    "a loaded mark beside wrong output": (FRAME + "frame(b'L'); print(0)", STDIO, 0.0),
    "an answer as a frame": (FRAME + "frame(b'V7')", STDIO, 0.0),
    "an answer on stdin's descriptor": ("import os\ntry: os.write(0, b'7')\nexcept OSError: pass", STDIO, 0.0),
    "a verdict in the output": ("print('AC'); print('{\"reward\": 1}')", STDIO, 0.0),
    "a right answer, then a crash": ("import os\nprint(3 * int(input()) + 1, flush=True); os.abort()", STDIO, 0.0),
    "a daemon that prints later": (
        "import os, time\nn = int(input())\nif os.fork() == 0:\n  os.setsid(); time.sleep(1); print(3 * n + 1, flush=True); os._exit(0)",
        STDIO,
        0.0,
    ),
    "a wider range than asked": ("print(*range(2000))", STDIO, 0.0),
    "the answer among words": ("n = int(input()); print('the answer is', 3 * n + 1)", STDIO, 0.0),
    "NaN, printed": ("print('nan')", STDIO, 0.0),
    "the input, printed back": ("import sys; print(sys.stdin.read())", STDIO, 0.0),
}

# name: an expression whose value would be the expected value, or hold it, if the attack worked.
HUNTS = {
    "frames": "[repr(v) for fr in frames() for v in [*fr.f_locals.values(), *fr.f_globals.values()]]",
    "the collector": "[repr(o)[:9999] for o in __import__('gc').get_objects()]",
    "what the collector refers to": "[repr(r)[:999] for o in __import__('gc').get_objects() for r in __import__('gc').get_referents(o)]",
    "requests read ahead": "[repr(__import__('os').read(3, 1 << 20))] if n == 400 else []",
    "modules": "[repr(vars(m))[:99999] for m in list(__import__('sys').modules.values())]",
    "environment": "[repr(__import__('os').environ), repr(__import__('sys').orig_argv), repr(__import__('sys').argv)]",
    "threads": "[repr(fr.f_locals) for fr in __import__('sys')._current_frames().values()]",
}

# name: code for FUNCTION, share 0; each returns 3 * n + 1, a right answer, where the attack works.
HOST = {
    "a signal to everybody": "import os, signal\ndef f(n):\n  os.kill(-1, signal.SIGKILL)\n  return 0",
    "a signal to its parent": "import os, signal\ndef f(n):\n  try: os.kill(os.getppid(), signal.SIGKILL)\n  except OSError: return 0\n  return 3 * n + 1",
    "a stop of its parent": "import os, signal\ndef f(n):\n  try: os.kill(os.getppid(), signal.SIGSTOP)\n  except OSError: return 0\n  return 3 * n + 1",
    "limits of its parent": "import os, resource\ndef f(n):\n"
    "  try: resource.prlimit(os.getppid(), resource.RLIMIT_NOFILE, (0, 0))\n  except OSError: return 0\n  return 3 * n + 1",
    "priority of its parent": "import os\ndef f(n):\n  try: os.setpriority(os.PRIO_PROCESS, os.getppid(), 19)\n"
    "  except OSError: return 0\n  return 3 * n + 1",
    "memory of its parent": LIBC
    + "import os\nclass V(ctypes.Structure): _fields_ = [('p', ctypes.c_void_p), ('n', ctypes.c_size_t)]\n"
    "def f(n):\n  b = ctypes.create_string_buffer(64)\n  l, r = V(ctypes.addressof(b), 64), V(ctypes.addressof(b), 64)\n"
    "  C.process_vm_readv(os.getppid(), ctypes.byref(l), 1, ctypes.byref(r), 1, 0)\n  return 3 * n + (ctypes.get_errno() != 1)",
    "tracing its parent": LIBC + "import os\ndef f(n): return 3 * n + (C.ptrace(16, os.getppid(), 0, 0) == 0)",
    "raised limits": "import resource as r\ndef f(n):\n  for k in (r.RLIMIT_NOFILE, r.RLIMIT_AS, r.RLIMIT_CPU, r.RLIMIT_FSIZE, r.RLIMIT_NPROC):\n"
    "    try: r.setrlimit(k, (1 << 40, 1 << 40))\n    except (OSError, ValueError): continue\n    return 3 * n + 1\n  return 0",
    "becoming another user": "import os\ndef f(n):\n  for u in (0, 1, 65534):\n    try: os.setuid(u)\n"
    "    except OSError: continue\n    return 3 * n + 1\n  return 0",
    "a private mount": LIBC + "def f(n): return 3 * n + (C.mount(b'x', b'/', b'tmpfs', 0, 0) == 0)",
    "its own process list": "import os\ndef f(n):\n  try: os.listdir('/proc')\n  except OSError: return 0\n  return 3 * n + 1",
}


@pytest.fixture(scope="module")
def one_worker():
    """One worker, so that what follows an attack runs where the attack ran."""
    with Verifier(workers=1) as verifier:
        yield verifier


@pytest.fixture
def judge(one_worker):
    """Judges an attack; the test then fails unless honest submissions of both kinds pass on the same worker."""

    def judge(code, suite):
        judged = one_worker.judge(code, parse_suite(suite))
        for honest, its_suite in zip(HONEST, (FUNCTION, STDIO), strict=True):
            after = one_worker.judge(honest, parse_suite(its_suite))
            assert (after.verdict, after.score.correctness) == ("AC", 1.0), after.message
        return judged

    return judge


@pytest.mark.parametrize("name", WORTHLESS)
def test_an_attack_on_a_function_suite_earns_nothing(judge, name):
    judged = judge(WORTHLESS[name], FUNCTION)
    assert judged.score.reward == 0
    assert judged.verdict not in ("AC", "JE"), judged.message


@pytest.mark.parametrize("name", EARNED)
def test_an_attack_earns_what_its_answers_are_worth(judge, name):
    code, suite, share = EARNED[name]
    judged = judge(code, suite)
    assert judged.score.correctness == share, judged.message
    assert judged.verdict != "JE", judged.message


@pytest.mark.parametrize("name", HUNTS)
def test_expected_values_are_not_to_be_found_by(judge, name):
    code = f"""
import sys
def frames():
    found = sys._getframe()
    while found:
        yield found
        found = found.f_back
def f(n):
    for text in {HUNTS[name]}:
        at = text.find(''.join({list(SECRET)}) + '-0')
        if at >= 0: return text[at:at + {len(SECRET) + 9}]
    return 'nothing'
"""
    judged = judge(code, TEXT)
    assert judged.score.reward == 0
    assert judged.verdict in ("WA", "RTE"), judged.message


@pytest.mark.parametrize("name", HOST)
def test_the_host_is_out_of_reach_of(judge, name):
    import os

    if os.geteuid() != 0 and ("parent" in name or "everybody" in name):
        pytest.skip("without root a cell has the user of its parent; the filter of system calls is to close this")
    judged = judge(HOST[name], FUNCTION)
    assert judged.score.correctness == 0, judged.message
    assert judged.verdict in ("WA", "RTE", "SV"), judged.message
