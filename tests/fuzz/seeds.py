"""What each target begins with: valid inputs, and those that once were too much. Made here, so that no file of bytes has
to be kept in step with the formats."""

# ruff: noqa: E501 - tables

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tests.sandbox.proxy.test_proxy_broken_peers import BREAKING, MODULE, OBJECT, REFUSED, described
from verifier.sandbox import values
from verifier.sandbox.notifications import _NOTIFICATION
from verifier.sandbox.protocol import frame

PLAIN: tuple[Any, ...] = (
    None, True, 7, -(10**20), 2.5, float("nan"), 1 - 2j, "text\ud800", b"bytes", [1, "a", None], (1, (2,)), {"a": {"b": 1}},
    {1: "x", (2, "y"): [3]}, {1, 2.5}, frozenset({"a"}), range(1, 9, 2), Decimal("1.50"), Decimal("sNaN"), Fraction(-1, 3),
    datetime.date(2026, 1, 31), datetime.time(1, 2, 3, 4), datetime.datetime(2026, 1, 31, tzinfo=datetime.UTC),
    datetime.timedelta(-1, 5, 7), object(), [[0.1, 0.2], [0.3]], [{"k": (1, {2})}] * 3,
)  # fmt: skip
ANSWERS = [values.dumps(value) for value in PLAIN]
HOSTILE_ANSWERS = [
    b"[" * 500,
    b'{"t":' * 450 + b"[]" + b"}" * 450,
    b'{"s":[%s]}' % b",".join(b'{"i":"0x%x"}' % ((2**61 - 1) * n) for n in range(1, 80)),
    b'{"s":[{"D":"5"},{"i":"0x%x"}]}' % (5 + (2**61 - 1) * (1 << 70_000)),
    b'{"F":["0x%s","0x%s"]}' % (b"f1" * 10_000, b"e3" * 10_000),
    b'{"r":[0,{"i":"0x%s"},1]}' % (b"f" * 99),
    b'{"d":[[1]]}', b'{"T":["timedelta",[1e400,0,0]]}', b'{"b":"\\ud800"}', b'{"D":"1e999999999"}', b"9" * 5000,
]  # fmt: skip

