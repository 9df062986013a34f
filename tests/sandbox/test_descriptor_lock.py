"""Behind the descriptor lock nothing can be opened, and everything that a submission honestly needs still works."""

# ruff: noqa: E501 - a row of a table is one submission, and its text is not wrapped
from __future__ import annotations

import pytest

# name: an expression or statements that must raise. OSError covers what the kernel refuses.
REFUSED = {
    "open of a file": "open('/etc/passwd')",
    "open of its own source": "open(__file__)",
    "open of a file to write": "open('/tmp/x', 'w')",
    "os.open": "import os; os.open('/', os.O_RDONLY)",
    "open of a directory": "import os; os.listdir('/')",
    "scandir": "import os; list(os.scandir('/tmp'))",
    "glob": "import pathlib; next(pathlib.Path('/').iterdir())",
    "reading /proc": "open('/proc/self/environ')",
    "a TCP socket": "import socket; socket.socket()",
    "a Unix socket": "import socket; socket.socket(socket.AF_UNIX)",
    "a socket pair": "import socket; socket.socketpair()",
    "a request": "import urllib.request; urllib.request.urlopen('http://127.0.0.1:9001/2018-06-01/runtime/invocation/next')",
    "a pipe": "import os; os.pipe()",
    "dup": "import os; os.dup(1)",
    "a memfd": "import os; os.memfd_create('x')",
    "epoll": "import select; select.epoll()",
    "pidfd_open": "import os; os.pidfd_open(os.getpid())",
    "a terminal": "import os; os.openpty()",
    "a subprocess": "import subprocess; subprocess.run(['/bin/echo', 'ok'])",
    "popen": "import os; os.popen('echo ok').read()",
    "a shell": "import os; assert os.system('exit 7') == 7 << 8",
    "a library": "import ctypes; ctypes.CDLL('libutil.so.1')",
    "a temporary file": "import tempfile; tempfile.TemporaryFile()",
    "a process pool": "from concurrent.futures import ProcessPoolExecutor as P; list(P(1).map(abs, [1]))",
    "shared memory": "from multiprocessing import shared_memory as s; s.SharedMemory(create=True, size=100)",
    "raising the lock": "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))",
    "raising the hard limit": "import resource; resource.prlimit(0, resource.RLIMIT_NOFILE, (0, 64))",
    "a module from disk": "import sys; sys.path.append('/usr/lib/python3/dist-packages'); import apt_pkg",
    "a package that is not allowed": "import pydantic",
    "our own package": "import verifier",
    "our own package's parts": "import verifier.sandbox.inside",
    "pip": "import pip",
    "an unknown module": "import no_such_module_here",
    "an unknown module by name": "__import__('no_such' + '_module')",
    "becoming root": "import os; os.setuid(0); open('/')",
    "chroot": "import os; os.chroot('/tmp')",
}

