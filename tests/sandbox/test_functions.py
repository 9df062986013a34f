"""Functions: however a right answer is returned, it passes; however one fails, only that case does."""

# ruff: noqa: E501 - a row of a table is one submission, and its text is not wrapped
from __future__ import annotations

import pytest

# name: (code, args, expected). One case each unless a row says otherwise.
RIGHT = {
    "in place, declared so": ("def f(a) -> None: a.sort()", [[2, 1]], [1, 2]),
    "in place, declared with a string": (
        "from __future__ import annotations\ndef f(a) -> None: a.sort()",
        [[2, 1]],
        [1, 2],
    ),
    "in place in a class": ("class Solution:\n  def f(self, a: list) -> None: a.reverse()", [[1, 2]], [2, 1]),
    "a generator": ("def f(n):\n  for i in range(n): yield i", [3], [0, 1, 2]),
    "map and zip": ("def f(n): return zip(range(n), map(str, range(n)))", [2], [(0, "0"), (1, "1")]),
    "a tuple for a list": ("def f(n): return tuple(range(n))", [3], [0, 1, 2]),
    "tuples in a list": ("def f(): return [(1, 2)]", [], [[1, 2]]),
    "a set": ("def f(): return {3, 1, 2}", [], {1, 2, 3}),
    "a frozenset in a set": ("def f(): return {frozenset([1])}", [], {frozenset([1])}),
    "keys of a dict": ("def f(): return {1: 0, 2: 0}.keys()", [], {1, 2}),
    "values of a dict": ("def f(): return {1: 3, 2: 4}.values()", [], [3, 4]),
    "a dict of tuples": ("def f(): return {(1, 2): [3]}", [], {(1, 2): [3]}),
    "a defaultdict, a Counter, an OrderedDict": (
        "from collections import *\ndef f(): return [defaultdict(int, a=1), Counter('aab'), OrderedDict(x=1)]",
        [],
        [{"a": 1}, {"a": 2, "b": 1}, {"x": 1}],
    ),
    "a deque": ("from collections import deque\ndef f(): return deque([1, 2])", [], [1, 2]),
    "NaN": ("def f(): return float('nan')", [], float("nan")),
    "infinities": ("import math\ndef f(): return [math.inf, -math.inf]", [], [float("inf"), float("-inf")]),
    "minus zero": ("def f(): return -0.0", [], 0.0),
    "an int of 20,000 digits": ("def f(n): return 10 ** n", [20_000], 10**20_000),
    "a negative int of 20,000 digits in a list": ("def f(n): return [-(10 ** n)]", [20_000], [-(10**20_000)]),
    "an int of 20,000 digits as an argument": ("def f(n): return n + 1", [10**20_000], 10**20_000 + 1),
    "a list nested 80 deep": (
        "def f(n):\n  x = 1\n  for _ in range(n): x = [x]\n  return x",
        [80],
        eval("[" * 80 + "1" + "]" * 80),
    ),
    "a bool": ("def f(): return True", [], True),
    "a bool for an int": ("def f(): return True", [], 1),
    "an int subclass": ("class I(int): pass\ndef f(): return I(3)", [], 3),
    "an IntEnum": ("import enum\nclass C(enum.IntEnum):\n  A = 3\ndef f(): return C.A", [], 3),
    "a str subclass": ("class S(str): pass\ndef f(): return S('a')", [], "a"),
    "a list subclass": ("class L(list): pass\ndef f(): return L([1])", [], [1]),
    "a namedtuple": (
        "from collections import namedtuple\nP = namedtuple('P', 'x y')\ndef f(): return P(1, 2)",
        [],
        (1, 2),
    ),
    "a typing.NamedTuple": (
        "from typing import NamedTuple\nclass P(NamedTuple):\n  x: int\ndef f(): return [P(1)]",
        [],
        [(1,)],
    ),
    "bytes and a bytearray": ("def f(): return [b'a', bytearray(b'b')]", [], [b"a", b"b"]),
    "a complex": ("def f(): return 1 + 2j", [], 1 + 2j),
    "a Decimal and a Fraction": (
        "from decimal import Decimal\nfrom fractions import Fraction\ndef f(): return [Decimal('0.5'), Fraction(1, 2)]",
        [],
        [0.5, 0.5],
    ),
    "a range": ("def f(): return range(3)", [], [0, 1, 2]),
    "None": ("def f(): pass", [], None),
    "text with surrogates, NUL and all": ("def f(): return '\\ud800\\0\\u2028'", [], "\ud800\0\u2028"),
    "a coroutine": ("import asyncio\nasync def f(n):\n  await asyncio.sleep(0.001)\n  return n", [3], 3),
    "a function that returns a coroutine": ("async def g(n): return n\ndef f(n): return g(n)", [3], 3),
    "a coroutine of gathered tasks": (
        "import asyncio\nasync def g(n): return n\nasync def f(n): return await asyncio.gather(g(n), g(n))",
        [3],
        [3, 3],
    ),
    "a lambda": ("f = lambda n: n + 1", [1], 2),
    "a partial": ("import functools\nf = functools.partial(pow, 2)", [3], 8),
    "a builtin": ("f = sorted", [[2, 1]], [1, 2]),
    "a class with __call__": ("class F:\n  def __call__(self, n): return n\nf = F()", [3], 3),
    "a cached function": (
        "import functools\n@functools.cache\ndef f(n): return n if n < 2 else f(n - 1) + f(n - 2)",
        [80],
        23416728348467685,
    ),
    "a closure": ("def make():\n  k = 1\n  def f(n): return n + k\n  return f\nf = make()", [1], 2),
    "class Solution with a bare name": ("class Solution:\n  def f(self, n): return n", [3], 3),
    "class Solution with helpers": (
        "class Solution:\n  def g(self, n): return n + 1\n  def f(self, n): return self.g(n)",
        [3],
        4,
    ),
    "class Solution with a static method": ("class Solution:\n  @staticmethod\n  def f(n): return n", [3], 3),
    "class Solution with a class method": ("class Solution:\n  @classmethod\n  def f(cls, n): return n", [3], 3),
    "class Solution that inherits": ("class B:\n  def f(self, n): return n\nclass Solution(B): pass", [3], 3),
    "class Solution with __init__": (
        "class Solution:\n  def __init__(self): self.k = 1\n  def f(self, n): return n + self.k",
        [3],
        4,
    ),
    "default arguments": ("def f(n, k=5): return n + k", [1], 6),
    "*args": ("def f(*a): return list(a)", [1, 2], [1, 2]),
    "a print at the top and in the call": ("print('loading')\ndef f(n):\n  print('V5', n)\n  return n", [3], 3),
    "a main block": ("def f(n): return n\nif __name__ == '__main__': raise SystemExit(1)", [3], 3),
    "a call at the top that uses input": ("def f(n): return n\ntry: input()\nexcept EOFError: pass", [3], 3),
    "a global counter": ("calls = 0\ndef f():\n  global calls\n  calls += 1\n  return calls", [], 1),
    "recursion of depth 50,000": (
        "import sys\nsys.setrecursionlimit(10**6)\ndef f(n): return n and 1 + f(n - 1)",
        [50_000],
        50_000,
    ),
    "a lowered recursion limit": ("import sys\nsys.setrecursionlimit(60)\ndef f(): return [[[1]]]", [], [[[1]]]),
    "a name that is not ASCII": ("def f(n):\n  größe = n\n  return größe", [3], 3),
    "a character by its name": ("def f(): return '\\N{GREEK SMALL LETTER ALPHA}'", [], "α"),
    "text that is not ASCII": ("def f(): return 'größe 漢字'  # é", [], "größe 漢字"),
    "type hints of typing": ("from typing import *\ndef f(a: List[int]) -> Optional[int]: return a[0]", [[3]], 3),
    "a wide answer": ("def f(n): return list(range(n))", [200_000], list(range(200_000))),
}