REPORTS = [
    b'E["ValueError","no"]',
    b'X["NameError","x"]',
    b'C["SyntaxError","bad"]',
    b"B",
    b'N["numpy","stdlib"]',
    b"V1",
]
TOLD = [
    b'K{"names":["a","b"],"cpu_s":0.5}',
    b'T{"name":"a","outcome":"passed","cpu_s":1.0,"wall_s":2}',
    b'T{"name":"b","outcome":"raised","cpu_s":1,"wall_s":0.1,"note":"n","raised":["E","m"],"subtests":[["i=1","failed",""]]}',
    b'N["pytest"]', b"Mcode", b'X["ImportError","no",true]', b"Q", b"D", b"O", b"Zno",
]  # fmt: skip
RULED = [
    b"L", b'V[true,"",false]', b'V[false,"too far",true]', b'F["it returned a value of type int",true]',
    b'U"an object that is no plain data"', b'X["SyntaxError","no",false]', b'J"for the author"', b"Mcode", b'N["stdlib"]', b"Zno",
]  # fmt: skip
SAID = [
    b"".join(bytes([2 * len(words) + who]) + words for words in (b"1 2\n", b"7\n") * n for who in (0, 1))
    for n in (1, 20, 2000)
]
ERRORS: list[Any] = [
    ["ValueError", {"t": ["x", 1]}, "x", None, {"m": {"code": 5}}, None],
    ["json.decoder.JSONDecodeError", {"t": ["x"]}, "x", None, {"m": {"pos": 1}}, [None, {"E": ["KeyError", None, "k", None, None, None]}, True]],
    [2, {"t": ["own"]}, "own", 12, None, None],
    ["UnicodeDecodeError", {"t": ["utf-8", {"b": "ff"}, 0, 1, "no"]}, "no", None, None, None],
    ["UnicodeDecodeError", {"t": ["utf-8", {"b": "78"}, {"i": hex(-(2**60))}, {"i": hex(-(2**60) + 1)}, "r"]}, "", None, None, None],
    ["UnicodeDecodeError", {"t": ["utf-8", {"b": "78"}, 0, 1, "r"]}, "", None, {"m": {"start": -(10**15), "end": 1 - 10**15}}, None],
    ["ValueError", None, "", None, {"m": {"args": {"r": [0, 10**17, 1]}}}, None],
    ["OSError", {"t": [2, "no", "path"]}, "", None, None, None],
    ["SyntaxError", {"t": ["m", {"t": ["f", 1, "a", "text"]}]}, "m", None, None, None],
    ["ExceptionGroup", {"t": ["g", [{"E": ["KeyError", {"t": []}, "", None, None, None]}]]}, "g", None, None, None],
    ["json.nope.Error", None, "", None, None, None], ["venv.__main__.Error", None, "", None, None, None],
    ["StopIteration", {"t": [1]}, "", None, None, None], ["SystemExit", {"t": [1]}, "", None, None, None],
]  # fmt: skip
TREES: list[Any] = [
    [1, {"m": {"a": [2]}}, {"&": 0}], {"d": [[{"t": [1]}, {"s": [1, 2]}]]}, {"h": [5, 1]}, {"p": [6, 3, {"t": [1, 2]}]},
    {"p": [6, 4, [1]]}, {"y": 1}, {"Y": 0}, {"C": 1}, {"n": "builtins.ValueError"}, {"l": [{"h": [5, 1]}, "x"]},
    {"o": [0, "value"]}, {"S": ["deque", 2, [1, 2]]}, {"S": ["Counter", None, {"d": [["a", 2]]}]}, {"a": 1}, {"B": "00ff"},
    {"S": ["defaultdict", {"n": "builtins.list"}, {"m": {"k": [1]}}]}, {"S": ["slice", [1, None, 2]]}, {"N": "Ellipsis"},
    {"S": ["dict_items", [{"t": ["a", 1]}]]}, {"S": ["iter", [1, 2]]}, {"S": ["pure path", ["a/b"]]}, {"f": [{"t": [1]}]},
    {"S": ["deque", 5, {"r": [0, 10**17, 1]}]}, {"S": ["OrderedDict", None, {"h": [5, 1]}]}, *({"E": e} for e in ERRORS),
]  # fmt: skip
STATES: list[Any] = [
    [[[], [[-1, 2, [7]]], [[2, -3]], [[0, [1]], [3, {"B": "00"}]], [[0, -4]]], [[], {"@": -4}]],
    [[[-1], [], [], [], []], 1], [[[], [[-2, -1, {"m": {"b": 1}}]], [], [], []], {"@": -2}], [None, [1]],
]  # fmt: skip
DESCRIPTIONS: list[Any] = [
    described("C", own=["x", "send"], functions=["x"], special=[["__len__", True], ["__hash__", False]]),
    described("E", bases=["ValueError"], special=[["__str__", True]]),
    described("D", bases=[10, "dict"], special=[["__missing__", True], ["__init__", True]], abstract=["x"], fields=True),
    described("Mapping", module="collections.abc"), described("Enum", module="enum"), described("module", module="builtins"),
    described("function", module="builtins"), described("JSONDecodeError", module="json.decoder", bases=["ValueError"]),
    described("G", bases=["BaseExceptionGroup"]), described("S", bases=["StopIteration"]), described("coroutine", module="builtins"),
]  # fmt: skip
SIGNATURE = [[["a", 1, False, None, True, "int"], ["b", 3, True, 5, False, None]], [True, "str"]]
FIELDS = [[True] * 6, [[["a", "int", True, True, True, None, False], [False, None], [False, None], "_FIELD"]]]
CODE_FACTS = {"co_flags": 3, "co_name": "f", "co_varnames": ["a"], "other": 1}