# name: statements that must not raise.
WORKS = {
    "imports at the top": "import heapq, bisect, collections, itertools, functools, math, re, string, json, random",
    "an import inside a function": "def g():\n  import statistics\n  return statistics.mean([1, 3])\nassert g() == 2",
    "an import by a name that no scan can find": "assert __import__('dec' + 'imal').Decimal('1.5') == 1.5",
    "chance of a text": "import random; random.seed('abc'); random.Random('x').random()",
    "a protocol": """
from typing import Protocol, runtime_checkable
@runtime_checkable
class Sized(Protocol):
    def __len__(self): ...
assert isinstance([], Sized) and not isinstance(1, Sized)""",
    "importlib": "import importlib; assert importlib.import_module('fractions').Fraction(1, 2) == 0.5",
    "an import in exec": "exec('import decimal as d'); assert d.Decimal(2) == 2",
    "an import in eval": "assert eval('__import__(\"bisect\")').bisect([1, 2], 1) == 1",
    "a star import": "from math import *; assert floor(pi) == 3",
    "asyncio.run": "import asyncio\nasync def g():\n  await asyncio.sleep(0.001)\n  return 5\nassert asyncio.run(g()) == 5",
    "asyncio.gather": "import asyncio\nasync def g(n):\n  await asyncio.sleep(0.001 * n)\n  return n\n"
    "async def main(): return await asyncio.gather(*(g(n) for n in range(5)))\nassert asyncio.run(main()) == [0, 1, 2, 3, 4]",
    "asyncio.to_thread": "import asyncio\nasync def g(): return await asyncio.to_thread(sum, [1, 2])\n"
    "assert asyncio.run(g()) == 3",
    "asyncio queues and tasks": """
import asyncio
async def make(q):
    for n in range(5): await q.put(n)
    await q.put(None)
async def take(q):
    seen = []
    while (n := await q.get()) is not None: seen.append(n)
    return seen
async def main():
    q = asyncio.Queue(2)
    task = asyncio.create_task(make(q))
    seen = await asyncio.wait_for(take(q), 5)
    await task
    return seen
assert asyncio.run(main()) == [0, 1, 2, 3, 4]""",
    "asyncio timeouts and locks": """
import asyncio
async def main():
    lock, event = asyncio.Lock(), asyncio.Event()
    asyncio.get_running_loop().call_later(0.01, event.set)
    async with lock: await event.wait()
    try: await asyncio.wait_for(asyncio.sleep(9), 0.01)
    except asyncio.TimeoutError: return 1
assert asyncio.run(main()) == 1""",
    "an event loop made by hand": "import asyncio\nloop = asyncio.new_event_loop()\nasync def g(): return 2\n"
    "assert loop.run_until_complete(g()) == 2\nloop.close()",
    "two runs of asyncio": "import asyncio\nasync def g(): return 2\nassert asyncio.run(g()) + asyncio.run(g()) == 4",
    "asyncio.Runner": "import asyncio\nasync def g(): return 2\nwith asyncio.Runner() as r: assert r.run(g()) == 2",
    "call_soon_threadsafe": """
import asyncio, threading
async def main():
    loop, done = asyncio.get_running_loop(), asyncio.Event()
    threading.Thread(target=lambda: loop.call_soon_threadsafe(done.set)).start()
    await done.wait()
asyncio.run(main())""",
    "encodings": "for e in ('latin-1', 'cp1252', 'utf-16', 'utf-32-le', 'utf-7', 'koi8-r', 'mac-roman', 'punycode'):\n"
    "  assert 'abc'.encode(e).decode(e) == 'abc', e",
    "codecs": "import codecs; assert codecs.encode('abc', 'rot13') == 'nop'",
    "encodings of East Asia": "for e in ('shift_jis', 'gb18030', 'euc_kr', 'big5', 'cp949'): assert 'abc'.encode(e) == b'abc', e",
    "codecs of bytes": "import codecs; assert codecs.encode(b'a', 'hex') + codecs.encode(b'a', 'base64') == b'61YQ==\\n'",
    "international domain names": "assert 'b\\u00fccher'.encode('idna') == b'xn--bcher-kva'",
    "builtins as a module": "assert __builtins__.len('ab') == 2",
    "zoneinfo": "import zoneinfo, datetime as d\n"
    "assert d.datetime(2026, 7, 1, tzinfo=zoneinfo.ZoneInfo('Europe/Berlin')).utcoffset() == d.timedelta(hours=2)",
    "strptime": "import datetime as d; assert d.datetime.strptime('2026-01-31', '%Y-%m-%d').day == 31",
    "strftime, locale and calendar": "import time, locale, calendar; assert time.strftime('%Y', time.gmtime(0)) == '1970'\n"
    "assert calendar.monthrange(2024, 2)[1] == 29; locale.getlocale()",
    "decimal": "from decimal import *; getcontext().prec = 50; assert str(Decimal(2).sqrt())[:6] == '1.4142'",
    "dataclasses": "from dataclasses import *\n@dataclass(order=True)\nclass P:\n  x: int\n  y: list = field(default_factory=list)\n"
    "assert asdict(P(1)) == {'x': 1, 'y': []} and P(1) < P(2)",
    "typing": "from typing import *\nT = TypeVar('T')\nclass A(Generic[T]): pass\nclass N(NamedTuple):\n  a: int\n"
    "def g(x: Optional[List[int]]) -> Dict[str, Any]: return {}\nassert get_type_hints(g)",
    "enum": "import enum\nclass C(enum.Enum):\n  A = enum.auto()\nassert C['A'].value == 1",
    "abc": "import abc\nclass A(abc.ABC):\n  @abc.abstractmethod\n  def g(self): ...\ntry: A()\nexcept TypeError: pass\nelse: assert 0",
    "sqlite in memory": "import sqlite3; assert sqlite3.connect(':memory:').execute('select 1 + 1').fetchone() == (2,)",
    "ssl": "import ssl; assert ssl.OPENSSL_VERSION",
    "hashlib": "import hashlib, hmac; assert hashlib.sha256(b'').hexdigest()[:4] == 'e3b0'; hashlib.md5(b'').hexdigest()",
    "compression": "import zlib, bz2, lzma, gzip\nfor m in (zlib, bz2, lzma, gzip): assert m.decompress(m.compress(b'abc')) == b'abc'",
    "ctypes": "import ctypes; assert ctypes.c_uint8(257).value == 1 and ctypes.sizeof(ctypes.c_int64) == 8",
    "struct, array and mmap": "import struct, array, mmap; assert len(mmap.mmap(-1, 4096)) == 4096",
    "xml": "import xml.etree.ElementTree as E; assert E.fromstring('<a><b/></a>')[0].tag == 'b'",
    "html and urllib.parse": "import html, urllib.parse, html.parser; assert html.unescape('&lt;') == '<'",
    "csv, io and textwrap": "import csv, io; assert list(csv.reader(io.StringIO('a,b'))) == [['a', 'b']]",
    "uuid and secrets": "import uuid, secrets; assert uuid.uuid4() != uuid.uuid4() and len(secrets.token_hex(4)) == 8",
    "os.urandom and SystemRandom": "import os, random; assert len(os.urandom(8)) == 8; random.SystemRandom().random()",
    "random": "import random; random.seed(1); a = random.random(); random.seed(1); assert a == random.random()",
    "unittest and doctest": "import unittest, doctest; unittest.TestCase().assertEqual(1, 1)",
    "unittest.mock": "from unittest import mock; assert mock.Mock(return_value=3)() == 3",
    "logging and warnings": "import logging, warnings; logging.warning('x'); warnings.warn('x')",
    "traceback and inspect": "import traceback, inspect\ntry: 1 / 0\nexcept ZeroDivisionError: assert 'Zero' in traceback.format_exc()\n"
    "assert inspect.signature(lambda a: a).parameters",
    "pickle and copy": "import pickle, copy; assert pickle.loads(pickle.dumps([1])) == copy.deepcopy([1])",
    "ast": "import ast; assert ast.literal_eval('[1]') == [1]",
    "multiprocessing, as far as it needs no process": "import multiprocessing; assert multiprocessing.cpu_count() > 0",
    "signal": "import signal\nhit = []\nsignal.signal(signal.SIGUSR1, lambda *a: hit.append(1)); signal.raise_signal(signal.SIGUSR1)\nassert hit",
    "time": "import time; time.sleep(0.001); assert time.perf_counter() < time.perf_counter() + 1; time.localtime()",
    "gc": "import gc; assert gc.isenabled(); gc.collect()",
    "threading": "import threading\nout = []\nts = [threading.Thread(target=out.append, args=(n,)) for n in range(8)]\n"
    "for t in ts: t.start()\nfor t in ts: t.join()\nassert sorted(out) == list(range(8))",
    "a thread pool": "from concurrent.futures import ThreadPoolExecutor as P\nwith P(8) as p: assert list(p.map(abs, [-1, 2])) == [1, 2]",
    "queue, semaphores, barriers": "import queue, threading\nq = queue.Queue(); threading.Thread(target=q.put, args=(1,)).start()\n"
    "assert q.get(timeout=9) == 1; threading.Timer(0.001, q.put, [2]).start(); assert q.get(timeout=9) == 2",
    "recursion of depth 1e5": "import sys; sys.setrecursionlimit(10**6)\ndef g(n): return n and 1 + g(n - 1)\nassert g(10**5) == 10**5",
    "recursion through C": "import sys, functools; sys.setrecursionlimit(10**6)\n@functools.lru_cache(None)\n"
    "def g(n): return n and 1 + g(n - 1)\nn = 20_000 if sys.version_info < (3, 12) else 3_000\nassert g(n) == n",
    "recursion in a thread with a large stack": "import sys, threading\nthreading.stack_size(256 << 20); sys.setrecursionlimit(10**6)\n"
    "out = []\ndef g(n): return n and 1 + g(n - 1)\nt = threading.Thread(target=lambda: out.append(g(10**5)))\n"
    "t.start(); t.join(); assert out == [10**5]",
    "recursion without end is a RecursionError": "def g(): g()\ntry: g()\nexcept RecursionError: pass",
    "environment and arguments": "import os, sys; assert len(sys.argv) == 1 and not any('AWS' in k for k in os.environ)",
    "os.getpid, getcwd and cpu_count": "import os; os.getpid(); os.cpu_count()",
    "help for names": "assert 'sum' in dir(__builtins__) or True; assert len.__doc__; vars(); globals()['__name__']",
    "sortedcontainers, if it is installed": "try: from sortedcontainers import SortedList\n"
    "except ImportError: pass\nelse: assert list(SortedList([2, 1])) == [1, 2]",
}