# name: (code, verdict, part of the message); the right answer to f(1) would be 1.
WRONG = {
    "a wrong value": ("def f(n): return 2", "WA", ""),
    "None": ("def f(n): pass", "WA", ""),
    "a dataclass": ("from dataclasses import *\n@dataclass\nclass D:\n  x: int\ndef f(n): return D(n)", "WA", ""),
    "an object that equals everything": ("class A:\n  def __eq__(s, o): return True\ndef f(n): return A()", "WA", ""),
    "a class": ("def f(n): return int", "WA", ""),
    "a function": ("def f(n): return f", "WA", ""),
    "the text of it": ("def f(n): return str(n)", "WA", ""),
    "a list that holds itself": ("def f(n):\n  x = []\n  x.append(x)\n  return x", "WA", ""),
    "a list nested 100,000 deep": ("def f(n):\n  x = 1\n  for _ in range(10**5): x = [x]\n  return x", "WA", ""),
    "an endless iterator": ("import itertools\ndef f(n): return itertools.count()", "WA", ""),
    "an iterator that raises": ("def f(n):\n  yield 1\n  raise ValueError('x')", "RTE", "ValueError"),
    "a billion laughs": ("def f(n):\n  x = [1]\n  for _ in range(40): x = [x, x]\n  return x", "WA", ""),
    "an exception": ("def f(n): raise KeyError('k')", "RTE", "KeyError: 'k'"),
    "a BaseException": ("class B(BaseException): pass\ndef f(n): raise B", "RTE", "B"),
    "sys.exit in the call": ("import sys\ndef f(n): sys.exit(0)", "RTE", "SystemExit"),
    "os._exit in the call": ("import os\ndef f(n): os._exit(0)", "RTE", "without an answer"),
    "KeyboardInterrupt": ("def f(n): raise KeyboardInterrupt", "RTE", "KeyboardInterrupt"),
    "StopIteration": ("def f(n): raise StopIteration(1)", "RTE", "StopIteration"),
    "GeneratorExit": ("def f(n): raise GeneratorExit", "RTE", "GeneratorExit"),
    "endless recursion": ("def f(n): return f(n)", "RTE", "RecursionError"),
    "MemoryError of its own": ("def f(n): raise MemoryError", "MLE", "memory"),
    "an exception with a huge text": ("def f(n): raise ValueError('x' * 10**7)", "RTE", "ValueError"),
    "an exception whose __str__ raises": (
        "class E(Exception):\n  def __str__(s): 1 / 0\ndef f(n): raise E",
        "RTE",
        "E",
    ),
    "an exception whose __str__ exits": (
        "import os\nclass E(Exception):\n  def __str__(s): os._exit(0)\ndef f(n): raise E",
        "RTE",
        "",
    ),
    "an exception whose __str__ is no text": (
        "class E(Exception):\n  __str__ = lambda s: 5\ndef f(n): raise E",
        "RTE",
        "E",
    ),
    "an exception with a weird name": (
        "E = type('\\n' * 50 + 'V' * 10**6, (Exception,), {})\ndef f(n): raise E('\\ud800')",
        "RTE",
        "",
    ),
    "an exception that writes to the terminal": (
        "def f(n): raise ValueError('\\x1b[2J\\x9b\\u202e')",
        "RTE",
        "ValueError",
    ),
    "an exception whose class lies about its name": (
        "class M(type):\n  @property\n  def __name__(s): raise SystemExit\nclass E(Exception, metaclass=M): pass\ndef f(n): raise E",
        "RTE",
        "",
    ),
    "a class with a weird name": ("def f(n): return type('\\n\"}' * 999, (), {})()", "WA", ""),
    "too few parameters": ("def f(): return 1", "RTE", "TypeError"),
    "the entry point missing": ("def g(n): return 1", "RTE", "NameError"),
    "the entry point not callable": ("f = 1", "RTE", "TypeError"),
    "an empty submission": ("", "RTE", "NameError"),
    "an error at load": ("1 / 0\ndef f(n): return 1", "RTE", "while loading: ZeroDivisionError"),
    "an exit at load": ("def f(n): return 1\nraise SystemExit(0)", "RTE", "while loading: SystemExit"),
    "os._exit at load": ("import os\ndef f(n): return 1\nos._exit(0)", "RTE", "while loading"),
    "a missing module": ("import torch\ndef f(n): return 1", "RTE", "ModuleNotFoundError"),
    "a syntax error": ("def f(n) return 1", "CE", "SyntaxError"),
    "a loop at load": ("def f(n): return 1\nwhile True: pass", "TLE", "CPU time"),
    "a closed answer channel": ("import os\ndef f(n):\n  os.close(4)\n  return 1", "RTE", ""),
    "a coroutine that is never done": (
        "import asyncio\nasync def f(n): await asyncio.Event().wait()",
        "TLE",
        "wall time",
    ),
}


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_answer_passes_as(judge_function, name):
    code, args, expected = RIGHT[name]
    judged = judge_function(code, [(args, expected)], limits={"cpu_time_s": 2})
    assert judged.verdict == "AC", judged.message
    assert judged.score.correctness == 1