FUNCTION_SUITE = {
    "kind": "function", "entry_point": "f", "id": "x", "limits": {"cpu_time_s": 1.0}, "checker": {"name": "float", "abs_tol": 0.1},
    "cases": [{"args": [1, {"$py": "{(1, 2)}"}], "kwargs": {"k": 1}, "expected": 1.5, "weight": 2, "group": "g"}],
    "reward": {"policy": "power", "power": 2}, "result": "args[0]", "early_stop": True,
}  # fmt: skip
SUITES: list[Any] = [
    FUNCTION_SUITE,
    {"kind": "stdio", "checker": "any_of", "cases": [{"stdin": "1\n", "stdout": ["1", "2"]}]},
    {"kind": "asserts", "entry_point": "f", "code": "def check(candidate):\n    assert candidate(1) == 2\n", "setup": "import math"},
    {"kind": "asserts", "asserts": ["assert f(1) == 2", "assert f(2)"], "cases": [{"test": "assert 1", "weight": 3}]},
    {"kind": "pytest", "files": {"test_x.py": "from solution import f\nclass TestA:\n    def test_a(self):\n        assert f()\n"}},
]  # fmt: skip
LITERALS = [
    '{"$py": "(1, 2)"}', '[{"$py": "Decimal(\'1.5\')"}, {"a": {"$py": "Fraction(1, 3)"}}]', "{(1, 2): {3}, 'a': [-1.5j + 2, inf]}",
    "datetime.timedelta(days=1)", "deque([1], maxlen=2)", "range(0, 5)", "frozenset({1})", "[" * 150, "-" * 300 + "1", "1e999",
    "float('nan')", "datetime.datetime(2024, 1, 31, tzinfo=datetime.timezone.utc)", '{"a": 1, "a": 2}', "1_000", "'\\ud800'",
]  # fmt: skip
REFERENCES: list[Any] = [
    *SUITES, {"suite": "add-two@sha256:" + "0" * 64}, {"test_cases": [{"input": "1 2\n", "output": "3\n"}], "language": "python"},
    [{"input": "[1]", "output": "2", "testtype": "functional", "metadata": {"func_name": "f"}}],
    {"fn_name": "f", "inputs": ["1\n2", [1]], "outputs": [[1], "[2]"]}, {"tests": '{"inputs": ["1"], "outputs": ["1"]}'},
    {"fn_name": "f", "inputs": [[{"1": 2}]], "outputs": [[{"3": 4}]]}, ["assert f(1) == 2"], {"test_list": ["assert f(1)"]},
    {"test": "def check(candidate):\n    assert candidate(1) == 2\n", "entry_point": "f", "test_setup_code": ["import re"]},
    {"pytest": "def test_a():\n    assert f(1)\n"}, {"text": '{"inputs": ["1"], "outputs": ["1"]}'}, {"functional": "assert f(1)"},
]  # fmt: skip
TURNS = [
    {"role": "user", "content": "q"},
    {"role": "assistant", "content": [{"type": "text", "text": "```python\nf = 1\n```"}]},
]
SAMPLES: list[Any] = [
    {"id": "a", "messages": TURNS, "reference_answer": REFERENCES[0]},
    {"my_key": 5, "completion": "```python\ndef f(x): return x\n```", "metadata": {"reference_answer": json.dumps(REFERENCES[6])}},
    {"data_source": "d", "response": "x = 1", "reward_model": {"ground_truth": {"suite": "a"}}, "extra_info": "{}"},
    {"prompt": TURNS, "code": "f = 1", "verification_info": REFERENCES[8]}, {"code": "f = 1", "inputs": ["1"], "outputs": ["1"]},
    {"id": "\ud800", "completion": TURNS, "reference_answer": {"text": "Paris"}}, 7,
]  # fmt: skip


def _nested(levels: int, key: str) -> Any:
    value: Any = {}
    for _ in range(levels):
        value = {key: value}
    return value