def _indented(code: str) -> str:
    return "\n".join("    " + line for line in code.splitlines())


@pytest.mark.parametrize("name", REFUSED)
def test_what_needs_a_new_descriptor_or_a_file_is_refused(judge_function, name):
    code = f"""
def f():
  try:
{_indented(REFUSED[name])}
  except (OSError, ImportError, ValueError, RuntimeError, AssertionError) as error:
    return 'refused'
"""
    judged = judge_function(code, [([], "refused")], limits={"cpu_time_s": 3})
    assert judged.verdict == "AC", judged.message


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_at_load_is_an_error_and_no_hang(judge_stdio, name):
    judged = judge_stdio(REFUSED[name] + "\nprint('done')", [("", "")], limits={"cpu_time_s": 3, "wall_time_s": 5})
    assert judged.verdict == "RTE", judged.message


@pytest.mark.parametrize("name", WORKS)
def test_an_honest_program_works_behind_the_lock(judge_stdio, name):
    judged = judge_stdio(f"{WORKS[name]}\nprint('ok')", [("", "ok")], limits={"cpu_time_s": 3})
    assert judged.verdict == "AC", judged.message


def _fits_in_a_function(name: str) -> bool:
    try:
        compile(f"def f():\n{_indented(WORKS[name])}", name, "exec")
    except SyntaxError:  # a star import
        return False
    return "exec" not in name