@pytest.mark.parametrize("name", WRONG)
def test_no_right_answer_is(judge_function, name):
    code, verdict, message = WRONG[name]
    judged = judge_function(code, [([1], 1)], limits={"cpu_time_s": 1, "wall_time_s": 4})
    assert (judged.verdict, judged.score.reward) == (verdict, 0), judged.message
    assert message in judged.message
    assert judged.message.isprintable()


@pytest.mark.parametrize("name", ["a missing module", "an error at load", "a loop at load", "the entry point missing"])
def test_a_failure_before_any_call_is_every_case_s_verdict(judge_function, name):
    code, verdict, _ = WRONG[name]
    judged = judge_function(code, [([1], 1)] * 200, limits={"cpu_time_s": 0.5})
    assert [c.verdict for c in judged.cases] == [verdict] * 200


def test_keyword_arguments_arrive(verifier):
    from verifier.suite.model import parse_suite

    case = {"args": [1], "kwargs": {"k": [2], "l": 3}, "expected": [1, [2], 3]}
    suite = parse_suite({"kind": "function", "entry_point": "f", "cases": [case]})
    assert verifier.judge("def f(a, *, k, l): return [a, k, l]", suite).verdict == "AC"


@pytest.mark.parametrize("path", ["Solution.f", "Solution().f", "outer.Solution.f"])
def test_a_dotted_entry_point_is_found(judge_function, path):
    code = "class Solution:\n  def f(self, n): return n\nclass outer:\n  Solution = Solution"
    judged = judge_function(code, [([1], 1), ([2], 2)], path)
    assert judged.verdict == "AC", judged.message