EVENTS: list[Any] = [
    SAMPLES, SAMPLES[0], {"batch": SAMPLES[:2]}, {"body": json.dumps(SAMPLES)}, {"body": {"samples": SAMPLES}}, {"input": []},
    {"body": "W3siaWQiOiAxfV0=", "isBase64Encoded": True}, json.dumps(json.dumps(SAMPLES)), {"trajectories": SAMPLES[:1]},
    [{"completion": "x", "reference_answer": _nested(900, "tests")}], [{"id": _nested(900, "a"), "completion": "x"}],
]  # fmt: skip
SCRIPTS = [
    "import math\nassert f(1) == 2\nfor i in range(3):\n    assert f(i) == i\n",
    "def check(candidate):\n    x = 1\n    assert candidate(1) == x, 'no'\n\ncheck(f)\n",
    "from __future__ import annotations\n@pytest.mark.skip\ndef test_a():\n    with pytest.raises(ValueError):\n        f()\n",
    "class TestA(unittest.TestCase):\n    def test_a(self):\n        self.assertEqual(f(1), 2)\n    class Inner: pass\n",
    "if 1:\n    '''a\n  b'''\n    assert f('''x\ny''')\n", "assert (\n  f(1)\n== 2); assert f(2)\n", "async def f(): await g()\n",
    "match f(1):\n    case [1, *_]:\n        assert True\n    case _:\n        raise AssertionError\n", "assert f(1)\\\n == 2\n\x0c\nassert ä == 1\n",
]  # fmt: skip
COMPLETIONS = [
    "<think>\n```python\nno\n```\n</think>\nHere:\n```python\ndef f(x):\n    return x\n```\nBye.<|im_end|>",
    "def f(x):\n    return x\n```\n", "- item\n    ```py\n    x = 1\n    ```\n", "<|begin_of_solution|>\n~~~\nx = 1\n~~~~\n<|end_of_solution|>",
    "\ufeff```python title=\"x\"\r\nx = 1\r```", "import os\nprint(1)\n", "```bash\nls\n```\n````python\n```\n````", "```\n" * 30, "</think>" * 9,
]  # fmt: skip


def _lines(trees: list[Any]) -> list[bytes]:
    return [json.dumps(tree).encode() for tree in trees]


def _texts(texts: list[str]) -> list[bytes]:
    return [text.encode("utf-8", "surrogatepass") for text in texts]


def _streams() -> list[bytes]:
    answers = [b"V" + value for value in ANSWERS] + REPORTS
    whole = [b"".join(map(frame, [b"L", *answers[at : at + 4]])) for at in range(0, len(answers), 3)]
    right = b"".join(map(frame, [b"L", *(b"V%d" % n for n in range(4))]))
    return [
        right,
        *whole,
        frame(b'X["E","m"]'),
        b"",
        b"\xff\xff\xff\xff",
        right + frame(b"V9"),
        frame(b"L") + b"\0\0\0\5ab",
    ]


def _conversations() -> list[bytes]:
    begin = _lines([MODULE, OBJECT])
    hostile = [message if isinstance(message, bytes) else json.dumps(message).encode() for message in BREAKING.values()]
    answers = _lines([["v", 0, [], [], None, tree] for tree in TREES])
    raised = _lines([["e", 0, [], [], None, {"E": error}] for error in ERRORS])
    classes = _lines([["v", 0, [], [[n, d]], None, {"h": [20 + n, n]}] for n, d in enumerate(DESCRIPTIONS, start=10)])
    states = _lines([["v", 0, [], [], state, tree] for state, tree in STATES])
    asked = _lines(list(REFUSED.values()))
    more = _lines(
        [["t"], ["o", 1, "text"], ["q", 0, [], [], None, "stdin", "read", 1], ["q", -1, [], [], None, "pump", []]]
    )
    several = [answers[at : at + 6] for at in range(0, len(answers), 6)]
    parts = [*([one] for one in [*hostile, *raised, *classes, *asked]), *several, states, more, raised[:6], classes[:5]]
    return [b"\n".join([*begin, *part]) for part in parts] + [b"\n".join(begin), b"{", b""]