@pytest.mark.parametrize("name", list(filter(_fits_in_a_function, WORKS)))
def test_an_honest_function_works_behind_the_lock(judge_function, name):
    code = f"def f():\n{_indented(WORKS[name])}\n    return 'ok'"
    judged = judge_function(code, [([], "ok")], limits={"cpu_time_s": 3})
    assert judged.verdict == "AC", judged.message


NUMPY = "import numpy as np\n"


@pytest.fixture(scope="module")
def numpy(judge_function):
    judged = judge_function(NUMPY + "def f(): return 1", [([], 1)], limits={"cpu_time_s": 5})
    if judged.verdict != "AC":
        pytest.skip("numpy is not installed in the sandbox's interpreter")


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("def f(): return np.arange(3)", [0, 1, 2]),
        ("def f(): return np.int64(3)", 3),
        ("def f(): return [np.float64(0.5), np.bool_(True)]", [0.5, True]),
        ("def f(): return np.ones((2, 2)) @ np.ones((2, 2))", [[2.0, 2.0], [2.0, 2.0]]),
        ("def f(): return np.linalg.det(np.eye(3)), np.fft.fft([1.0])[0].real", (1.0, 1.0)),
        ("def f(): return {np.str_('a'): np.array([1])}", {"a": [1]}),
        ("def f():\n  import numpy.random as r\n  return len(r.default_rng(0).random(3))", 3),
    ],
)
def test_results_of_numpy_are_plain_numbers(judge_function, numpy, code, expected):
    judged = judge_function(NUMPY + code, [([], expected)], limits={"cpu_time_s": 5})
    assert judged.verdict == "AC", judged.message
