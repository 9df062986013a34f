"""Makes inputs out of others: of bytes, and of JSON in the lines of an input, where most random bytes would get no
further than the first character."""

# ruff: noqa: E501 - tables

from __future__ import annotations

import copy
import json
from random import Random
from typing import Any

ATOMS: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 2, 5, 10, 57, 10**17, 10**18, -(10**19), 2**61 - 1, 1e308, 1.5, -0.0, float("nan"),
    float("inf"), "", "x", "f", "\ud800", "\0", "ß", "0x1", "-0x1f", "0x" + "f" * 40, "sNaN", "1e999999999", "NaN",
    "2026-01-31", "2026-01-31T10:00:00+01:00", "date", "time", "datetime", "timedelta", [], {}, [1], [[1, 2]], {"t": []},
    {"r": [0, 10**17, 1]}, {"i": "0x" + "f" * 30}, {"i": "-0x1000000000000000000"}, {"y": 1}, {"Y": 0}, {"h": [7, 1]},
    {"p": [8, 3, {"t": [1]}]}, {"p": [9, 4, [1]]}, {"C": 1}, {"C": 2}, {"n": "builtins.int"}, {"&": 0}, {"a": 0},
    {"@": -1}, {"N": "Ellipsis"}, {"B": "00ff"}, {"S": ["deque", 3, [1]]}, {"S": ["iter", [1]]}, {"D": "1.5"},
    {"S": ["defaultdict", {"n": "builtins.list"}, {"m": {}}]}, {"s": [1]}, {"f": [1]}, {"m": {"a": 1}}, {"d": [[1, 2]]},
    {"E": ["ValueError", {"t": ["x"]}, "x", None, None, None]}, {"F": ["0x1", "0x3"]}, {"c": [1, 2.5]}, {"b": "6869"},
    {"l": [{"h": [7, 1]}, "x"]}, {"o": [0, "x"]}, {"x": "Thing"}, {"$py": "{(1, 2)}"}, {"$py": "Fraction(1, 0)"},
    "passed", "failed", "raised", "solution", "builtins", "collections.abc", "json.decoder", "enum", "__eq__", "__len__",
    "__del__", "AssertionError", "StopIteration", "UnicodeDecodeError", "SystemExit", "BaseExceptionGroup", "OSError",
    "json.decoder.JSONDecodeError", "args", "start", "__class__", "__dict__", "__cause__", "_verifier_home", "int",
    "function", "stdio", "asserts", "pytest", "assert f(1) == 2", "text", "role", "assistant", "content", "suite",
)  # fmt: skip
KEYS = (
    *"mdtsfibcrDFTxhpyCYnloESBN&@a",
    *"kind cases args kwargs expected weight group checker name limits reward entry_point id body batch messages".split(),
    *"completion code reference_answer metadata test_cases input output inputs outputs fn_name tests suite text".split(),
    *"asserts files test setup role content cpu_s wall_s note raised subtests names outcome $py".split(),
)
TOKENS = (
    *(b"```python\n", b"```", b"~~~", b"<think>", b"</think>", b"<|begin_of_solution|>", b"def f(x):\n", b"\n", b"\r"),
    *(
        b"    ",
        b"\t",
        b"assert f(1) == 2",
        b"def check(candidate):\n",
        b"import x\n",
        b"class T:\n",
        b"lambda",
        b"\xff",
    ),
    *(b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\0\0\0\1R", b"\0\0\0\1L", b"\0\0\0\2V1", b"\0\0\0\1B", b"\xff\xff\xff\xff"),
    *(b"{", b"}", b"[", b"]", b'"', b",", b":", b"\\ud800", b"1e400", b"-", b".", b"0x", b"_", b"nan", b"Decimal('1')"),
    *(
        "²".encode(),
        b"-guilty-",
        b"verifier-journal-",
        b") Z 1 ",
        b"ended 0 0 0 0 -1",
        b"pid 5",
        b"#",
        b"\\",
        b"'",
        b"(",
    ),
)


def mutate(data: bytes, random: Random, max_bytes: int = 4096) -> bytes:
    for _ in range(random.choice((1, 1, 1, 2, 3, 5))):
        data = _of_json(data, random) if random.random() < 0.6 else _of_bytes(data, random)
    return data[:max_bytes]


def _of_json(data: bytes, random: Random) -> bytes:
    """With a change in one line that holds JSON, perhaps after a few bytes of something else."""
    lines = data.split(b"\n")
    at = random.randrange(len(lines))
    line = lines[at]
    begins = next((i for i in range(min(8, len(line))) if line[i : i + 1] in (b"[", b"{")), 0)
    try:
        tree = [json.loads(line[begins:])]
    except (ValueError, RecursionError):
        return _of_bytes(data, random)
    _change(tree, random)
    if random.random() < 0.1 and len(lines) < 20:
        lines.insert(at, line)
    lines[at] = line[:begins] + json.dumps(tree[0], separators=(",", ":")).encode()
    if len(lines) > 1 and random.random() < 0.1:
        random.shuffle(lines)
    return b"\n".join(lines)


def _change(tree: list[Any], random: Random) -> None:
    """Somewhere in `tree`, which stands for a place that holds one value."""
    places: list[tuple[Any, Any]] = []
    todo: list[Any] = [tree]
    while todo and len(places) < 500:
        holder = todo.pop()
        for key in list(holder) if isinstance(holder, dict) else range(len(holder)):
            places.append((holder, key))
            if isinstance(holder[key], dict | list):
                todo.append(holder[key])
    holder, key = random.choice(places)
    value = holder[key]
    match random.randrange(9):
        case 0 | 1:
            holder[key] = copy.deepcopy(random.choice(ATOMS))
        case 2:
            other, place = random.choice(places)
            holder[key] = copy.deepcopy(other[place])
        case 3:
            holder[key] = {random.choice(KEYS): value}
        case 4:
            holder[key] = [value] * random.choice((1, 1, 2, 70))
        case 5 if holder is not tree:
            del holder[key]
        case 6 if isinstance(value, list):
            value.insert(random.randrange(len(value) + 1), copy.deepcopy(random.choice(ATOMS)))
        case 7 if isinstance(value, dict):
            value[random.choice(KEYS)] = copy.deepcopy(random.choice(ATOMS))
        case 8 if isinstance(value, int | float) and value == value and abs(value) < 1e300:
            holder[key] = random.choice((value + 1, value - 1, -value, value * 1000))
        case _ if isinstance(value, str):
            place = random.randrange(len(value) + 1)
            extra = random.choice(ATOMS)
            holder[key] = (
                value[:place] + (extra if isinstance(extra, str) else "_") + value[place + random.randrange(3) :]
            )
        case _:
            holder[key] = copy.deepcopy(random.choice(ATOMS))


def _of_bytes(data: bytes, random: Random) -> bytes:
    start = random.randrange(len(data) + 1)
    end = min(len(data), start + random.choice((0, 1, 1, 2, 4, 16, 64)))
    match random.randrange(6):
        case 0:
            new = random.choice(TOKENS)
        case 1:
            new = bytes(random.randrange(256) for _ in range(end - start or 1))
        case 2:
            new = b""
        case 3:
            new = data[start:end] * random.choice((2, 3, 40))
        case 4:
            new = random.choice(TOKENS) + data[start:end]
        case _:
            other = random.randrange(len(data) + 1)
            new = data[other : other + end - start]
    return data[:start] + new + data[end:]