def _notifications() -> list[bytes]:
    return [_NOTIFICATION.pack(9, 5, 0, call, 0xC000003E, 0, *range(6)) for call in (41, 56, 57, 62, 101, -1)]


SEEDS: dict[str, Callable[[], list[bytes]]] = {
    "frames": lambda: [bytes((64, size)) + stream for size in (0, 3, 255) for stream in _streams()[:4]],
    "answer": lambda: ANSWERS + HOSTILE_ANSWERS,
    "compared": lambda: [bytes((n, n % 16)) + a for n, a in enumerate(ANSWERS)] + [b"\1\0" + a for a in HOSTILE_ANSWERS],
    "printed": lambda: [bytes((n, n)) + t for n, t in enumerate((b"", b"1\n", b"1 2\n3 4", b"\xff", b'{"a":[1,2.50]}', b"YES"))],
    "reports": lambda: REPORTS,
    "cell_of_calls": lambda: [bytes((n % 6,)) + stream for n, stream in enumerate(_streams())],
    "cell_of_program": lambda: [b"\0", b"\0" + frame(REPORTS[0]), b"\1" + frame(b"L"), b"\0" + frame(b"Zx"), b"\0" + frame(b"V1")],
    "cell_before_its_code": lambda: [b"\0" + frame(b'N["numpy"]'), b"\0" + frame(b"Z"), b"\0" + frame(b"Pcode") + frame(b"R")],
    "control": lambda: [b"pid 71", b"refused 11", b"ended 0 1500 4096 0 -1 41 42", b'{"ready": {"version": "3.13"}}', b"[" * 3000],
    "told": lambda: [b"\n".join(TOLD), *TOLD],
    "ruled": lambda: [b"\n".join(RULED), *RULED],
    "said": lambda: [*SAID, b"\xff" + b"x" * 127 + b"\x06\xff\xfe\n" * 300],
    "judged_by_a_checker": lambda: [b"\0 1 2\n", *(b"\1" + text for text in (*ANSWERS, *HOSTILE_ANSWERS))],
    "conversation": _conversations,
    "references": lambda: [*_lines(TREES), *ANSWERS],
    "states": lambda: [*_lines(STATES), b"\n".join(_lines(STATES))],
    "descriptions": lambda: [
        *_lines(DESCRIPTIONS), b"\n".join(_lines(DESCRIPTIONS[:4])),
        b"\n".join(_lines([described("A", abstract=["x"]), described("B", bases=[10], abstract=["x"])])),
    ],
    "exceptions": lambda: _lines(ERRORS),
    "facts_of_functions": lambda: _lines([SIGNATURE, FIELDS, CODE_FACTS]),
    "notification": _notifications,
    "process_name": lambda: [b"python", b") Z 1 1", b"a\nb) R 5 6 7", b"((((", b"\xff\xfe"],
    "journal_names": lambda: [
        b"verifier-journal-k-guilty-1.2-x\0verifier-journal-l-among-999999.5-y\0verifier-journal-m-alone-1.2-z",
        b"verifier-journal-k-among--x", b"verifier-journal-\xff-a-b-c",
    ],
    "request": lambda: _lines(EVENTS),
    "reference": lambda: _lines(REFERENCES),
    "suite": lambda: _lines(SUITES),
    "literal": lambda: _texts(LITERALS),
    "scripts": lambda: _texts(SCRIPTS),
    "completion": lambda: _texts(COMPLETIONS),
    "samples": lambda: _lines(EVENTS[:1] + EVENTS[9:] + [[{"completion": "x = 1", "reference_answer": r}] for r in REFERENCES]),
}  # fmt: skip


def seeds(name: str) -> list[bytes]:
    return SEEDS[name]()