def test_an_argument_that_is_asked_for_is_compared(judge_function):
    judged = judge_function("def f(a, b): b.append(a)\n", [([1, []], [1])], result="args[1]")
    assert judged.verdict == "AC", judged.message


def test_arguments_are_not_shared_between_cases(judge_function):
    judged = judge_function("def f(a):\n  a.append(1)\n  return len(a)", [([[]], 1)] * 3)
    assert judged.verdict == "AC", judged.message


def test_a_mutable_default_is_the_submission_s_own_matter(judge_function):
    judged = judge_function("def f(n, seen=[]):\n  seen.append(n)\n  return len(seen)", [([1], 1), ([1], 2)])
    assert judged.verdict == "AC", judged.message


@pytest.mark.parametrize("depth", [10, 150])
def test_deep_tuples_cross_both_ways(judge_function, depth):
    value: object = 1
    for _ in range(depth):
        value = (value,)
    judged = judge_function("def f(x): return x", [([value], value)])
    assert judged.verdict == "AC", judged.message


@pytest.mark.parametrize("depth", [150, 300])
@pytest.mark.parametrize("kind", [list, dict])
def test_deep_data_crosses_both_ways(judge_function, depth, kind):
    value: object = 1
    for _ in range(depth):
        value = [value] if kind is list else {"a": value}
    judged = judge_function("def f(x): return x", [([value], value)])
    assert judged.verdict == "AC", judged.message


def test_a_function_reads_no_stdin_that_is_not_there(judge_function):
    judged = judge_function("def f(): return input()", [([], "x")])
    assert (judged.verdict, judged.message) == ("RTE", "EOFError: EOF when reading a line")


def test_no_message_holds_the_expected_value(judge_function):
    judged = judge_function("def f(n): return [n, 'x']", [([1], [1, "sesame-open"]), ([2], "sesame-open")])
    assert judged.verdict == "WA"
    assert "sesame" not in "".join(c.message for c in judged.cases)
